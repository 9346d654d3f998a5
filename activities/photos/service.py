"""Keep and remove photos. Called inside the transaction of the verb to whose row the photo belongs, as notices and the
trail are: a photo that belongs to nothing is never stored."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.kit.db import db, lock
from activities.kit.refusal import NotFound
from activities.photos import rules
from activities.photos.apart import Picture
from activities.photos.models import Photo
from activities.photos.rules import People


def keep(actor_id: int, picture: Picture, caption: str, people: People | None, now: datetime) -> Photo:
    """Keep a photo. Raises NoCaption, NotAgreed."""
    if refusal := rules.why_not_keep(caption, people):
        raise refusal
    photo = Photo(
        caption=caption, people=people, width=picture.width, height=picture.height, whole=picture.whole,
        small=picture.small, added_by_id=actor_id, added_at=now,
    )  # fmt: skip
    db.session.add(photo)
    db.session.flush()
    facts = {"caption": caption, "people": people, "bytes": len(picture.whole)}
    audit.leave(now, actor_id, "add photo", Photo, photo.id, after=facts)
    return photo


def describe(actor_id: int, photo_id: int, caption: str, people: People | None, now: datetime) -> bool:
    """Say anew what a photo shows, and whom. Return whether that is something else than before. Raises NoCaption,
    NotAgreed."""
    photo = lock(Photo, photo_id)
    if photo.removed_at:
        raise NotFound
    if refusal := rules.why_not_keep(caption, people):
        raise refusal
    before = {"caption": photo.caption, "people": photo.people}
    after = {"caption": caption, "people": people}
    if after == before:
        return False
    photo.caption, photo.people = caption, people or photo.people
    audit.leave(now, actor_id, "describe photo", Photo, photo.id, before=before, after=after)
    return True


def remove(actor_id: int, photo_id: int, reason: str, now: datetime) -> None:
    """Delete the pictures for good; that there was a photo, and what was said of it, stays. Raises WhyRemoved."""
    photo = lock(Photo, photo_id)
    if photo.removed_at:
        raise NotFound
    if not reason:
        raise rules.WhyRemoved
    photo.whole = photo.small = None
    photo.removed_at, photo.removed_by_id, photo.remove_reason = now, actor_id, reason
    audit.leave(now, actor_id, "remove photo", Photo, photo.id, before={"caption": photo.caption}, reason=reason)
