"""Certificates as plain values."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.certificates.rules import (
    ALPHABET,
    CertificateState,
    Difference,
    Facts,
    Line,
    differences,
    grouped,
    hash_of,
    is_same,
    masked,
    new_code,
    number_of,
    read_code,
    thawed,
    why_not_end,
    why_not_issue,
)
from activities.certificates.rules_refusals import (
    NothingToCertify,
    NotValid,
    OwnCertificate,
    StillToCome,
    WrongWayRound,
)

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
LINE = Line("清扫", "第一支部", 2, 180, TODAY - DAY, TODAY)
EMPTY = LINE._replace(minutes=0)
ISSUE = {
    "time": (False, TODAY, TODAY, [LINE], None),
    "one's own": (True, TODAY, TODAY, [LINE], OwnCertificate()),
    "the last day first": (False, TODAY, TODAY - DAY, [LINE], WrongWayRound()),
    "days to come": (False, TODAY, TODAY + DAY, [LINE], StillToCome(TODAY)),
    "nothing": (False, TODAY, TODAY, [], NothingToCertify()),
    "presence without time": (False, TODAY, TODAY, [EMPTY], NothingToCertify()),
}
END = {
    "a valid one": (CertificateState.VALID, False, None),
    "one's own": (CertificateState.VALID, True, OwnCertificate()),
    "one that was replaced": (CertificateState.SUPERSEDED, False, NotValid("2026-000001")),
    "one that was revoked": (CertificateState.REVOKED, False, NotValid("2026-000001")),
}
texts, days = st.text(max_size=12), st.dates(date(2000, 1, 1), date(2100, 12, 31))
lines = st.builds(Line, texts, texts, st.integers(1, 99), st.integers(0, 9999), days, days)
facts = st.builds(
    Facts, number=texts, school=texts, ledger=texts, name=texts, member=texts, unit=texts, first=days, last=days,
    lines=st.lists(lines, max_size=4).map(tuple), issuer=texts, person=texts, contact=texts, issued=days,
    total=st.integers(0, 99999), star=st.integers(0, 5), stars=st.lists(st.integers(1, 999), max_size=4).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize(("is_own", "first", "last", "lines", "expected"), ISSUE.values(), ids=ISSUE)
def test_issuing_is_decided_by(is_own, first, last, lines, expected):
    assert why_not_issue(is_own=is_own, first=first, last=last, lines=lines, today=TODAY) == expected


@pytest.mark.parametrize(("state", "is_own", "expected"), END.values(), ids=END)
def test_ending_is_decided_by(state, is_own, expected):
    assert why_not_end(number="2026-000001", state=state, is_own=is_own) == expected


@given(facts)
def test_what_is_frozen_thaws_to_the_same(said: Facts):
    assert thawed(said.frozen()) == said
    assert hash_of(thawed(said.frozen()).frozen()) == hash_of(said.frozen())


def test_a_number_tells_the_year_and_its_place_in_it():
    assert number_of(2026, 123) == "2026-000123"


def test_a_code_is_read_as_people_type_it():
    code = new_code()
    assert len(code) == 16
    assert set(code) <= set(ALPHABET)
    assert read_code(f" {grouped(code).lower()} ") == code
    assert read_code("OIL0-1234-5678-9abc") == "0110123456789ABC"
    assert not any(map(read_code, ("", "unknown", code[:-1], code + "0", "U" * 16, "９" * 15, "长" * 5000)))


def test_two_codes_are_not_the_same():
    assert len({new_code() for _ in range(1000)}) == 1000


def test_of_a_name_the_public_sees_the_first_character():
    assert [masked(name) for name in ("游明", "欧阳慧敏", "")] == ["游*", "欧*", "*"]


def test_number_and_name_are_compared_as_people_type_them():
    said = thawed(example().frozen())
    assert is_same(said, "2026-000123", "游 明")
    assert is_same(said, "２０２６-000123 ", "游明")
    assert not is_same(said, "2026-000124", "游明")
    assert not is_same(said, "2026-000123", "游小明")


def example() -> Facts:
    return Facts(
        number="2026-000123", school="管理学院", ledger="service", name="游明", member="2301001", unit="第一支部",
        first=TODAY - 30 * DAY, last=TODAY, lines=(LINE,), issuer="陈静", person="刘明", contact="0431-85160000",
        issued=TODAY,
    )  # fmt: skip


def test_differences_are_told_by_activity():
    more, other = LINE._replace(minutes=200), LINE._replace(activity="敬老")
    assert differences([LINE], [LINE]) == []
    assert differences([LINE], [more]) == [Difference("清扫", LINE, more)]
    assert differences([LINE, LINE._replace(minutes=60)], [LINE._replace(minutes=30), LINE]) == [
        Difference("清扫", LINE._replace(times=4, minutes=240), LINE._replace(times=4, minutes=210))
    ]
    assert differences([LINE._replace(last=TODAY - DAY), more], [more, LINE._replace(last=TODAY - DAY)]) == []
    assert differences([LINE], [other]) == [Difference("清扫", LINE, None), Difference("敬老", None, other)]


def test_what_was_issued_before_there_were_star_levels_is_still_read():
    said = json.loads(example().frozen())
    old = json.dumps({name: said[name] for name in said if name not in ("total", "star", "stars")} | {"version": 1})
    assert thawed(old) == example()
