"""Organizers change and take back whole series while people sign up, in real threads: nobody's slot is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from activities.duties.models import Series, Slot
from activities.duties.rules import PlanChanged, SlotState
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.series import planning, service
from activities.series.rules import SeriesHasPeople
from activities.signups.models import SignUp
from activities.signups.service import sign_up
from tests.cast import NOW, make_series, told_of
from tests.house.test_races import crowd, race

FIRST, LAST = date(2026, 12, 3), date(2026, 12, 31)


def series_of(app, cast) -> tuple[int, list[int]]:
    with app.app_context():
        series = make_series(cast.lake, FIRST, LAST)
        db.session.commit()
        return series.id, [slot.id for slot in db.session.query(Slot).filter_by(series_id=series.id)]


def or_gone(verb):
    """The verb's result, or NotFound as a result: its slot may be gone."""

    def ask():
        try:
            return verb()
        except NotFound as error:
            return type(error)

    return ask


def test_a_series_is_taken_back_or_somebody_is_in_it_but_never_both(app, cast):
    people = crowd(app, cast, 6)
    for _ in range(4):
        series, slots = series_of(app, cast)
        verbs = [or_gone(lambda p=p, s=slots[n % 5]: sign_up(p, s, NOW, or_wait=True)) for n, p in enumerate(people)]
        undo = or_gone(lambda s=series: service.undo(cast.ou.id, s, NOW))
        results = race(app, [*verbs[:3], undo, *verbs[3:], undo])
        with app.app_context():
            left = db.session.query(Slot).filter(Slot.id.in_(slots)).count()
            on_them = db.session.query(SignUp).filter(SignUp.slot_id.in_(slots)).count()
        if left:
            assert isinstance(results[3], SeriesHasPeople)
            assert (left, on_them) == (5, 6)
            with app.app_context():
                db.session.query(SignUp).filter(SignUp.slot_id.in_(slots)).delete()
                db.session.query(Slot).filter(Slot.id.in_(slots)).update({"tickets": 0, "taken": 0, "waiting": 0})
                db.session.commit()
                service.undo(cast.ou.id, series, NOW)
        else:
            assert on_them == 0
            assert sorted(map(str, {results[3], results[-1]})) == ["5", str(NotFound)]


def test_a_change_confirmed_several_times_at_once_is_made_once(app, cast):
    series, slots = series_of(app, cast)
    with app.app_context():
        sign_up(cast.lin.id, slots[0], NOW)
        one = db.session.get(Series, series)
        later = replace(one.wish, rule=replace(one.wish.rule, first=date(2026, 12, 10)), starts=time(8), ends=time(9))
        present = planning.occurrences(series, later.rule.first)
        digest = planning.edit(one, later, present, clock.zone(), NOW).digest
    verb = lambda: service.edit(cast.ou.id, series, later, digest, "", clock.zone(), NOW)  # noqa: E731
    results = race(app, [verb] * 4)
    assert sorted(type(r).__name__ for r in results) == ["Done", *["PlanChanged"] * 3]
    with app.app_context():
        assert db.session.query(Slot).filter(Slot.series_id.is_not(None)).count() == 5
        assert db.session.query(Series).count() == 2


def test_who_signs_up_while_a_series_ends_is_told_or_refused(app, cast):
    people = crowd(app, cast, 10)
    series, slots = series_of(app, cast)

    def end():
        while True:
            one = db.session.get(Series, series, populate_existing=True)
            digest = planning.ending(one, planning.occurrences(series, FIRST), NOW).digest
            try:
                return service.end(cast.ou.id, series, digest, "暴雨", clock.zone(), NOW)
            except PlanChanged:
                db.session.rollback()

    verbs = [or_gone(lambda p=p, s=slots[n % 5]: sign_up(p, s, NOW, or_wait=True)) for n, p in enumerate(people)]
    results = race(app, [*verbs[:5], end, *verbs[5:]])
    came = [r for n, r in enumerate(results) if n != 5 and not isinstance(r, Refusal) and r is not NotFound]
    with app.app_context():
        assert db.session.query(Slot).filter(Slot.id.in_(slots), Slot.state == SlotState.OPEN).count() == 0
        assert len(told_of("signups.cancelled")) == len(came)
