"""Codes that check people in and out: when they hold, for whom, and what follows. Plain values only."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from activities.duties.kinds import CheckOut, Evidence
from activities.duties.rules import SlotState
from activities.kit.refusal import N_, Refusal, refusal
from activities.norms.rules import Norms
from activities.records.rules import Attendance, Mark, Session, SlotWasCancelled
from activities.records.rules_overlap import MINUTE
from activities.records.rules_states import Before, Step, may_follow

# How long a code is shown. The one before it still holds, for whoever scanned it at the last moment.
WINDOW = 30
# How long after a scan it can be used: long enough to log in.
SCAN_HOLDS = timedelta(minutes=10)
# What is known from a code, and not from an organizer who has looked.
CODES = (Evidence.ROTATING_CODE, Evidence.POSTED_CODE)


# ── facts ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A code that held when it was scanned: of which slot, who vouches for it, when, and which kind of code. One that
    is posted at a place may be of several slots, as one ends there and the next begins."""

    slot: str
    host: str
    at: datetime
    evidence: Evidence = Evidence.ROTATING_CODE


@dataclass(frozen=True, kw_only=True)
class Comer:
    """What the rules ask of who has scanned: whether it is their seat, whether the code is their own, what has been
    recorded of them, and, unless an organizer has said since how it was, when they checked in."""

    has_seat: bool
    is_host: bool = False
    before: Before = None
    came_at: datetime | None = None


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class CodeIsOver(Refusal):
    sentence: ClassVar[str] = N_("This code does not hold any more: it changes every half minute.")
    remedy: ClassVar[str] = N_("Scan the one that is on the screen now.")


@refusal
class PostedCodeIsOver(Refusal):
    sentence: ClassVar[str] = N_("This code does not hold any more: it was replaced or taken away.")
    remedy: ClassVar[str] = N_("Scan the one that hangs at the place now, or tell the organizer.")


@refusal
class NothingOn(Refusal):
    sentence: ClassVar[str] = N_("Nothing is on at this place now to which one could check in.")
    remedy: ClassVar[str] = N_("Scan the code again shortly before your slot begins.")


@refusal
class PostedMeanwhile(Refusal):
    sentence: ClassVar[str] = N_("Somebody else has changed the code of this place meanwhile.")
    remedy: ClassVar[str] = N_("Print the one that holds now.")


@refusal
class NotYours(Refusal):
    sentence: ClassVar[str] = N_("You have no seat in this slot, so there is nothing to check in to.")
    remedy: ClassVar[str] = N_("If you came anyway, tell the organizer: who walks in is added by number.")


@refusal
class OwnCode(Refusal):
    sentence: ClassVar[str] = N_("This code is your own, and nobody records their own attendance.")
    remedy: ClassVar[str] = N_("Scan it on another organizer's screen, or ask another organizer to mark you.")


@refusal
class CheckInNotYet(Refusal):
    opens_at: datetime
    sentence: ClassVar[str] = N_("One can check in from %(opens_at)s on.")
    remedy: ClassVar[str] = N_("Scan the code again then.")


@refusal
class CheckInIsOver(Refusal):
    ended_at: datetime
    sentence: ClassVar[str] = N_("This slot ended on %(ended_at)s, so nobody can check in to it any more.")
    remedy: ClassVar[str] = N_("If you were there, tell the organizer, who can still mark you.")


@refusal
class MarkedAlready(Refusal):
    sentence: ClassVar[str] = N_("An organizer has already recorded how it was.")
    remedy: ClassVar[str] = N_("If that is not right, tell an organizer of the activity.")


@refusal
class NotCheckedIn(Refusal):
    sentence: ClassVar[str] = N_("You have not checked in here, so you cannot check out.")
    remedy: ClassVar[str] = N_("Tell the organizer, who can say how long you were there.")


@refusal
class NoCheckOut(Refusal):
    sentence: ClassVar[str] = N_("Nobody checks out of an activity of this kind: you can just go.")


@refusal
class CheckOutIsOver(Refusal):
    until: datetime
    sentence: ClassVar[str] = N_("One could check out until %(until)s.")
    remedy: ClassVar[str] = N_("Tell the organizer, who can say how long you were there.")


# ── the code ────────────────────────────────────────────────────────────────


