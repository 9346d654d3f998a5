"""A close that two people have confirmed: frozen portion by portion, closed by one transaction, whoever is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.closings import freezing, queries, service, verifying
from activities.closings.rules import NotAsked, canonical
from activities.cycles import service as keeping
from activities.cycles.models import FrozenPart, Participant, Snapshot
from activities.cycles.rules import CycleState, Grade, hash_of
from activities.cycles.rules_refusals import NotOpen
from activities.cycles.snapshots import snapshot_of
from activities.evidence import queries as evidence
from activities.grades import service as grades
from activities.grades.models import Opinion
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.overviews import todo
from activities.people.joining import join
from activities.people.service import acting
from tests.cast import DAY, english, unrefused
from tests.closings.closed import OVER, another, close, grade_all
from tests.cycles.opened import GRADING, opened, the_cycle
from tests.house.test_races import race
from tests.packets.formulas import reckoned_by
from tests.serving import environ

FEW = 4

pytestmark = pytest.mark.usefixtures("while_grades_are_given")


@pytest.fixture
def confirmed(cast, second, monkeypatch):
    """A review of six people whose close is confirmed, to be frozen four at a time."""
    monkeypatch.setattr(service, "PORTION", FEW)
    reckoned_by(cast.school, cast.chen)
    opened(cast)
    grade_all(cast, second, the_cycle())
    service.ask(cast.chen.id, the_cycle().id, OVER)
    service.confirm(second.id, the_cycle().id, OVER)
    return the_cycle().id


def how_many(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def is_untouched() -> bool:
    """Whether nothing of a close can be seen but that it was confirmed."""
    db.session.rollback()
    told = db.session.scalar(sa.select(Notice.id).where(Notice.topic == "cycles.closed"))
    on_trail = db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.verb == "close"))
    return the_cycle().is_being_frozen and (how_many(Snapshot), told, on_trail) == (0, None, None)


class TestFreezing:
    def test_portion_by_portion_then_it_is_closed(self, cast, second, confirmed):
        assert is_untouched()
        service.go_on(OVER)
        assert (is_untouched(), queries.progress(confirmed)) == (True, (FEW, 6))
        service.go_on(OVER + DAY)
        cycle = the_cycle()
        assert (cycle.state, cycle.ended_by_id, cycle.ended_at) == (CycleState.CLOSED, second.id, OVER + DAY)
        assert [wrong for _, wrong in verifying.all_closed()] == [""]
        service.go_on(OVER + DAY)
        assert (how_many(Snapshot), how_many(FrozenPart)) == (1, 6)

    def test_meanwhile_nothing_of_it_changes_but_that_it_stays_open(self, cast, second, confirmed):
        service.go_on(OVER)
        lin = cast.lin.id
        for verb in (
            lambda: service.ask(cast.chen.id, confirmed, OVER),
            lambda: service.confirm(second.id, confirmed, OVER),
            lambda: grades.give(cast.chen.id, confirmed, lin, 1, Grade.POOR, "改", "改", OVER),
            lambda: keeping.reopen(cast.chen.id, confirmed, "essay", (OVER + 30 * DAY).date(), "改", OVER),
            lambda: keeping.remove_person(cast.chen.id, confirmed, lin, "改", OVER),
            lambda: keeping.call_off(cast.chen.id, confirmed, "改", OVER),
        ):
            with pytest.raises(NotOpen):
                verb()
        assert [one for one in todo.due(acting(second.id), OVER) if one.task.name == "Closings to confirm"] == []
        service.take_back(cast.chen.id, confirmed, OVER)
        assert (the_cycle().is_open, how_many(FrozenPart)) == (True, 0)
        service.go_on(OVER)
        assert the_cycle().is_open
        with pytest.raises(NotAsked):
            service.confirm(second.id, confirmed, OVER)

    def test_accounts_that_are_joined_meanwhile_take_nothing_out_of_what_is_frozen(self, cast, second, confirmed):
        service.take_back(cast.chen.id, confirmed, OVER)
        grades.ask_opinion(cast.chen.id, confirmed, cast.lin.id, cast.ou.id, GRADING)
        grades.write_opinion(cast.ou.id, db.session.scalars(sa.select(Opinion.id)).one(), "踏实肯干。", GRADING)
        service.ask(cast.chen.id, confirmed, OVER)
        service.confirm(second.id, confirmed, OVER)
        service.go_on(OVER)
        join(cast.gu.id, cast.lin.id, cast.ou.id, OVER)
        service.go_on(OVER)
        assert the_cycle().state is CycleState.CLOSED
        assert [wrong for _, wrong in verifying.all_closed()] == [""]

    def test_what_was_read_before_it_stayed_open_is_kept_by_nobody(self, cast, second, confirmed):
        portion = queries.next_to_freeze(the_cycle(), FEW)
        parts = freezing.parts(portion)
        db.session.rollback()
        service.take_back(cast.chen.id, confirmed, OVER)
        service.keep(confirmed, portion.now, parts)
        service.ask(cast.chen.id, confirmed, OVER + DAY)
        service.confirm(second.id, confirmed, OVER + DAY)
        service.keep(confirmed, portion.now, parts)
        service.close(confirmed, OVER + DAY)
        assert (how_many(FrozenPart), the_cycle().is_being_frozen) == (0, True)

    def test_several_workers_at_once_freeze_each_once(self, app, cast, confirmed):
        db.session.rollback()
        race(app, [lambda: service.go_on(OVER)] * 6, threads=3)
        assert (the_cycle().state, how_many(FrozenPart), how_many(Snapshot)) == (CycleState.CLOSED, 6, 1)
        assert [wrong for _, wrong in verifying.all_closed()] == [""]
        told = sa.select(sa.func.count()).select_from(Notice).where(Notice.topic == "cycles.closed")
        assert db.session.scalar(told) == 6


KILLED = f"""
import os, signal, sys
import sqlalchemy as sa
from activities.app import create_app
from activities.closings import service
from activities.kit import clock
from activities.kit.db import db

