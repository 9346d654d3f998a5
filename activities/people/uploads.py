"""Files between preview and import: one a person and purpose, for an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from activities.kit.db import db, transactional
from activities.kit.refusal import NotFound
from activities.outbox.jobs import every
from activities.people.models import RosterUpload
from activities.people.roster_cells import tidy

KEPT = timedelta(hours=1)
NO_SYNC = {"synchronize_session": False}


class UploadGone(NotFound):
    """The upload was imported, replaced by a newer one, is too old, or never was this person's."""


@transactional
def keep(member_id: int, purpose: str, content: bytes, name: str, now: datetime) -> str:
    """Keep a file until it is imported, in place of the member's earlier one. Return its public id."""
    mine = sa.and_(RosterUpload.member_id == member_id, RosterUpload.purpose == purpose)
    old = sa.or_(mine, RosterUpload.created_at < now - KEPT)
    db.session.execute(sa.delete(RosterUpload).where(old), execution_options=NO_SYNC)
    upload = RosterUpload(member_id=member_id, purpose=purpose, content=content, name=tidy(name)[-200:], created_at=now)
    db.session.add(upload)
    db.session.flush()
    return upload.public_id


@every(3600, "forget files that nobody imported")
@transactional
def forget_old(now: datetime) -> None:
    """Delete files that were kept long enough: they hold names, numbers and addresses."""
    old = sa.delete(RosterUpload).where(RosterUpload.created_at < now - KEPT)
    db.session.execute(old, execution_options=NO_SYNC)


def kept(member_id: int, purpose: str, public_id: str, now: datetime) -> RosterUpload:
    """The file this member is about to import. Raises UploadGone."""
    query = sa.select(RosterUpload).where(
        RosterUpload.public_id == public_id, RosterUpload.member_id == member_id, RosterUpload.purpose == purpose,
        RosterUpload.created_at >= now - KEPT,
    )  # fmt: skip
    upload = db.session.scalar(query)
    if upload is None:
        raise UploadGone
    return upload


def use_up(upload_id: int) -> None:
    """Inside the transaction that imports it. Raises UploadGone where another was quicker."""
    used = db.session.execute(sa.delete(RosterUpload).where(RosterUpload.id == upload_id).returning(RosterUpload.id))
    if used.first() is None:
        raise UploadGone
