"""What people are told of their certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from activities.certificates.rules_notice import Verdict
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _mine(_: object) -> Page:
    return "certificates.mine", {}


words(
    "certificates.issued",
    N_("Record certificate issued: %(what)s"),
    N_("You can download it as often as you need it. Anyone can check it by the code printed on it."),
    _mine,
    Group.RECORDS,
)
words(
    "certificates.superseded",
    N_("Record certificate replaced: %(what)s"),
    N_("%(next)s has taken its place: use that one from now on. Reason: %(reason)s."),
    _mine,
    Group.RECORDS,
)
words(
    "certificates.revoked",
    N_("Record certificate revoked: %(what)s"),
    N_("Do not use it any more; who checks it sees that it was revoked. Reason: %(reason)s."),
    _mine,
    Group.RECORDS,
)


words(
    "certificates.declined",
    N_("No record certificate was issued"),
    N_("Your request was declined. Reason: %(reason)s. You can ask again."),
    _mine,
    Group.RECORDS,
)
words(
    "certificates.asked",
    N_("%(name)s asks for a certificate"),
    N_("Issue it or decline it; it is free of charge."),
    lambda _: ("certificates.asked_for", {}),
    Group.ORGANIZING,
)

words(
    "certificates.objected",
    N_("Objection to certificate %(what)s"),
    N_("Look at it and answer: upheld, the certificate is revoked."),
    lambda _: ("certificates.objections", {}),
    Group.ORGANIZING,
)
words(
    "certificates.nobody_judges",
    N_("Objection to certificate %(what)s that nobody may answer"),
    N_("Who issued it does not answer, and there is no other secretary of the unit or above. Appoint one."),
    lambda _: ("people.roles", {}),
    Group.ORGANIZING,
)
for verdict, sentence in (
    (Verdict.UPHELD, N_("Your objection was upheld, and the certificate is revoked: %(word)s")),
    (Verdict.REJECTED, N_("Your objection was rejected, and the certificate stays: %(word)s")),
):
    words(
        f"certificates.{verdict}",
        N_("Answer to your objection to certificate %(what)s"),
        sentence,
        lambda _: ("certificates.on_notice", {}),
        Group.RECORDS,
    )


words(
    "certificates.look_again",
    N_("Look at record certificates again: %(numbers)s"),
    N_(
        "Two accounts turned out to be one person’s, and one vouched for the other. Once somebody else has"
        " countersigned the records, replace these certificates, or revoke them."
    ),
    lambda _: ("certificates.issued", {}),
    Group.ORGANIZING,
)


def look_again(issuer_ids: Iterable[int], numbers: Iterable[str], now: datetime) -> None:
    outbox.post(now, issuer_ids, "certificates.look_again", numbers=", ".join(numbers))


def issued(member_id: int, number: str, now: datetime) -> None:
    outbox.post(now, [member_id], "certificates.issued", what=number)


def superseded(member_id: int, number: str, successor: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "certificates.superseded", what=number, next=successor, reason=reason)


def revoked(member_id: int, number: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "certificates.revoked", what=number, reason=reason)


def declined(member_id: int, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "certificates.declined", reason=reason)


def asked(issuer_ids: Iterable[int], name: str, now: datetime) -> None:
    outbox.post(now, issuer_ids, "certificates.asked", name=name)


def objected(judge_ids: Iterable[int], number: str, now: datetime) -> None:
    outbox.post(now, judge_ids, "certificates.objected", what=number)


def nobody_judges(administrator_ids: Iterable[int], number: str, now: datetime) -> None:
    outbox.post(now, administrator_ids, "certificates.nobody_judges", what=number)


def judged(member_id: int, number: str, verdict: Verdict, word: str, now: datetime) -> None:
    outbox.post(now, [member_id], f"certificates.{verdict}", what=number, word=word)
