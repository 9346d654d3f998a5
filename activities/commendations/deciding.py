"""The committee's word on a nomination, entered by one of the people who were named to it."""

from __future__ import annotations

from datetime import date, datetime

from activities.audit import service as audit
from activities.commendations import queries, rules
from activities.commendations.models import Nomination, Round
from activities.commendations.rules import State
from activities.commendations.rules_refusals import NoneLeft
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import NotFound
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.service import acting

PRIVATE = ("note",)


@transactional
def decide(actor_id: int, nomination_id: int, chosen: bool, day: date, word: str, now: datetime) -> None:
    """Enter that the committee chose somebody, or did not, on a day; or decided otherwise since, and why. Where it is
    the same decision its day and note are corrected, and who entered it stays who did. Raises the rules' Refusal,
    NotFound for who is not on the committee."""
    found = db.session.get(Nomination, nomination_id)
    if found is None or not queries.decides(acting(actor_id).id, found.round_id):
        raise NotFound
    lock(Member, found.member_id)
    one, nomination = lock(Round, found.round_id), lock(Nomination, nomination_id)
    before, after = nomination.state, State.CHOSEN if chosen else State.NOT_CHOSEN
    refusal = rules.why_not_decide(
        state=one.state, nomination=before, chosen=chosen, left=one.most - one.chosen, most=one.most,
        is_involved=same_person(actor_id, nomination.member_id, nomination.by_id), day=day, first=one.first,
        today=local_day(now), reason=word, reason_before=nomination.word,
    )  # fmt: skip
    if refusal:
        raise refusal
    told = {"state": before, "day": nomination.decided_on, "note": nomination.word}
    one.chosen += chosen - (before is State.CHOSEN)
    if one.chosen > one.most:
        raise NoneLeft(one.most)
    nomination.state, nomination.decided_on, nomination.word = after, day, word
    if before is not after:
        nomination.decided_by_id = actor_id
    audit.leave(
        now, actor_id, "decide" if before is not after else "correct", Nomination, nomination_id,
        before=audit.private(nomination.member_id, told, PRIVATE),
        after=audit.private(nomination.member_id, {"state": after, "day": day, "note": word}, PRIVATE),
    )  # fmt: skip
