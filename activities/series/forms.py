"""The shape of a change of a series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Optional

from activities.duties.models import Post, Series
from activities.duties.plan_forms import ALL, RuleForm, like_series
from activities.duties.plans import Wish
from activities.kit.fields import Day


class SeriesForm(RuleForm):
    """The rule as it shall be, for all that is to come or from one day on."""

    first = Day(_l("Only from this day on"), [Optional()], description=_l("Empty: everything that is to come."))
    last = Day(_l("Until this day"), [InputRequired(_l("Choose a day."))])

    def __init__(
        self, formdata: Any, series: Series, posts: Sequence[Post], day: date | None, *, is_asked: bool = False
    ) -> None:  # fmt: skip
        rule = series.days
        usual = {**like_series(series), "first": day, "last": rule.last, "excluded": rule.excluded}
        if 1 < len(series.posts) == len(posts):
            usual["posts"] = [ALL]
        super().__init__(formdata, posts, usual, is_asked=is_asked)
        self._begins = rule.first

    def wish(self) -> Wish:
        """What is asked for, once the form is valid. Days before the series begins are not its own."""
        assert self.last.data
        return self.between(max(self._begins, self.first.data or self._begins), self.last.data)
