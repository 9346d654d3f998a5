"""Photos of what was achieved: which a slot has and who may add and remove one. They are seen by whoever sees the
slot's outcomes, and by nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.duties.kinds import PhotoMoment
from activities.duties.models import Post, Slot
from activities.duties.queries import WITH_ALL
from activities.kit.clock import at, local_day
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotAllowed, NotFound, Refusal
from activities.outcomes import queries, rules
from activities.outcomes.models import SlotPhoto
from activities.outcomes.queries import Sight
from activities.people.models import Member
from activities.people.service import acting
from activities.people.users import Viewer
from activities.photos import service as photos
from activities.photos.apart import Picture
from activities.photos.models import Photo
from activities.photos.rules import People
from activities.records.sheets import session

PAGE = 24


def _there() -> sa.Select[SlotPhoto]:
    return (
        sa.select(SlotPhoto)
        .join(SlotPhoto.photo)
        .join(Member, Member.id == Photo.added_by_id)
        .where(Photo.removed_at.is_(None))
        .options(contains_eager(SlotPhoto.photo).contains_eager(Photo.added_by))
    )


def of_slot(slot_id: int) -> Sequence[SlotPhoto]:
    """The slot's photos in the order in which they came, without the bytes. One statement."""
    return db.session.scalars(_there().where(SlotPhoto.slot_id == slot_id).order_by(SlotPhoto.id)).all()


def of_activity(activity_id: int, page: int) -> Sequence[SlotPhoto]:
    """A page of the activity's photos and one more, those of the latest slots first. One statement."""
    query = (
        _there()
        .join(SlotPhoto.slot)
        .join(Slot.post)
        .where(Post.activity_id == activity_id)
        .options(contains_eager(SlotPhoto.slot).contains_eager(Slot.post))
        .order_by(Slot.starts_at.desc(), SlotPhoto.id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    return db.session.scalars(query).all()


def open_moments(slot: Slot, now: datetime) -> list[PhotoMoment]:
    """Of the moments of the slot's kind those of which there can be photos by now. Raises why there are none."""
    whys = {moment: _why_not_show(moment, slot, now) for moment in slot.post.activity.kind.photos}
    if not has_opened(slot, now) and (why := next(iter(whys.values()), None)):
        raise why
    return [moment for moment, why in whys.items() if why is None]


def has_opened(slot: Slot, now: datetime) -> bool:
    """Whether there can be a photo of any moment by now."""
    return any(_why_not_show(moment, slot, now) is None for moment in slot.post.activity.kind.photos)


def _why_not_show(moment: PhotoMoment, slot: Slot, now: datetime) -> Refusal | None:
    morning = at(local_day(slot.starts_at), time())
    return rules.why_not_show(moment, session(slot), morning, now)


def seen(viewer: Viewer, slot_public_id: str, photo_public_id: str) -> tuple[Slot, Sight, SlotPhoto]:
    """A photo of a slot, if this person may see it there; NotFound otherwise, and once it is removed."""
    slot, sight = queries.slot_seen(viewer, slot_public_id)
    query = _there().where(SlotPhoto.slot_id == slot.id, Photo.public_id == photo_public_id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return slot, sight, found


def may_remove(viewer: Viewer, sight: Sight, one: SlotPhoto) -> bool:
    """Who runs the activity, and who added it."""
    return (sight.is_whole and sight.may_enter) or one.photo.added_by_id == viewer.id


@transactional
def add(
    actor_id: int,
    slot_id: int,
    moment: PhotoMoment,
    picture: Picture,
    caption: str,
    people: People | None,
    now: datetime,
) -> str:
    """Add a photo to a slot; return its public id. Raises the rules' Refusal, NotAllowed for who may not enter what was
    achieved there."""
    slot = lock(Slot, slot_id, WITH_ALL)
    kind = slot.post.activity.kind
    if not queries.sight_of(acting(actor_id), slot).may_enter or moment not in kind.photos:
        raise NotAllowed
    there = len(of_slot(slot_id))
    if why := _why_not_show(moment, slot, now) or rules.why_not_add_photo(there):
        raise why
    photo = photos.keep(actor_id, picture, caption, people, now)
    db.session.add(SlotPhoto(slot_id=slot_id, photo_id=photo.id, moment=moment))
    return photo.public_id


@transactional
def remove(actor_id: int, slot_photo_id: int, reason: str, now: datetime) -> None:
    """Remove a photo for good. Raises NotAllowed, WhyRemoved, NotFound where it is removed already."""
    one = lock(SlotPhoto, slot_photo_id)
    slot = lock(Slot, one.slot_id, WITH_ALL)
    actor = acting(actor_id)
    if not may_remove(actor, queries.sight_of(actor, slot), one):
        raise NotAllowed
    photos.remove(actor_id, one.photo_id, reason, now)
