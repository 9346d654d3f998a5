"""Reads of certificates."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from activities.certificates.models import Certificate, CertificateCounter
from activities.certificates.rules import CertificateState, Line
from activities.duties.kinds import Ledger
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.queries import within
from activities.people.users import Viewer
from activities.records.queries import content

PAGE = 50
WITH_ALL = (
    joinedload(Certificate.member, innerjoin=True).joinedload(Member.unit, innerjoin=True),
    joinedload(Certificate.issued_by, innerjoin=True), joinedload(Certificate.ended_by),
    joinedload(Certificate.successor),
)  # fmt: skip


def lines(member_id: int, ledger: Ledger, first: date, last: date) -> tuple[Line, ...]:
    """What the records say now."""
    return tuple(Line._make(row) for row in content(member_id, ledger, first, last))


def take_number(school_id: int, year: int) -> int:
    """Raise the school's counter of the year and return it. Its row stays locked until the transaction ends."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = insert(CertificateCounter).values(school_id=school_id, year=year, last=1)
    raised = statement.on_conflict_do_update(
        index_elements=["school_id", "year"], set_={"last": CertificateCounter.last + 1}
    ).returning(CertificateCounter.last)
    return int(db.session.execute(raised).scalar_one())


def valid_number(member_id: int, ledger: Ledger, first: date, last: date) -> str | None:
    """The number of the valid certificate for exactly this."""
    query = sa.select(Certificate.number).where(
        Certificate.member_id == member_id, Certificate.ledger == ledger, Certificate.first_day == first,
        Certificate.last_day == last, Certificate.state == CertificateState.VALID,
    )  # fmt: skip
    return db.session.scalar(query)


def mine(member_id: int) -> list[Certificate]:
    """The person's own, the latest first."""
    query = sa.select(Certificate).where(Certificate.member_id == member_id).options(joinedload(Certificate.successor))
    return list(db.session.scalars(query.order_by(Certificate.id.desc())))


def by_code(code: str) -> Certificate | None:
    query = sa.select(Certificate).where(Certificate.code == code).options(joinedload(Certificate.successor))
    return db.session.scalars(query).one_or_none()


def _kept(keeper: Viewer) -> sa.Select[Certificate]:
    query = sa.select(Certificate).join(Certificate.member).join(Member.unit)
    return query.where(within(keeper.paths(Permission.CERTIFY))).options(*WITH_ALL)


def issued(keeper: Viewer, text: str, page: int) -> list[Certificate]:
    """Those of the keeper's people whose number or name matches, the latest first; one more than a page where there is
    a next."""
    query = _kept(keeper)
    if text:
        columns = (Certificate.number, Member.number, Member.name)
        query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in columns)))
    query = query.order_by(Certificate.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    return list(db.session.scalars(query))


def to_keep(keeper: Viewer, public_id: str) -> Certificate:
    """The certificate, if it is of one of the keeper's people."""
    return _found(db.session.scalars(_kept(keeper).where(Certificate.public_id == public_id)).one_or_none())


def to_download(viewer: Viewer, public_id: str) -> Certificate:
    """The certificate, for whom it is about and for who keeps it."""
    query = sa.select(Certificate).join(Certificate.member).join(Member.unit).where(
        Certificate.public_id == public_id,
        sa.or_(Certificate.member_id == viewer.id, within(viewer.paths(Permission.CERTIFY))),
    )  # fmt: skip
    return _found(db.session.scalars(query).one_or_none())


def last_contact(issuer_id: int) -> tuple[str, str] | None:
    """The person in charge and the contact of what this issuer issued last."""
    query = sa.select(Certificate).where(Certificate.issued_by_id == issuer_id).order_by(Certificate.id.desc())
    last = db.session.scalars(query.limit(1)).one_or_none()
    return (last.facts.person, last.facts.contact) if last else None


def _found(certificate: Certificate | None) -> Certificate:
    if certificate is None:
        raise NotFound
    return certificate
