"""A calendar as bytes: what any text does to a line, and for how long a slot stands in a feed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from activities.calendars import rules
from activities.calendars.rules import Event, Status, forgotten_at, shown_since, status_of
from activities.duties.rules import SlotState
from activities.signups.rules import SignUpState
from tests.cast import NOW

SHANGHAI = "Asia/Shanghai"
AWKWARD = st.text(
    st.one_of(st.sampled_from("\\;,\n\r\t\x00\x07\x0b\x0c\x1b\x7f\x85\u2028\u2029\ufeff😀𠮷节 "), st.characters()),
    max_size=400,
)


def an_event(**fields: object) -> Event:
    values: dict[str, object] = {
        "uid": uuid.UUID(int=7), "url": "https://activities.example.edu/slots/abc", "starts_at": NOW,
        "ends_at": NOW + timedelta(minutes=90), "sequence": 3, "changed_at": NOW, "status": Status.CONFIRMED,
    }  # fmt: skip
    return Event(**{**values, **fields})  # type: ignore[arg-type]


def written(
    summary: str = "关灯", location: str = "", description: str = "", category: str = "", **fields: object
) -> bytes:
    words = rules.render_words(summary, location, description, category)
    return rules.render_calendar("我的岗位", SHANGHAI, [rules.render_event(an_event(**fields), words, SHANGHAI)])


def unfolded(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def unescape(value: str) -> str:
    out, letters = [], iter(value)
    for letter in letters:
        if letter == "\\":
            letter = {"n": "\n"}.get(following := next(letters), following)
        out.append(letter)
    return "".join(out)


@given(AWKWARD, AWKWARD, AWKWARD)
@example("\\" * 300, ",;" * 100, "\n" * 100)
@example("节" * 200, "a" + "😀" * 90, "ab" + "𠮷\\" * 90)
def test_every_line_is_short_whole_and_ends_in_crlf(summary, location, description):
    content = written(summary, location, description, summary)
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert len(line) <= 75
        assert not set(line) & {*range(32), 127} - {9}
        assert not set(line.decode("utf-8")) & {"\x85", "\u2028", "\u2029"}
        assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0, "cut inside an escape"


@given(AWKWARD)
def test_escaping_is_undone_by_unescaping(value):
    assert unescape(rules.escape(value)) == value
    assert "\n" not in rules.escape(value)


@given(st.binary(max_size=500).filter(lambda b: b"\r" not in b and b"\n" not in b))
def test_folding_any_octets_loses_none_of_them(content):
    assert rules.fold(content).replace(b"\r\n ", b"") == content


@given(st.text(st.sampled_from("ab,;\\\n节😀 "), max_size=300))
def test_a_parser_reads_back_what_was_written(value):
    event = icalendar.Calendar.from_ical(written(description=value)).walk("VEVENT")[0]
    assert event.get("DESCRIPTION", "") == value.strip()


@given(AWKWARD)
def test_a_text_starts_no_property_of_its_own(value):
    names = [
        line.partition(":")[0].partition(";")[0] for line in unfolded(written(summary=f"x\r\nMETHOD:REQUEST{value}"))
    ]
    assert names.count("BEGIN") == 4
    assert "METHOD" not in names


def test_shanghai_stands_in_nine_lines_and_its_times_are_local():
    lines = unfolded(written())
    start = lines.index("BEGIN:VTIMEZONE")
    assert lines[start + 8] == "END:VTIMEZONE"
    assert "DTSTART;TZID=Asia/Shanghai:20261125T120000" in lines
    event = icalendar.Calendar.from_ical(written()).walk("VEVENT")[0]
    assert event["DTSTART"].dt.astimezone(UTC) == NOW
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)


def test_other_zones_are_written_in_utc_without_a_zone():
    content = rules.render_calendar("x", "Europe/Paris", [rules.render_event(an_event(), b"", "Europe/Paris")])
    assert b"DTSTART:20261125T040000Z\r\n" in content
    assert b"VTIMEZONE" not in content


def test_stamp_and_change_are_one_and_the_calendar_names_itself():
    lines = unfolded(written(changed_at=datetime(2026, 11, 2, 3, 4, 5, 600_000, UTC)))
    assert {"DTSTAMP:20261102T030405Z", "LAST-MODIFIED:20261102T030405Z", "SEQUENCE:3", "STATUS:CONFIRMED"} <= set(
        lines
    )
    assert {
        "NAME:我的岗位",
        "X-WR-CALNAME:我的岗位",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    } <= set(lines)


def test_what_is_empty_is_left_out():
    assert not {"LOCATION:", "DESCRIPTION:", "CATEGORIES:"} & set(unfolded(written()))


@pytest.mark.parametrize(
    ("slot", "seat", "expected"),
    [
        (SlotState.OPEN, None, Status.CONFIRMED),
        (SlotState.OPEN, SignUpState.SEATED, Status.CONFIRMED),
        (SlotState.OPEN, SignUpState.WAITING, Status.TENTATIVE),
        (SlotState.CANCELLED, SignUpState.WAITING, Status.CANCELLED),
        (SlotState.CANCELLED, None, Status.CANCELLED),
    ],
)
def test_status_says_what_the_slot_is_to_the_person(slot, seat, expected):
    assert status_of(slot, seat) is expected


@given(
    st.integers(0, 20 * 366 * 24 * 60).map(
        lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from([SHANGHAI, "Europe/Paris"]),
)
def test_a_moment_is_shown_until_the_midnight_at_which_it_is_forgotten(moment, name):
    zone = ZoneInfo(name)
    end = forgotten_at(moment, zone)
    assert shown_since(end - timedelta(seconds=1), zone) <= moment < shown_since(end, zone)
    assert abs(end - moment - timedelta(days=60, hours=12)) <= timedelta(hours=13)
