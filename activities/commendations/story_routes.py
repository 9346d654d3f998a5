"""Exemplary stories: read by the school, written by those who keep records, agreed to by whom they are about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_login import current_user

from activities.commendations import stories, story_queries
from activities.commendations.rules_stories import OwnStory, StoryState, TooManyPhotos
from activities.commendations.story_forms import PersonForm, SeenForm, StoryForm
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.people.queries import person_by_number
from activities.photos.answers import PICTURE, answer
from activities.photos.forms import PhotoForm, RemovalForm

WRITE = "commendations/write_story.html"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/stories/")(all_stories)
    blueprint.get("/stories/kept")(kept_stories)
    blueprint.route("/stories/new", methods=("GET", "POST"))(new_story)
    blueprint.get("/stories/<public_id>")(story)
    blueprint.post("/stories/<public_id>/agree")(agree_to_story)
    blueprint.post("/stories/<public_id>/withdraw")(withdraw_story)
    blueprint.route("/stories/<public_id>/edit", methods=("GET", "POST"))(edit_story)
    blueprint.post("/stories/<public_id>/ask")(ask_for_story)
    blueprint.route("/stories/<public_id>/photos/new", methods=("GET", "POST"))(new_photo)
    blueprint.route("/stories/<public_id>/photos/<photo>/remove", methods=("GET", "POST"))(remove_photo)
    blueprint.get(f"/stories/<public_id>/photos/<photo>/{PICTURE}")(story_picture)


@access(Permission.TAKE_PART)
def all_stories() -> Any:
    page = asked_page()
    found = story_queries.published(current_user, page)
    own = [one for one in story_queries.about(current_user.id) if one.state is StoryState.ASKED]
    return render_template(
        "commendations/stories.html", stories=found[: story_queries.PAGE], page=page,
        more=len(found) > story_queries.PAGE, own=own,
    )  # fmt: skip


@access(Permission.TAKE_PART)
def story(public_id: str) -> Any:
    found = story_queries.seen(current_user, public_id)
    return render_template(
        "commendations/story.html", story=found, is_own=found.member_id == current_user.id,
        keeps=story_queries.keeps(current_user, found), form=SeenForm(formdata=None, data={"seen": found.revision}),
    )  # fmt: skip


@access(Permission.TAKE_PART)
def story_picture(public_id: str, photo: str, size: str) -> Response:
    return answer(story_queries.photo_of(story_queries.seen(current_user, public_id), photo), size)


@access(Permission.TAKE_PART)
def agree_to_story(public_id: str) -> Any:
    found, form = story_queries.seen(current_user, public_id), SeenForm()
    form.validate()
    stories.agree(current_user.id, found.id, form.seen.data or 0, clock.now())
    return done(_("You agree: the story is published in the school."), url_for(".story", public_id=public_id))


@access(Permission.TAKE_PART)
def withdraw_story(public_id: str) -> Any:
    found = story_queries.seen(current_user, public_id)
    stories.withdraw(current_user.id, found.id, clock.now())
    return done(_("The story is not published, and who wrote it is told."), url_for(".story", public_id=public_id))


@access(Permission.KEEP_RECORDS)
def kept_stories() -> Any:
    return render_template("commendations/kept_stories.html", stories=story_queries.kept(current_user))


@access(Permission.KEEP_RECORDS)
def new_story() -> Any:
    """First about whom, by number in the address; then the text."""
    number, now = clean_line(request.args.get("number"))[:32], clock.now()
    found = person_by_number(current_user, Permission.KEEP_RECORDS, number) if number else None
    who = PersonForm(formdata=None, data={"number": number})
    page: dict[str, Any] = {"who": who, "member": found, "story": None}
    if found is None:
        if number:
            who.number.errors = [_("Nobody with this number is in your units.")]
        return (invalid if number or request.method == "POST" else render_template)(WRITE, **page)
    form = StoryForm(story_queries.activities_of(found.id, stories.since(now)))
    page["form"] = form
    if not form.is_submitted():
        return render_template(WRITE, **page)
    if not form.validate():
        return invalid(WRITE, **page)
    try:
        address = stories.write(
            current_user.id, found.id, form.title.data or "", form.text.data or "", form.about.data or [], now
        )
    except OwnStory as refusal:
        refuse(form, "title", refusal)
        return invalid(WRITE, **page)
    message = _("The draft is kept. Add photos, then ask %(name)s.", name=found.name)
    return done(message, url_for(".story", public_id=address))


@access(Permission.KEEP_RECORDS)
def edit_story(public_id: str) -> Any:
    found, now = story_queries.to_keep(current_user, public_id), clock.now()
    form = StoryForm(story_queries.activities_of(found.member_id, stories.since(now)), found)
    page: dict[str, Any] = {"member": found.member, "story": found, "form": form, "is_stale": False}
    if not form.is_submitted():
        return render_template(WRITE, **page)
    if not form.validate():
        return invalid(WRITE, **page)
    try:
        stories.rewrite(
            current_user.id, found.id, form.seen.data or 0, form.title.data or "", form.text.data or "",
            form.about.data or [], now,
        )  # fmt: skip
    except ChangedMeanwhile:
        form.seen.data = found.revision
        return invalid(WRITE, **page | {"is_stale": True})
    return done(_("The draft is kept; the person is to be asked anew."), url_for(".story", public_id=public_id))


@access(Permission.KEEP_RECORDS)
def ask_for_story(public_id: str) -> Any:
    found = story_queries.to_keep(current_user, public_id)
    stories.ask(current_user.id, found.id, clock.now())
    return done(
        _("%(name)s is asked whether they agree.", name=found.member.name), url_for(".story", public_id=public_id)
    )


@access(Permission.KEEP_RECORDS)
def new_photo(public_id: str) -> Any:
    found, form = story_queries.to_keep(current_user, public_id), PhotoForm()
    template, page = "commendations/story_photo.html", {"story": found, "form": form}
    if not form.is_submitted():
        return render_template(template, **page)
    if not form.validate() or not (picture := form.read(current_app.config["SETTINGS"].photo_side)):
        return invalid(template, **page)
    try:
        stories.add_photo(current_user.id, found.id, picture, now=clock.now(), **form.said())
    except TooManyPhotos as refusal:
        form.refuse(refusal)
        return invalid(template, **page)
    return done(_("The photo is added."), url_for(".story", public_id=public_id))


@access(Permission.KEEP_RECORDS)
def remove_photo(public_id: str, photo: str) -> Any:
    found, form = story_queries.to_keep(current_user, public_id), RemovalForm()
    one = story_queries.photo_of(found, photo)
    page = {"story": found, "photo": one, "form": form}
    if not form.is_submitted():
        return render_template("commendations/remove_photo.html", **page)
    if not form.validate():
        return invalid("commendations/remove_photo.html", **page)
    stories.remove_photo(current_user.id, found.id, one.id, form.reason.data or "", clock.now())
    return done(_("The photo is removed."), url_for(".story", public_id=public_id))
