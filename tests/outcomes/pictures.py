"""Photos of slots for tests that are not about how they come in."""

from __future__ import annotations

import sqlalchemy as sa

from activities.duties.kinds import PhotoMoment
from activities.duties.models import Slot
from activities.kit.db import db
from activities.outcomes.models import SlotPhoto
from activities.people.models import Member
from activities.photos.models import Photo
from activities.photos.rules import People
from tests.cast import NOW, store
from tests.photos.files import WEBP


def photographed(slot: Slot, by: Member, moment: PhotoMoment = PhotoMoment.BEFORE) -> str:
    """The slot's only photo, by its public id; made now where there is none."""
    found = db.session.scalar(sa.select(Photo.public_id).join(SlotPhoto).where(SlotPhoto.slot_id == slot.id))
    return found or photograph(slot, by, moment)


def photograph(slot: Slot, by: Member, moment: PhotoMoment = PhotoMoment.BEFORE) -> str:
    """One more photo of the slot."""
    photo = store(
        Photo(
            caption="湖岸",
            people=People.NOBODY,
            width=8,
            height=6,
            added_by_id=by.id,
            added_at=NOW,
            small=WEBP,
            whole=WEBP,
        )
    )
    store(SlotPhoto(slot_id=slot.id, photo_id=photo.id, moment=moment))
    db.session.commit()
    return photo.public_id
