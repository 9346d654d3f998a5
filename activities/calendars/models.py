"""Feeds: private addresses, several a person, each of something that person may see."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.calendars.rules_feeds import Client, Detail, Scope
from activities.kit.columns import Words
from activities.kit.db import Base, Revised, new_public_id
from activities.people.models import Member


class Feed(Revised, Base):
    """One private address. Its token is derived from the secret key and found by its digest, so that reading the
    database gives no address away. A revoked feed stays, to answer 410. What it is of never changes; how much it says
    may, and raises the revision of every entry in it."""

    __tablename__ = "feed"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    nonce: Mapped[str] = mapped_column(sa.String(32))
    # What its owner calls it: "phone", "family". It stands in no calendar.
    name: Mapped[str] = mapped_column(sa.String(50), default="")
    scope: Mapped[Scope] = mapped_column(Words(Scope), default=Scope.DUTIES)
    # Of which one it is: a public id, or the filters of a search as its address has them.
    subject: Mapped[str] = mapped_column(sa.String(1000), default="")
    detail: Mapped[Detail] = mapped_column(Words(Detail), default=Detail.FULL)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # When a program last asked, and of what kind it was; never its name, version or address.
    fetched_at: Mapped[datetime | None]
    fetched_by: Mapped[Client | None] = mapped_column(Words(Client))
    # The edition that was asked for last, and since when it is the present one.
    edition: Mapped[str] = mapped_column(sa.String(32), default="")
    edition_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship()
