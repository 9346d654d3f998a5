"""Keeping a cycle: its windows, what it goes by, who takes part, and calling it off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from activities.cycles import queries, rules, service
from activities.cycles.forms_keeping import AddForm, ReasonForm, ReopenForm, VersionForm, WindowsForm
from activities.cycles.models import Cycle
from activities.cycles.rules import STEPS
from activities.cycles.rules_refusals import (
    NoRoom,
    NothingChanged,
    NotLastLonger,
    NotOpen,
    OwnPart,
    ReviewedElsewhere,
    TakesPart,
    TooEarly,
    TooShortNotice,
    WrongWayRound,
)
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.queries import person_by_number


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    both = ("GET", "POST")
    blueprint.route("/cycles/<public_id>/days", methods=both)(windows)
    blueprint.route("/cycles/<public_id>/reopen/<key>", methods=both)(reopen)
    blueprint.route("/cycles/<public_id>/settings", methods=both)(settings)
    blueprint.route("/cycles/<public_id>/add", methods=both)(add)
    blueprint.route("/cycles/<public_id>/call-off", methods=both)(call_off)


@access(Permission.HOLD_REVIEW)
def windows(public_id: str) -> Any:
    cycle = _to_keep(public_id)
    form = WindowsForm(cycle.windows, cycle.revision)
    page = {"cycle": cycle, "form": form, "is_stale": False}
    if not form.is_submitted():
        return render_template("cycles/windows.html", **page)
    if not form.validate():
        return invalid("cycles/windows.html", **page)
    try:
        service.set_windows(
            current_user.id, cycle.id, form.revision.data or 0, form.windows, form.reason.data or "", clock.now()
        )
    except (WrongWayRound, TooEarly) as refusal:
        key = next(key for key, step in STEPS.items() if step.name == refusal.step)
        refuse(form, f"first_{key}", refusal)
        return invalid("cycles/windows.html", **page)
    except (TooShortNotice, NothingChanged) as refusal:
        refuse(form, "last_notice", refusal)
        return invalid("cycles/windows.html", **page)
    except ChangedMeanwhile:
        form.revision.data = _to_keep(public_id).revision
        return invalid("cycles/windows.html", **page | {"is_stale": True})
    return done(_("The new days hold."), url_for(".show", public_id=public_id))


@access(Permission.HOLD_REVIEW)
def reopen(public_id: str, key: str) -> Any:
    cycle, form = _to_keep(public_id), ReopenForm()
    if key not in cycle.windows:
        raise NotFound
    page = {"cycle": cycle, "form": form, "step": STEPS[key], "window": cycle.windows[key]}
    if not form.is_submitted():
        return render_template("cycles/reopen.html", **page)
    if not form.validate():
        return invalid("cycles/reopen.html", **page)
    assert form.last.data
    try:
        moved = service.reopen(current_user.id, cycle.id, key, form.last.data, form.reason.data or "", clock.now())
    except NotLastLonger as refusal:
        refuse(form, "last", refusal)
        return invalid("cycles/reopen.html", **page)
    names = _(", ").join(_(rules.STEPS[other].name) for other in moved)
    message = _("It is open; these steps follow later: %(steps)s.", steps=names) if moved else _("It is open.")
    return done(message, url_for(".show", public_id=public_id))


@access(Permission.HOLD_REVIEW)
def settings(public_id: str) -> Any:
    cycle = _to_keep(public_id)
    versions = queries.versions(cycle.id)
    form = VersionForm(versions[0])
    page = {"cycle": cycle, "form": form, "versions": versions, "is_stale": False}
    if not form.is_submitted():
        return render_template("cycles/settings.html", **page)
    if not form.validate():
        return invalid("cycles/settings.html", **page)
    try:
        service.set_settings(
            current_user.id, cycle.id, form.version.data or 0, form.settings, form.reason.data or "", clock.now()
        )
    except (NoRoom, NothingChanged) as refusal:
        refuse(form, "share", refusal)
        return invalid("cycles/settings.html", **page)
    except TooShortNotice as refusal:
        refuse(form, "notice_days", refusal)
        return invalid("cycles/settings.html", **page)
    except ChangedMeanwhile:
        form.version.data = queries.versions(cycle.id)[0].id
        return invalid("cycles/settings.html", **page | {"is_stale": True})
    return done(
        _("The new version is in force; the earlier ones stay to be read."), url_for(".show", public_id=public_id)
    )


@access(Permission.HOLD_REVIEW)
def add(public_id: str) -> Any:
    """Somebody who came later, or a person on whom somebody who knows them is to say something."""
    cycle, form = _open(queries.seen_by(current_user, public_id)), AddForm()
    page = {"cycle": cycle, "form": form}
    if not form.is_submitted():
        return render_template("cycles/add.html", **page)
    if not form.validate():
        return invalid("cycles/add.html", **page)
    member = person_by_number(current_user, Permission.HOLD_REVIEW, form.number.data or "")
    if member is None or not member.unit.path.startswith(cycle.unit.path):
        form.number.errors = [_("Nobody with this number is in your units of this review.")]
        return invalid("cycles/add.html", **page)
    try:
        service.add_person(current_user.id, cycle.id, member.id, form.reason.data or "", clock.now())
    except (TakesPart, ReviewedElsewhere, OwnPart) as refusal:
        refuse(form, "number", refusal)
        return invalid("cycles/add.html", **page)
    return done(_("%(name)s takes part, and is told.", name=member.name), url_for(".show", public_id=public_id))


@access(Permission.HOLD_REVIEW)
def call_off(public_id: str) -> Any:
    cycle, form = _to_keep(public_id), ReasonForm()
    units = queries.units_of(cycle, [cycle.unit.path])
    page = {"cycle": cycle, "form": form, "people": sum(unit.everyone for unit in units)}
    if not form.is_submitted():
        return render_template("cycles/call_off.html", **page)
    if not form.validate():
        return invalid("cycles/call_off.html", **page)
    service.call_off(current_user.id, cycle.id, form.reason.data or "", clock.now())
    return done(_("The review is called off, and its people are told."), url_for(".all_cycles"))


def _to_keep(public_id: str) -> Cycle:
    """A cycle that the viewer holds and can change: of what is closed there is no form to fill in."""
    return _open(queries.held_by(current_user, public_id))


def _open(cycle: Cycle) -> Cycle:
    if not cycle.is_open:
        raise NotOpen
    return cycle
