"""Writing exemplary stories, asking for the person's word, and taking them down."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.commendations import stories, story_queries
from activities.commendations.forms import ReasonForm
from activities.commendations.rules_stories import NotPublished, OwnStory, StillShown
from activities.commendations.story_forms import PersonForm, StoryForm
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.people.queries import person_by_number

WRITE = "commendations/write_story.html"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/stories/kept")(kept_stories)
    blueprint.route("/stories/new", methods=("GET", "POST"))(new_story)
    blueprint.route("/stories/<public_id>/edit", methods=("GET", "POST"))(edit_story)
    blueprint.post("/stories/<public_id>/ask")(ask_for_story)
    blueprint.route("/stories/<public_id>/take-down", methods=("GET", "POST"))(take_down_story)
    blueprint.post("/stories/<public_id>/publish-again")(publish_story_again)
    blueprint.route("/stories/<public_id>/delete", methods=("GET", "POST"))(delete_story)


@access(Permission.KEEP_RECORDS)
def kept_stories() -> Any:
    find, page = clean_line(request.args.get("q"))[:80], asked_page()
    found = story_queries.kept(current_user, find, page)
    return render_template(
        "commendations/kept_stories.html", stories=found[: story_queries.KEPT], find=find, page=page,
        more=len(found) > story_queries.KEPT,
    )  # fmt: skip


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
def take_down_story(public_id: str) -> Any:
    found, form = story_queries.to_keep(current_user, public_id), ReasonForm()
    page = {"story": found, "form": form}
    if not form.is_submitted():
        return render_template("commendations/take_down_story.html", **page)
    if not form.validate():
        return invalid("commendations/take_down_story.html", **page)
    try:
        stories.take_down(current_user.id, found.id, form.reason.data or "", clock.now())
    except NotPublished as refusal:
        refuse(form, "reason", refusal)
        return invalid("commendations/take_down_story.html", **page)
    message = _("The story is taken down, and %(name)s is told why.", name=found.member.name)
    return done(message, url_for(".story", public_id=public_id))


@access(Permission.KEEP_RECORDS)
def publish_story_again(public_id: str) -> Any:
    found = story_queries.to_keep(current_user, public_id)
    stories.publish_again(current_user.id, found.id, clock.now())
    message = _("The story is published again, and %(name)s is told.", name=found.member.name)
    return done(message, url_for(".story", public_id=public_id))


@access(Permission.KEEP_RECORDS)
def delete_story(public_id: str) -> Any:
    found, form = story_queries.to_keep(current_user, public_id), ReasonForm()
    page = {"story": found, "form": form}
    if not form.is_submitted():
        return render_template("commendations/delete_story.html", **page)
    if not form.validate():
        return invalid("commendations/delete_story.html", **page)
    title = found.title
    try:
        stories.delete(current_user.id, found.id, form.reason.data or "", clock.now())
    except StillShown as refusal:
        refuse(form, "reason", refusal)
        return invalid("commendations/delete_story.html", **page)
    return done(_("The story “%(title)s” is deleted.", title=title), url_for(".kept_stories"))
