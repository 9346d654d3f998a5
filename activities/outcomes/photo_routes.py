"""Photos of what was achieved: added to a slot, looked at, removed, and all of an activity for who runs it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.kinds import PhotoMoment
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotAllowed, NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.outcomes import gallery, queries
from activities.outcomes.forms import SlotPhotoForm
from activities.photos.answers import PICTURE, answer
from activities.photos.forms import RemovalForm


def add_to(outcomes: Blueprint) -> None:
    outcomes.add_url_rule("/slots/<public_id>/photos/new", view_func=new_photo, methods=("GET", "POST"))
    outcomes.add_url_rule("/slots/<public_id>/photos/<photo>", view_func=photo)
    outcomes.add_url_rule(f"/slots/<public_id>/photos/<photo>/{PICTURE}", view_func=picture)
    outcomes.add_url_rule("/slots/<public_id>/photos/<photo>/remove", view_func=remove_photo, methods=("GET", "POST"))
    outcomes.add_url_rule("/organize/activities/<public_id>/photos", view_func=photos)


@access(Permission.TAKE_PART)
def new_photo(public_id: str) -> Any:
    slot, sight = queries.slot_seen(current_user, public_id)
    form = SlotPhotoForm(_must_add(slot, sight))
    page = {"slot": slot, "form": form}
    if not form.is_submitted():
        return render_template("outcomes/new_photo.html", **page)
    if not form.validate() or not (found := form.read(current_app.config["SETTINGS"].photo_side)):
        return invalid("outcomes/new_photo.html", **page)
    moment = PhotoMoment(form.moment.data)
    try:
        gallery.add(current_user.id, slot.id, moment, found, now=clock.now(), **form.said())
    except Refusal as refusal:
        form.refuse(refusal)
        return invalid("outcomes/new_photo.html", **page)
    return done(_("The photo is added."), url_for(".slot", public_id=public_id, _anchor="photos"))


def _must_add(slot: Slot, sight: queries.Sight) -> list[PhotoMoment]:
    """The moments of which this person may add photos now."""
    if not slot.post.activity.kind.photos:
        raise NotFound
    if not sight.may_enter:
        raise NotAllowed
    return gallery.open_moments(slot, clock.now())


@access(Permission.TAKE_PART)
def photo(public_id: str, photo: str) -> Any:
    slot, sight, one = gallery.seen(current_user, public_id, photo)
    may_remove = gallery.may_remove(current_user, sight, one)
    return render_template("outcomes/photo.html", slot=slot, one=one, may_remove=may_remove)


@access(Permission.TAKE_PART)
def picture(public_id: str, photo: str, size: str) -> Response:
    _slot, _sight, one = gallery.seen(current_user, public_id, photo)
    return answer(one.photo, size)


@access(Permission.TAKE_PART)
def remove_photo(public_id: str, photo: str) -> Any:
    slot, sight, one = gallery.seen(current_user, public_id, photo)
    if not gallery.may_remove(current_user, sight, one):
        raise NotAllowed
    form = RemovalForm()
    page = {"slot": slot, "one": one, "form": form}
    if not form.is_submitted():
        return render_template("outcomes/remove_photo.html", **page)
    if not form.validate():
        return invalid("outcomes/remove_photo.html", **page)
    gallery.remove(current_user.id, one.id, form.reason.data or "", clock.now())
    return done(_("The photo is removed."), url_for(".slot", public_id=public_id))


@access(Permission.ORGANIZE)
def photos(public_id: str) -> Any:
    activity = duties.activity_to_organize(current_user, public_id)
    if not activity.kind.photos:
        raise NotFound
    page = asked_page()
    found = gallery.of_activity(activity.id, page)
    return render_template(
        "outcomes/photos.html", activity=activity, photos=found[: gallery.PAGE], page=page,
        has_more=len(found) > gallery.PAGE,
    )  # fmt: skip
