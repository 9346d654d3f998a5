"""Reads of exemplary stories. Who may see one is asked here: what is published the whole school reads, anything else
the person and those who keep their records."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from activities.certificates.notice_queries import school_of
from activities.commendations.models import Story
from activities.commendations.rules_stories import StoryState
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of, same_person
from activities.people.queries import within
from activities.people.users import Viewer
from activities.photos.models import Photo
from activities.records.models import Record
from activities.records.rules import CAME

PAGE, KEPT = 12, 30
# Of whom data are still used: neither restricted nor erased.
IN_USE = sa.and_(Member.restricted_at.is_(None), Member.erased_at.is_(None))


def _stories() -> sa.Select[Story]:
    return (
        sa.select(Story)
        .join(Story.member)
        .join(Member.unit)
        .options(
            contains_eager(Story.member).contains_eager(Member.unit), joinedload(Story.by, innerjoin=True),
            joinedload(Story.taken_down_by), selectinload(Story.photos), selectinload(Story.activities),
        )
    )  # fmt: skip


def published(viewer: Viewer, page: int) -> list[Story]:
    """What the viewer's school reads, the latest first; one more than a page holds."""
    school = Unit.path.startswith(f"{school_of(viewer.unit.path)}/")
    query = _stories().where(school, Story.state == StoryState.PUBLISHED, IN_USE)
    return list(
        db.session.scalars(query.order_by(Story.agreed_at.desc(), Story.id).limit(PAGE + 1).offset((page - 1) * PAGE))
    )


def about(member_id: int) -> list[Story]:
    """What is written about somebody and they have been shown, the latest first."""
    query = _stories().where(Story.member_id == member_id, Story.state != StoryState.DRAFT)
    return list(db.session.scalars(query.order_by(Story.id.desc()).limit(PAGE)))


def kept(keeper: Viewer, find: str, page: int) -> list[Story]:
    """What is written about the keeper's people, the latest first, of those whose title or person's name has `find` in
    it; one more than a page holds."""
    theirs = within(keeper.paths(Permission.KEEP_RECORDS)), IN_USE, ~is_account_of(Story.member_id, keeper.id)
    has = sa.or_(Story.title.icontains(find, autoescape=True), Member.name.icontains(find, autoescape=True))
    query = _stories().where(*theirs, *([has] if find else []))
    return list(db.session.scalars(query.order_by(Story.id.desc()).limit(KEPT + 1).offset((page - 1) * KEPT)))


def seen(viewer: Viewer, public_id: str) -> Story:
    """A story that this person may read."""
    found = db.session.scalars(_stories().where(Story.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    in_school = school_of(found.member.unit.path) == school_of(viewer.unit.path)
    is_public = found.state is StoryState.PUBLISHED and in_school and _in_use(found)
    is_shown = found.member_id == viewer.id and found.state is not StoryState.DRAFT
    if not (is_public or is_shown or keeps(viewer, found)):
        raise NotFound
    return found


def to_keep(keeper: Viewer, public_id: str) -> Story:
    """A story that is the keeper's to change."""
    found = seen(keeper, public_id)
    if not keeps(keeper, found):
        raise NotFound
    return found


def keeps(viewer: Viewer, story: Story) -> bool:
    may = _in_use(story) and viewer.may(Permission.KEEP_RECORDS, story.member.unit.path)
    return may and not same_person(viewer.id, story.member_id)


def _in_use(story: Story) -> bool:
    return story.member.restricted_at is None and story.member.erased_at is None


def photo_of(story: Story, public_id: str) -> Photo:
    found = next((one for one in story.photos if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def activities_of(member_id: int, since: date) -> list[Activity]:
    """What a story about somebody can tell of: activities to which they came since a day. One statement."""
    came = (
        sa.select(Post.activity_id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Record, Record.slot_id == Slot.id)
        .where(Record.member_id == member_id, Record.day >= since, Record.attendance.in_(CAME), Record.is_final)
    )
    return list(db.session.scalars(sa.select(Activity).where(Activity.id.in_(came)).order_by(Activity.name)))


def links_among(member_id: int, activity_ids: Collection[int], since: date) -> list[int]:
    return [one.id for one in activities_of(member_id, since) if one.id in activity_ids]
