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


def round_page(params: Mapping[str, Any]) -> Page:
    return "commendations.show", {"public_id": params["round"]}


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
    round_page, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.declined",
    N_("“%(title)s”: %(name)s declines"),
    N_("The nomination is ended, and nothing of it is published."),
    round_page, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.rewritten",
    N_("“%(title)s”: the reasons for nominating you have changed"),
    N_("%(by)s has changed them. Nothing goes to the committee before you agree to them anew."),
    _mine, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.taken_back",
    N_("“%(title)s”: you are nominated no more"),
    N_("The nomination was taken back before the committee decided."),
    _mine, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.corrected",
    N_("“%(title)s”: the round has been corrected"),
    N_("Reason: %(reason)s. Its page says how it goes now."),
    round_page, Group.RECORDS,
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
    round_page, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.begins_anew",
    N_("“%(title)s”: the notice begins anew"),
    N_("A decision on somebody did not hold. Once the committee has decided anew, all chosen stand on notice again."),
    round_page, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.ended",
    N_("“%(title)s”: a nomination of you is ended"),
    N_("Your accounts are one person’s, who is nominated once, and by somebody else."),
    _mine, Group.RECORDS,
)  # fmt: skip
words(
    "commendations.upheld",
    N_("Your objection is upheld: %(title)s"),
    N_("The answer: %(word)s"),
    round_page, Group.ANSWERS,
)  # fmt: skip
words(
    "commendations.rejected",
    N_("Your objection is rejected: %(title)s"),
    N_("The answer: %(word)s"),
    round_page, Group.ANSWERS,
)  # fmt: skip


def of_round(one: Round) -> dict[str, Any]:
    return {"round": one.public_id, "title": one.title}


def nominated(member_id: int, one: Round, nomination: str, by: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.nominated", **of_round(one), nomination=nomination, by=by)


def answered(by_id: int, one: Round, name: str, *, agrees: bool, now: datetime) -> None:
    topic = "commendations.answered" if agrees else "commendations.declined"
    outbox.post(now, [by_id], topic, **of_round(one), name=name)


def rewritten(member_id: int, one: Round, nomination: str, by: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.rewritten", **of_round(one), nomination=nomination, by=by)


def taken_back(member_id: int, one: Round, nomination: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.taken_back", **of_round(one), nomination=nomination)


def corrected(member_ids: Collection[int], one: Round, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.corrected", **of_round(one), reason=reason)


def on_notice(nominations: Mapping[int, str], one: Round, until: date, now: datetime) -> None:
    """`nominations`: by person."""
    said = {**of_round(one), "until": until.isoformat()}
    told = {who: {**said, "nomination": which} for who, which in nominations.items()}
    outbox.post_each(now, "commendations.on_notice", told)


def awarded(member_ids: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.awarded", **of_round(one), unit=one.granted_by)


def revoked(member_id: int, one: Round, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.revoked", **of_round(one), reason=reason)


def set_aside(member_id: int, one: Round, nomination: str, reason: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.set_aside", **of_round(one), nomination=nomination, reason=reason)


def called_off(member_ids: Collection[int], one: Round, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.called_off", **of_round(one), reason=reason)


def begins_anew(member_ids: Collection[int], one: Round, now: datetime) -> None:
    outbox.post(now, member_ids, "commendations.begins_anew", **of_round(one))


def ended(member_id: int, one: Round, nomination: str, now: datetime) -> None:
    outbox.post(now, [member_id], "commendations.ended", **of_round(one), nomination=nomination)


def judged(member_id: int, one: Round, verdict: Verdict, word: str, now: datetime) -> None:
    outbox.post(now, [member_id], f"commendations.{verdict}", **of_round(one), word=word)
