"""Objections to what stands on notice: raised by anyone of the school with a reason, answered by a secretary who has
nothing to do with the certificate. Upheld, the certificate is revoked in the same transaction."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.certificates import notice_queries, notices, rules_notice
from activities.certificates.models import Certificate, Objection
from activities.certificates.rules import CertificateState
from activities.certificates.rules_notice import Verdict
from activities.certificates.service import end, of_mine
from activities.kit.db import db, lock, transactional, unless_there
from activities.kit.refusal import NotFound
from activities.norms import queries as norms
from activities.people.persons import same_person
from activities.people.service import acting


@transactional
def object_to(member_id: int, certificate_id: int, reason: str, now: datetime) -> str:
    """Say what is wrong about a certificate on notice; who may answer is told. Return the objection's public id.
    Raises the rules' Refusal, NotFound for a certificate of another school."""
    objector, certificate = acting(member_id), lock(Certificate, certificate_id)
    if certificate.school_id != notice_queries.school_of(objector.unit.path):
        raise NotFound
    until = rules_notice.notice_until(certificate.issued_at, norms.in_force()[0].notice_days)
    refusal = rules_notice.why_not_object(
        number=certificate.number, state=certificate.state, until=until, now=now,
        is_own=same_person(member_id, certificate.member_id),
    )  # fmt: skip
    if refusal:
        raise refusal
    objection = Objection(certificate_id=certificate.id, member_id=member_id, reason=reason, made_at=now)
    db.session.add(objection)
    with unless_there(rules_notice.ObjectedAlready):
        db.session.flush()
    after = {"certificate": certificate.id, "member": member_id}
    audit.leave(now, member_id, "object", Objection, objection.id, after=after, reason=reason)
    may = notice_queries.judges([objection])[objection.id]
    notices.objected(may.holders, certificate.number, now)
    notices.nobody_judges(may.appointers, certificate.number, now)
    return objection.public_id


@transactional
def answer(actor_id: int, objection_id: int, verdict: Verdict, word: str, now: datetime) -> None:
    """Uphold an objection, which revokes the certificate, or reject it. Raises the rules' Refusal, NotFound for a
    certificate that is not of one of the secretary's people."""
    found = db.session.get_one(Objection, objection_id)
    certificate = db.session.get_one(Certificate, found.certificate_id)
    member, actor = of_mine(actor_id, certificate.member_id)
    certificate, objection = lock(Certificate, certificate.id), lock(Objection, objection_id)
    involved = (member.id, certificate.issued_by_id, objection.member_id)
    refusal = rules_notice.why_not_judge(verdict=objection.verdict, is_involved=same_person(actor.id, *involved))
    if refusal:
        raise refusal
    objection.verdict, objection.answered_at, objection.answered_by_id, objection.word = verdict, now, actor_id, word
    audit.leave(now, actor_id, "judge", Objection, objection.id, after={"verdict": verdict}, reason=word)
    if verdict is Verdict.UPHELD and certificate.is_valid:
        end(certificate, CertificateState.REVOKED, actor_id, word, now)
        notices.revoked(member.id, certificate.number, word, now)
    notices.judged(objection.member_id, certificate.number, verdict, word, now)
