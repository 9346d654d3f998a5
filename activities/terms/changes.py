"""Changes to the school's calendar, each to be made inside a transaction: terms, holidays, make-up workdays and class
periods. Nobody asks the command line, which acts as None, for permission; whoever else acts must administer a unit
above all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.people.service import acting, lock_roots
from activities.terms import periods, queries, rules
from activities.terms.models import ClassPeriod, SpecialDay, Term
from activities.terms.official import official_days
from activities.terms.periods import Period
from activities.terms.rules import Span, Special, fingerprint

COMMAND_LINE = "command line"


def add_term(actor_id: int | None, term: Span, now: datetime) -> None:
    """Add a term of teaching weeks from a Monday on. Raises the rule's reason against it."""
    take_turn(actor_id)
    if reason := rules.why_not_term(term, map(_span, _terms().values())):
        raise reason
    _write(actor_id, "add term", Term(), asdict(term), now)


def change_term(actor_id: int, starts_on: date, shown: str, term: Span, now: datetime) -> None:
    """Make the term that begins on this Monday another. ChangedMeanwhile where `shown` is not the fingerprint of what
    it is now; the rule's reason where it cannot stand beside the others."""
    take_turn(actor_id)
    others = _terms()
    row = _as_shown(others.pop(starts_on, None), shown)
    if reason := rules.why_not_term(term, map(_span, others.values())):
        raise reason
    _write(actor_id, "change term", row, asdict(term), now)


def remove_term(actor_id: int, starts_on: date, shown: str, now: datetime) -> None:
    """Take a term away. ChangedMeanwhile where `shown` is not the fingerprint of what it is now."""
    take_turn(actor_id)
    _remove(actor_id, "remove term", _as_shown(_terms().get(starts_on), shown), now)


def add_day(actor_id: int, day: date, special: Special, now: datetime) -> None:
    """Enter a holiday or a make-up workday. Raises DayTaken, or the rule's reason against it."""
    take_turn(actor_id)
    if _days(day, day):
        raise rules.DayTaken(day)
    _enter_by_hand(actor_id, "add day", SpecialDay(), day, special, now)


def change_day(actor_id: int, day: date, shown: str, special: Special, now: datetime) -> None:
    """Make a special day another, and confirmed by that. ChangedMeanwhile where `shown` is not the fingerprint of what
    it is now; the rule's reason against it."""
    take_turn(actor_id)
    row = _as_shown(_days(day, day).get(day), shown)
    _enter_by_hand(actor_id, "change day", row, day, special, now)


def remove_day(actor_id: int, day: date, shown: str, now: datetime) -> None:
    """Make a day what its weekday says. ChangedMeanwhile where `shown` is not the fingerprint of what it is now."""
    take_turn(actor_id)
    _remove(actor_id, "remove day", _as_shown(_days(day, day).get(day), shown), now)


def fill_days(actor_id: int | None, year: int, now: datetime) -> int:
    """Enter the official holidays and make-up workdays of a year; return how many days it entered, changed or removed.

    A confirmed day stays as it is, whether an earlier notice or a hand made it so. What was entered before the year's
    notice was out gives way to what the notice says. Raises WrongYear.
    """
    take_turn(actor_id)
    if reason := rules.why_not_year(year):
        raise reason
    known = _days(date(year, 1, 1), date(year, 12, 31))
    open_days = {day: row for day, row in known.items() if not row.confirmed}
    changed = 0
    for official in official_days([year]):
        row = open_days.pop(official.day, None)
        if row or official.day not in known:
            values = {"day": official.day, "name": official.name, "off": official.off, "confirmed": official.confirmed}
            changed += _write(actor_id, "enter day", row or SpecialDay(), values, now)
    for outdated in open_days.values():
        _remove(actor_id, "remove day", outdated, now)
    return changed + len(open_days)


def add_periods(actor_id: int, since: date, entered: Sequence[Period], now: datetime) -> None:
    """Enter the class periods in force from a day on. Raises PeriodsThere, or the rule's reason against them."""
    take_turn(actor_id)
    if since in queries.all_periods():
        raise periods.PeriodsThere
    if reason := rules.why_not_year(since.year):
        raise reason
    _write_periods(actor_id, "add periods", since, (), entered, now)


def change_periods(actor_id: int, since: date, shown: str, entered: Sequence[Period], now: datetime) -> None:
    """Make the periods in force from a day on others. ChangedMeanwhile where `shown` is not the fingerprint of what
    they are now; the rule's reason against them."""
    take_turn(actor_id)
    _write_periods(actor_id, "change periods", since, _periods_as_shown(since, shown), entered, now)


