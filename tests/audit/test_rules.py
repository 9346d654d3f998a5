"""The chain, on plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from activities.audit import rules
from activities.audit.rules import BATCH, BELATED, CUT, DIFFERS, GAP, GONE, OTHER_HEAD, Chain, Finding, Head, Link

AT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def chain(*times: datetime, sealed_at: list[datetime] | None = None) -> list[Link]:
    """Links of as many entries, each telling of its time and sealed a second later unless it is said when."""
    links, before = [], rules.START.hash
    for n, at in enumerate(times, start=1):
        when = rules.stamp(sealed_at[n - 1] if sealed_at else at + timedelta(seconds=1))
        entry = (100 + n, rules.stamp(at), None, "greet", "member", n, "{}", "{}", f"entry {n}")
        before = rules.seal(before, when, rules.text(*entry))
        links.append(Link(n, before, when, *entry))
    return links


def found(links: list[Link], known: Head | None = None) -> list[Finding]:
    walk = Chain(known=known)
    return [*walk.walk(links), *walk.end()]


def head(links: list[Link]) -> Head:
    return Head(links[-1].position, links[-1].hash)


LINKS = chain(*(AT + n * MINUTE for n in range(6)))


def test_a_whole_chain_has_no_findings_and_knows_its_head():
    walk = Chain(known=head(LINKS[:3]))
    assert not [*walk.walk(LINKS), *walk.end()]
    assert (walk.head, walk.walked) == (head(LINKS), 6)


def test_nothing_is_a_whole_chain():
    assert not found([])


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([*LINKS[:2], LINKS[2]._replace(reason="other"), *LINKS[3:]], [Finding(DIFFERS, 3, 3)]),
        ([*LINKS[:2], LINKS[2]._replace(entry_id=None, at=None), *LINKS[3:]], [Finding(GONE, 3, 3)]),
        ([*LINKS[:2], LINKS[2]._replace(sealed_at=rules.stamp(AT)), *LINKS[3:]], [Finding(DIFFERS, 3, 3)]),
        ([*LINKS[:2], *LINKS[4:]], [Finding(GAP, 3, 4)]),
        (LINKS[2:], [Finding(GAP, 1, 2)]),
        (
            [*LINKS[:2], LINKS[2]._replace(hash=bytes(32)), *LINKS[3:]],
            [Finding(DIFFERS, 3, 3), Finding(DIFFERS, 4, 4)],
        ),
        (
            [LINKS[0], Link(*LINKS[1][:3], *LINKS[2][3:]), Link(*LINKS[2][:3], *LINKS[1][3:]), *LINKS[3:]],
            [Finding(DIFFERS, 2, 2), Finding(DIFFERS, 3, 3)],
        ),
    ],
    ids=[
        "changed",
        "deleted",
        "another time of sealing",
        "seals taken out",
        "seals taken off",
        "seal changed",
        "swapped",
    ],
)
def test_each_change_is_found_at_its_place_and_nowhere_else(links, expected):
    assert found(links) == expected


def test_a_cut_tail_shows_only_against_a_head_that_was_kept():
    assert not found(LINKS[:4])
    assert found(LINKS[:4], head(LINKS)) == [Finding(CUT, 5, 6)]


def test_a_chain_written_anew_shows_only_against_a_head_that_was_kept():
    anew = chain(*(AT + n * MINUTE for n in range(1, 7)))
    assert not found(anew)
    assert found(anew, head(LINKS)) == [Finding(OTHER_HEAD, 6, 6)]


# ── entries that come too late ──────────────────────────────────────────────


def test_an_entry_put_in_later_was_not_there_when_the_trail_was_sealed():
    links = chain(AT, AT + 60 * MINUTE, AT + 20 * MINUTE, AT + 61 * MINUTE, sealed_at=minutes(1, 60, 61, 62))
    assert found(links) == [Finding(BELATED, 3, 3)]


def test_a_slow_transaction_is_no_finding():
    links = chain(AT, AT + 5 * MINUTE, AT, sealed_at=minutes(1, 5, 9))
    assert not found(links)


def test_what_was_left_while_no_worker_worked_is_no_finding():
    old = [AT + n * MINUTE for n in (0, 1, 2, 3)]
    assert not found(chain(*old, sealed_at=minutes(1, 9000, 9000, 9000)))


def test_a_backlog_that_was_interrupted_is_no_finding():
    times = [AT + n * timedelta(seconds=1) for n in range(BATCH + 5)]
    assert not found(chain(*times, sealed_at=[AT + 5000 * MINUTE] * BATCH + [AT + 6000 * MINUTE] * 5))


def minutes(*numbers: int) -> list[datetime]:
    return [AT + n * MINUTE for n in numbers]


# ── heads ───────────────────────────────────────────────────────────────────


def test_a_head_is_read_as_it_is_printed():
    assert rules.head_of(f" {head(LINKS)}\n") == head(LINKS)


@pytest.mark.parametrize(
    "text", ["", "5", "5:", "5:abc", f"-1:{'0' * 64}", f"5:{'0' * 65}", f"five:{'0' * 64}", f"٥:{'0' * 64}"]
)
def test_anything_else_is_no_head(text):
    with pytest.raises(rules.NotAHead):
        rules.head_of(text)


def test_going_on_from_a_head_asks_whether_it_is_there():
    kept = head(LINKS)
    assert rules.why_not_from(rules.START, None) is None
    assert rules.why_not_from(kept, kept.hash) is None
    assert rules.why_not_from(kept, None) == Finding(CUT, 6, 6)
    assert rules.why_not_from(kept, bytes(32)) == Finding(OTHER_HEAD, 6, 6)
