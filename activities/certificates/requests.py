"""Asking for a certificate, and answering: issued as asked for, or declined with a reason."""

from __future__ import annotations

from datetime import date, datetime

from activities.audit import service as audit
from activities.certificates import notices, queries, rules, rules_refusals
from activities.certificates.models import CertificateRequest
from activities.certificates.rules import Answer
from activities.certificates.service import Order, of_mine, write
from activities.duties.kinds import Ledger
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.people.models import Member
from activities.people.persons import same_person


@transactional
def ask(member_id: int, ledger: Ledger, first: date, last: date, now: datetime) -> None:
    """Ask for a certificate; who may issue it is told. Raises the rules' Refusal."""
    member = lock(Member, member_id)
    lines = queries.lines(member_id, ledger, first, last)
    refusal = rules.why_not_issue(is_own=False, first=first, last=last, lines=lines, today=local_day(now))
    if refusal:
        raise refusal
    if there := queries.valid(member_id, ledger, first, last):
        raise rules_refusals.CertifiedAlready(there.number)
    if queries.has_asked(member_id, ledger):
        raise rules_refusals.AskedAlready
    request = CertificateRequest(member_id=member_id, ledger=ledger, first_day=first, last_day=last, asked_at=now)
    db.session.add(request)
    db.session.flush()
    audit.leave(now, member_id, "ask", CertificateRequest, request.id, after={"ledger": ledger})
    notices.asked(queries.issuers_for(member), member.name, now)


@transactional
def grant(issuer_id: int, request_id: int, person: str, contact: str, now: datetime) -> str:
    """Issue what was asked for. Return its public id."""
    request, member, issuer = _open(issuer_id, request_id)
    order = Order(ledger=request.ledger, first=request.first_day, last=request.last_day, person=person, contact=contact)
    certificate = write(issuer, member, order, now)
    request.certificate_id = certificate.id
    _answer(request, Answer.ISSUED, issuer_id, "", now)
    notices.issued(member.id, certificate.number, now)
    return certificate.public_id


@transactional
def decline(actor_id: int, request_id: int, reason: str, now: datetime) -> None:
    request, member, _ = _open(actor_id, request_id)
    if same_person(actor_id, member.id):
        raise rules_refusals.OwnCertificate
    _answer(request, Answer.DECLINED, actor_id, reason, now)
    notices.declined(member.id, reason, now)


def _open(actor_id: int, request_id: int) -> tuple[CertificateRequest, Member, Member]:
    """A request that waits for an answer, who asks, and who answers."""
    member, actor = of_mine(actor_id, db.session.get_one(CertificateRequest, request_id).member_id)
    request = lock(CertificateRequest, request_id)
    if request.answer is not Answer.ASKED:
        raise rules_refusals.AnsweredAlready
    return request, member, actor


def _answer(request: CertificateRequest, answer: Answer, actor_id: int, reason: str, now: datetime) -> None:
    request.answer, request.answered_at, request.answered_by_id, request.reason = answer, now, actor_id, reason
    after = {"answer": answer, "certificate": request.certificate_id}
    audit.leave(now, actor_id, "answer", CertificateRequest, request.id, after=after, reason=reason)
