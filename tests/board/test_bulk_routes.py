"""Ticking slots and doing something to all of them, and writing to the people on them."""

from __future__ import annotations

import re

import pytest

from activities.board.changes import MOST_SLOTS
from activities.board.models import BulkChange, Message
from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, logged_in, make_activity, make_post, make_slot
from tests.house.test_garbage import GARBAGE


@pytest.fixture
def slots(app, cast) -> list[str]:
    """Two slots of one post; Lin sits in both, Wang in the first."""
    with app.app_context():
        made = [make_slot(cast.lake, NOW + 3 * DAY + n * HOUR) for n in range(2)]
        db.session.commit()
        for slot in made:
            sign_up(cast.lin.id, slot.id, NOW)
        sign_up(cast.wang.id, made[0].id, NOW)
        return [slot.public_id for slot in made]


def shown(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def digest(text: str) -> str:
    return re.search(r'name="digest" value="(\w+)"', text)[1]


def slot(app, public_id: str) -> Slot:
    with app.app_context():
        return db.session.query(Slot).filter_by(public_id=public_id).one()


def test_the_week_is_ticked_with_real_boxes(ou, slots):
    text = shown(ou.get("/organize/board?week=2026-11-23&mode=select"))
    assert text.count('type="checkbox" name="s"') == 3
    assert 'formaction="/organize/board/cancel"' in text


def test_seats_are_asked_shown_done_and_taken_back(app, ou, slots):
    back = "/organize/board?week=2026-11-23"
    asked = shown(ou.submit("/organize/board/seats", s=slots, next=back))
    assert "2 slots are ticked" in asked
    looked = shown(ou.submit("/organize/board/seats", s=slots, next=back, capacity="4"))
    assert "2 slots would change" in looked
    assert "2 people are on them" in looked
    assert "2 → 4 seats" in looked
    assert slot(app, slots[0]).capacity == 2
    answer = ou.submit("/organize/board/seats", s=slots, next=back, capacity="4", digest=digest(looked))
    assert (answer.status_code, answer.location) == (303, back)
    assert slot(app, slots[0]).capacity == 4
    board = shown(ou.get(back))
    assert "2 slots are changed." in board
    undo = re.search(r'action="(/organize/board/changes/[^"]+/undo)"', board)[1]
    assert ou.submit(undo, next=back).location == back
    assert slot(app, slots[0]).capacity == 2
    assert "/undo" not in shown(ou.get(back))


def test_a_move_says_where_to_and_to_how_many(app, ou, slots):
    looked = shown(ou.submit("/organize/board/move", s=slots, minutes="-30"))
    assert "Sat 28 Nov 11:30–12:30" in looked
    assert "Change, and tell 2 people" in looked
    ou.submit("/organize/board/move", s=slots, minutes="-30", digest=digest(looked))
    assert slot(app, slots[0]).starts_at == NOW + 3 * DAY - HOUR / 2


def test_cancelling_counts_people_and_asks_for_a_reason(app, ou, slots):
    asked = shown(ou.submit("/organize/board/cancel", s=slots))
    assert "2 slots would be cancelled" in asked
    assert "Cancel, and tell 2 people" in asked
    missing = shown(ou.submit("/organize/board/cancel", s=slots, reason=" ", digest=digest(asked)), 422)
    assert "Say why, so that everyone on them knows." in missing
    answer = ou.submit("/organize/board/cancel", s=slots, reason="暴雨", digest=digest(missing))
    assert answer.status_code == 303
    assert [slot(app, key).state for key in slots] == [SlotState.CANCELLED] * 2
    with app.app_context():
        assert db.session.query(BulkChange).one().value == "暴雨"


def test_who_came_meanwhile_is_shown_before_anything_is_done(app, cast, ou, slots):
    asked = shown(ou.submit("/organize/board/cancel", s=slots))
    with app.app_context():
        sign_up(cast.wang.id, db.session.query(Slot).filter_by(public_id=slots[1]).one().id, NOW)
    again = shown(ou.submit("/organize/board/cancel", s=slots, reason="暴雨", digest=digest(asked)), 409)
    assert "Someone else has changed this meanwhile." in again
    assert "暴雨" in again
    assert digest(again) != digest(asked)
    assert slot(app, slots[0]).state is SlotState.OPEN


def test_what_cannot_be_done_says_why_at_its_field(app, cast, ou, slots):
    with app.app_context():
        make_slot(cast.lake, NOW + 3 * DAY + 4 * HOUR)
        db.session.commit()
    looked = shown(ou.submit("/organize/board/move", s=slots, minutes="240"))
    refused = shown(ou.submit("/organize/board/move", s=slots, minutes="240", digest=digest(looked)), 422)
    assert "This post already has a slot that starts" in refused
    for minutes in ("0", "x", "", "99999"):
        assert '<h2 id="errors-title"' in shown(ou.submit("/organize/board/move", s=slots, minutes=minutes), 422)


def test_what_stays_is_listed_with_its_reason(ou, slots):
    looked = shown(ou.submit("/organize/board/seats", s=slots, capacity="1"))
    assert "1 slot would change" in looked
    assert "1 stays as it is" in looked
    assert "2 people already have a seat" in looked


def test_only_ticked_slots_that_one_runs(app, cast, ou):
    with app.app_context():
        other = make_slot(make_post(make_activity("别人的", cast.second), "会计室"), NOW + DAY)
        db.session.commit()
        other_id = other.public_id
    for ticks in ([], [other_id], ["nobodys"]):
        assert "No slot is ticked." in shown(ou.submit("/organize/board/seats", s=ticks), 409)
    many = [f"x{n}" for n in range(MOST_SLOTS + 1)]
    assert "more than 500 slots" in shown(ou.submit("/organize/board/seats", s=many), 409)


# ── messages ────────────────────────────────────────────────────────────────


def test_a_message_is_asked_shown_as_it_will_be_read_and_sent(app, cast, ou, slots):
    asked = shown(ou.submit("/organize/board/message", s=slots))
    assert "on 2 slots·2 people" in asked
    letter = {"audience": "both", "subject": "带 雨衣", "text": "东门集合。\n100% <b>准时</b>"}
    looked = shown(ou.submit("/organize/board/message", s=slots, **letter))
    assert "欧阳慧敏 writes: 带 雨衣" in looked
    assert "100% &lt;b&gt;准时&lt;/b&gt;" in looked
    assert "Send to 2 people" in looked
    edited = shown(ou.submit("/organize/board/message", s=slots, **letter, edit="1"))
    assert "东门集合。" in edited
    answer = ou.submit("/organize/board/message", s=slots, **letter, digest=digest(looked))
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.query(Notice).filter_by(topic="board.message").count() == 2
        assert db.session.query(Message).one().people == 2
    assert "带 雨衣" in shown(ou.get("/organize/messages"))
    chen = logged_in(app, cast.chen)
    assert chen.get("/organize/messages").status_code == 404


def test_a_message_starts_at_a_slot_or_an_activity_too(cast, ou, slots):
    assert "on 1 slot·2 people" in shown(ou.get(f"/organize/slots/{slots[0]}/message"))
    assert "on 3 slots·2 people" in shown(ou.get(f"/organize/activities/{cast.sweeping.public_id}/message"))


def test_an_empty_or_long_message_says_so_and_keeps_what_was_typed(ou, slots):
    typed = {"audience": "both", "subject": "", "text": "长" * 2001}
    refused = shown(ou.submit("/organize/board/message", s=slots, **typed), 422)
    assert "Enter a subject." in refused
    assert "At most 2000 characters." in refused
    assert "长长" in refused
    nobody = {"audience": "waiting", "subject": "x", "text": "y"}
    assert "Nobody of those you chose" in shown(ou.submit("/organize/board/message", s=slots, **nobody), 422)


def test_the_pages_cost_the_same_for_one_slot_as_for_many(app, cast, ou, slots, statements):
    with app.app_context():
        many = [make_slot(cast.lake, NOW + 4 * DAY + n * HOUR).public_id for n in range(60)]
        db.session.commit()
    for path, asked in (("seats", {"capacity": "9"}), ("cancel", {}), ("message", {})):
        with statements.count() as few:
            shown(ou.submit(f"/organize/board/{path}", s=slots[:1], **asked))
        with statements.count() as more:
            shown(ou.submit(f"/organize/board/{path}", s=[*slots, *many], **asked))
        assert len(few) == len(more), path


FIELDS = {"seats": ["capacity"], "move": ["minutes"], "cancel": ["reason"], "message": ["subject", "text", "audience"]}


@pytest.mark.parametrize("path", FIELDS)
def test_garbage_beside_real_ticks_gets_an_answer(ou, slots, path):
    for what, value in GARBAGE.items():
        typed = dict.fromkeys([*FIELDS[path], "digest", "next"], value)
        assert ou.submit(f"/organize/board/{path}", **typed, s=slots).status_code < 500, what
