"""Reminders: each once, at the time that the slot has now, and none of what one has given back."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from activities.duties.models import Arrival
from activities.kit.db import db
from activities.notices.reminders import REMINDER, remind
from activities.notices.service import choose
from activities.outbox.models import Notice
from activities.outbox.rules import DIGEST_AT, Reminders
from activities.signups.arrival_verbs import set_quotas
from activities.signups.leaving import deactivate
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.rules_soft import Consent
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_activity, make_post, make_slot
from tests.house.test_races import race
from tests.outbox.conftest import inbox, mailer, own_words, server
from tests.outbox.mailbox import deliveries, send

__all__ = ["inbox", "mailer", "own_words", "server"]

# NOW is noon; the cast's slot begins at noon tomorrow.
EVENING = NOW + 6 * HOUR


def want(member_id: int, *reminders: Reminders, **more: object) -> None:
    chosen = Reminders(sum(reminders))
    choose(member_id, {"ways": {}, "digest_at": DIGEST_AT, "reminders": chosen, **more})


def reminded() -> list[tuple[int, str]]:
    query = sa.select(Notice).where(Notice.topic == REMINDER).order_by(Notice.id)
    return [(n.member_id, n.params["when"][0]) for n in db.session.scalars(query)]


@pytest.fixture
def seated(ctx, cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    return cast


def test_who_never_chose_is_reminded_the_evening_before_and_once(seated):
    assert remind(EVENING - HOUR) == 0
    assert remind(EVENING) == 1
    assert remind(EVENING) == remind(EVENING + HOUR) == 0
    assert reminded() == [(seated.lin.id, seated.slot.starts_at.isoformat())]


def test_each_chosen_reminder_comes_once(seated):
    want(seated.lin.id, Reminders.EVENING, Reminders.HOUR)
    starts = seated.slot.starts_at
    moments = (EVENING, EVENING + HOUR, starts - HOUR, starts - HOUR / 2, starts, starts + HOUR)
    assert [remind(now) for now in moments] == [1, 0, 1, 0, 0, 0]


def test_who_wants_none_gets_none(seated):
    want(seated.lin.id)
    assert remind(EVENING) == 0


def test_a_job_that_comes_late_reminds_once_of_what_is_still_to_come(seated):
    want(seated.lin.id, Reminders.EVENING, Reminders.TWO_HOURS)
    assert remind(seated.slot.starts_at - HOUR) == 1
    assert len(reminded()) == 1


def test_several_workers_remind_once(app, seated):
    race(app, [lambda: remind(EVENING)] * 4)
    assert len(reminded()) == 1


def test_a_moved_slot_is_reminded_of_at_its_new_time(seated):
    assert remind(EVENING) == 1
    slot = seated.slot
    later = slot.starts_at + DAY
    edit_slot(seated.ou.id, slot.id, slot.revision, later, later + HOUR, slot.capacity, EVENING)
    assert remind(EVENING + HOUR) == 0
    assert remind(EVENING + DAY) == 1
    assert [when for _, when in reminded()] == [slot.starts_at.isoformat(), later.isoformat()]


def test_a_seat_given_back_a_cancelled_slot_and_who_has_left_are_not_reminded_of(seated):
    other = make_slot(seated.lake, NOW + DAY + 3 * HOUR)
    third = make_slot(seated.lake, NOW + DAY + 6 * HOUR)
    db.session.commit()
    sign_up(seated.lin.id, other.id, NOW)
    sign_up(seated.wang.id, third.id, NOW)
    withdraw(seated.lin.id, other.id, NOW)
    deactivate(seated.gu.id, seated.wang.id, NOW)
    cancel_slot(seated.ou.id, seated.slot.id, "暴雨", NOW)
    assert remind(EVENING) == 0


def test_who_waits_is_not_reminded(seated):
    for member in (seated.wang, seated.ou):
        sign_up(member.id, seated.slot.id, NOW, or_wait=True)
    assert remind(EVENING) == 2


def test_a_reminder_on_its_way_is_dropped_when_the_seat_is_given_back(seated, mailer, inbox):
    send(NOW, mailer.send)
    inbox.letters.clear()
    remind(EVENING)
    cancel_slot(seated.ou.id, seated.slot.id, "暴雨", EVENING)
    send(EVENING, mailer.send)
    assert [letter["Subject"].startswith("已取消") for letter in inbox.letters] == [True]
    assert "dropped" in [d.state for d in deliveries()]


def test_the_rounds_take_two_statements_however_many_duties_there_are(seated, statements):
    counts = []
    for n in range(1, 4):
        slot = make_slot(seated.lake, NOW + DAY + n * 2 * HOUR)
        db.session.commit()
        sign_up(seated.lin.id, slot.id, NOW)
        remind(EVENING)
        with statements.count() as counted:
            remind(EVENING)
        counts.append(len(counted))
    assert set(counts) == {2}


def test_the_application_declares_the_job_and_the_words_by_itself(tmp_path):
    """In a process of its own: the tests have loaded them."""
    program = (
        "from activities.app import create_app; create_app();"
        "from activities.outbox.jobs import JOBS; from activities.outbox.words import WORDS;"
        "print({job.name for job in JOBS} >= {'reminders', 'news for chat groups'}, 'notices.reminder' in WORDS)"
    )
    environ = {**os.environ, "ACTIVITIES_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout == "True True\n"


def test_who_comes_later_than_a_slot_begins_is_reminded_from_then_on(ctx, cast):
    drive = make_slot(make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW + DAY, hours=8)
    db.session.commit()
    set_quotas(cast.ou.id, drive.id, 0, {0: 1, 240: 1}, NOW)
    early, late = db.session.scalars(sa.select(Arrival.id).order_by(Arrival.minute))
    for member, arrival in ((cast.lin, early), (cast.wang, late)):
        want(member.id, Reminders.HOUR)
        sign_up(member.id, drive.id, NOW, consent=Consent(arrival_id=arrival))
    starts, comes = drive.starts_at, drive.starts_at + 4 * HOUR
    assert [remind(now) for now in (starts - HOUR, starts, comes - HOUR, comes)] == [1, 0, 1, 0]
    assert reminded() == [(cast.lin.id, starts.isoformat()), (cast.wang.id, comes.isoformat())]