service.PORTION = {FEW}
begins, left = sys.argv[1], int(sys.argv[2])

def strike(connection, cursor, statement, *_):
    global left
    left -= statement.startswith(begins)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

app = create_app()
with app.app_context():
    sa.event.listen(db.engine, "after_cursor_execute", strike)
    while True:
        service.go_on(clock.now())
        db.session.remove()
"""


@pytest.mark.parametrize(
    ("begins", "which", "left"),
    [
        ("INSERT INTO review_frozen_part", 2, FEW), ("INSERT INTO review_snapshot", 1, 6),
        ("UPDATE review_cycle", 1, 6), ("INSERT INTO notice", 1, 6),
    ],
)  # fmt: skip
def test_killed_at_any_statement_it_is_open_until_it_is_closed(
    app, cast, second, confirmed, tmp_path, begins, which, left
):
    settings = {"DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]), "SECRET_KEY": "0123456789abcdef"}
    if isolation := app.config["SETTINGS"].database_isolation:
        settings["ACTIVITIES_DATABASE_ISOLATION"] = isolation
    db.session.rollback()
    command = [sys.executable, "-c", KILLED, begins, str(which)]
    killed = subprocess.run(command, env=environ(tmp_path, **settings), timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (is_untouched(), how_many(FrozenPart)) == (True, left)
    while the_cycle().state is CycleState.OPEN:
        service.go_on(OVER)
    assert [wrong for _, wrong in verifying.all_closed()] == [""]
    assert how_many(FrozenPart) == 6


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("UPDATE review_snapshot SET text = replace(text, '2026', '2025')", "hash"),
            ("UPDATE review_frozen_part SET text = replace(text, '\"good\"', '\"poor\"') WHERE id = :one", "parts"),
            ("UPDATE review_frozen_part SET text = 'no JSON' WHERE id <> :one", "parts"),
            (f"UPDATE review_frozen_part SET text = '{{}}', hash = '{hash_of('{}')}' WHERE id = :one", "parts"),
            ("DELETE FROM review_frozen_part WHERE id = :one", "parts"),
            ("UPDATE review_participant SET unit_id = :unit WHERE unit_id <> :unit", "parts"),
            ("UPDATE review_participant SET grade = 'poor' WHERE member_id = :who", "tables"),
            ("UPDATE review_participant SET removed_at = '2027-01-01', removed_by_id = 1,"
             " grade = NULL, graded_by_id = NULL WHERE member_id = :who",
             "tables"),
            ("UPDATE review_grade SET opinion = '另一份意见' WHERE member_id = :who", "tables"),
            ("UPDATE review_grade SET given_at = '2020-01-01' WHERE member_id = :who", "tables"),
            # What is left once somebody is forgotten.
            ("UPDATE review_grade SET opinion = '' WHERE member_id = :who", ""),
        ],
    )  # fmt: skip
    def test_of_any_part_is_found(self, cast, second, statement, expected):
        opened(cast)
        grade_all(cast, second, the_cycle())
        close(cast, second, the_cycle())
        known = {":one": db.session.scalar(sa.select(sa.func.max(FrozenPart.id))), ":unit": cast.first.id,
                 ":who": cast.lin.id}  # fmt: skip
        for name, value in known.items():
            statement = statement.replace(name, str(value))
        with unrefused() as connection:
            connection.exec_driver_sql(statement)
        db.session.rollback()
        assert [wrong for _, wrong in verifying.all_closed()] == [expected]

    def test_parts_that_change_places_are_found(self, cast, second):
        opened(cast)
        grade_all(cast, second, the_cycle())
        close(cast, second, the_cycle())
        one, other = db.session.scalars(sa.select(FrozenPart).order_by(FrozenPart.id).limit(2))
        with unrefused() as connection:
            for row, by in ((one, other), (other, one)):
                values = {"id": row.id, "text": by.text, "hash": by.hash}
                connection.execute(
                    sa.text("UPDATE review_frozen_part SET text = :text, hash = :hash WHERE id = :id"), values
                )
        db.session.rollback()
        assert [wrong for _, wrong in verifying.all_closed()] == ["parts"]


def frozen_before(version: int) -> None:
    """Let the closed review be one that was closed when all of it stood in one text."""
    snapshot = snapshot_of(the_cycle().id)
    kept, people = json.loads(snapshot.text), []
    for text in db.session.scalars(sa.select(FrozenPart.text).order_by(FrozenPart.participant_id)):
        people.append(json.loads(text))
        if version < 2:
            people[-1]["steps"] = {}
    text = canonical({
        **kept, "version": version, "units": [unit[:-1] for unit in kept["units"]], "people": people
    })  # fmt: skip
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "close")).one()
    with unrefused() as connection:
        connection.execute(sa.delete(FrozenPart))
        connection.execute(sa.update(Snapshot).values(text=text, hash=hash_of(text)))
        after = {**entry.after, "hash": hash_of(text)}
        connection.execute(sa.update(AuditEntry).where(AuditEntry.id == entry.id).values(after=after))
    db.session.expire_all()
    db.session.rollback()


class TestReviewsThatWereClosedBefore:
    @pytest.mark.parametrize("version", [1, 2])
    def test_they_verify_and_say_what_was_frozen(self, cast, second, version):
        reckoned_by(cast.school, cast.chen)
        opened(cast)
        grade_all(cast, second, the_cycle())
        close(cast, second, the_cycle())
        part = db.session.scalars(sa.select(Participant).where(Participant.member_id == cast.lin.id)).one()
        now = evidence.advice(the_cycle(), [part], OVER)
        frozen_before(version)
        assert [wrong for _, wrong in verifying.all_closed()] == [""]
        assert evidence.advice(the_cycle(), [part], OVER) == (now if version > 1 else {})
        with unrefused() as connection:
            connection.exec_driver_sql("UPDATE review_participant SET grade = 'poor'")
        db.session.rollback()
        assert [wrong for _, wrong in verifying.all_closed()] == ["tables"]


def test_the_page_says_how_far_it_is_and_looks_at_everyone_on_demand(app, cast, monkeypatch):
    monkeypatch.setattr(service, "PORTION", FEW)
    with app.app_context():
        second, address = another(cast), opened(cast)
        grade_all(cast, second, the_cycle())
        service.ask(cast.chen.id, the_cycle().id, OVER)
    chen, he, lin = (english(app, one) for one in (cast.chen, second, cast.lin))
    with time_machine.travel(OVER, tick=False):
        assert he.submit(f"/cycles/{address}/close", confirm=1).status_code == 303
        for done in (0, FEW):
            page = chen.get(f"/cycles/{address}").text
            assert f"{done} of 6 people are frozen" in page
            assert ('data-progress="going"' in page, "Change the days" in page) == (True, False)
            assert "Being frozen" in chen.get("/cycles/").text
            assert lin.get(f"/my-review/{address}").status_code == 200
            with app.app_context():
                service.go_on(OVER)
        page = chen.get(f"/cycles/{address}").text
        assert 'data-progress="done"' in page
        assert "its hash has just been computed anew" in page
        with app.app_context(), unrefused() as connection:
            connection.exec_driver_sql("UPDATE review_frozen_part SET text = '{}'")
        assert "It is not as it was closed" not in chen.get(f"/cycles/{address}").text
        assert "what was frozen of people does not fit" in chen.get(f"/cycles/{address}/check").text


def test_what_has_become_other_is_looked_for_among_some_people_at_a_time(app, cast, monkeypatch):
    monkeypatch.setattr("activities.evidence.pages.AT_ONCE", FEW)
    with app.app_context():
        second, address = another(cast), opened(cast)
        grade_all(cast, second, the_cycle())
        close(cast, second, the_cycle())
    chen = english(app, cast.chen)
    for page, expected in ((1, "People 1 to 4,"), (2, "People 5 to 6,")):
        assert expected in chen.get(f"/cycles/{address}/differences?page={page}").text
