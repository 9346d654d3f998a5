"""The photos of a story: added, described anew, put in an order, removed for good. Each is a change that the person has
not agreed to, so the story is a draft again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.commendations import rules_stories as rules
from activities.commendations.models import Story, StoryPhoto
from activities.commendations.stories import revise, to_change
from activities.kit.db import db, transactional
from activities.kit.refusal import NotFound
from activities.photos import service as photos
from activities.photos.apart import Picture
from activities.photos.rules import People


@transactional
def add_photo(
    actor_id: int, story_id: int, picture: Picture, caption: str, people: People | None, now: datetime
) -> None:
    """Add a photo behind the others. Raises TooManyPhotos and what photos refuse."""
    story = to_change(actor_id, story_id)
    if len(story.photos) >= rules.MOST_PHOTOS:
        raise rules.TooManyPhotos(rules.MOST_PHOTOS)
    photo = photos.keep(actor_id, picture, caption, people, now)
    last = sa.select(sa.func.max(StoryPhoto.place)).where(StoryPhoto.story_id == story_id)
    db.session.add(StoryPhoto(story_id=story_id, photo_id=photo.id, place=(db.session.scalar(last) or 0) + 1))
    revise(actor_id, story, "add photo", now)


@transactional
def describe_photo(
    actor_id: int, story_id: int, photo_id: int, caption: str, people: People | None, now: datetime
) -> None:
    """Say anew what a photo shows, and whom. Raises what photos refuse."""
    story = _with(actor_id, story_id, photo_id)
    if photos.describe(actor_id, photo_id, caption, people, now):
        revise(actor_id, story, "describe photo", now)


@transactional
def move_photo(actor_id: int, story_id: int, photo_id: int, now: datetime) -> None:
    """Show a photo before the one that it follows; the first stays first."""
    story = _with(actor_id, story_id, photo_id)
    order = [one.id for one in story.photos]
    at = order.index(photo_id)
    if at == 0:
        return
    order[at - 1 : at + 1] = [photo_id, order[at - 1]]
    for row in db.session.scalars(sa.select(StoryPhoto).where(StoryPhoto.photo_id.in_(order))):
        row.place = order.index(row.photo_id) + 1
    revise(actor_id, story, "move photo", now)


@transactional
def remove_photo(actor_id: int, story_id: int, photo_id: int, reason: str, now: datetime) -> None:
    """Remove a photo for good. Raises WhyRemoved."""
    story = _with(actor_id, story_id, photo_id)
    photos.remove(actor_id, photo_id, reason, now)
    revise(actor_id, story, "remove photo", now)


def _with(actor_id: int, story_id: int, photo_id: int) -> Story:
    """A story of the actor's people that shows this photo, locked."""
    story = to_change(actor_id, story_id)
    if photo_id not in {one.id for one in story.photos}:
        raise NotFound
    return story
