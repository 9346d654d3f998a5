"""Leave: asked for after the deadline, answered by an organizer, and no absence when it is accepted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.leaves import queries
from activities.leaves.models import Leave
from activities.leaves.rules import (
    Answer,
    AnsweredAlready,
    AskedAlready,
    InTime,
    OwnLeave,
    why_not_answer,
    why_not_ask,
)
from activities.leaves.service import answer, ask
from activities.outbox.models import Notice
from activities.signups.rules import AlreadyStarted, SignUpState
from activities.signups.rules_leaving import NotIn, TooLateToWithdraw
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, english, make_slot, my_state
from tests.signups.test_rules import LAST, OPEN

SEATED, WAITING = SignUpState.SEATED, SignUpState.WAITING
LATE = LAST + HOUR / 60
ASK = {
    "in time": (SEATED, False, LAST, InTime(LAST)),
    "too late to withdraw": (SEATED, False, LATE, None),
    "twice": (SEATED, True, LATE, AskedAlready()),
    "when it has begun": (SEATED, False, OPEN.starts_at, AlreadyStarted()),
    "who waits": (WAITING, False, LATE, NotIn()),
    "who is not in": (None, False, LATE, NotIn()),
}
ANSWER = {
    "a request": (SEATED, True, False, LATE, None),
    "one's own": (SEATED, True, True, LATE, OwnLeave()),
    "one that is answered": (SEATED, False, False, LATE, AnsweredAlready()),
    "of who has no seat any more": (None, True, False, LATE, AnsweredAlready()),
    "when it has begun": (SEATED, True, False, OPEN.starts_at, AlreadyStarted()),
}


@pytest.mark.parametrize(("mine", "is_asked", "now", "expected"), ASK.values(), ids=ASK)
def test_asking_is_decided_by(mine, is_asked, now, expected):
    assert why_not_ask(OPEN, mine, is_asked, now) == expected


@pytest.mark.parametrize(("mine", "is_asked", "is_own", "now", "expected"), ANSWER.values(), ids=ANSWER)
def test_answering_is_decided_by(mine, is_asked, is_own, now, expected):
    assert why_not_answer(OPEN, mine, is_asked, is_own, now) == expected


@pytest.fixture
def seat(ctx, cast) -> int:
    """Lin's seat in a slot of one, from which it is too late to withdraw; Wang waits for it."""
    slot = make_slot(cast.lake, NOW + 5 * HOUR, capacity=1)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW - DAY)
    sign_up(cast.wang.id, slot.id, NOW - DAY, or_wait=True)
    return slot.id


def asked(cast, slot_id: int) -> int:
    ask(cast.lin.id, slot_id, "考试", NOW)
    return db.session.scalars(sa.select(Leave.id).order_by(Leave.id.desc())).first()


def told(member_id: int) -> list[str]:
    return list(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == member_id).order_by(Notice.id)))


def test_the_seat_stays_until_it_is_answered(cast, seat):
    with pytest.raises(TooLateToWithdraw):
        withdraw(cast.lin.id, seat, NOW)
    asked(cast, seat)
    assert my_state(cast.lin.id, seat) is SEATED
    assert told(cast.ou.id) == ["leaves.asked"]
    with pytest.raises(AskedAlready):
        ask(cast.lin.id, seat, "考试", NOW)


def test_accepted_the_seat_goes_to_who_waits(cast, seat):
    answer(cast.ou.id, asked(cast, seat), Answer.ACCEPTED, "好", NOW)
    assert my_state(cast.lin.id, seat) is None
    assert my_state(cast.wang.id, seat) is SEATED
    assert told(cast.lin.id)[-1:] == ["leaves.accepted"]
    assert told(cast.wang.id)[-1:] == ["signups.promoted"]
    assert [leave.reason for leave in queries.granted_to(cast.lin.id)] == ["考试"]
    verbs = set(db.session.scalars(sa.select(AuditEntry.verb)))
    assert {"ask for leave", "answer leave", "withdraw"} <= verbs


def test_declined_the_seat_stays_and_one_may_ask_again(cast, seat):
    answer(cast.ou.id, asked(cast, seat), Answer.DECLINED, "缺人", NOW)
    assert my_state(cast.lin.id, seat) is SEATED
    assert told(cast.lin.id)[-1:] == ["leaves.declined"]
    assert asked(cast, seat)


def test_one_answer_is_all_there_is(cast, seat):
    leave = asked(cast, seat)
    answer(cast.ou.id, leave, Answer.DECLINED, "", NOW)
    with pytest.raises(AnsweredAlready):
        answer(cast.ou.id, leave, Answer.ACCEPTED, "", NOW)


def test_only_who_organizes_answers(cast, seat):
    with pytest.raises(NotAllowed):
        answer(cast.wang.id, asked(cast, seat), Answer.ACCEPTED, "", NOW)


def test_from_the_slots_page_to_the_organizers_list_and_the_records(app, cast):
    with app.app_context():
        slot = make_slot(cast.lake, NOW + 5 * HOUR, capacity=1)
        db.session.commit()
        sign_up(cast.lin.id, slot.id, NOW - DAY)
    with time_machine.travel(NOW, tick=False):
        lin, ou = english(app, cast.lin), english(app, cast.ou)
        address = f"/slots/{slot.public_id}/leave"
        assert address in lin.get(f"/slots/{slot.public_id}").get_data(as_text=True)
        assert lin.submit(address, reason=" ").status_code == 422
        assert lin.submit(address, reason="考试").status_code == 303
        assert "You have asked for leave" in lin.get(f"/slots/{slot.public_id}").get_data(as_text=True)
        assert "考试" in ou.get(f"/slots/{slot.public_id}/roster").get_data(as_text=True)
        page = ou.get("/organize/leaves").get_data(as_text=True)
        assert "林可欣" in page
        with app.app_context():
            public_id = db.session.scalars(sa.select(Leave.public_id)).one()
        assert ou.submit(f"/organize/leaves/{public_id}", word="长" * 201, accept="1").status_code == 422
        assert ou.submit(f"/organize/leaves/{public_id}", word="好", accept="1").status_code == 303
        assert "no absence" in lin.get("/records").get_data(as_text=True)
