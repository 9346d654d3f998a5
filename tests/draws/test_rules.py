"""The draw as a function: the same data and seed give the same result, whatever the order, and nobody gets too much."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.draws.rules import SEATED, Drawn, Entry, NotADraw, document, draw, hash_of, lot, tickets, verify

SLOTS = ("a", "b", "c")
CLASHES = [("a", "b")]
TICKETS = {0: 10, 59: 10, 60: 9, 119: 9, 120: 8, 539: 2, 540: 1, 600: 1, 100_000: 1}


@pytest.mark.parametrize(("minutes", "expected"), TICKETS.items())
def test_each_whole_hour_takes_a_ticket_but_never_the_last(minutes, expected):
    assert tickets(minutes) == expected


def test_a_lot_is_what_anyone_can_compute():
    lots = [sha256(f"seed:a:7:{n}".encode()).hexdigest() for n in (1, 2, 3)]
    assert lot("seed", Entry("a", 7, 1, 3, may=True)) == min(lots)


def entries_strategy() -> st.SearchStrategy[list[Entry]]:
    one = st.tuples(st.sampled_from(SLOTS), st.integers(1, 12), st.integers(1, 10), st.booleans())
    return st.lists(one, unique_by=lambda e: e[:2], max_size=30).map(
        lambda rows: [Entry(slot, who, who, has, may) for slot, who, has, may in rows]
    )


SEATS = st.fixed_dictionaries({slot: st.integers(0, 4) for slot in SLOTS})
ENTRIES, SEEDS = entries_strategy(), st.text("0123456789abcdef", min_size=1, max_size=8)


@given(SEEDS, SEATS, ENTRIES, st.randoms())
def test_the_order_of_the_data_makes_no_difference(seed, seats, entries, random):
    shuffled = random.sample(entries, len(entries))
    assert draw(seed, seats, CLASHES, entries) == draw(seed, seats, [("b", "a")], shuffled)


@given(SEEDS, SEATS, ENTRIES)
def test_seats_are_kept_and_nobody_has_two_that_clash(seed, seats, entries):
    drawn = draw(seed, seats, CLASHES, entries)
    won = [one.entry for one in drawn if one.outcome == SEATED]
    taken = Counter(entry.slot for entry in won)
    assert all(taken[slot] <= seats[slot] for slot in SLOTS)
    assert all(entry.may for entry in won)
    both = Counter(entry.who for entry in won if entry.slot in ("a", "b"))
    assert set(both.values()) <= {1}


@given(SEEDS, SEATS, ENTRIES)
def test_no_seat_stays_empty_beside_who_could_have_it(seed, seats, entries):
    drawn = draw(seed, seats, CLASHES, entries)
    won = {(one.entry.slot, one.entry.who) for one in drawn if one.outcome == SEATED}
    taken = Counter(slot for slot, _ in won)
    for one in drawn:
        entry, other = one.entry, {"a": "b", "b": "a"}.get(one.entry.slot)
        if one.outcome != SEATED and entry.may and taken[entry.slot] < seats[entry.slot]:
            assert (other, entry.who) in won


@given(SEEDS, SEATS, ENTRIES)
def test_who_has_two_that_clash_keeps_the_one_with_the_smaller_lot(seed, seats, entries):
    drawn = draw(seed, dict.fromkeys(seats, 30), CLASHES, [e._replace(may=True) for e in entries])
    own = {(one.entry.slot, one.entry.who): one for one in drawn}
    for (slot, who), one in own.items():
        other = own.get(({"a": "b", "b": "a"}.get(slot, ""), who))
        assert (one.outcome == SEATED) == (other is None or one.lot < other.lot)


DAY, WEEK = "2026-12-01", "2026-W49"
TAKES = {slot: {0: {DAY: 120, WEEK: 120}} for slot in SLOTS}


@given(SEEDS, SEATS, ENTRIES, st.integers(0, 400), st.integers(0, 400))
def test_nobody_wins_more_of_a_day_or_a_week_than_is_left_to_them(seed, seats, entries, day, week):
    limited = [one._replace(left=((DAY, day), (WEEK, week))) for one in entries]
    drawn = draw(seed, seats, [], limited, takes=TAKES)
    won, taken = Counter(), Counter()
    for one in drawn:
        may_yet = won[one.entry.who] + 120 <= min(day, week)
        is_free = taken[one.entry.slot] < seats[one.entry.slot]
        assert (one.outcome == SEATED) == (one.entry.may and may_yet and is_free)
        won[one.entry.who] += 120 * (one.outcome == SEATED)
        taken[one.entry.slot] += one.outcome == SEATED


def test_who_has_no_time_left_for_one_place_comes_at_another():
    """A visit that reaches into the next day, on which nothing is left, is left for one before it."""
    takes = {"a": {0: {"2026-12-01": 60}, 60: {"2026-12-02": 60}}}
    entry = Entry("a", 1, 1, 1, may=True, times=(0, 60), left=(("2026-12-01", 30), ("2026-12-02", 60)))
    (one,) = draw("seed", {"a": 2}, [], [entry], {"a": {0: 1, 60: 1}}, takes)
    assert one.minute == 60


@given(SEEDS, st.integers(1, 9))
def test_one_more_ticket_never_makes_a_lot_larger(seed, has):
    assert lot(seed, Entry("a", 1, 1, has + 1, may=True)) <= lot(seed, Entry("a", 1, 1, has, may=True))


def test_more_tickets_win_more_often():
    """Ten who have ten tickets against ten who have one, for five seats, in 200 draws with fixed seeds."""
    entries = [Entry("a", n, n, 10 if n <= 10 else 1, may=True) for n in range(1, 21)]
    won = Counter(
        one.entry.tickets
        for n in range(200)
        for one in draw(f"seed{n}", {"a": 5}, [], entries)
        if one.outcome == SEATED
    )
    assert won.total() == 1000
    assert won[10] > 5 * won[1] > 0


def test_the_same_seed_gives_this_result_for_ever():
    """Written down once: another program, another day."""
    entries = [Entry("slot", n, n, n, may=n != 3) for n in range(1, 6)]
    drawn = draw("c0ffee", {"slot": 2}, [], entries)
    assert [(one.entry.number, one.lot[:8], one.outcome) for one in drawn] == EXPECTED


EXPECTED = [
    (1, "0943ffac", "seated"),
    (3, "19e3f90e", "waiting"),
    (5, "29552639", "seated"),
    (4, "32470eec", "waiting"),
    (2, "af749ca5", "waiting"),
]


def data(seed="5eed", **changes) -> dict[str, object]:
    entries = [Entry(slot, n, n, n % 10 + 1, may=n % 4 > 0) for n in range(1, 9) for slot in ("a", "b")]
    drawn: list[Drawn] = draw(seed, {"a": 3, "b": 2}, CLASHES, entries)
    slots = [{"id": "a", "seats": 3}, {"id": "b", "seats": 2}]
    return {**document({"hash": hash_of(seed)}, slots, CLASHES, drawn, seed), **changes}


def test_what_a_page_gives_out_is_found_right():
    verdict = verify(json.dumps(data()))
    assert (verdict.entries, verdict.seats, verdict.differences) == (16, 5, [])


def limited(seed="5eed") -> dict[str, object]:
    """Eight people of whom some have time left for one of two slots that do not clash, and some for both."""
    entries = [
        Entry(slot, n, n, 1, may=True, left=((DAY, 120 * (1 + n % 2)),)) for n in range(1, 9) for slot in ("a", "b")
    ]
    slots = [{"id": slot, "seats": 6, "takes": {"0": {DAY: 120}}} for slot in ("a", "b")]
    drawn = draw(seed, {"a": 6, "b": 6}, [], entries, takes=TAKES)
    return document({"hash": hash_of(seed)}, slots, [], drawn, seed)


def test_the_limits_of_a_draw_are_recomputed_and_without_them_it_is_found_wrong():
    right = limited()
    assert verify(json.dumps(right)).differences == []
    rows = [{name: value for name, value in row.items() if name != "left"} for row in right["entries"]]
    assert verify(json.dumps({**right, "entries": rows})).differences


def test_a_draw_from_before_there_were_limits_is_found_right():
    assert verify(json.dumps(data(format="activities draw 1"))).differences == []


def test_whatever_is_changed_is_found():
    right = data()
    changes = {"tickets": lambda v: v % 10 + 1, "may": lambda v: not v, "place": lambda v: v + 1,
               "outcome": lambda v: "waiting" if v == "seated" else "seated", "lot": lambda v: "0" * 64}  # fmt: skip
    for n in range(16):
        for column, change in changes.items():
            rows = [dict(row) for row in right["entries"]]
            rows[n][column] = change(rows[n][column])
            differences = verify(json.dumps({**right, "entries": rows})).differences
            is_harmless = column == "tickets" or (column == "may" and rows[n]["outcome"] == "waiting")
            named = f"slot {rows[n]['slot']}, number {rows[n]['number']}:"
            assert is_harmless or any(line.startswith(named) for line in differences)


def test_another_seed_is_found():
    assert "hash" in verify(json.dumps(data(seed="5eed", hash=hash_of("other")))).differences[0]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", '"x"', "{}", json.dumps(data(seed="x", format="other")), json.dumps(data(clashes=[["a"]])),
     json.dumps({**data(), "seed": None}), json.dumps({**data(), "slots": []}), json.dumps({**data(), "slots": 7}),
     json.dumps({**data(), "entries": [{**data()["entries"][0], "tickets": 10**9}]})],
)  # fmt: skip
def test_anything_else_is_no_draw(text):
    with pytest.raises(NotADraw):
        verify(text)
