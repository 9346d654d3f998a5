"""Sealing and verifying on a real database: whatever was done verifies, and whatever was tampered with is found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.audit import queries, rules, seals
from activities.audit import service as audit
from activities.audit.models import AuditEntry, AuditSeal
from activities.audit.rules import BELATED, CUT, DIFFERS, GAP, GONE, UNSEALED, Finding, Head
from activities.kit.db import db, transaction
from activities.people.models import Member
from tests.cast import NOW, clear, unrefused
from tests.house.test_races import race
from tests.serving import environ

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATER = NOW + HOUR


def leave(count: int = 1, now=NOW, **values) -> None:
    """So many entries of the system itself."""
    with transaction():
        audit.leave_all(
            now, None, "greet", Member, [(n + 1, {}, {"word": f"你好 {n}"}) for n in range(count)], **values
        )


def found(now=LATER, *, known: Head | None = None, since: Head | None = None) -> list[Finding]:
    return list(seals.Verification(now, known, since).findings())


def entries() -> list[int]:
    return list(db.session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id)))


def sealed() -> list[int]:
    """The entries in the order of the chain."""
    return list(db.session.scalars(sa.select(AuditSeal.entry_id).order_by(AuditSeal.id)))


def tamper(*statements: str) -> None:
    db.session.commit()
    with unrefused() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


# ── sealing ─────────────────────────────────────────────────────────────────


def test_every_entry_gets_the_next_place_once(ctx):
    leave(3)
    assert seals.seal(NOW) == 3
    leave(2)
    assert (seals.seal_recent(NOW), seals.seal_recent(NOW), seals.seal(NOW)) == (2, 0, 0)
    assert sealed() == entries()
    assert list(db.session.scalars(sa.select(AuditSeal.id).order_by(AuditSeal.id))) == [1, 2, 3, 4, 5]
    assert not found()


def test_what_was_committed_late_gets_a_later_place(ctx):
    leave(3)
    first, second, third = entries()
    tamper(f"INSERT INTO audit_entry SELECT * FROM audit_entry WHERE id = {second}".replace("*", columns(third + 5)))
    tamper(f"DELETE FROM audit_entry WHERE id = {second}")
    seals.seal(NOW)
    tamper(f"INSERT INTO audit_entry SELECT * FROM audit_entry WHERE id = {third}".replace("*", columns(second)))
    assert seals.seal_recent(NOW + MINUTE) == 1
    assert sealed() == [first, third, third + 5, second]
    assert not found()


def columns(row_id: int) -> str:
    """The columns of an entry in their order, with another number."""
    names = [column.name for column in AuditEntry.__table__.columns]
    stored = [c["name"] for c in sa.inspect(db.engine).get_columns("audit_entry")]
    assert set(names) == set(stored)
    return ", ".join(str(row_id) if name == "id" else name for name in stored)


def test_looking_back_has_an_end_but_what_is_left_out_is_found(ctx, monkeypatch):
    monkeypatch.setattr(seals, "LOOK_BACK", 2)
    leave(6)
    oldest = entries()[0]
    tamper(f"UPDATE audit_entry SET id = -50 WHERE id = {oldest}")
    assert seals.seal_recent(NOW) == 5
    tamper(f"UPDATE audit_entry SET id = {oldest} WHERE id = -50")
    assert seals.seal_recent(NOW) == 0
    assert found() == [Finding(UNSEALED, entry_id=oldest)]
    assert (seals.seal_left_out(NOW), seals.seal_left_out(NOW)) == (1, 0)
    assert not found()


def test_batches_are_one_chain(ctx, monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 4)
    leave(10)
    assert seals.seal(NOW) == 10
    assert sealed() == entries()
    assert not found()


@pytest.mark.parametrize("reason", ["", "a\nb", "引号 ' and \" \\ 🎓", "5 6 7"])
def test_the_same_entry_has_the_same_text_on_both_databases(ctx, cast, reason):
    with transaction():
        audit.leave(NOW, cast.gu.id, "greet", Member, 7, before={"a": "你"}, after={"n": 1}, reason=reason)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    [(entry_id, text)] = queries.unsealed(0, 9)
    texts = ("2026-11-25 04:00:00.000000", "greet", "member", '{"a": "\\u4f60"}', '{"n": 1}', reason)
    numbers = (entry.id, cast.gu.id, 7, *map(len, texts))
    assert (entry_id, text) == (entry.id, " ".join(map(str, numbers)) + " " + "".join(texts))


def test_two_sealers_at_once_make_one_chain(app, monkeypatch):
    monkeypatch.setattr(seals, "BATCH", 7)
    with app.app_context():
        leave(100)
    done = race(app, [lambda: seals.seal(NOW)] * 6 + [lambda: leave(5)] * 3, threads=9)
    with app.app_context():
        seals.seal(NOW)
        assert sum(n for n in done if n) <= 115
        assert sorted(sealed()) == entries()
        assert len(entries()) == 115
        assert not found()


def test_a_sealer_that_is_killed_leaves_a_chain_that_verifies(app, settings_environ, monkeypatch):
    with app.app_context():
        leave(20_000)
        db.session.remove()
    for rows in (1, 3000):
        sealer = subprocess.Popen(settings_environ[0], env=settings_environ[1], stdout=subprocess.DEVNULL)
        with app.app_context():
            end = time.monotonic() + 120
            while sealer.poll() is None and queries.head().position < rows and time.monotonic() < end:
                db.session.rollback()
                time.sleep(0.01)
            sealer.send_signal(signal.SIGKILL)
            sealer.wait()
            db.session.rollback()
            assert queries.head().position >= rows
            assert [f.what for f in found(NOW)] == []
    with app.app_context():
        seals.seal(NOW)
        assert sealed() == entries()
        assert not found()


@pytest.fixture
def settings_environ(settings, tmp_path) -> tuple[list[str], dict[str, str]]:
    """How `activities audit seal` is called for the tests' database."""
    command = [str(Path(sys.executable).with_name("activities")), "audit", "seal"]
    more = {"ACTIVITIES_DATABASE_ISOLATION": settings.database_isolation} if settings.database_isolation else {}
    return command, {**environ(tmp_path, DATABASE_URL=settings.database_url, SECRET_KEY="x" * 32, **more), **os.environ}


