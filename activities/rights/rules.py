"""How long what is kept: figures, and what follows from them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal

# GB/T 40143: records of volunteer service are kept for at least ten years.
YEARS = 10
# What was written for the day is not kept for years.
NOTICES = timedelta(days=730)
LINKS = timedelta(days=90)
UPLOADS = timedelta(days=1)
# So many rows or people in one transaction.
PORTION = 200


@refusal
class AskedAlready(Refusal):
    sentence: ClassVar[str] = N_("You have asked to be forgotten already.")


@refusal
class NothingAsked(Refusal):
    sentence: ClassVar[str] = N_("This request was ended already.")


@refusal
class OwnRequest(Refusal):
    sentence: ClassVar[str] = N_("Nobody restricts their own account.")
    remedy: ClassVar[str] = N_("Ask another administrator.")


def kept_until(last: date) -> date:
    """The last day on which something of this day must still be kept."""
    return _years_off(last, YEARS)


def kept_since(today: date) -> date:
    """The first day of which something must still be kept."""
    return _years_off(today, -YEARS)


def _years_off(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, month=2, day=28)