def code(secret: bytes, slot: str, host: str, moment: datetime) -> str:
    """The code of a slot on this organizer's screen at this moment: 96 bits that nobody makes without the secret."""
    return _code(secret, slot, host, int(moment.timestamp()) // WINDOW)


def holds(given: str, secret: bytes, slot: str, host: str, moment: datetime) -> bool:
    """Whether a code is that of now, or the one just before."""
    now = int(moment.timestamp()) // WINDOW
    return any(hmac.compare_digest(given.encode(), _code(secret, slot, host, n).encode()) for n in (now, now - 1))


def seconds_left(moment: datetime) -> int:
    """How long the code of this moment is still shown, in whole seconds, from 1."""
    return WINDOW - int(moment.timestamp()) % WINDOW


def _code(secret: bytes, slot: str, host: str, window: int) -> str:
    said = f"activities.records.code|{slot}|{host}|{window}"
    return hmac.digest(secret, said.encode(), sha256).hex()[:24]


# ── decisions ───────────────────────────────────────────────────────────────


def why_not_shown(session: Session, norms: Norms, now: datetime) -> Refusal | None:
    """The first reason why no code of this slot is shown now, or None."""
    if session.state is SlotState.CANCELLED:
        return SlotWasCancelled()
    opens_at = session.starts_at - norms.check_in_before * MINUTE
    if now < opens_at:
        return CheckInNotYet(opens_at)
    return CheckInIsOver(session.ends_at) if now > closes_at(session, norms) else None


def closes_at(session: Session, norms: Norms) -> datetime:
    """Until when codes hold: to the end, and where people check out for a while after it."""
    asks = session.check_out is not CheckOut.NOT_ASKED
    return session.ends_at + (norms.check_out_after * MINUTE if asks else timedelta(0))


def why_not_check_in(session: Session, comer: Comer, norms: Norms, came_at: datetime) -> Refusal | None:
    """The first reason against checking this person in at the moment of the scan, or None."""
    if not comer.has_seat:
        return NotYours()
    if comer.is_host:
        return OwnCode()
    if why := why_not_shown(session, norms, came_at):
        return why
    if came_at > session.ends_at:
        return CheckInIsOver(session.ends_at)
    mark = arrived(session, norms.grace, came_at)
    return None if may_follow(comer.before, mark.attendance, Step.CHECK_IN) else MarkedAlready()


def why_not_check_out(session: Session, comer: Comer, norms: Norms, left_at: datetime) -> Refusal | None:
    """The first reason against checking this person out at the moment of the scan, or None."""
    if session.check_out is CheckOut.NOT_ASKED:
        return NoCheckOut()
    if comer.is_host:
        return OwnCode()
    if comer.before is None:
        return NotCheckedIn()
    if comer.came_at is None or not may_follow(comer.before, Attendance.LEFT_EARLY, Step.CHECK_OUT):
        return MarkedAlready()
    if left_at < comer.came_at:
        return CodeIsOver()
    until = closes_at(session, norms)
    return CheckOutIsOver(until) if left_at > until else None


def arrived(session: Session, grace: int, came_at: datetime) -> Mark:
    """The mark of who checks in at this moment, as far as the slot's own time goes."""
    if session.visit is not None:
        rest = max(0, (session.ends_at - came_at) // MINUTE)
        return Mark(Attendance.PRESENT, min(session.visit, session.minutes, rest))
    late = max(0, -((session.starts_at - came_at) // MINUTE))  # a minute that has begun was not given
    mark = Mark(Attendance.PRESENT, session.minutes)
    if late > grace:
        mark = Mark(Attendance.LATE, max(0, session.minutes - late), min(late, session.minutes))
    return replace(mark, minutes=0) if session.check_out is CheckOut.OR_NOTHING else mark


def left(session: Session, grace: int, minutes_late: int, left_at: datetime) -> Mark:
    """The mark of who goes at this moment, and came so late."""
    if session.ends_at - left_at <= grace * MINUTE:
        attendance = Attendance.LATE if minutes_late else Attendance.PRESENT
        return Mark(attendance, session.minutes - minutes_late, minutes_late)
    minutes = max(0, (left_at - session.starts_at) // MINUTE - minutes_late)
    return Mark(Attendance.LEFT_EARLY, minutes, minutes_late)