# ── verifying ───────────────────────────────────────────────────────────────


def test_an_entry_may_wait_a_little_for_its_seal(ctx):
    leave()
    early = seals.Verification(NOW + MINUTE)
    assert (list(early.findings()), early.unsealed) == ([], 1)
    assert found(NOW + HOUR) == [Finding(UNSEALED, entry_id=entries()[0])]


def test_going_on_from_a_head_looks_only_at_what_came_after(ctx):
    leave(3)
    seals.seal(NOW)
    kept = queries.head()
    leave(2)
    seals.seal(NOW)
    tamper(f"UPDATE audit_entry SET reason = 'x' WHERE id = {entries()[0]}")
    work = seals.Verification(LATER, since=kept)
    assert (list(work.findings()), work.chain.walked, work.chain.head) == ([], 2, queries.head())
    assert [f.what for f in found()] == [DIFFERS]
    assert [f.what for f in found(since=Head(kept.position, bytes(32)))] == [rules.OTHER_HEAD, DIFFERS]
    assert [f.what for f in found(since=Head(9, bytes(32)))] == [CUT]


@pytest.mark.parametrize(
    "change",
    ["at = 5", "at = ''", "before = 5", "after = 1.5", "subject_id = 'x y'", "actor_id = '5 6'", "verb = X'00'"],
)
def test_what_no_column_should_hold_is_a_finding_too(ctx, database, change):
    if database != "sqlite":
        return  # PostgreSQL takes no value of another type
    leave(3)
    seals.seal(NOW)
    tamper(f"UPDATE audit_entry SET {change} WHERE id = {entries()[1]}")
    assert found() == [Finding(DIFFERS, 2, 2)]
    tamper("DELETE FROM audit_seal")
    assert [finding.what for finding in found()] == [UNSEALED] * 3