def remove_periods(actor_id: int, since: date, shown: str, now: datetime) -> None:
    """Take the periods from a day on away, so that those before them stay in force. ChangedMeanwhile where `shown` is
    not the fingerprint of what they are now."""
    take_turn(actor_id)
    before = _periods_as_shown(since, shown)
    audit.leave(now, actor_id, "remove periods", ClassPeriod, _clear_periods(since), before=_said(since, before))


# ── what the changes share ────────────────────────────────────────────────────


def take_turn(actor_id: int | None) -> None:
    """Lock the units above all, so that changes to what is the whole school's come one after another."""
    lock_roots()
    if actor_id is not None and not acting(actor_id).may(Permission.KEEP_CALENDAR):
        raise NotFound


def _terms() -> dict[date, Term]:
    """Every term as it is now, by its Monday."""
    rows = db.session.scalars(sa.select(Term).order_by(Term.starts_on), execution_options={"populate_existing": True})
    return {row.starts_on: row for row in rows}


def _days(first: date, last: date) -> dict[date, SpecialDay]:
    """The special days from `first` to `last` as they are now."""
    query = sa.select(SpecialDay).where(SpecialDay.day.between(first, last)).order_by(SpecialDay.day)
    return {row.day: row for row in db.session.scalars(query, execution_options={"populate_existing": True})}


def _span(row: Term) -> Span:
    return Span(row.name, row.starts_on, row.weeks)


def _special(row: SpecialDay) -> Special:
    return Special(row.name, row.off, row.acts_as, row.confirmed)


def _as_shown(row: Any, shown: str) -> Any:
    """The row, if it is there and still what a form showed of it."""
    if row is None:
        raise NotFound
    if fingerprint(_span(row) if isinstance(row, Term) else _special(row)) != shown:
        raise ChangedMeanwhile
    return row


def _enter_by_hand(actor_id: int, verb: str, row: SpecialDay, day: date, special: Special, now: datetime) -> None:
    if reason := rules.why_not_day(day, special, map(_span, _terms().values())):
        raise reason
    _write(actor_id, verb, row, {"day": day, **special._asdict(), "confirmed": True}, now)


def _write(actor_id: int | None, verb: str, row: Term | SpecialDay, values: Mapping[str, Any], now: datetime) -> bool:
    """Set what differs, and leave what was and what is. Whether anything did."""
    after = {name: value for name, value in values.items() if getattr(row, name) != value}
    before = {name: getattr(row, name) for name in after} if row.id else {}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        db.session.add(row)
        db.session.flush()
        _leave(actor_id, verb, row, now, before=before, after=after)
    return bool(after)


def _remove(actor_id: int | None, verb: str, row: Term | SpecialDay, now: datetime) -> None:
    before = asdict(_span(row)) if isinstance(row, Term) else {"day": row.day, **_special(row)._asdict()}
    _leave(actor_id, verb, row, now, before=before)
    db.session.delete(row)


def _periods_as_shown(since: date, shown: str) -> tuple[Period, ...]:
    present = queries.periods_since(since)
    if periods.fingerprint(present) != shown:
        raise ChangedMeanwhile
    return present


def _write_periods(
    actor_id: int, verb: str, since: date, before: Sequence[Period], after: Sequence[Period], now: datetime
) -> None:
    if reason := periods.why_not_periods(after):
        raise reason
    if tuple(before) == tuple(after):
        return
    _clear_periods(since)
    rows = [ClassPeriod(since=since, **period._asdict()) for period in after]
    db.session.add_all(rows)
    db.session.flush()
    audit.leave(
        now, actor_id, verb, ClassPeriod, rows[0].id, before=_said(since, before), after=_said(since, after)
    )  # fmt: skip


def _clear_periods(since: date) -> int:
    """Delete the periods in force from this day on; return the id of one of them, 0 where there are none."""
    deleted = sa.delete(ClassPeriod).where(ClassPeriod.since == since).returning(ClassPeriod.id)
    return min(db.session.scalars(deleted), default=0)


def _said(since: date, said: Sequence[Period]) -> dict[str, Any]:
    """Periods for the trail."""
    lines = [f"{p.starts.isoformat('minutes')}–{p.ends.isoformat('minutes')} {p.name}".strip() for p in said]
    return {"since": since, "periods": lines} if said else {}


def _leave(actor_id: int | None, verb: str, row: Term | SpecialDay, now: datetime, **values: Mapping[str, Any]) -> None:
    reason = COMMAND_LINE if actor_id is None else ""
    audit.leave(now, actor_id, verb, type(row), row.id, reason=reason, **values)
