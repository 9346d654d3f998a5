"""Who is told what of a commendation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from activities.certificates.rules_notice import Verdict
from activities.commendations.models import Round
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _mine(params: Mapping[str, Any]) -> Page:
    return "commendations.mine", {"public_id": params["nomination"]}


def _round(params: Mapping[str, Any]) -> Page:
    return "commendations.show", {"public_id": params["round"]}


def _kept(params: Mapping[str, Any]) -> Page:
    return "commendations.manage", {"public_id": params["round"]}


def _record(_: Mapping[str, Any]) -> Page:
    return "dossiers.mine", {}


words(
    "commendations.nominated",
    N_("You are nominated for “%(title)s”"),
    N_("%(by)s nominates you. Nothing goes to the committee, and your name stands nowhere, before you agree."),
    _mine, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.answered",
    N_("“%(title)s”: %(name)s has answered"),
    N_("Agreed: the nomination goes to the committee."),
    _round, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.declined",
    N_("“%(title)s”: %(name)s declines"),
    N_("The nomination is ended, and nothing of it is published."),
    _round, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.committee",
    N_("You decide on “%(title)s”"),
    N_("You are named to its committee. Its page shows who is nominated, and why."),
    _round, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.on_notice",
    N_("“%(title)s”: you stand on notice until %(until)s"),
    N_("The committee has chosen you. Everyone of the school sees your name, and can object; then it is granted."),
    _mine, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.awarded",
    N_("Commended: %(title)s"),
    N_("Granted by %(unit)s. It stands in your record."),
    _record, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.revoked",
    N_("Revoked: %(title)s"),
    N_("Reason: %(reason)s. It is taken back from your record."),
    _record, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.set_aside",
    N_("“%(title)s”: you are not commended"),
    N_("An objection was upheld. Reason: %(reason)s"),
    _mine, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.called_off",
    N_("“%(title)s” is called off"),
    N_("Reason: %(reason)s"),
    _round, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.objected",
    N_("“%(title)s”: somebody objects"),
    N_("Somebody who has nothing to do with it answers the objection."),
    _kept, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.upheld",
    N_("Your objection is upheld: %(title)s"),
    N_("The answer: %(word)s"),
    _round, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.rejected",
    N_("Your objection is rejected: %(title)s"),
    N_("The answer: %(word)s"),
    _round, Group.ANSWERS,
)  # fmt: skip


def _of(one: Round) -> dict[str, Any]:
    return {"round": one.public_id, "title": one.title}


def nominated(member_id: int, one: Round, nomination: str, by: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.nominated", **_of(one), nomination=nomination, by=by)


def answered(by_id: int, one: Round, name: str, *, agrees: bool, now: datetime) -> None:
    topic = "commendations.answered" if agrees else "commendations.declined"
    outbox.post(now, [by_id], topic, **_of(one), name=name)


def named(member_id: int, one: Round, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.committee", **_of(one))


def on_notice(nominations: Mapping[int, str], one: Round, until: date, now: datetime) -> None:
    """`nominations`: by person."""
    told = {who: {**_of(one), "nomination": which, "until": until.isoformat()} for who, which in nominations.items()}
    outbox.post_each(now, "commendations.on_notice", told)


def awarded(member_ids: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.awarded", **_of(one), unit=one.granted_by)


def revoked(member_id: int, one: Round, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.revoked", **_of(one), reason=reason)


def set_aside(member_id: int, one: Round, nomination: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.set_aside", **_of(one), nomination=nomination, reason=reason)


def called_off(member_ids: Collection[int], one: Round, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.called_off", **_of(one), reason=reason)


def objected(judges: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, judges, "commendations.objected", **_of(one))


def judged(member_id: int, one: Round, verdict: Verdict, word: str, now: datetime) -> None:
    outbox.post(now, [member_id], f"commendations.{verdict}", **_of(one), word=word)