CHANGES = {
    "at": "at = '2020-01-01 00:00:00.000000'", "actor_id": "actor_id = 1", "verb": "verb = 'praise'",
    "subject": "subject = 'record'", "subject_id": "subject_id = subject_id + 1",
    "before": "before = '{\"a\": 1}'", "after": "after = '{}'", "reason": "reason = reason || ' '",
}  # fmt: skip
ACTS = st.lists(st.one_of(st.integers(1, 4).map(lambda n: ("leave", n)), st.just(("seal", 0))), min_size=1, max_size=8)
TAMPERINGS = st.sampled_from([*CHANGES, "delete", "swap", "swap seals", "insert", "insert sealed", "cut", "unseal"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, tampering=TAMPERINGS, data=st.data())
def test_any_history_verifies_and_any_single_tampering_is_found_in_its_place(ctx, acts, tampering, data):
    clear()
    now = NOW
    for act, count in [("leave", 2), *acts, ("leave", 1)]:
        now += timedelta(minutes=20)
        if act == "leave":
            leave(count, now, reason="because")
        seals.seal(now + timedelta(seconds=3))
    assert found(now) == []
    chain = sealed()
    kept = queries.head()
    place = data.draw(st.integers(1, len(chain) - (tampering in ("swap", "swap seals", "insert", "insert sealed"))))
    entry = chain[place - 1]
    expected = TAMPER[tampering](place, chain, now) if tampering in TAMPER else change(tampering, place, entry)
    db.session.rollback()
    assert found(now + HOUR, known=kept) == expected


def change(column: str, place: int, entry: int) -> list[Finding]:
    tamper(f"UPDATE audit_entry SET {CHANGES[column]} WHERE id = {entry}")
    return [Finding(DIFFERS, place, place)]


def delete(place: int, chain: list[int], _) -> list[Finding]:
    tamper(f"DELETE FROM audit_entry WHERE id = {chain[place - 1]}")
    return [Finding(GONE, place, place)]


def swap(place: int, chain: list[int], _) -> list[Finding]:
    one, other = chain[place - 1], chain[place]
    tamper(
        *(f"UPDATE audit_entry SET id = {to} WHERE id = {this}" for this, to in ((one, -1), (other, one), (-1, other)))
    )
    return [Finding(DIFFERS, place, place), Finding(DIFFERS, place + 1, place + 1)]


def swap_seals(place: int, chain: list[int], _) -> list[Finding]:
    one, other = chain[place - 1], chain[place]
    steps = ((place, -1), (place + 1, one), (place, other))
    tamper(*(f"UPDATE audit_seal SET entry_id = {entry} WHERE id = {at}" for at, entry in steps))
    return [Finding(DIFFERS, place, place), Finding(DIFFERS, place + 1, place + 1)]


def insert(_, chain: list[int], now) -> list[Finding]:
    """An entry like the first one, which the sealer then takes for a new one."""
    new = max(chain) + 1
    tamper(f"INSERT INTO audit_entry SELECT {columns(new)} FROM audit_entry WHERE id = {chain[0]}")
    leave_out = queries.head().position + 1
    seals.seal(now + timedelta(minutes=5))
    return [Finding(BELATED, leave_out, leave_out)]


def insert_sealed(place: int, chain: list[int], _) -> list[Finding]:
    """An entry with a seal that fits, between two others, and all behind it one place on."""
    new, end = max(chain) + 1, len(chain)
    tamper(f"INSERT INTO audit_entry SELECT {columns(new)} FROM audit_entry WHERE id = {chain[place - 1]}")
    text = dict(queries.unsealed(0, 9999))[new]
    before, when = db.session.execute(sa.select(AuditSeal.hash, AuditSeal.sealed_at).where(AuditSeal.id == place)).one()
    fitting = rules.seal(before, rules.stamp(when), text)
    tamper(*(f"UPDATE audit_seal SET id = {at + 1} WHERE id = {at}" for at in range(end, place, -1)))
    with transaction():
        db.session.add(AuditSeal(id=place + 1, entry_id=new, sealed_at=when, hash=fitting))
    following = [Finding(DIFFERS, place + 2, place + 2)]
    return (
        [*following, Finding(rules.OTHER_HEAD, end, end)]
        if end > place + 1
        else [*([Finding(rules.OTHER_HEAD, end, end)] if end == place + 1 else []), *following]
    )


def cut(place: int, chain: list[int], _) -> list[Finding]:
    gone = ", ".join(map(str, chain[place - 1 :]))
    tamper(f"DELETE FROM audit_seal WHERE id >= {place}", f"DELETE FROM audit_entry WHERE id IN ({gone})")
    return [Finding(CUT, place, len(chain))]


def unseal(place: int, chain: list[int], _) -> list[Finding]:
    tamper(f"DELETE FROM audit_seal WHERE id = {place}")
    missed = [Finding(UNSEALED, entry_id=chain[place - 1])]
    return [Finding(GAP if place < len(chain) else CUT, place, place), *missed]


TAMPER = {
    "delete": delete, "swap": swap, "swap seals": swap_seals, "insert": insert, "insert sealed": insert_sealed,
    "cut": cut, "unseal": unseal,
}  # fmt: skip
