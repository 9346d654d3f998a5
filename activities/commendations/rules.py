"""Rounds of commendation: who may be commended and by whom nominated, how many, and what each step waits for. Plain
values only."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from activities.commendations import rules_refusals as refusals
from activities.kit.refusal import N_, Refusal
from activities.people.rules import Stage, Standing

MOST_NOTICE, MOST_NUMBER = 30, 1000
MOST_REASONS, MOST_EVIDENCE, MOST_WORD = 1000, 20, 500
DEFAULT_PERCENT, DEFAULT_NOTICE = 10, 5


class Whom(StrEnum):
    """Who may be commended, and of whom the quota is a share."""

    FULL = "full"
    STAFF = "staff"


WHOM_NAMES = {Whom.FULL: N_("Full members"), Whom.STAFF: N_("Staff")}


class Nominators(StrEnum):
    MEMBERS = "members"
    SECRETARIES = "secretaries"


NOMINATORS_NAMES = {
    Nominators.MEMBERS: N_("Members nominate others"), Nominators.SECRETARIES: N_("Secretaries nominate their people"),
}  # fmt: skip


class RoundState(StrEnum):
    OPEN = "open"
    NOTICE = "notice"
    AWARDED = "awarded"
    CALLED_OFF = "called off"


ROUND_NAMES = {
    RoundState.OPEN: N_("Nominations and decision"), RoundState.NOTICE: N_("On notice"),
    RoundState.AWARDED: N_("Awarded"), RoundState.CALLED_OFF: N_("Called off"),
}  # fmt: skip


class State(StrEnum):
    """What became of a nomination."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not chosen"
    SET_ASIDE = "set aside"
    AWARDED = "awarded"
    REVOKED = "revoked"
    TAKEN_BACK = "taken back"


STATE_NAMES = {
    State.ASKED: N_("Waits for the nominated person's word"), State.AGREED: N_("Before the committee"),
    State.DECLINED: N_("Declined by the nominated person"), State.CHOSEN: N_("To be commended"),
    State.NOT_CHOSEN: N_("Not chosen"), State.SET_ASIDE: N_("Set aside after an objection"),
    State.AWARDED: N_("Commended"), State.REVOKED: N_("Revoked"),
    State.TAKEN_BACK: N_("Taken back"),
}  # fmt: skip
# What the committee sees, and what stands on notice and afterwards.
BEFORE_COMMITTEE = (State.AGREED, State.CHOSEN, State.NOT_CHOSEN)
# Of several nominations of one person the one that has come furthest stands.
FURTHEST = (State.CHOSEN, State.NOT_CHOSEN, State.AGREED, State.ASKED)
# Who has declined can think again as long as the round is open.
MAY_AGREE = (State.ASKED, State.DECLINED)
# From what the person can still go back: afterwards it has been granted.
MAY_DECLINE = (State.ASKED, State.AGREED, State.CHOSEN, State.NOT_CHOSEN)


def how_many(percent: int | None, number: int | None, people: int) -> int:
    """The quota: a share of the people, rounded down, or a number."""
    return people * percent // 100 if percent is not None else number or 0


# What the committee has not decided on yet, so that its nominator can still change it.
UNDECIDED = (State.ASKED, State.AGREED)


def may_be_commended(whom: Whom, stage: Stage, standing: Standing) -> bool:
    return stage is Stage.FULL if whom is Whom.FULL else standing is not Standing.STUDENT


def why_not_correct(*, state: RoundState, first: date, last: date, today: date, was_last: date) -> Refusal | None:
    """The first reason against setting a round's last day of nominations anew, or None."""
    if state is not RoundState.OPEN:
        return refusals.NotOpen()
    if last < first:
        return refusals.WrongDays()
    return refusals.DaysPast() if last < today and last != was_last else None


def why_not_open(*, first: date, last: date, today: date, most: int) -> Refusal | None:
    if last < first:
        return refusals.WrongDays()
    if last < today:
        return refusals.DaysPast()
    return None if most > 0 else refusals.NobodyToCommend()


def why_not_nominate(
    *, state: RoundState, first: date, last: date, today: date, is_own: bool, there: bool
) -> Refusal | None:
    """The first reason against nominating somebody, or None. `there`: they have been, by whichever account."""
    if state is not RoundState.OPEN or not first <= today <= last:
        return refusals.NotNominating(first, last)
    if is_own:
        return refusals.OwnNomination()
    return refusals.NominatedAlready() if there else None


def why_not_answer(*, round_state: RoundState, state: State, agrees: bool) -> Refusal | None:
    """The first reason against the nominated person's agreeing, or declining, or None."""
    if agrees:
        return None if round_state is RoundState.OPEN and state in MAY_AGREE else refusals.AnsweredAlready()
    is_under_way = round_state in (RoundState.OPEN, RoundState.NOTICE)
    return None if is_under_way and state in MAY_DECLINE else refusals.AnsweredAlready()


def why_not_change(*, state: RoundState, nomination: State) -> Refusal | None:
    """The first reason against the nominator's changing a nomination or taking it back, or None."""
    if state is not RoundState.OPEN:
        return refusals.NotOpen()
    return None if nomination in UNDECIDED else refusals.DecidedAlready()


def why_not_decide(
    *, state: RoundState, nomination: State, chosen: bool, left: int, most: int, is_involved: bool, day: date,
    first: date, today: date, reason: str, reason_before: str = "",
) -> Refusal | None:  # fmt: skip
    """The first reason against the committee's word on a nomination, or None. `is_involved`: who enters it is the
    nominated person or nominated them; `left`: how many more may be commended. Who decides otherwise says why, in
    other words than before; who decides the same corrects day and note."""
    if is_involved:
        return refusals.InvolvedInNomination()
    if state is not RoundState.OPEN or nomination not in BEFORE_COMMITTEE:
        return refusals.NotBeforeCommittee()
    if not first <= day <= today:
        return refusals.WrongDecisionDay(first, today)
    is_otherwise = nomination is not State.AGREED and (nomination is State.CHOSEN) != chosen
    if is_otherwise and reason in ("", reason_before):
        return refusals.WhyOtherwise()
    return refusals.NoneLeft(most) if chosen and nomination is not State.CHOSEN and left < 1 else None


def why_not_publish(*, state: RoundState, last: date, today: date, waiting: int, chosen: int) -> Refusal | None:
    """The first reason against putting those chosen on notice, or None. `waiting`: nominations the committee has not
    decided on."""
    if state is not RoundState.OPEN:
        return refusals.NotOpen()
    if today <= last:
        return refusals.StillNominating(last)
    if waiting:
        return refusals.Undecided(waiting)
    return None if chosen else refusals.NobodyChosen()


def why_not_award(
    *, state: RoundState, until: date | None, today: date, chosen: int, objections: int, is_involved: bool
) -> Refusal | None:
    """The first reason against granting it to those on notice, or None. `is_involved`: who grants it has nominated or
    decided on one of them, or published it, or is among those it is for."""
    if state is not RoundState.NOTICE or until is None:
        return refusals.NotOnNotice()
    if not chosen:
        return refusals.NobodyLeft()
    if is_involved:
        return refusals.SecondPerson()
    if today <= until:
        return refusals.StillOnNotice(until)
    return refusals.ObjectionsOpen(objections) if objections else None


def why_not_object(
    *, state: RoundState, nomination: State, until: date | None, today: date, is_own: bool
) -> Refusal | None:
    if is_own:
        return refusals.AboutYou()
    if state is not RoundState.NOTICE or nomination is not State.CHOSEN or until is None or today > until:
        return refusals.NotOnNotice()
    return None
