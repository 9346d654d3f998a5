"""The school's calendar: enter a term, fill in a year's holidays and make-up workdays."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, transactional
from activities.terms.models import SpecialDay, Term
from activities.terms.official import OfficialDay, official_days
from activities.terms.rules import Span, why_not_term, why_not_year

COMMAND_LINE = "command line"


@transactional
def add_term(name: str, starts_on: date, weeks: int, now: datetime) -> None:
    """Add a term of `weeks` teaching weeks from a Monday on. For the command line: nobody is asked for permission.

    Raises the rule's reason against it.
    """
    known = db.session.execute(sa.select(Term.name, Term.starts_on, Term.weeks).order_by(Term.starts_on))
    if reason := why_not_term(Span(name, starts_on, weeks), [Span(*row) for row in known]):
        raise reason
    term = Term(name=name, starts_on=starts_on, weeks=weeks)
    db.session.add(term)
    db.session.flush()
    values = {"name": name, "starts_on": starts_on, "weeks": weeks}
    audit.leave(now, None, "add term", Term, term.id, after=values, reason=COMMAND_LINE)


@transactional
def fill_days(year: int, now: datetime) -> int:
    """Enter the official holidays and make-up workdays of a year; return how many days it entered, changed or removed.
    For the command line: nobody is asked for permission.

    A confirmed day stays as it is, whether an earlier notice or a hand made it so. What was entered before the year's
    notice was out gives way to what the notice says. Raises WrongYear.
    """
    if reason := why_not_year(year):
        raise reason
    in_year = SpecialDay.day.between(date(year, 1, 1), date(year, 12, 31))
    known = {special.day: special for special in db.session.scalars(sa.select(SpecialDay).where(in_year))}
    official = {special.day: special for special in official_days([year])}
    changed = [_enter(special, known.get(special.day), now) for special in official.values()]
    outdated = [special for day, special in known.items() if not special.confirmed and day not in official]
    for special in outdated:
        audit.leave(now, None, "remove day", SpecialDay, special.id, before=_values(special), reason=COMMAND_LINE)
        db.session.delete(special)
    return sum(changed) + len(outdated)


def _enter(official: OfficialDay, known: SpecialDay | None, now: datetime) -> bool:
    """Make a day what it is officially, unless it is confirmed. Whether anything changed."""
    after = _values(official)
    before = _values(known) if known else {}
    if known and (known.confirmed or before == after):
        return False
    special = known or SpecialDay()
    for name, value in after.items():
        setattr(special, name, value)
    db.session.add(special)
    db.session.flush()
    audit.leave(now, None, "enter day", SpecialDay, special.id, before=before, after=after, reason=COMMAND_LINE)
    return True


def _values(special: OfficialDay | SpecialDay) -> dict[str, object]:
    return {name: getattr(special, name) for name in ("day", "name", "off", "confirmed")}
