"""Reads of certificates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import contains_eager, joinedload

from activities.certificates.models import (
    BatchItem,
    Certificate,
    CertificateBatch,
    CertificateCounter,
    CertificateRequest,
)
from activities.certificates.rules import Answer, CertificateState, ItemState, Line
from activities.duties.kinds import Ledger
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import PERMISSIONS, Permission
from activities.people.directory import classes
from activities.people.models import Member, RoleGrant, Unit
from activities.people.persons import is_account_of
from activities.people.queries import WITH_ROLES, within
from activities.people.users import Viewer
from activities.records.models import Record
from activities.records.queries import content, counts

PAGE = 50
# Of whom nothing is kept any more, only number and code are left of a certificate.
SAYS_SOMETHING = Certificate.snapshot != ""
WITH_ALL = (
    joinedload(Certificate.member, innerjoin=True).joinedload(Member.unit, innerjoin=True),
    joinedload(Certificate.issued_by, innerjoin=True), joinedload(Certificate.ended_by),
    joinedload(Certificate.successor),
)  # fmt: skip


class Paper(NamedTuple):
    """What a certificate's file is made of."""

    certificate_id: int
    number: str
    snapshot: str
    hash: str
    code: str


def lines(member_id: int, ledger: Ledger, first: date, last: date) -> tuple[Line, ...]:
    """What the records say now."""
    return tuple(Line._make(row) for row in content(member_id, ledger, first, last))


def rests_on(voucher_id: int, member_id: int, ledger: Ledger, first: date, last: date) -> bool:
    """Whether nobody but this person, by whichever account, vouches for some of what can be certified."""
    alone = sa.or_(Record.countersigned_by_id.is_(None), is_account_of(Record.countersigned_by_id, voucher_id))
    query = sa.select(Record.id).where(
        Record.member_id == member_id, Record.ledger == ledger, Record.day.between(first, last), counts(),
        is_account_of(Record.recorded_by_id, voucher_id), alone,
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def take_number(school_id: int, year: int) -> int:
    """Raise the school's counter of the year and return it. Its row stays locked until the transaction ends."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    statement = insert(CertificateCounter).values(school_id=school_id, year=year, last=1)
    raised = statement.on_conflict_do_update(
        index_elements=["school_id", "year"], set_={"last": CertificateCounter.last + 1}
    ).returning(CertificateCounter.last)
    return int(db.session.execute(raised).scalar_one())


def valid(member_id: int, ledger: Ledger, first: date, last: date) -> sa.Row[int, str] | None:
    """The id and the number of the valid certificate for exactly this."""
    query = sa.select(Certificate.id, Certificate.number).where(
        Certificate.member_id == member_id, Certificate.ledger == ledger, Certificate.first_day == first,
        Certificate.last_day == last, Certificate.state == CertificateState.VALID,
    )  # fmt: skip
    return db.session.execute(query).one_or_none()


def mine(member_id: int) -> list[Certificate]:
    """The person's own, the latest first."""
    query = sa.select(Certificate).where(Certificate.member_id == member_id).options(joinedload(Certificate.successor))
    return list(db.session.scalars(query.order_by(Certificate.id.desc())))


def valid_of(member_ids: Collection[int]) -> list[Certificate]:
    """The valid ones of these people, the oldest first."""
    query = sa.select(Certificate).where(
        Certificate.member_id.in_(member_ids), Certificate.state == CertificateState.VALID
    )
    return list(db.session.scalars(query.options(*WITH_ALL).order_by(Certificate.id)))


def _kept(keeper: Viewer) -> sa.Select[Certificate]:
    query = sa.select(Certificate).join(Certificate.member).join(Member.unit)
    return query.where(within(keeper.paths(Permission.CERTIFY)), SAYS_SOMETHING).options(*WITH_ALL)


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
        Certificate.public_id == public_id, SAYS_SOMETHING,
        sa.or_(Certificate.member_id == viewer.id, within(viewer.paths(Permission.CERTIFY))),
    )  # fmt: skip
    return _found(db.session.scalars(query).one_or_none())


def last_contact(issuer_id: int) -> tuple[str, str] | None:
    """The person in charge and the contact of what this issuer issued last."""
    query = sa.select(Certificate).where(Certificate.issued_by_id == issuer_id, SAYS_SOMETHING)
    query = query.order_by(Certificate.id.desc())
    last = db.session.scalars(query.limit(1)).one_or_none()
    return (last.facts.person, last.facts.contact) if last else None


def _found(certificate: Certificate | None) -> Certificate:
    if certificate is None:
        raise NotFound
    return certificate


# ── requests ────────────────────────────────────────────────────────────────


def has_asked(member_id: int, ledger: Ledger) -> bool:
    query = sa.select(CertificateRequest.id).where(
        CertificateRequest.member_id == member_id, CertificateRequest.ledger == ledger,
        CertificateRequest.answer == Answer.ASKED,
    )  # fmt: skip
    return db.session.scalar(query) is not None


def requests_of(member_id: int) -> list[CertificateRequest]:
    """What the person has asked for and has not got, the latest first."""
    query = sa.select(CertificateRequest).where(
        CertificateRequest.member_id == member_id, CertificateRequest.answer != Answer.ISSUED
    )
    return list(db.session.scalars(query.order_by(CertificateRequest.id.desc()).limit(5)))


