"""The photos of an exemplary story: added, described, put in an order, removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask_login import current_user

from activities.commendations import story_photos, story_queries
from activities.commendations.models import Story
from activities.commendations.rules_stories import TooManyPhotos
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.photos.forms import DescriptionForm, PhotoForm, RemovalForm


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    at = "/stories/<public_id>/photos"
    blueprint.route(f"{at}/new", methods=("GET", "POST"))(new_photo)
    blueprint.route(f"{at}/<photo>/describe", methods=("GET", "POST"))(describe_photo)
    blueprint.post(f"{at}/<photo>/earlier")(move_photo)
    blueprint.route(f"{at}/<photo>/remove", methods=("GET", "POST"))(remove_photo)


@access(Permission.KEEP_RECORDS)
def new_photo(public_id: str) -> Any:
    found, form = story_queries.to_keep(current_user, public_id), PhotoForm()
    template, page = "commendations/story_photo.html", {"story": found, "form": form}
    if not form.is_submitted():
        return render_template(template, **page)
    if not form.validate() or not (picture := form.read(current_app.config["SETTINGS"].photo_side)):
        return invalid(template, **page)
    try:
        story_photos.add_photo(current_user.id, found.id, picture, now=clock.now(), **form.said())
    except TooManyPhotos as refusal:
        form.refuse(refusal)
        return invalid(template, **page)
    return done(_("The photo is added."), _shown(found))


@access(Permission.KEEP_RECORDS)
def describe_photo(public_id: str, photo: str) -> Any:
    found = story_queries.to_keep(current_user, public_id)
    one = story_queries.photo_of(found, photo)
    form = DescriptionForm(obj=one)
    page = {"story": found, "photo": one, "form": form}
    if not form.is_submitted():
        return render_template("commendations/describe_photo.html", **page)
    if not form.validate():
        return invalid("commendations/describe_photo.html", **page)
    story_photos.describe_photo(current_user.id, found.id, one.id, now=clock.now(), **form.said())
    return done(_("The description is kept."), _shown(found))


@access(Permission.KEEP_RECORDS)
def move_photo(public_id: str, photo: str) -> Any:
    found = story_queries.to_keep(current_user, public_id)
    story_photos.move_photo(current_user.id, found.id, story_queries.photo_of(found, photo).id, clock.now())
    return done(_("The photo stands further ahead."), _shown(found))


@access(Permission.KEEP_RECORDS)
def remove_photo(public_id: str, photo: str) -> Any:
    found, form = story_queries.to_keep(current_user, public_id), RemovalForm()
    one = story_queries.photo_of(found, photo)
    page = {"story": found, "photo": one, "form": form}
    if not form.is_submitted():
        return render_template("commendations/remove_photo.html", **page)
    if not form.validate():
        return invalid("commendations/remove_photo.html", **page)
    story_photos.remove_photo(current_user.id, found.id, one.id, form.reason.data or "", clock.now())
    return done(_("The photo is removed."), _shown(found))


def _shown(story: Story) -> str:
    return url_for(".story", public_id=story.public_id)
