"""What organizers do with one slot: its roster, changing it, cancelling it, deleting it; and with its post."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from activities.duties.forms import PostForm
from activities.duties.models import Slot
from activities.duties.queries import post_to_organize, slot_to_organize
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.signups import organize, panels, queries
from activities.signups.organize_forms import CancelForm, SlotForm
from activities.signups.rules import HOLDING, SignUpState
from activities.sites.queries import usable
from activities.sites.rules import TooManyGroups, TooManyVisitors
from activities.terms.queries import week_of

# Which field of the slot's form a refusal speaks of; every other one speaks of the start.
FIELDS = {
    "EndsBeforeStart": "ends_at",
    "TooLong": "ends_at",
    "FewerThanSeated": "capacity",
    "TooManyVisitors": "capacity",
}


def add_to(signups: Blueprint) -> None:
    get_and_post = ("GET", "POST")
    signups.add_url_rule("/organize/posts/<public_id>/edit", view_func=edit_post, methods=get_and_post)
    signups.add_url_rule("/slots/<public_id>/roster", view_func=roster)
    signups.add_url_rule("/organize/slots/<public_id>/edit", view_func=edit_slot, methods=get_and_post)
    signups.add_url_rule("/organize/slots/<public_id>/cancel", view_func=cancel_slot, methods=get_and_post)
    signups.add_url_rule("/organize/slots/<public_id>/delete", view_func=delete_slot, methods=("POST",))


@access(Permission.ORGANIZE)
def roster(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    people, at = queries.roster(slot.id), clock.now()
    return render_template(
        "signups/roster.html", slot=slot, post=slot.post, activity=slot.post.activity, at=at,
        notes=panels.notes_on(slot, at),
        week=week_of(clock.local_day(slot.starts_at)),
        seated=[row for row in people if row.state in HOLDING],
        waiting=[row for row in people if row.state is SignUpState.WAITING],
        asked=[row for row in people if row.state is SignUpState.ASKED],
    )  # fmt: skip


@access(Permission.ORGANIZE)
def edit_slot(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    form = SlotForm(slot)
    page = {"form": form, "slot": slot, "changed": None}
    if not form.is_submitted():
        return render_template("signups/slot_form.html", **page)
    if not form.validate():
        return invalid("signups/slot_form.html", **page)
    try:
        _edit(slot, form)
    except ChangedMeanwhile:
        slot = slot_to_organize(current_user, public_id)
        form.revision.data = slot.revision
        present = {column: getattr(slot, column) for column in ("starts_at", "ends_at", "capacity") if column in form}
        return invalid("signups/slot_form.html", **page | {"slot": slot, "changed": differences(form, present)})
    except Refusal as refusal:
        field = FIELDS.get(refusal.key, "starts_at")
        refuse(form, field if field in form else "starts_at", refusal)
        return invalid("signups/slot_form.html", **page)
    return done(_("The slot is changed."), url_for(".roster", public_id=public_id))


def _edit(slot: Slot, form: SlotForm) -> None:
    starts_at, ends_at = form.starts_at.data, form.ends_at.data
    capacity = form.capacity.data if form.capacity else slot.capacity
    assert starts_at
    assert ends_at
    assert capacity
    organize.edit_slot(current_user.id, slot.id, form.revision.data or 0, starts_at, ends_at, capacity, clock.now())


@access(Permission.ORGANIZE)
def cancel_slot(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    form = CancelForm()
    if not form.is_submitted():
        return render_template("signups/cancel_slot.html", form=form, slot=slot)
    if not form.validate():
        return invalid("signups/cancel_slot.html", form=form, slot=slot)
    told = organize.cancel_slot(current_user.id, slot.id, str(form.reason.data), clock.now())
    message = ngettext(
        "The slot is cancelled; %(num)s person is told.", "The slot is cancelled; %(num)s people are told.", told
    )
    return done(message, url_for(".roster", public_id=public_id))


@access(Permission.ORGANIZE)
def delete_slot(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    address = url_for("duties.activity", public_id=slot.post.activity.public_id)
    organize.delete_slot(current_user.id, slot.id, clock.now())
    return done(_("The slot is deleted."), address)


@access(Permission.ORGANIZE)
def edit_post(public_id: str) -> Any:
    post = post_to_organize(current_user, public_id)
    form = PostForm(usable(post.activity.unit.path), post)
    page = {"form": form, "activity": post.activity, "post": post, "changed": None}
    if not form.is_submitted():
        return render_template("duties/post_form.html", **page)
    if not form.validate():
        return invalid("duties/post_form.html", **page)
    try:
        organize.edit_post(current_user.id, post.id, form.revision.data or 0, form.values(), clock.now())
    except ChangedMeanwhile:
        post = post_to_organize(current_user, public_id)
        form.revision.data = post.revision
        present = {**{column: getattr(post, column) for column in form.values()}, "site_id": post.site_id or 0}
        return invalid("duties/post_form.html", **page | {"changed": differences(form, present)})
    except (TooManyGroups, TooManyVisitors) as refusal:
        refuse(form, "site_id", refusal)
        return invalid("duties/post_form.html", **page)
    return done(_("The post is changed."), url_for("duties.activity", public_id=post.activity.public_id))
