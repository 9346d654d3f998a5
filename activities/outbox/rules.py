"""By which ways a notice goes out, and when: pure decisions on plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntFlag, StrEnum

# Until the next try; after the last one nobody tries again by itself.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 12 * 60, 24 * 60))
# For how long who takes a delivery keeps it: longer than the slowest server may take for one letter. A worker that
# died holding one has lost its claim after that.
LEASE = timedelta(minutes=5)
DIGEST_AT = time(18, 0)


class Group(StrEnum):
    """What a notice is about, as people choose: each topic belongs to one."""

    ACCOUNT = "account"
    DUTIES = "duties"
    ANSWERS = "answers"
    REMINDERS = "reminders"
    RECORDS = "records"
    OWED = "owed"
    ORGANIZING = "organizing"


class Way(StrEnum):
    """How a person wants the notices of a group, beside the inbox, where all of them are."""

    INVITED = "invited"  # at once, and what concerns a duty with an invitation for the person's calendar
    AT_ONCE = "at once"
    DAILY = "daily"
    NEVER = "never"


# A program offers one invitation a letter, so none stands in the day's letter: to have them is a way of its own, whose
# letters go at once, and only duties have it.
DEFAULT_WAYS = {group: Way.INVITED if group is Group.DUTIES else Way.AT_ONCE for group in Group}


class Channel(StrEnum):
    """Where a delivery goes. A digest is a letter's worth that waits for the day's letter."""

    MAIL = "mail"
    DIGEST = "digest"
    HOOK = "hook"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # it no longer holds, or nobody is there to be told
    FAILED = "failed"


class Reminders(IntFlag):
    """When a person wants to be reminded of a duty."""

    HOUR = 1
    TWO_HOURS = 2
    EVENING = 4
    DAY = 8


REMINDED_BY_DEFAULT = Reminders.EVENING


class Vendor(StrEnum):
    """Whose chat a group's robot belongs to."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class News(IntFlag):
    """What a group may be told of. Never a person's name."""

    NEW_SLOTS = 1
    SHORT = 2
    CANCELLED = 4


@dataclass(frozen=True)
class Quiet:
    """Hours of the school's wall clock in which nothing is sent; they may reach over midnight."""

    starts: time
    ends: time


@dataclass(frozen=True)
class Wish:
    """What one person wants. Who never chose gets mails at once, at any hour, with invitations."""

    ways: Mapping[str, str] = field(default_factory=dict)
    quiet: Quiet | None = None
    digest_at: time = DIGEST_AT


def way_of(wish: Wish, group: Group) -> Way:
    """What opens an account cannot be turned off or put off: without it nobody comes in."""
    return Way.AT_ONCE if group is Group.ACCOUNT else Way(wish.ways.get(group, DEFAULT_WAYS[group]))


def planned(wish: Wish, group: Group, *, urgent: bool, now: datetime, zone: tzinfo) -> tuple[Channel, datetime] | None:
    """The channel beside the inbox and when its turn comes, or nothing. What is urgent waits for no digest and for no
    quiet hours to end, but who turned a group off is not written to."""
    way = way_of(wish, group)
    if way is Way.NEVER:
        return None
    if urgent or group is Group.ACCOUNT:
        return Channel.MAIL, now
    if way is Way.DAILY:
        return Channel.DIGEST, next_time(now, wish.digest_at, zone)
    return Channel.MAIL, after_quiet(now, wish.quiet, zone)


def next_time(moment: datetime, clock: time, zone: tzinfo) -> datetime:
    """When the wall clock shows this time next."""
    day = moment.astimezone(zone).date()
    today = _at(day, clock, zone)
    return today if moment <= today else _at(day + timedelta(days=1), clock, zone)


def after_quiet(moment: datetime, quiet: Quiet | None, zone: tzinfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into."""
    if quiet is None or not _is_quiet(moment.astimezone(zone).time(), quiet):
        return moment
    return next_time(moment, quiet.ends, zone)


def _is_quiet(clock: time, quiet: Quiet) -> bool:
    if quiet.starts <= quiet.ends:
        return quiet.starts <= clock < quiet.ends
    return clock >= quiet.starts or clock < quiet.ends


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many tries that failed."""
    return now + GAPS[tries - 1] if tries <= len(GAPS) else None
