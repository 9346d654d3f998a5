"""Entering what was achieved: nothing is overwritten, and everything leaves a trail."""

from __future__ import annotations

import threading
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.outcomes import queries
from activities.outcomes.models import Outcome, Target
from activities.outcomes.rules import Cell, OwnAmount, Stretch, WhyCorrected
from activities.outcomes.service import enter, set_targets
from activities.people.joining import join
from activities.records.rules import NotStarted
from activities.terms.models import Term
from tests.cast import HOUR, NOW
from tests.records.conftest import seat

CHECKED, SCORE, PAGES = Cell("rooms_checked"), Cell("zone_score"), "characters"
YEAR = Stretch("", "", date(2026, 1, 1), date(2026, 12, 31))


def held(slot) -> dict[Cell, int | None]:
    return {cell: entry.amount for cell, entry in queries.entries(slot.id).items()}


def trail() -> list[tuple[str, object]]:
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "outcome").order_by(AuditEntry.id))
    return [(entry.verb, entry.after["amount"]) for entry in entries]


def test_a_correction_stands_beside_what_it_corrects(ctx, cast, begun):
    slot = begun["cleaning"]
    assert enter(cast.ou.id, slot.id, {SCORE: 90_000}, NOW) == 1
    assert enter(cast.ou.id, slot.id, {SCORE: 90_000}, NOW) == 0
    with pytest.raises(WhyCorrected):
        enter(cast.ou.id, slot.id, {SCORE: 80_000}, NOW)
    enter(cast.ou.id, slot.id, {SCORE: 80_000}, NOW, reason="看错了")
    enter(cast.ou.id, slot.id, {SCORE: None}, NOW, reason="改日再评")
    enter(cast.ou.id, slot.id, {SCORE: 85_000}, NOW)  # nothing stood there, so nothing is corrected
    assert [row.amount for row in queries.history(slot.id)] == [90_000, 80_000, None, 85_000]
    assert held(slot) == {SCORE: 85_000}
    verbs = ["enter outcome", "correct outcome", "correct outcome", "correct outcome"]
    assert trail() == list(zip(verbs, [90_000, 80_000, None, 85_000], strict=True))


def test_who_may_enter_what(ctx, cast, begun):
    energy, study = begun["energy"], begun["study"]
    enter(cast.lin.id, energy.id, {CHECKED: 3_000}, NOW)
    with pytest.raises(NotAllowed):  # Zhao is not on it
        enter(cast.zhao.id, energy.id, {CHECKED: 4_000}, NOW, reason="x")
    with pytest.raises(NotAllowed):  # Lin is, but this kind leaves it to the organizer
        enter(cast.lin.id, study.id, {Cell(PAGES, cast.lin.id): 1_000}, NOW)
    with pytest.raises(NotAllowed):  # who reviews looks
        enter(cast.chen.id, energy.id, {CHECKED: 4_000}, NOW, reason="x")
    enter(cast.ou.id, study.id, {Cell(PAGES, cast.lin.id): 12_000_000}, NOW)
    wrong = (Cell(PAGES), Cell(PAGES, cast.zhao.id), Cell("nothing"), Cell("zone_score"))
    for cell in wrong:
        with pytest.raises(NotFound):
            enter(cast.ou.id, study.id, {cell: 1_000}, NOW)
    assert held(study) == {Cell(PAGES, cast.lin.id): 12_000_000}


def test_an_organizer_enters_nothing_of_themselves(ctx, cast, begun):
    study = begun["study"]
    seat(study, [cast.ou])
    join(cast.gu.id, cast.ou.id, cast.wang.id, NOW)
    for own in (cast.ou, cast.wang):
        with pytest.raises(OwnAmount):
            enter(cast.ou.id, study.id, {Cell(PAGES, cast.lin.id): 1_000, Cell(PAGES, own.id): 12_000_000}, NOW)
    assert held(study) == {}


def test_nothing_is_achieved_before_it_begins(ctx, cast):
    with pytest.raises(NotStarted):
        enter(cast.ou.id, cast.slot.id, {SCORE: 90_000}, NOW)


def test_who_saw_another_amount_is_told(ctx, cast, begun):
    slot = begun["cleaning"]
    enter(cast.ou.id, slot.id, {SCORE: 90_000}, NOW, seen={SCORE: None})
    with pytest.raises(ChangedMeanwhile):
        enter(cast.ou.id, slot.id, {SCORE: 70_000}, NOW, seen={SCORE: None}, reason="x")


def test_two_who_enter_at_once_take_turns(app, cast, begun):
    slot, meet, told = begun["cleaning"], threading.Barrier(4), []

    def one(amount: int) -> None:
        with app.app_context():
            meet.wait()
            try:
                enter(cast.ou.id, slot.id, {SCORE: amount}, NOW, seen={SCORE: None})
            except ChangedMeanwhile:
                told.append(amount)

    threads = [threading.Thread(target=one, args=(1000 * n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert len(told) == 3
        assert len(queries.history(slot.id)) == 1


STEPS = st.lists(st.tuples(st.sampled_from(["energy", "cleaning"]), st.none() | st.integers(0, 100)), max_size=6)


def test_sums_are_those_of_what_holds(ctx, cast, begun):
    cells, last = {"energy": CHECKED, "cleaning": SCORE}, {"energy": 0, "cleaning": 0}

    @settings(max_examples=10)
    @given(STEPS)
    def one_history(steps):
        for kind, amount in steps:
            enter(cast.ou.id, begun[kind].id, {cells[kind]: amount and amount * 1000}, NOW, reason="x")
            last[kind] = (amount or 0) * 1000
        sums = queries.by_activity(sa.true(), YEAR)
        for kind, amount in last.items():
            assert sum(each.amount for (key, *_), each in sums.items() if key == kind) == amount
        current = sa.select(sa.func.count()).where(Outcome.is_current).group_by(Outcome.slot_id)
        assert set(db.session.scalars(current)) <= {1}

    one_history()


def test_targets_are_set_changed_and_ended(ctx, cast):
    monday = date(2026, 9, 7)
    db.session.add(Term(name="2026 秋", starts_on=monday, weeks=18))
    db.session.commit()
    for amount in (90_000, 95_000, 95_000, None):
        set_targets(cast.ou.id, cast.sweeping.id, monday, {"zone_score": amount}, NOW)
        assert [target.amount for target in queries.targets(cast.sweeping.id, monday).values()] == [amount] * bool(
            amount
        )
    verbs = sa.select(AuditEntry.verb).where(AuditEntry.subject == Target.__tablename__).order_by(AuditEntry.id)
    assert list(db.session.scalars(verbs)) == ["set target", "set target", "end target"]
    with pytest.raises(NotAllowed):
        set_targets(cast.chen.id, cast.sweeping.id, monday, {"zone_score": 1}, NOW)
    with pytest.raises(NotFound):
        set_targets(cast.ou.id, cast.sweeping.id, monday, {"elders_visited": 1}, NOW + HOUR)
