"""Calendars as programs and people write them, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from activities.kit.refusal import Refusal
from activities.timetables import apart, reading
from activities.timetables.recurrences import Budget
from activities.timetables.rules import (
    BadEvent,
    BadLine,
    BadZone,
    EndsEarly,
    NotACalendar,
    RepeatsTooOften,
    Span,
    TooHard,
    TooLarge,
    TooManyAtOnce,
    TooManyEvents,
    TooManySpans,
    merged,
)
from tests.timetables.calendars import INDIA, SCHOOL, WINDOW, calendar, event, said

AT_TEN = "DTSTART:20261125T100000\nDTEND:20261125T110000"
WEEKLY = (
    "UID:1\nDTSTART;TZID=Asia/Shanghai:20261125T100000\nDTEND;TZID=Asia/Shanghai:20261125T110000\nRRULE:FREQ=WEEKLY"
)
FOUR = ["25 10:00–11:00", "02 10:00–11:00", "09 10:00–11:00", "16 10:00–11:00"]

GOOD = {
    "floating time is the school's": ([AT_TEN], ["25 10:00–11:00"]),
    "UTC": (["DTSTART:20261125T020000Z\nDTEND:20261125T030000Z"], ["25 10:00–11:00"]),
    "a zone of the IANA": (["DTSTART;TZID=Europe/Berlin:20261125T030000\nDURATION:PT1H"], ["25 10:00–11:00"]),
    "a zone of Windows": (["DTSTART;TZID=China Standard Time:20261125T100000\nDURATION:PT1H"], ["25 10:00–11:00"]),
    "a zone that the file explains": (
        [INDIA, "DTSTART;TZID=Our own:20261125T073000\nDURATION:PT1H"], ["25 10:00–11:00"],
    ),
    "explained after it is used": (["DTSTART;TZID=Our own:20261125T073000\nDURATION:PT1H", INDIA], ["25 10:00–11:00"]),
    "a start and an end in different zones": (
        ["DTSTART;TZID=Europe/Berlin:20261125T030000\nDTEND;TZID=Asia/Shanghai:20261125T110000"], ["25 10:00–11:00"],
    ),
    "a duration": (["DTSTART:20261125T100000\nDURATION:PT45M"], ["25 10:00–10:45"]),
    "a whole day": (["DTSTART;VALUE=DATE:20261125"], ["25 00:00–26 00:00"]),
    "several whole days": (["DTSTART;VALUE=DATE:20261125\nDTEND;VALUE=DATE:20261128"], ["25 00:00–28 00:00"]),
    "a whole day that nobody calls one": (["DTSTART:20261125\nDURATION:P2D"], ["25 00:00–27 00:00"]),
    "no length takes no time": (["DTSTART:20261125T100000", "DTSTART:20261126T100000\nDTEND:20261126T100000"], []),
    "cancelled": ([AT_TEN + "\nSTATUS:CANCELLED"], []),
    "transparent": ([AT_TEN + "\nTRANSP:TRANSPARENT"], []),
    "tentative and opaque": ([AT_TEN + "\nSTATUS:TENTATIVE\nTRANSP:OPAQUE"], ["25 10:00–11:00"]),
    "two that touch are one": ([AT_TEN, "DTSTART:20261125T110000\nDURATION:PT1H"], ["25 10:00–12:00"]),
    "what is outside the window": (
        ["DTSTART:20261122T100000\nDURATION:PT1H", "DTSTART:20261221T000000\nDURATION:PT1H"], [],
    ),
    "what reaches into the window": (["DTSTART:20261122T230000\nDURATION:PT2H"], ["22 23:00–23 01:00"]),
    "every week, without end": ([WEEKLY], FOUR),
    "so many times": ([WEEKLY + ";COUNT=2"], FOUR[:2]),
    "begun long before": ([WEEKLY.replace("202611", "202009").replace("0925", "0923")], FOUR),
    "until a moment": ([WEEKLY + ";UNTIL=20261209T020000Z"], FOUR[:3]),
    "until a day": ([WEEKLY + ";UNTIL=20261209"], FOUR[:3]),
    "until a moment without zone": ([WEEKLY + ";UNTIL=20261209T095959"], FOUR[:2]),
    "two days a week": ([AT_TEN + "\nRRULE:FREQ=WEEKLY;BYDAY=WE,FR;COUNT=3"], [FOUR[0], "27 10:00–11:00", FOUR[1]]),
    "odd weeks": ([WEEKLY + ";INTERVAL=2"], FOUR[::2]),
    "the start counts though its rule leaves it out": (
        [AT_TEN + "\nRRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=2"], [FOUR[0], "27 10:00–11:00", "04 10:00–11:00"],
    ),
    "left out": ([WEEKLY + "\nEXDATE;TZID=Asia/Shanghai:20261202T100000,20261216T100000"], FOUR[::2]),
    "left out in another zone": ([WEEKLY + "\nEXDATE:20261202T020000Z"], [FOUR[0], *FOUR[2:]]),
    "left out by its day": ([WEEKLY + "\nEXDATE;VALUE=DATE:20261202"], [FOUR[0], *FOUR[2:]]),
    "further times": (
        [AT_TEN + "\nRDATE:20261126T140000,20261127T140000"], [FOUR[0], "26 14:00–15:00", "27 14:00–15:00"],
    ),
    "a further time with a length of its own": (
        [AT_TEN + "\nRDATE;VALUE=PERIOD:20261126T140000/PT2H,20261127T140000/20261127T143000"],
        [FOUR[0], "26 14:00–16:00", "27 14:00–14:30"],
    ),
    "one of them moved": (
        [WEEKLY, "UID:1\nRECURRENCE-ID;TZID=Asia/Shanghai:20261202T100000\nDTSTART:20261203T140000\nDURATION:PT2H"],
        [FOUR[0], "03 14:00–16:00", *FOUR[2:]],
    ),
    "one of them moved, said first and in another zone": (
        ["UID:1\nRECURRENCE-ID:20261202T020000Z\nDTSTART:20261203T060000Z\nDURATION:PT2H", WEEKLY],
        [FOUR[0], "03 14:00–16:00", *FOUR[2:]],
    ),
    "one of them moved, said by its day": (
        [WEEKLY, "UID:1\nRECURRENCE-ID;VALUE=DATE:20261202\nDTSTART:20261203T140000\nDURATION:PT2H"],
        [FOUR[0], "03 14:00–16:00", *FOUR[2:]],
    ),
    "one of them cancelled": (
        [WEEKLY, "UID:1\nRECURRENCE-ID:20261202T020000Z\nDTSTART:20261202T020000Z\nDURATION:PT1H\nSTATUS:CANCELLED"],
        [FOUR[0], *FOUR[2:]],
    ),
    "one of them moved twice: the later word counts": (
        [WEEKLY,
         "UID:1\nSEQUENCE:2\nRECURRENCE-ID:20261202T020000Z\nDTSTART:20261203T060000Z\nDURATION:PT2H",
         "UID:1\nSEQUENCE:1\nRECURRENCE-ID:20261202T020000Z\nDTSTART:20261204T060000Z\nDURATION:PT2H"],
        [FOUR[0], "03 14:00–16:00", *FOUR[2:]],
    ),
    "this and the following moved": (
        [WEEKLY, "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261209T020000Z\nDTSTART:20261210T060000Z\nDURATION:PT2H"],
        [*FOUR[:2], "10 14:00–16:00", "17 14:00–16:00"],
    ),
    "this and the following cancelled": (
        [WEEKLY, "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261209T020000Z\nDTSTART:20261209T020000Z\nDURATION:PT1H\n"
         "STATUS:CANCELLED"], FOUR[:2],
    ),
    "a moved one of which nothing else is known": (
        ["UID:9\nRECURRENCE-ID:20261202T020000Z\nDTSTART:20261203T060000Z\nDURATION:PT2H"], ["03 14:00–16:00"],
    ),
    "the wall clock counts where the clocks are changed": (
        ["UID:1\nDTSTART;TZID=America/New_York:20261023T210000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=6"],
        ["28 10:00–11:00"],
    ),
    "alarms are nobody's business": (
        ["BEGIN:VEVENT\n" + AT_TEN + "\nBEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:nonsense\nEND:VALARM\nEND:VEVENT\n"],
        FOUR[:1],
    ),
    "other components": (["BEGIN:VTODO\nDTSTART:nonsense\nEND:VTODO\n", AT_TEN], FOUR[:1]),
    "a folded line": (["DTSTART:20261125T\n 100000\nDTEND:20261125\n\tT110000"], FOUR[:1]),
    "small letters": (["dtstart:20261125T100000\nduration:PT1H"], FOUR[:1]),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), GOOD.values(), ids=GOOD)
def test_a_calendar_is_read(parts, expected):
    assert said(reading.busy(calendar(*parts), WINDOW, SCHOOL)) == expected


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_whichever_way_lines_end(ends):
    assert said(reading.busy(calendar(AT_TEN, ends=ends), WINDOW, SCHOOL)) == FOUR[:1]


def test_whatever_it_is_written_in():
    titled = calendar(AT_TEN + "\nSUMMARY:高等数学")
    for data in (b"\xef\xbb\xbf" + titled, titled.decode().encode("gb18030"), titled + titled):
        assert said(reading.busy(data, WINDOW, SCHOOL)) == FOUR[:1]
    [one], _ = apart.read_listed(titled.decode().encode("gb18030"), WINDOW, SCHOOL, 9)
    assert one.title == "高等数学"


def test_a_zone_that_a_file_explains_is_known_to_that_file_alone():
    there = "DTSTART;TZID=Our own:20261125T100000\nDURATION:PT1H"
    reading.busy(calendar(INDIA, there), WINDOW, SCHOOL)
    elsewhere = INDIA.replace("+0530", "+0900")
    assert said(reading.busy(calendar(elsewhere, there), WINDOW, SCHOOL)) == ["25 09:00–10:00"]
    with pytest.raises(BadEvent):
        reading.busy(calendar(there), WINDOW, SCHOOL)


# ── what cannot be read ─────────────────────────────────────────────────────

BAD = {
    "nothing": (b"", NotACalendar()),
    "a byte order mark and nothing": (b"\xef\xbb\xbf\r\n", NotACalendar()),
    "a page": (b"<!doctype html>\n<p>log in", NotACalendar()),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NotACalendar()),
    "something else with lines like it": (b"BEGIN:VCARD\nEND:VCARD\n", NotACalendar()),
    "a line that is none": (calendar(AT_TEN, "SUMMARY:x\nand so on\n" + AT_TEN), BadLine(10)),
    "an end of something else": (calendar("BEGIN:VEVENT\n" + AT_TEN + "\nEND:VTODO\n"), BadLine(7)),
    "cut off": (calendar(AT_TEN)[:80], EndsEarly(4)),
    "cut off after an event": (calendar(AT_TEN).removesuffix(b"END:VCALENDAR\r\n"), EndsEarly(1)),
    "something behind it": (calendar(AT_TEN) + b"X:1\r\n", BadLine(9)),
    "an event without start": (calendar(AT_TEN, "DTEND:20261125T110000"), BadEvent(2, 8, "DTSTART", "is missing")),
    "a start that is no moment": (calendar("DTSTART:20261325T100000"), BadEvent(1, 4, "DTSTART", "cannot be read")),
    "a start that is a length": (calendar("DTSTART:PT1H"), BadEvent(1, 4, "DTSTART", "cannot be read")),
    "two starts": (
        calendar("DTSTART:20261125T100000\n" + AT_TEN), BadEvent(1, 4, "DTSTART", "stands there more than once"),
    ),
    "an end before the start": (
        calendar("DTSTART:20261125T100000\nDTEND:20261125T090000"), BadEvent(1, 4, "DTEND", "is before the start"),
    ),
    "a length below nothing": (
        calendar("DTSTART:20261125T100000\nDURATION:-PT1H"), BadEvent(1, 4, "DURATION", "is before the start"),
    ),
    "a length that is none": (
        calendar("DTSTART:20261125T100000\nDURATION:long"), BadEvent(1, 4, "DURATION", "cannot be read"),
    ),
    "a rule that is none": (calendar(AT_TEN + "\nRRULE:FREQ=SOMETIMES"), BadEvent(1, 4, "RRULE", "cannot be read")),
    "a rule without frequency": (calendar(AT_TEN + "\nRRULE:COUNT=2"), BadEvent(1, 4, "RRULE", "cannot be read")),
    "a rule of another calendar": (
        calendar(AT_TEN + "\nRRULE:RSCALE=CHINESE;FREQ=YEARLY"), BadEvent(1, 4, "RRULE", "cannot be read"),
    ),
    "a zone that nobody knows": (
        calendar("DTSTART;TZID=Nowhere/Land:20261125T100000"),
        BadEvent(1, 4, "DTSTART", "is in a time zone that nobody knows and the file does not explain"),
    ),
    "one left out in a zone that nobody knows": (
        calendar(WEEKLY + "\nEXDATE;TZID=Nowhere/Land:20261125T100000"),
        BadEvent(1, 4, "EXDATE", "is in a time zone that nobody knows and the file does not explain"),
    ),
    "a zone that cannot be read": (calendar(INDIA.replace("+0530", "east"), AT_TEN), BadZone(4)),
    "an event beyond all years": (calendar("DTSTART:99991231T230000\nDURATION:P9D"), None),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), BAD.values(), ids=BAD)
def test_a_broken_file_says_what_is_wrong(data, expected):
    if expected is None:
        assert reading.busy(data, WINDOW, SCHOOL) == []
        return
    with pytest.raises(type(expected)) as refused:
        reading.busy(data, WINDOW, SCHOOL)
    assert refused.value == expected


def test_for_an_organizer_the_rest_is_read():
    data = calendar(AT_TEN + "\nSUMMARY:One", "DTSTART:nonsense", AT_TEN.replace("25T", "26T") + "\nLOCATION:A101")
    events, wrong = apart.read_listed(data, WINDOW, SCHOOL, 9)
    assert [(e.number, e.title, e.place) for e in events] == [(1, "One", ""), (3, "", "A101")]
    assert wrong == [BadEvent(2, 9, "DTSTART", "cannot be read")]


# ── what would take too long ────────────────────────────────────────────────


def test_five_thousand_events_and_no_more():
    one = event("DTSTART;TZID=Asia/Shanghai:20260907T080000", "DURATION:PT45M", "RRULE:FREQ=WEEKLY;COUNT=18")
    spans = apart.read_busy(calendar(one * 5000), WINDOW, SCHOOL)
    assert said(spans) == ["23 08:00–08:45", "30 08:00–08:45", "07 08:00–08:45", "14 08:00–08:45"]
    with pytest.raises(TooManyEvents):
        reading.busy(calendar(one * 5001), WINDOW, SCHOOL)


def test_a_rule_without_end_stops_with_the_window():
    daily = "DTSTART:20200101T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY"
    assert len(reading.busy(calendar(daily), WINDOW, SCHOOL)) == 28


def test_what_repeats_too_often_is_named():
    often = "DTSTART:20261125T100000\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"
    with pytest.raises(RepeatsTooOften) as refused:
        reading.busy(calendar(AT_TEN, often), WINDOW, SCHOOL, Budget(1000))
    assert (refused.value.number, refused.value.line) == (2, 8)
    assert said(reading.busy(calendar(often + ";COUNT=5"), WINDOW, SCHOOL)) == ["25 10:00–10:00"]


def test_too_many_separate_times():
    often = "DTSTART:20261123T000000\nDURATION:PT1M\nRRULE:FREQ=MINUTELY;INTERVAL=2"
    with pytest.raises(TooManySpans):
        reading.busy(calendar(often), WINDOW, SCHOOL)


def test_a_rule_that_never_comes_is_given_up():
    never = AT_TEN + "\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
    with pytest.raises(TooHard):
        apart.read_busy(calendar(never), WINDOW, SCHOOL, seconds=1)


def test_files_that_take_long_do_not_hold_up_all_others(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.1)
    never = calendar(AT_TEN + "\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")

    def bring(_: int) -> type[Exception] | None:
        try:
            apart.read_busy(never, WINDOW, SCHOOL, seconds=1)
        except Refusal as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(5) as pool:
        assert Counter(pool.map(bring, range(5))) == {TooHard: 2, TooManyAtOnce: 3}
    assert said(apart.read_busy(calendar(AT_TEN), WINDOW, SCHOOL)) == ["25 10:00–11:00"]


def test_a_file_that_is_too_large():
    with pytest.raises(TooLarge):
        apart.read_busy(b"x" * (5 * 1024 * 1024 + 1), WINDOW, SCHOOL)


def test_a_refusal_comes_back_from_the_process_as_it_was():
    for data, expected in BAD.values():
        if expected and expected.key in ("BadEvent", "BadLine", "NotACalendar"):
            with pytest.raises(Refusal) as refused:
                apart.read_busy(data, WINDOW, SCHOOL)
            assert refused.value == expected
            break
    with pytest.raises(BadEvent) as refused:
        apart.read_busy(calendar("DTEND:20261125T110000"), WINDOW, SCHOOL)
    assert refused.value == BadEvent(1, 4, "DTSTART", "is missing")


# ── held against a library, and against chance ──────────────────────────────

RULES = st.builds(
    lambda freq, interval, days, end: f"RRULE:FREQ={freq};INTERVAL={interval}{days}{end}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), st.integers(1, 3),
    st.sampled_from(["", ";BYDAY=WE", ";BYDAY=MO,WE,SU"]),
    st.sampled_from(["", ";COUNT=7", ";UNTIL=20261210T000000Z"]),
)  # fmt: skip


@given(rule=RULES, left_out=st.sampled_from(["", "EXDATE:20261202T020000Z"]),
       more=st.sampled_from(["", "RDATE:20261203T060000Z"]),
       moved=st.sampled_from(["", ";RANGE=THISANDFUTURE", "not"]), hours=st.integers(1, 30))  # fmt: skip
def test_recurrences_are_those_that_a_library_finds(rule, left_out, more, moved, hours):
    lines = [f"UID:1\nDTSTART:20261118T020000Z\nDURATION:PT{hours}H", rule, left_out, more]
    parts = ["\n".join(filter(None, lines))]
    if moved != "not":
        parts.append(f"UID:1\nRECURRENCE-ID{moved}:20261125T020000Z\nDTSTART:20261125T050000Z\nDURATION:PT{hours}H")
    data = calendar(*parts)
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(*WINDOW)
    theirs = merged(Span(one["DTSTART"].dt.astimezone(UTC), one["DTEND"].dt.astimezone(UTC)) for one in found)
    assert reading.busy(data, WINDOW, SCHOOL) == theirs


@given(st.data())
def test_whatever_is_done_to_a_file_it_is_read_or_refused(data):
    good = calendar(*(part for parts, _ in list(GOOD.values())[10:40:6] for part in parts))
    at = data.draw(st.integers(0, len(good)))
    broken = good[:at] + data.draw(st.binary(max_size=8)) + good[at + data.draw(st.integers(0, 8)) :]
    try:
        spans = reading.busy(broken, WINDOW, SCHOOL, Budget(5000))
    except Refusal:
        return
    assert all(one.starts_at < one.ends_at for one in spans)


MOMENTS = st.integers(0, 60).map(lambda minute: datetime(2026, 11, 25, tzinfo=UTC) + timedelta(minutes=minute))


@given(st.lists(st.builds(Span, MOMENTS, MOMENTS)))
def test_merged_spans_are_the_same_time_apart_from_each_other_and_in_order(spans):
    def minutes(some):
        return {m for one in some for m in range(int(one.starts_at.timestamp()), int(one.ends_at.timestamp()), 60)}

    found = merged(spans)
    assert minutes(found) == minutes(spans)
    assert all(one.ends_at < two.starts_at for one, two in pairwise(found))
    assert merged(found) == found
