"""Issue, replace and revoke certificates. The person is locked first, so that two who issue for one person take turns;
then the counter, whose number is taken in the transaction that issues it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from activities.audit import service as audit
from activities.certificates import notices, queries, rules, rules_refusals
from activities.certificates.models import Certificate
from activities.certificates.rules import CertificateState, Facts, Line
from activities.config import Settings
from activities.duties.kinds import Ledger
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.norms import queries as norms
from activities.norms.rules import star_level
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.service import acting
from activities.records.queries import given_until

# By which verb a certificate comes into a state.
ENDINGS = {CertificateState.SUPERSEDED: "supersede", CertificateState.REVOKED: "revoke"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be certified, and whom to ask about it."""

    ledger: Ledger
    first: date
    last: date
    person: str
    contact: str


@transactional
def issue(issuer_id: int, member_id: int, order: Order, now: datetime) -> str:
    """Issue a certificate of what the records say. Return its public id. Raises the rules' Refusal, NotFound for who
    is not one of the issuer's people."""
    member, issuer = of_mine(issuer_id, member_id)
    certificate = write(issuer, member, order, now)
    notices.issued(member.id, certificate.number, now)
    return certificate.public_id


@transactional
def supersede(actor_id: int, certificate_id: int, reason: str, now: datetime) -> str:
    """Replace a certificate by one of what the records say now, for the same days. Return its public id."""
    certificate, member, actor = _to_end(actor_id, certificate_id)
    facts = certificate.facts
    order = Order(
        ledger=certificate.ledger, first=certificate.first_day, last=certificate.last_day, person=facts.person,
        contact=facts.contact,
    )  # fmt: skip
    present = queries.lines(member.id, order.ledger, order.first, order.last)
    if (facts.lines, facts.name, facts.member) == (present, member.name, member.number):
        raise rules_refusals.NothingChanged(certificate.number)
    end(certificate, CertificateState.SUPERSEDED, actor_id, reason, now)
    successor = write(actor, member, order, now, replaces_id=certificate.id)
    notices.superseded(member.id, certificate.number, successor.number, reason, now)
    return successor.public_id


@transactional
def revoke(actor_id: int, certificate_id: int, reason: str, now: datetime) -> None:
    certificate, member, _ = _to_end(actor_id, certificate_id)
    end(certificate, CertificateState.REVOKED, actor_id, reason, now)
    notices.revoked(member.id, certificate.number, reason, now)


def write(issuer: Member, member: Member, order: Order, now: datetime, replaces_id: int | None = None) -> Certificate:
    """Inside a transaction that has locked the person: take the next number and freeze what the records say."""
    lines = queries.lines(member.id, order.ledger, order.first, order.last)
    today, is_own = local_day(now), same_person(issuer.id, member.id)
    if refusal := rules.why_not_issue(is_own=is_own, first=order.first, last=order.last, lines=lines, today=today):
        raise refusal
    if queries.rests_on(issuer.id, member.id, order.ledger, order.first, order.last):
        raise rules_refusals.OnlyYourWord(member.name)
    if there := queries.valid(member.id, order.ledger, order.first, order.last):
        raise rules_refusals.CertifiedAlready(there.number)
    school_id = int(member.unit.path.split("/")[0])
    count = queries.take_number(school_id, today.year)
    number = rules.number_of(today.year, count)
    snapshot = _facts(number, issuer, member, order, lines, today).frozen()
    certificate = Certificate(
        school_id=school_id, year=today.year, count=count, number=number, member_id=member.id, issued_by_id=issuer.id,
        issued_at=now, ledger=order.ledger, first_day=order.first, last_day=order.last, snapshot=snapshot,
        hash=rules.hash_of(snapshot), replaces_id=replaces_id,
    )  # fmt: skip
    db.session.add(certificate)
    db.session.flush()
    said = {"number": number, "member": member.id, "hash": certificate.hash, "replaces": replaces_id}
    audit.leave(now, issuer.id, "issue", Certificate, certificate.id, after=said)
    return certificate


def _facts(number: str, issuer: Member, member: Member, order: Order, lines: tuple[Line, ...], today: date) -> Facts:
    settings: Settings = current_app.config["SETTINGS"]
    total, star = 0, 0
    stars: tuple[int, ...] = ()
    if order.ledger is Ledger.SERVICE:
        total, stars = given_until(member.id, Ledger.SERVICE, order.last), norms.in_force()[0].stars
        star = star_level(total, stars)
    return Facts(
        number=number, school=settings.school, ledger=order.ledger.value, name=member.name, member=member.number,
        unit=member.unit.name, first=order.first, last=order.last, lines=lines, issuer=issuer.name,
        person=order.person, contact=order.contact, issued=today, total=total, star=star, stars=stars,
    )  # fmt: skip


def of_mine(actor_id: int, member_id: int) -> tuple[Member, Member]:
    """The locked person and who acts, if the person is one of theirs."""
    member, actor = lock(Member, member_id), acting(actor_id)
    if not actor.may(Permission.CERTIFY, member.unit.path):
        raise NotFound
    return member, actor


def _to_end(actor_id: int, certificate_id: int) -> tuple[Certificate, Member, Member]:
    """A valid certificate that this person may end, whom it is about, and who acts."""
    member, actor = of_mine(actor_id, db.session.get_one(Certificate, certificate_id).member_id)
    certificate = lock(Certificate, certificate_id)
    is_own = same_person(actor.id, member.id)
    if refusal := rules.why_not_end(number=certificate.number, state=certificate.state, is_own=is_own):
        raise refusal
    return certificate, member, actor


def end(certificate: Certificate, state: CertificateState, actor_id: int, reason: str, now: datetime) -> None:
    """Inside a transaction that has locked it: have a certificate be valid no more."""
    before, verb = {"state": certificate.state}, ENDINGS[state]
    certificate.state, certificate.reason = state, reason
    certificate.ended_at, certificate.ended_by_id = now, actor_id
    audit.leave(now, actor_id, verb, Certificate, certificate.id, before=before, after={"state": state}, reason=reason)
