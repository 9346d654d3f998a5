"""Reads of photos. Who may see one is asked by the room that shows it, before it asks here."""

from __future__ import annotations

import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.photos.models import Photo
from activities.photos.rules import Size

_COLUMNS = {Size.WHOLE: Photo.whole, Size.SMALL: Photo.small}


def picture(photo_id: int, size: Size) -> bytes:
    """The bytes of a photo; NotFound once it is removed."""
    found: bytes | None = db.session.scalar(sa.select(_COLUMNS[size]).where(Photo.id == photo_id))
    if found is None:
        raise NotFound
    return found
