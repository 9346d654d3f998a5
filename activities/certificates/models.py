"""Certificates. The database refuses to change what one says, or to delete it (migrations 0027,
0053)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from activities.certificates.rules import Answer, CertificateState, Facts, ItemState, new_code, thawed
from activities.certificates.rules_notice import Verdict
from activities.duties.kinds import Ledger
from activities.kit.columns import Words
from activities.kit.db import Base, new_public_id
from activities.people.models import Member

VALID = sa.text("state = 'valid'")
OPEN = sa.text("answer = 'asked'")
WAITING = sa.text("state = 'waiting'")


class CertificateCounter(Base):
    """How many certificates a school – a unit above all – has issued in a year. Whoever issues one raises it in the
    same transaction, so that a number is issued once or not at all."""

    __tablename__ = "certificate_counter"
    __table_args__ = (sa.UniqueConstraint("school_id", "year"),)

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    last: Mapped[int]


class Certificate(Base):
    """A frozen statement of somebody's records. `snapshot` is all that it says and `hash` its SHA-256; `code` is what
    its verification is found by. `ended_…` and `reason` say how it ceased to be valid, `successor` what replaced it."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.UniqueConstraint("school_id", "year", "count"),
        sa.CheckConstraint("count >= 1", name="count_from_one"),
        sa.CheckConstraint("member_id <> issued_by_id", name="nobody_issues_their_own"),
        sa.CheckConstraint("member_id <> ended_by_id", name="nobody_ends_their_own"),
        sa.CheckConstraint("first_day <= last_day", name="days_in_order"),
        sa.CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name="ended"),
        sa.Index("ix_certificate_member_id", "member_id"),
        sa.Index(
            "uq_certificate_valid", "member_id", "ledger", "first_day", "last_day", unique=True, sqlite_where=VALID,
            postgresql_where=VALID,
        ),
    )  # fmt: skip

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_code)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    year: Mapped[int]
    count: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(16), index=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    issued_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    issued_at: Mapped[datetime] = mapped_column(index=True)
    ledger: Mapped[Ledger] = mapped_column(Words(Ledger))
    first_day: Mapped[date]
    last_day: Mapped[date]
    snapshot: Mapped[str]
    hash: Mapped[str] = mapped_column(sa.String(64))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"), unique=True)

    state: Mapped[CertificateState] = mapped_column(Words(CertificateState), default=CertificateState.VALID)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    issued_by: Mapped[Member] = relationship(foreign_keys=[issued_by_id])
    ended_by: Mapped[Member | None] = relationship(foreign_keys=[ended_by_id])
    replaces: Mapped[Certificate | None] = relationship(remote_side="Certificate.id", back_populates="successor")
    successor: Mapped[Certificate | None] = relationship(back_populates="replaces")

    @property
    def facts(self) -> Facts:
        return thawed(self.snapshot)

    @property
    def is_valid(self) -> bool:
        return self.state is CertificateState.VALID


class CertificateFile(Base):
    """The SHA-256 of a file of a certificate that was handed out."""

    __tablename__ = "certificate_file"
    __table_args__ = (sa.UniqueConstraint("certificate_id", "hash"),)

    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate.id"))
    hash: Mapped[str] = mapped_column(sa.String(64))


class CertificateRequest(Base):
    """Somebody asks for a certificate, and who answered what."""

    __tablename__ = "certificate_request"
    __table_args__ = (
        sa.CheckConstraint("(answer = 'asked') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("(answer = 'issued') = (certificate_id IS NOT NULL)", name="issued"),
        sa.CheckConstraint("member_id <> answered_by_id", name="nobody_answers_their_own"),
        sa.Index("ix_certificate_request_member_id", "member_id"),
        sa.Index(
            "uq_certificate_request_open", "member_id", "ledger", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        ),
    )

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    ledger: Mapped[Ledger] = mapped_column(Words(Ledger))
    first_day: Mapped[date]
    last_day: Mapped[date]
    asked_at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(Words(Answer), default=Answer.ASKED)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    certificate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))

    member: Mapped[Member] = relationship(foreign_keys=[member_id])


class CertificateBatch(Base):
    """What is to be certified for everyone of a class, as one person ordered it."""

    __tablename__ = "certificate_batch"

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    made_at: Mapped[datetime]
    class_name: Mapped[str] = mapped_column(sa.String(50))
    ledger: Mapped[Ledger] = mapped_column(Words(Ledger))
    first_day: Mapped[date]
    last_day: Mapped[date]
    person: Mapped[str] = mapped_column(sa.String(60))
    contact: Mapped[str] = mapped_column(sa.String(100))


class BatchItem(Base):
    """One person of a batch, and what became of it."""

    __tablename__ = "certificate_batch_item"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "member_id"),
        sa.CheckConstraint("(state IN ('issued', 'there')) = (certificate_id IS NOT NULL)", name="has_certificate"),
        sa.Index("ix_certificate_batch_item_waiting", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate_batch.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    state: Mapped[ItemState] = mapped_column(Words(ItemState))
    certificate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))


class Objecting:
    """That somebody of the school says what is wrong about something on notice, and what was answered: what every row
    of an objection has, whatever it is to."""

    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(Words(Verdict), default=Verdict.OPEN)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    word: Mapped[str] = mapped_column(sa.String(500), default="")

    @declared_attr
    def member(cls: Any) -> Mapped[Member]:  # noqa: N805 - called on the class
        return relationship(foreign_keys=[cls.member_id])

    @declared_attr
    def answered_by(cls: Any) -> Mapped[Member | None]:  # noqa: N805 - called on the class
        return relationship(foreign_keys=[cls.answered_by_id])


def answered_by_another() -> tuple[sa.Constraint, ...]:
    """What holds of every objection."""
    return (
        sa.CheckConstraint("(verdict = 'open') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("(verdict = 'open') = (answered_by_id IS NULL)", name="answered_by_somebody"),
        sa.CheckConstraint("member_id <> answered_by_id", name="nobody_answers_their_own"),
    )


def answered_once(to: str) -> tuple[sa.Constraint, ...]:
    """The same where somebody objects once to what stands in the column `to`."""
    return sa.UniqueConstraint(to, "member_id"), *answered_by_another()


class Objection(Objecting, Base):
    """Somebody of the school says that a certificate on notice is wrong, and what was answered."""

    __tablename__ = "certificate_objection"
    __table_args__ = answered_once("certificate_id")

    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("certificate.id"))

    certificate: Mapped[Certificate] = relationship()
