"""Reads of the school's calendar."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from activities.kit.db import db
from activities.terms.models import SpecialDay, Term


def term_on(day: date) -> Term | None:
    """The term that contains the day or, between terms, None."""
    query = sa.select(Term).where(Term.starts_on <= day).order_by(Term.starts_on.desc()).limit(1)
    term = db.session.scalar(query)
    return term if term and day < term.starts_on + timedelta(weeks=term.weeks) else None


def special_days(first: date, last: date) -> dict[date, SpecialDay]:
    """Holidays and make-up workdays from `first` to `last`, both included."""
    query = sa.select(SpecialDay).where(SpecialDay.day.between(first, last))
    return {special.day: special for special in db.session.scalars(query)}
