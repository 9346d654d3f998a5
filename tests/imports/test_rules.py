"""What becomes of a calendar's events, by tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from activities.imports.rules import (
    MOST_SLOTS,
    Event,
    Facts,
    HasBadEvents,
    NothingChosen,
    Place,
    Preview,
    Time,
    TooManyAtOnce,
    Why,
    Wish,
    chosen,
    named_by,
    preview,
    why_not_event,
)
from activities.terms.rules import Span as TermSpan
from activities.terms.rules import Special
from activities.timetables.rules import Span
from tests.cast import DAY, HOUR, NOW
from tests.timetables.calendars import SCHOOL

LAKE, HALL = Place(1, "东湖北岸", "东湖", 2), Place(2, "体育馆", "体育馆一楼", 5)
TERM = TermSpan("2026 秋", date(2026, 9, 7), 18)
TOMORROW = NOW + DAY


def happening(*starts: datetime, digest: str = "a", lasts: timedelta = HOUR, title: str = "", place: str = "") -> Event:
    return Event(title, place, tuple(Time(digest, moment, moment + lasts) for moment in starts))


def shown(*events: Event, wish: Wish | None = None, **there) -> Preview:
    facts = {"posts": [LAKE, HALL], "imported": (), "slots": {}, "specials": {}, "terms": [TERM], **there}
    return preview(events, wish or Wish(LAKE.id), Facts(**facts), SCHOOL, NOW)


@pytest.mark.parametrize(
    ("place", "title", "expected"),
    [
        ("东湖", "", LAKE),
        (" 体 育 馆 ", "", HALL),
        ("", "值班：东湖北岸", LAKE),
        ("体育馆", "东湖北岸", HALL),  # the place says more than the title
        ("", "体育馆和东湖北岸", LAKE),  # the longer name
        ("ＬＡＢ", "", None),
        ("", "", None),
    ],
)
def test_an_event_means_the_post_it_names(place, title, expected):
    assert named_by(happening(NOW, place=place, title=title), [LAKE, HALL]) == expected


def test_a_name_that_two_posts_have_means_neither():
    assert named_by(happening(NOW, place="东湖"), [LAKE, LAKE._replace(id=3)]) is None


@pytest.mark.parametrize(
    ("lasts", "is_all_day", "expected"),
    [(HOUR, False, None), (DAY, False, None), (DAY + HOUR, False, "DTEND"), (DAY, True, "DTSTART")],
)
def test_what_cannot_be_a_slot(lasts, is_all_day, expected):
    refusal = why_not_event(3, 20, Span(NOW, NOW + lasts), is_all_day=is_all_day)
    assert (refusal and refusal.what) == expected


@pytest.mark.parametrize(
    ("starts_at", "there", "expected"),
    [
        (TOMORROW, {}, None),
        (NOW, {}, Why.PAST),
        (TOMORROW, {"imported": {("a", TOMORROW)}}, Why.IMPORTED),
        (TOMORROW, {"imported": {("b", TOMORROW), ("a", TOMORROW + HOUR)}}, None),
        (TOMORROW, {"slots": {LAKE.id: [Span(TOMORROW, TOMORROW + HOUR)]}}, Why.EXISTS),
        (TOMORROW, {"slots": {HALL.id: [Span(TOMORROW, TOMORROW + HOUR)]}}, None),
    ],
)
def test_what_falls_out(starts_at, there, expected):
    [entry] = shown(happening(starts_at), **there).entries
    assert [line.why for line in entry.lines] == [expected]


def test_two_events_at_one_time_of_one_post_make_one_slot():
    found = shown(happening(TOMORROW), happening(TOMORROW, digest="b"), happening(TOMORROW, digest="c", place="体育馆"))
    assert [line.why for entry in found.entries for line in entry.lines] == [None, Why.TWICE, Why.TWICE]
    matched = shown(
        happening(TOMORROW), happening(TOMORROW, digest="c", place="体育馆"), wish=Wish(LAKE.id, match=True)
    )
    assert [(line.slot.post_id, line.slot.capacity) for line in matched.new] == [(LAKE.id, 2), (HALL.id, 5)]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(TOMORROW - HOUR, TOMORROW), False),
        (Span(TOMORROW - HOUR, TOMORROW + HOUR / 2), True),
        (Span(TOMORROW + HOUR / 2, TOMORROW + 3 * HOUR), True),
        (Span(TOMORROW + HOUR, TOMORROW + 2 * HOUR), False),
    ],
)
def test_that_the_post_has_another_slot_then_is_said(span, expected):
    assert [line.overlaps for line in shown(happening(TOMORROW), slots={LAKE.id: [span]}).new] == [expected]


def test_so_is_that_another_event_is_there_then():
    found = shown(happening(TOMORROW, lasts=3 * HOUR), happening(TOMORROW + HOUR, TOMORROW + 3 * HOUR, digest="b"))
    assert [line.overlaps for line in found.new] == [False, True, False]


def test_days_off_and_days_outside_the_terms_are_marked():
    holiday = Special("元旦", off=True)
    found = shown(happening(TOMORROW, TOMORROW + 60 * DAY), specials={date(2026, 11, 26): holiday})
    assert [(line.slot.special, line.is_outside) for line in found.new] == [(holiday, False), (None, True)]


def test_seats_are_those_asked_for_or_the_posts_own():
    event = happening(TOMORROW)
    assert [shown(event, wish=Wish(LAKE.id, False, n)).new[0].slot.capacity for n in (None, 7)] == [2, 7]


def test_another_wish_is_another_digest():
    event = happening(TOMORROW)
    wishes = (Wish(LAKE.id), Wish(HALL.id), Wish(LAKE.id, False, 9))
    assert len({shown(event, wish=wish).digest for wish in wishes}) == 3
    assert shown(event).digest == shown(event).digest


def test_only_what_is_ticked_is_taken_and_bad_events_not_silently():
    found = shown(happening(TOMORROW), happening(TOMORROW + DAY, digest="b"))
    assert [line.time.digest for line in chosen(found, {1}, leaves_out_bad=False, bad=0)] == ["b"]
    assert len(chosen(found, {0, 1}, leaves_out_bad=True, bad=2)) == 2
    for ticked, bad, reason in (({0}, 1, HasBadEvents), ((), 0, NothingChosen), ({7}, 0, NothingChosen)):
        with pytest.raises(reason):
            chosen(found, ticked, leaves_out_bad=False, bad=bad)


def test_there_is_an_end_to_what_is_taken_at_once():
    found = shown(happening(*(TOMORROW + n * HOUR for n in range(MOST_SLOTS + 1))))
    with pytest.raises(TooManyAtOnce):
        chosen(found, {0}, leaves_out_bad=False, bad=0)
