"""What tells many people, or takes its time, is not asked for without end."""

from __future__ import annotations

import pytest

from tests.cast import logged_in

LIMITS = {
    "asking for a correction": ("lin", "/records/none/correction", 404, 60),
    "taking a request back": ("lin", "/corrections/none/withdraw", 404, 30),
    "reading a roster": ("gu", "/people/import", 422, 30),
    "reading entries": ("ou", "/record/import", 422, 60),
}


@pytest.mark.parametrize(("who", "path", "usual", "most"), LIMITS.values(), ids=LIMITS)
def test_so_often_an_hour_and_no_more(app, cast, who, path, usual, most):
    visitor = logged_in(app, getattr(cast, who))
    answers = [visitor.submit(path).status_code for _ in range(most + 1)]
    assert answers == [usual] * most + [429]
    assert logged_in(app, cast.chen).get("/").status_code == 200
