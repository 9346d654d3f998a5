"""Keeping the school's calendar."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission, Role
from activities.people.models import RoleGrant
from activities.terms import changes, queries, rules, service
from activities.terms.models import Term
from activities.terms.official import OfficialDay
from activities.terms.rules import Span, Special, fingerprint
from tests.cast import NOW, Cast, grant
from tests.house.test_races import race

pytestmark = pytest.mark.usefixtures("ctx")
AUTUMN = Span("2026 秋", date(2026, 9, 7), 18)
SPRING = Span("2027 春", date(2027, 3, 1), 18)
DAY = date(2026, 10, 1)
OFF = Special("国庆节", off=True)
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def trail() -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


# ── who may ─────────────────────────────────────────────────────────────────


def test_only_an_administrator_of_a_unit_above_all_keeps_the_calendar(cast: Cast):
    grant(cast.lin, Role.ADMINISTRATOR, cast.first)
    db.session.commit()
    service.add_term(cast.gu.id, AUTUMN, NOW)
    service.add_day(cast.gu.id, DAY, OFF, NOW)
    assert not cast.lin.may(Permission.KEEP_CALENDAR)
    assert cast.lin.may(Permission.MANAGE_PEOPLE)
    term, day = fingerprint(AUTUMN), fingerprint(OFF)
    for actor_id in (cast.lin.id, cast.ou.id, cast.chen.id, 0):
        for verb in (
            lambda me: service.add_term(me, SPRING, NOW),
            lambda me: service.change_term(me, AUTUMN.starts_on, term, SPRING, NOW),
            lambda me: service.remove_term(me, AUTUMN.starts_on, term, NOW),
            lambda me: service.add_day(me, date(2026, 10, 2), OFF, NOW),
            lambda me: service.change_day(me, DAY, day, Special("校庆", off=True), NOW),
            lambda me: service.remove_day(me, DAY, day, NOW),
            lambda me: service.fill_days(me, 2026, NOW),
        ):
            with pytest.raises(NotFound):
                verb(actor_id)
    assert queries.all_terms() == [AUTUMN]
    assert queries.special_days(*YEAR) == {DAY: OFF}


def test_a_role_that_was_just_taken_away_permits_nothing(cast: Cast):
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == cast.gu.id))
    db.session.commit()
    with pytest.raises(NotFound):
        service.add_term(cast.gu.id, AUTUMN, NOW)


# ── terms ───────────────────────────────────────────────────────────────────


def test_a_term_is_added_changed_and_removed_and_leaves_a_trail(cast: Cast):
    longer = Span("2026 秋", date(2026, 8, 31), 20)
    service.add_term(cast.gu.id, AUTUMN, NOW)
    service.change_term(cast.gu.id, AUTUMN.starts_on, fingerprint(AUTUMN), longer, NOW)
    assert queries.all_terms() == [longer]
    service.remove_term(cast.gu.id, longer.starts_on, fingerprint(longer), NOW)
    assert queries.all_terms() == []
    whole = {"name": "2026 秋", "starts_on": "2026-08-31", "weeks": 20}
    assert [(entry.verb, entry.before, entry.after) for entry in trail()] == [
        ("add term", {}, {"name": "2026 秋", "starts_on": "2026-09-07", "weeks": 18}),
        ("change term", {"starts_on": "2026-09-07", "weeks": 18}, {"starts_on": "2026-08-31", "weeks": 20}),
        ("remove term", whole, {}),
    ]
    assert {(entry.actor_id, entry.reason) for entry in trail()} == {(cast.gu.id, "")}


def test_a_term_is_held_against_the_others_and_not_against_itself(cast: Cast):
    for term in (AUTUMN, SPRING):
        service.add_term(cast.gu.id, term, NOW)
    spring = SPRING.starts_on, fingerprint(SPRING)
    for term, refusal in (
        (Span("2027 春", date(2027, 1, 4), 18), rules.TermsOverlap),
        (Span("2026 秋", SPRING.starts_on, 18), rules.TermNameTaken),
        (Span("2027 春", SPRING.starts_on, 31), rules.WrongWeeks),
    ):
        with pytest.raises(refusal):
            service.change_term(cast.gu.id, *spring, term, NOW)
    service.change_term(cast.gu.id, *spring, Span("2027 春", date(2027, 3, 8), 18), NOW)
    assert [term.starts_on for term in queries.all_terms()] == [date(2027, 3, 8), AUTUMN.starts_on]


def test_saving_a_term_as_it_is_leaves_no_trail(cast: Cast):
    service.add_term(cast.gu.id, AUTUMN, NOW)
    service.change_term(cast.gu.id, AUTUMN.starts_on, fingerprint(AUTUMN), AUTUMN, NOW)
    assert len(trail()) == 1


def test_what_is_not_there_is_not_found(cast: Cast):
    for verb in (
        lambda: service.change_term(cast.gu.id, AUTUMN.starts_on, fingerprint(AUTUMN), AUTUMN, NOW),
        lambda: service.remove_term(cast.gu.id, AUTUMN.starts_on, fingerprint(AUTUMN), NOW),
        lambda: service.change_day(cast.gu.id, DAY, fingerprint(OFF), OFF, NOW),
        lambda: service.remove_day(cast.gu.id, DAY, fingerprint(OFF), NOW),
    ):
        with pytest.raises(NotFound):
            verb()


def test_of_terms_that_overlap_and_are_added_at_once_one_stands(app, cast: Cast):
    terms = [Span(f"学期 {n}", date(2026, 9, 7 + 7 * (n % 3)), 18) for n in range(6)]
    results = race(app, [lambda term=term: service.add_term(cast.gu.id, term, NOW) for term in terms])
    assert [type(result) for result in results if result] == [rules.TermsOverlap] * 5
    assert len(queries.all_terms()) == 1


def test_who_saves_second_is_told(app, cast: Cast):
    service.add_term(cast.gu.id, AUTUMN, NOW)
    service.add_day(cast.gu.id, DAY, OFF, NOW)
    term, day = fingerprint(AUTUMN), fingerprint(OFF)
    changes = [Span(f"学期 {n}", AUTUMN.starts_on, 18) for n in range(3)]
    for verbs in (
        [lambda one=one: service.change_term(cast.gu.id, one.starts_on, term, one, NOW) for one in changes],
        [lambda n=n: service.change_day(cast.gu.id, DAY, day, Special(f"节 {n}", off=True), NOW) for n in range(3)],
    ):
        results = race(app, verbs)
        assert [type(result) for result in results if result] == [ChangedMeanwhile] * 2
    with pytest.raises(ChangedMeanwhile):
        service.remove_term(cast.gu.id, AUTUMN.starts_on, term, NOW)
    with pytest.raises(ChangedMeanwhile):
        service.remove_day(cast.gu.id, DAY, day, NOW)


def test_what_was_read_before_is_read_again(app, cast: Cast):
    service.add_term(cast.gu.id, AUTUMN, NOW)
    held = db.session.scalars(sa.select(Term)).one()
    renamed = Span("秋季学期", AUTUMN.starts_on, 18)
    race(app, [lambda: service.change_term(cast.gu.id, AUTUMN.starts_on, fingerprint(AUTUMN), renamed, NOW)])
    assert held.name == AUTUMN.name
    with pytest.raises(ChangedMeanwhile):
        service.change_term(cast.gu.id, AUTUMN.starts_on, fingerprint(AUTUMN), AUTUMN, NOW)


# ── days ────────────────────────────────────────────────────────────────────


def test_a_day_is_added_changed_and_removed_and_leaves_a_trail(cast: Cast):
    saturday, workday = date(2026, 10, 10), Special("调休上班", acts_as=date(2026, 10, 7))
    service.add_term(cast.gu.id, AUTUMN, NOW)
    service.add_day(cast.gu.id, saturday, Special("校庆", off=True), NOW)
    service.change_day(cast.gu.id, saturday, fingerprint(Special("校庆", off=True)), workday, NOW)
    assert queries.special_day(saturday) == workday
    service.remove_day(cast.gu.id, saturday, fingerprint(workday), NOW)
    assert queries.special_days(*YEAR) == {}
    assert [(entry.verb, entry.before, entry.after) for entry in trail()[1:]] == [
        ("add day", {}, {"day": "2026-10-10", "name": "校庆", "off": True, "confirmed": True}),
        (
            "change day",
            {"name": "校庆", "off": True, "acts_as": None},
            {"name": "调休上班", "off": False, "acts_as": "2026-10-07"},
        ),
        (
            "remove day",
            {"day": "2026-10-10", "name": "调休上班", "off": False, "acts_as": "2026-10-07", "confirmed": True},
            {},
        ),
    ]


def test_a_day_comes_once_and_as_the_rule_has_it(cast: Cast):
    service.add_day(cast.gu.id, DAY, OFF, NOW)
    with pytest.raises(rules.DayTaken):
        service.add_day(cast.gu.id, DAY, OFF, NOW)
    outside_any_term = Special("调休上班", acts_as=date(2026, 10, 7))
    with pytest.raises(rules.NotATeachingDay):
        service.add_day(cast.gu.id, date(2026, 10, 10), outside_any_term, NOW)
    with pytest.raises(rules.NotATeachingDay):
        service.change_day(cast.gu.id, DAY, fingerprint(OFF), outside_any_term, NOW)


def test_a_day_edited_by_hand_is_confirmed_and_kept(cast: Cast, monkeypatch):
    known = [OfficialDay(DAY, "国庆节", off=True, confirmed=False)]
    monkeypatch.setattr(changes, "official_days", lambda years: known)
    assert service.fill_days(cast.gu.id, 2026, NOW) == 1
    shown = queries.special_day(DAY)
    assert not shown.confirmed
    service.change_day(cast.gu.id, DAY, fingerprint(shown), shown, NOW)
    assert not queries.is_unconfirmed(2026)
    known[:] = [OfficialDay(DAY, "国庆", off=True, confirmed=True)]
    assert service.fill_days(cast.gu.id, 2026, NOW) == 0
    assert queries.special_day(DAY) == OFF


def test_who_fills_in_a_year_stands_in_the_trail(cast: Cast):
    changed = service.fill_days(cast.gu.id, 2026, NOW)
    assert {(entry.actor_id, entry.reason) for entry in trail()} == {(cast.gu.id, "")}
    assert len(trail()) == changed == len(queries.special_days(*YEAR))


def test_a_year_that_two_fill_in_at_once_is_filled_once(app, cast: Cast):
    counts = race(app, [lambda: service.fill_days(cast.gu.id, 2026, NOW)] * 3)
    assert sorted(counts) == [0, 0, len(queries.special_days(*YEAR))]
