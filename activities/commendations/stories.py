"""Write exemplary stories, and publish them by the person's word on that very text and those pictures. The person is
locked first, then the story."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.audit import service as audit
from activities.commendations import rules_stories as rules
from activities.commendations import story_notices, story_queries
from activities.commendations.models import Story, StoryActivity, StoryPhoto
from activities.commendations.rules_stories import StoryState
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.service import acting
from activities.photos import service as photos

# How far back a story may tell.
REACH = timedelta(days=5 * 366)


@transactional
def write(actor_id: int, member_id: int, title: str, text: str, about: Collection[int], now: datetime) -> str:
    """Begin a story about one of the actor's people and activities of theirs. Return its public id. Raises OwnStory."""
    member, actor = lock(Member, member_id), acting(actor_id)
    if not actor.may(Permission.KEEP_RECORDS, member.unit.path):
        raise NotFound
    if same_person(actor_id, member_id):
        raise rules.OwnStory
    story = Story(member_id=member_id, by_id=actor_id, title=title, text=text, written_at=now)
    db.session.add(story)
    db.session.flush()
    _link(story, about, now)
    after = {"member": member_id, **audit.private(member_id, {"title": title}, ("title",))}
    audit.leave(now, actor_id, "write", Story, story.id, after=after)
    return story.public_id


@transactional
def rewrite(
    actor_id: int, story_id: int, seen: int, title: str, text: str, about: Collection[int], now: datetime
) -> None:
    """Change a story; it is published no more until the person agrees anew. Raises ChangedMeanwhile where it is not the
    revision that was `seen`."""
    story = to_change(actor_id, story_id)
    if story.revision != seen:
        raise ChangedMeanwhile
    story.title, story.text, story.written_at = title, text, now
    db.session.execute(sa.delete(StoryActivity).where(StoryActivity.story_id == story_id))
    _link(story, about, now)
    revise(actor_id, story, "rewrite", now)


@transactional
def ask(actor_id: int, story_id: int, now: datetime) -> None:
    """Show the person what is to be published, and ask whether they agree. Raises AskedAlready, TellsNothing."""
    story = to_change(actor_id, story_id)
    if refusal := rules.why_not_ask(story.state, len(story.activities)):
        raise refusal
    _set(actor_id, story, "ask", StoryState.ASKED, now)
    story_notices.asked(story.member_id, story.public_id, acting(actor_id).name, now)


@transactional
def agree(member_id: int, story_id: int, seen: int, now: datetime) -> None:
    """Agree to this text and these pictures, which are published with it. Raises NotAsked, and ChangedMeanwhile where
    they are not those that were `seen`."""
    story = _own(member_id, story_id)
    if story.state is not StoryState.ASKED:
        raise rules.NotAsked
    if story.revision != seen:
        raise ChangedMeanwhile
    story.agreed_revision, story.agreed_at = seen, now
    _set(member_id, story, "agree", StoryState.PUBLISHED, now)
    story_notices.published(story.by_id, story.public_id, story.title, now)


@transactional
def withdraw(member_id: int, story_id: int, now: datetime) -> None:
    """Not have it published, at any time and without a reason: there is no consent any more. Raises NotAsked."""
    story = _own(member_id, story_id)
    if story.state not in rules.MAY_WITHDRAW:
        raise rules.NotAsked
    no_consent(member_id, story, now)
    story_notices.withdrawn(story.by_id, story.public_id, story.title, now)


@transactional
def take_down(actor_id: int, story_id: int, reason: str, now: datetime) -> None:
    """Have a story read no more by the school; the person and who wrote it are told why. Raises NotPublished."""
    story = to_change(actor_id, story_id)
    if story.state is not StoryState.PUBLISHED:
        raise rules.NotPublished
    down(actor_id, story, reason, now)


@transactional
def publish_again(actor_id: int, story_id: int, now: datetime) -> None:
    """Undo that it was taken down, by the consent that stands; the person is told. Raises the rules' Refusal."""
    story = to_change(actor_id, story_id)
    if refusal := rules.why_not_publish_again(story.state, story.revision, story.agreed_revision):
        raise refusal
    _set(actor_id, story, "publish again", StoryState.PUBLISHED, now)
    story_notices.again(story.member_id, story.public_id, story.title, now)


@transactional
def delete(actor_id: int, story_id: int, reason: str, now: datetime) -> None:
    """Have a draft, or what the person did not want, be no more: its text and its pictures are gone for good, and the
    trail says that there was one. Raises StillShown."""
    story = to_change(actor_id, story_id)
    if story.state not in rules.MAY_DELETE:
        raise rules.StillShown
    for photo in story.photos:
        photos.remove(actor_id, photo.id, reason, now)
    for link in (StoryPhoto, StoryActivity):
        db.session.execute(sa.delete(link).where(link.story_id == story_id))
    before = {"member": story.member_id, "state": story.state, "revision": story.revision}
    audit.leave(now, actor_id, "delete", Story, story_id, before=before, reason=reason)
    db.session.execute(sa.delete(Story).where(Story.id == story_id))


def since(now: datetime) -> date:
    """The first day of which a story may tell."""
    return local_day(now - REACH)


def _own(member_id: int, story_id: int) -> Story:
    lock(Member, member_id)
    story = lock(Story, story_id)
    if story.member_id != member_id:
        raise NotFound
    return story


def no_consent(actor_id: int, story: Story, now: datetime) -> None:
    """Have a story that is locked be one to which the person does not agree."""
    story.agreed_revision = story.agreed_at = None
    _set(actor_id, story, "withdraw", StoryState.WITHDRAWN, now)


def down(actor_id: int, story: Story, reason: str, now: datetime) -> None:
    """Take down a story that is locked, and tell whom it concerns."""
    _set(actor_id, story, "take down", StoryState.TAKEN_DOWN, now, reason)
    told = sorted({story.member_id, story.by_id} - {actor_id})
    story_notices.taken_down(told, story.public_id, story.title, reason, now)


def to_change(actor_id: int, story_id: int) -> Story:
    """A story that is the actor's to change, locked."""
    found = db.session.get(Story, story_id)
    if found is None:
        raise NotFound
    lock(Member, found.member_id)
    story = lock(Story, story_id)
    if not story_queries.keeps(acting(actor_id), story):
        raise NotFound
    return story


def _link(story: Story, about: Collection[int], now: datetime) -> None:
    """Of the activities only those to which the person came."""
    ids = story_queries.links_among(story.member_id, about, since(now))[: rules.MOST_LINKS]
    db.session.add_all([StoryActivity(story_id=story.id, activity_id=one) for one in ids])


def revise(actor_id: int, story: Story, verb: str, now: datetime) -> None:
    """What was agreed to is another text by now: it is a draft again."""
    was = story.state
    story.revision += 1
    _set(actor_id, story, verb, StoryState.DRAFT, now)
    if was is StoryState.PUBLISHED:
        story_notices.changed(story.member_id, now)


def _set(actor_id: int, story: Story, verb: str, state: StoryState, now: datetime, reason: str = "") -> None:
    before, story.state = story.state, state
    is_down = state is StoryState.TAKEN_DOWN
    story.taken_down_at, story.taken_down_by_id = (now, actor_id) if is_down else (None, None)
    story.why_down = reason
    after = {"state": state, "revision": story.revision}
    audit.leave(now, actor_id, verb, Story, story.id, before={"state": before}, after=after, reason=reason)
    db.session.flush()
