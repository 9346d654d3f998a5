"""What the board makes of slots, decided on plain values: what may stay empty, how posts fall on pages, who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, NamedTuple, TypeAlias

from activities.duties.rules import RISK_BELOW, RISK_WITHIN, at_risk
from activities.kit.refusal import N_, Refusal, refusal
from activities.signups.rules import HOLDING, SignUpState

# How far ahead the board looks for slots that may stay empty, and how far back for how such slots filled.
AHEAD = timedelta(days=7)
HISTORY_WEEKS = 8
MOST_ASKED = 20
# Posts on one page of the board: a whole building.
POSTS_PAGE = 60


# ── what will probably stay empty ───────────────────────────────────────────


# A slot of a post that is over: the post, when it started, its seats and how many were taken.
Past: TypeAlias = tuple[int, datetime, int, int]


@dataclass(frozen=True)
class Habit:
    """How a post's slots filled: `share` of their seats was taken in `slots` slots, of the same weekday only or not."""

    share: float
    slots: int
    same_weekday: bool


Habits = Mapping[tuple[int, int | None], Habit]


def habits(past: Iterable[Past], zone: tzinfo) -> Habits:
    """How the posts' slots filled, by post and weekday (0: Monday), and by post alone under None."""
    weekdays: dict[datetime, int] = {}  # thousands of slots start at few moments
    sums: dict[tuple[int, int | None], list[int]] = {}
    for post_id, starts_at, capacity, taken in past:
        if starts_at not in weekdays:
            weekdays[starts_at] = starts_at.astimezone(zone).weekday()
        for weekday in (weekdays[starts_at], None):
            seats = sums.setdefault((post_id, weekday), [0, 0, 0])
            seats[0] += taken
            seats[1] += capacity
            seats[2] += 1
    return {key: Habit(taken / capacity, count, key[1] is not None) for key, (taken, capacity, count) in sums.items()}


def habit_of(habits: Habits, post_id: int, weekday: int) -> Habit | None:
    """How such slots filled: those of the same weekday, else all of the post, else nothing is known."""
    return habits.get((post_id, weekday)) or habits.get((post_id, None))


@dataclass(frozen=True)
class Outlook:
    """What may become of a slot's free seats: `missing` now, of which about `empty` will probably stay so; `score` is
    the share of all its seats that this is. `habit` is None where there was no such slot before."""

    missing: int
    empty: float
    score: float
    habit: Habit | None
    is_likely: bool

    @property
    def about(self) -> int:
        """`empty` in whole seats, at least one."""
        return max(1, round(self.empty))


def outlook(capacity: int, taken: int, starts_at: datetime, habit: Habit | None, now: datetime) -> Outlook:
    """What will probably stay empty of a slot to come.

    As many people are expected still to come as usually came to such slots (where there were none, to two of three
    seats), and the fewer of them the less of the last 72 hours is left.
    """
    share = habit.share if habit else RISK_BELOW
    time_left = min(1.0, (starts_at - now) / RISK_WITHIN)
    still_to_come = max(0.0, share * capacity - taken) * time_left
    empty = capacity - taken - still_to_come
    score = empty / capacity
    is_likely = score > 1 - RISK_BELOW + 1e-9 or at_risk(taken, capacity, starts_at, now)
    return Outlook(capacity - taken, empty, score, habit, is_likely)


def how_many_to_ask(missing: int) -> int:
    """How many people are asked with one click: two for each missing one, because not everybody can come."""
    return min(MOST_ASKED, 2 * missing)


# ── pages ───────────────────────────────────────────────────────────────────


class Stretch(NamedTuple):
    """Posts of a page, in the order in which all of them stand."""

    offset: int
    limit: int


def pages(posts: Sequence[int], size: int = POSTS_PAGE) -> list[Stretch]:
    """The pages of a board whose activities have so many posts each: an activity is not divided, unless it alone is
    longer than a page."""
    found: list[Stretch] = []
    offset = filled = 0
    for count in posts:
        if filled and filled + count > size:
            found.append(Stretch(offset, filled))
            offset, filled = offset + filled, 0
        filled += count
        while filled > size:
            found.append(Stretch(offset, size))
            offset, filled = offset + size, filled - size
    return [*found, Stretch(offset, filled)] if filled or not found else found


# ── messages ────────────────────────────────────────────────────────────────


class Audience(StrEnum):
    """To whom of those on a slot a message goes."""

    SEATED = "seated"
    WAITING = "waiting"
    BOTH = "both"


AUDIENCE_NAMES = {
    Audience.BOTH: N_("Everyone"),
    Audience.SEATED: N_("Those with a seat"),
    Audience.WAITING: N_("Those who wait"),
}
REACHED = {
    Audience.SEATED: HOLDING,
    Audience.WAITING: (SignUpState.WAITING, SignUpState.ASKED),
    Audience.BOTH: (*HOLDING, SignUpState.WAITING, SignUpState.ASKED),
}
# Who writes more often than this a day is not read any more.
MOST_MESSAGES = 10
PER = timedelta(days=1)


@refusal
class NobodyToTell(Refusal):
    sentence: ClassVar[str] = N_("Nobody of those you chose is on these slots.")
    remedy: ClassVar[str] = N_("Choose others, or other slots.")


@refusal
class NobodyComes(Refusal):
    sentence: ClassVar[str] = N_("Nobody has a seat yet, so there is no list to send.")


@refusal
class TooManyMessages(Refusal):
    most: int
    sentence: ClassVar[str] = N_("You have sent %(most)s messages within a day.")
    remedy: ClassVar[str] = N_("Write again tomorrow, and then everything in one message.")


def why_not_send(people: int, sent_today: int) -> Refusal | None:
    """The first reason against sending one more message to so many people, or None."""
    if sent_today >= MOST_MESSAGES:
        return TooManyMessages(MOST_MESSAGES)
    return None if people else NobodyToTell()


def fingerprint(member_ids: Iterable[int]) -> str:
    """The same for the same people, so that a message goes to those whose number was shown."""
    return sha256(" ".join(map(str, sorted(member_ids))).encode()).hexdigest()
