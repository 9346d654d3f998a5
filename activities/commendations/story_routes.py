"""Exemplary stories: read by the school, agreed to by whom they are about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_login import current_user

from activities.commendations import stories, story_queries
from activities.commendations.forms import SeenForm
from activities.commendations.rules_stories import MAY_DELETE, MAY_WITHDRAW, MOST_PHOTOS, StoryState
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done
from activities.photos.answers import PICTURE, answer


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/stories/")(all_stories)
    blueprint.get("/stories/<public_id>")(story)
    blueprint.post("/stories/<public_id>/agree")(agree_to_story)
    blueprint.post("/stories/<public_id>/withdraw")(withdraw_story)
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
        keeps=story_queries.keeps(current_user, found), may_withdraw=found.state in MAY_WITHDRAW,
        may_delete=found.state in MAY_DELETE, most_photos=MOST_PHOTOS,
        has_consent=found.agreed_revision == found.revision,
        form=SeenForm(formdata=None, data={"seen": found.revision}),
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