def _asked(keeper: Viewer) -> sa.Select[CertificateRequest]:
    """What waits for this keeper's answer: of all their people but themselves."""
    return (
        sa.select(CertificateRequest)
        .join(CertificateRequest.member)
        .join(Member.unit)
        .where(
            within(keeper.paths(Permission.CERTIFY)), ~is_account_of(CertificateRequest.member_id, keeper.id),
            CertificateRequest.answer == Answer.ASKED,
        )
        .options(contains_eager(CertificateRequest.member).contains_eager(Member.unit))
    )  # fmt: skip


def to_answer(keeper: Viewer) -> list[CertificateRequest]:
    """The oldest first; one more than a page where there are more."""
    return list(db.session.scalars(_asked(keeper).order_by(CertificateRequest.id).limit(PAGE + 1)))


def how_many_to_answer(keeper: Viewer) -> sa.Select[int]:
    """The same as a number."""
    return _asked(keeper).with_only_columns(sa.func.count(CertificateRequest.id), maintain_column_froms=True)


def request_to_answer(keeper: Viewer, public_id: str) -> CertificateRequest:
    query = _asked(keeper).where(CertificateRequest.public_id == public_id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def issuers_for(member: Member) -> list[int]:
    """Who may issue the person a certificate."""
    roles = [role for role, permitted in PERMISSIONS.items() if Permission.CERTIFY in permitted]
    query = (
        sa.select(RoleGrant.member_id)
        .join(RoleGrant.unit)
        .join(RoleGrant.member)
        .where(
            RoleGrant.role.in_(roles), sa.literal(member.unit.path).startswith(Unit.path), Member.active,
            ~is_account_of(Member.id, member.id),
        )
        .distinct()
    )  # fmt: skip
    return list(db.session.scalars(query))


# ── batches ─────────────────────────────────────────────────────────────────


def active(member_id: int) -> Member | None:
    """The person with roles as they are now, unless the account is shut."""
    query = sa.select(Member).where(Member.id == member_id, Member.active).options(*WITH_ROLES)
    return db.session.execute(query).unique().scalar_one_or_none()


def classes_for(keeper: Viewer) -> list[str]:
    return classes(keeper.paths(Permission.CERTIFY))


def _class(keeper: Viewer, class_name: str) -> list[sa.ColumnElement[bool]]:
    """Everyone of a class among the keeper's people, themselves left out."""
    mine = within(keeper.paths(Permission.CERTIFY))
    return [mine, Member.class_name == class_name, Member.active.is_(True), ~is_account_of(Member.id, keeper.id)]


def class_of(keeper: Viewer, class_name: str) -> list[int]:
    query = sa.select(Member.id).join(Member.unit).where(*_class(keeper, class_name)).order_by(Member.number)
    return list(db.session.scalars(query))


def with_time(keeper: Viewer, class_name: str, ledger: Ledger, first: date, last: date) -> tuple[int, int]:
    """How many of a class there are, and how many of them have time that can be certified."""
    has_time = (
        sa.select(Record.id)
        .where(
            Record.member_id == Member.id, Record.ledger == ledger, Record.day.between(first, last), counts(),
        )
        .exists()
    )  # fmt: skip
    query = sa.select(sa.func.count(), sa.func.count(sa.case((has_time, 1)))).select_from(Member).join(Member.unit)
    people, some = db.session.execute(query.where(*_class(keeper, class_name))).one()
    return people, some


def waiting_items(size: int) -> list[int]:
    query = sa.select(BatchItem.id).where(BatchItem.state == sa.literal_column("'waiting'"))
    return list(db.session.scalars(query.order_by(BatchItem.id).limit(size)))


def batches_of(member_id: int) -> list[CertificateBatch]:
    query = sa.select(CertificateBatch).where(CertificateBatch.made_by_id == member_id)
    return list(db.session.scalars(query.order_by(CertificateBatch.id.desc()).limit(PAGE)))


def batch_for(member_id: int, public_id: str) -> CertificateBatch:
    """A batch, for who made it."""
    query = sa.select(CertificateBatch).where(
        CertificateBatch.public_id == public_id, CertificateBatch.made_by_id == member_id
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def progress(batch_id: int) -> dict[ItemState, int]:
    query = sa.select(BatchItem.state, sa.func.count()).where(BatchItem.batch_id == batch_id).group_by(BatchItem.state)
    found = dict(db.session.execute(query).all())
    return {state: found.get(state, 0) for state in ItemState}


def left_out(keeper: Viewer, batch_id: int) -> list[tuple[str, str, ItemState]]:
    """Who of the keeper's people got none, and why: number, name, state."""
    query = (
        sa.select(Member.number, Member.name, BatchItem.state)
        .join(Member, Member.id == BatchItem.member_id)
        .join(Member.unit)
        .where(BatchItem.batch_id == batch_id, within(keeper.paths(Permission.CERTIFY)))
        .where(BatchItem.certificate_id.is_(None), BatchItem.state != ItemState.WAITING)
        .order_by(Member.number)
    )
    return [(number, name, state) for number, name, state in db.session.execute(query)]


def papers_of(keeper: Viewer, batch_id: int) -> list[Paper]:
    """The batch's certificates that are still valid, of who still are the keeper's people."""
    query = (
        sa.select(Certificate.id, Certificate.number, Certificate.snapshot, Certificate.hash, Certificate.code)
        .join(BatchItem, BatchItem.certificate_id == Certificate.id)
        .join(Certificate.member)
        .join(Member.unit)
        .where(within(keeper.paths(Permission.CERTIFY)), SAYS_SOMETHING)
        .where(BatchItem.batch_id == batch_id, Certificate.state == CertificateState.VALID)
        .order_by(Certificate.year, Certificate.count)
    )
    return [Paper(*row) for row in db.session.execute(query)]
