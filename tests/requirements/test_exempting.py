"""Exemptions: who gives them, who reads why, what they take away, and how they end."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.joining import join
from activities.people.service import acting
from activities.requirements import exempting, queries
from activities.requirements.models import Exemption
from activities.requirements.rules import Exempted
from activities.requirements.rules_exempting import (
    EndedAlready,
    EndsBeforeItBegins,
    ExemptedAlready,
    Ground,
    NotEarlier,
    OwnExemption,
    Why,
    given_for,
    may_read_why,
    why_not_end,
)
from tests.cast import HOUR, NOW, english, grant, logged_in
from tests.requirements.asked import END, SERVICE, SWEEPING, asked_by

JANUARY = date(2026, 1, 1)
YEAR = Exempted(JANUARY, END)
WHY = Why(Ground.AWAY, "交换学习")


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def branch_secretary(ctx, cast):
    """Wang is secretary of the first branch, below Chen's school."""
    grant(cast.wang, Role.SECRETARY, cast.first)
    db.session.commit()
    return cast.wang


def given(cast, by=None, what=YEAR) -> Exemption:
    public_id = exempting.exempt((by or cast.chen).id, cast.lin.id, what, WHY, NOW)
    return db.session.scalars(sa.select(Exemption).where(Exemption.public_id == public_id)).one()


def owed(cast) -> dict[str, int]:
    return {one.line.key: one.owed for one in queries.own_year(acting(cast.lin.id), 2026, NOW).lines}


# ── rules ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("is_giver", "paths", "unit", "may"),
    [
        (True, [], "1/2/", True),
        (False, ["1/"], "1/2/", True),
        (False, ["1/2/"], "1/2/", False),  # another secretary of the same unit
        (False, ["1/2/3/"], "1/2/", False),
        (False, ["1/4/"], "1/2/", False),
        (False, ["1/"], "1/", False),
    ],
)
def test_who_gave_it_and_those_above_read_why(is_giver, paths, unit, may):
    assert may_read_why(is_giver, paths, unit) is may


def test_an_exemption_is_given_for_the_highest_unit_one_has():
    assert given_for(["1/2/3/", "1/2/", "1/5/"], "1/2/3/") == "1/2/"


@pytest.mark.parametrize(
    ("until", "is_ended", "is_own", "refusal"),
    [
        (None, False, False, None),
        (date(2026, 6, 1), False, False, None),
        (END, False, False, NotEarlier()),
        (date(2025, 12, 31), False, False, NotEarlier()),
        (None, True, False, EndedAlready()),
        (None, False, True, OwnExemption()),
    ],
)
def test_why_an_exemption_does_not_end(until, is_ended, is_own, refusal):
    assert why_not_end(JANUARY, END, until, is_ended, is_own) == refusal


