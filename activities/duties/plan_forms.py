"""The shape of what is asked of a plan: which posts, which days, what time. Nobody has to know a rule's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from activities.duties.forms import BETWEEN
from activities.duties.models import Post, Series, Slot
from activities.duties.plans import Wish
from activities.duties.recurrence import Rule
from activities.duties.rules import MOST_SEATS, NoFirstDay, NoLastDay
from activities.kit.clock import local
from activities.kit.fields import Chips, Clock, Clocks, Day, Days, Number
from activities.kit.i18n import gettext, ngettext
from activities.terms.rules import Span

ALL = "all"
# The page offers the times at which class periods begin and end.
OFFERED = {"list": "period-times"}


class RuleForm(FlaskForm):
    """Which of these posts, on which days, at what time. Asked with GET: looking at a plan changes nothing."""

    posts = Chips(_l("Posts"), [InputRequired(_l("Choose at least one post."))])
    weekdays = Chips(
        _l("On these weekdays"), [Optional()], coerce=int, description=_l("None chosen: a single day.")
    )  # fmt: skip
    exceptions = Chips(_l("Holidays and make-up workdays"), [Optional()])
    excluded = Days(
        _l("Not on these days"), [Optional()], description=_l("With spaces between them: 2026-12-24 2026-12-31.")
    )  # fmt: skip
    starts = Clock(_l("From"), [InputRequired(_l("Enter a time."))], render_kw=OFFERED)
    ends = Clock(
        _l("To"), [InputRequired(_l("Enter a time."))], description=_l("Before the start: on the next day."),
        render_kw=OFFERED,
    )  # fmt: skip
    capacity = Number(
        _l("Seats"), [Optional(), NumberRange(1, MOST_SEATS, BETWEEN)], description=_l("Empty: each post's own number.")
    )  # fmt: skip

    def __init__(
        self, formdata: Any, posts: Sequence[Post], usual: Mapping[str, Any], *, is_asked: bool = False
    ) -> None:  # fmt: skip
        super().__init__(formdata, data=usual, meta={"csrf": not is_asked})
        self._posts = posts
        every = ngettext("The only post", "All %(num)s posts", len(posts))
        self.posts.choices = [(ALL, every), *((post.public_id, post.name) for post in posts)]
        names = get_day_names("abbreviated", locale=get_locale())
        self.weekdays.choices = [(number, names[number]) for number in range(7)]
        self.exceptions.choices = [
            ("on_holidays", gettext("On holidays too")), ("plain_days", gettext("Make-up workdays as plain days")),
        ]  # fmt: skip

    def between(self, first: date, last: date) -> Wish:
        """What is asked for of these days, once the form is valid."""
        weekdays = frozenset(self.weekdays.data or ())
        exceptions = {name: True for name in self.exceptions.data or () if weekdays}
        excluded = frozenset(self.excluded.data or ())
        rule = Rule(first=first, last=last, weekdays=weekdays, excluded=excluded, **exceptions)
        chosen = self.posts.data or ()
        post_ids = tuple(post.id for post in self._posts if ALL in chosen or post.public_id in chosen)
        assert self.starts.data is not None
        assert self.ends.data is not None
        return Wish(
            post_ids=post_ids, rule=rule, starts=self.starts.data, ends=self.ends.data, capacity=self.capacity.data
        )


class PlanForm(RuleForm):
    """One slot, or with weekdays a row of them, for each of the posts. `terms` are those that a row may fill."""

    term = SelectField(_l("In the term"), [Optional()])
    first = Day(_l("From this day on"), [Optional()], description=_l("Empty: from the start of the term."))
    last = Day(_l("Until this day"), [Optional()], description=_l("Empty: to the end of the term."))
    also = Clocks(
        _l("And on the same days"), [Optional()],
        description=_l("More times, each a series of its own: 11:40–11:50 17:40–17:50."),
    )  # fmt: skip

    def __init__(
        self, formdata: Any, posts: Sequence[Post], terms: Sequence[Span], usual: Mapping[str, Any], *,
        is_asked: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(formdata, posts, usual, is_asked=is_asked)
        self._terms = {term.starts_on.isoformat(): term for term in terms}
        named = ((key, term.name) for key, term in self._terms.items())
        self.term.choices = [("", gettext("the days below alone")), *named]

    def wishes(self, today: date) -> list[Wish]:
        """What is asked for, once the form is valid, one wish for each time of the day. In a term that has begun a row
        goes from today on. Raises the refusal of days that do not say enough."""
        first, last = self.first.data, self.last.data
        if self.weekdays.data and (term := self._terms.get(self.term.data or "")):
            first, last = first or max(term.starts_on, today), last or term.ends_on
        if first is None:
            raise NoFirstDay
        if self.weekdays.data and last is None:
            raise NoLastDay
        wish = self.between(first, last or first)
        return [wish, *(replace(wish, starts=starts, ends=ends) for starts, ends in self.also.data or ())]


def like_slot(slot: Slot) -> dict[str, Any]:
    """A form's values for more slots like this one."""
    return {
        "posts": [slot.post.public_id], "starts": local(slot.starts_at).time(), "ends": local(slot.ends_at).time(),
        "capacity": slot.capacity,
    }  # fmt: skip


def like_series(series: Series) -> dict[str, Any]:
    """A series as its form shows it, without the days on which it begins and ends."""
    rule = series.days
    return {
        "posts": [post.public_id for post in series.posts], "weekdays": sorted(rule.weekdays), "starts": series.starts,
        "ends": series.ends, "capacity": series.capacity,
        "exceptions": [name for name in ("on_holidays", "plain_days") if getattr(rule, name)],
    }  # fmt: skip


def in_next_term(series: Series, terms: Sequence[Span]) -> dict[str, Any]:
    """A form's values for the same in the same weeks of the next term, as far as both terms are known."""
    rule, usual = series.days, like_series(series)
    own = next((term for term in terms if term.starts_on <= rule.first <= term.ends_on), None)
    later = sorted((term for term in terms if own and term.starts_on > own.ends_on), key=lambda term: term.starts_on)
    if own is None or not later:
        return usual
    shift = later[0].starts_on - own.starts_on
    return {**usual, "term": "", "first": rule.first + shift, "last": min(rule.last + shift, later[0].ends_on)}