# ── verbs ───────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("ctx")
class TestExempting:
    def test_it_takes_away_what_it_says_and_the_person_is_told(self, cast):
        asked_by(cast.school, cast.chen, SERVICE, SWEEPING)
        db.session.commit()
        given(cast, what=Exempted(JANUARY, END, 50, SERVICE.key))
        assert owed(cast) == {SERVICE.key: 600, SWEEPING.key: 2}
        notice = db.session.scalars(sa.select(Notice)).one()
        assert (notice.topic, notice.member_id) == ("requirements.exempted", cast.lin.id)
        assert "away" not in str(notice.params)

    def test_ended_early_it_counts_until_then_and_taken_back_it_never_did(self, cast):
        asked_by(cast.school, cast.chen, SERVICE)
        db.session.commit()
        one = given(cast)
        assert owed(cast) == {SERVICE.key: 0}
        exempting.end(cast.chen.id, one.id, date(2026, 6, 30), "提前返校", NOW + HOUR)
        assert owed(cast) == {SERVICE.key: 605}
        with pytest.raises(EndedAlready):
            exempting.end(cast.chen.id, one.id, None, "又", NOW + HOUR)
        other = given(cast)
        exempting.end(cast.chen.id, other.id, None, "录错了人", NOW + HOUR)
        assert owed(cast) == {SERVICE.key: 605}
        topics = db.session.scalars(sa.select(Notice.topic).order_by(Notice.id)).all()
        assert topics[1] == "requirements.exemption_ended"
        assert topics[3] == "requirements.taken_back"

    def test_why_is_neither_in_the_database_nor_on_the_trail(self, cast):
        one = given(cast)
        stored = db.session.scalar(sa.select(Exemption.reason))
        assert "交换" not in stored
        assert "away" not in stored
        trail = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == one.id)).all()
        assert "交换" not in str([(entry.after, entry.reason) for entry in trail])

    def test_each_look_at_why_stands_on_the_trail(self, cast, branch_secretary):
        one = given(cast, branch_secretary)
        assert exempting.why(branch_secretary.id, one.id, NOW) == WHY
        assert exempting.why(cast.chen.id, one.id, NOW) == WHY  # above
        looked = db.session.scalars(
            sa.select(AuditEntry.actor_id).where(AuditEntry.verb == "read why exempted").order_by(AuditEntry.id)
        )
        assert list(looked) == [branch_secretary.id, cast.chen.id]

    def test_a_secretary_below_or_beside_does_not_read_what_one_above_gave(self, cast, branch_secretary):
        one = given(cast)
        with pytest.raises(NotAllowed):
            exempting.why(branch_secretary.id, one.id, NOW)

    def test_nobody_exempts_outside_their_units(self, cast, branch_secretary):
        for who in (cast.ou, cast.gu, cast.lin):
            with pytest.raises(NotFound):
                exempting.exempt(who.id, cast.zhao.id, YEAR, WHY, NOW)
        with pytest.raises(NotFound):
            exempting.exempt(branch_secretary.id, cast.zhao.id, YEAR, WHY, NOW)

    def test_a_secretary_never_exempts_themselves_or_ends_their_own(self, cast, branch_secretary):
        with pytest.raises(OwnExemption):
            exempting.exempt(branch_secretary.id, branch_secretary.id, YEAR, WHY, NOW)
        public_id = exempting.exempt(cast.chen.id, branch_secretary.id, YEAR, WHY, NOW)
        one = db.session.scalars(sa.select(Exemption).where(Exemption.public_id == public_id)).one()
        with pytest.raises(OwnExemption):
            exempting.end(branch_secretary.id, one.id, None, "x", NOW)
        with pytest.raises(NotFound):
            queries.exemption_to_keep(acting(branch_secretary.id), public_id)

    def test_what_turns_out_to_be_given_by_oneself_is_taken_back(self, cast, branch_secretary):
        one, other = given(cast, branch_secretary), given(cast, what=YEAR._replace(percent=50))
        join(cast.gu.id, cast.lin.id, branch_secretary.id, NOW + HOUR)
        assert (one.taken_back, other.taken_back) == (True, False)
        topics = db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == cast.lin.id))
        assert list(topics).count("requirements.taken_back") == 1

    def test_the_database_refuses_it_too(self, cast):
        one = given(cast)
        with pytest.raises(IntegrityError):
            db.session.execute(sa.update(Exemption).where(Exemption.id == one.id).values(given_by_id=cast.lin.id))
        db.session.rollback()

    def test_a_second_click_takes_nothing_more_away(self, cast):
        asked_by(cast.first, cast.chen, SERVICE)
        half = Exempted(JANUARY, END, 50)
        first = given(cast, what=half)
        left = owed(cast)
        with pytest.raises(ExemptedAlready):
            given(cast, what=half)
        assert owed(cast) == left
        exempting.end(cast.chen.id, first.id, None, "看错人了", NOW)
        given(cast, what=half)
        assert owed(cast) == left

    def test_the_last_day_is_not_before_the_first(self, cast):
        with pytest.raises(EndsBeforeItBegins):
            given(cast, what=Exempted(END, JANUARY))


# ── pages ───────────────────────────────────────────────────────────────────


class TestThePages:
    def test_the_person_sees_when_and_not_why(self, app, cast):
        with app.app_context():
            asked_by(cast.school, cast.chen, SERVICE)
            db.session.commit()
            given(cast, what=Exempted(JANUARY, date(2026, 6, 30), 50))
        page = english(app, cast.lin).get("/owed/2026").text
        assert "50% of it" in page
        assert "1 Jan–30 Jun 2026" in page
        assert "交换" not in page
        assert "exempt" not in english(app, cast.wang).get("/owed/2026").text

    def test_it_is_given_and_taken_back_on_pages(self, app, cast):
        chen = english(app, cast.chen)
        typed = {"number": "2301001", "line": "", "percent": "100", "first": "2026-01-01", "last": "2026-06-30"}
        typed |= {"ground": "away", "words": "交换学习"}
        assert "Enter a number from 1 to 100." in chen.submit("/exemptions/new", **typed | {"percent": "101"}).text
        assert "Nobody with this number" in chen.submit("/exemptions/new", **typed | {"number": "x"}).text
        answer = chen.submit("/exemptions/new", **typed)
        assert answer.status_code == 303
        address = answer.location
        assert "交换学习" not in chen.get(address).text
        assert "交换学习" in chen.submit(f"{address}/why").text
        assert "holds now" not in chen.get("/exemptions").text  # since July it is over
        assert chen.submit(address, reason="录错").status_code == 303
        assert "录错" in chen.get(address).text

    def test_another_secretary_of_the_same_unit_is_not_shown_why(self, app, cast):
        with app.app_context():
            grant(db.session.merge(cast.gu), Role.SECRETARY, db.session.merge(cast.school))
            db.session.commit()
            public_id = given(cast).public_id
        gu = english(app, cast.gu)
        assert "Show why" not in gu.get(f"/exemptions/{public_id}").text
        assert gu.submit(f"/exemptions/{public_id}/why").status_code == 403

    def test_the_list_takes_the_same_statements_however_many(self, app, cast, statements):
        chen = logged_in(app, cast.chen)

        def sent() -> int:
            with statements.count() as seen:
                assert chen.get("/exemptions").status_code == 200
            return len(seen)

        with app.app_context():
            given(cast)
        few = sent()
        with app.app_context():
            for percent in (20, 40, 60, 80):
                given(cast, what=YEAR._replace(percent=percent))
        assert sent() == few <= 4
