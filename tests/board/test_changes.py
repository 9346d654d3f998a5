"""What is done to many slots at once, decided on plain values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.board.changes import Cancel, Chosen, Move, NotToUndo, Seats, SoAlready, plan, why_not_undo
from activities.duties.rules import InThePast, SlotBegun, SlotGone, SlotState, TooFar
from activities.signups.rules_keeping import FewerThanSeated, NoTimeToWithdraw
from tests.cast import DAY, HOUR, NOW

SLOT = Chosen(
    id=1, public_id="s", revision=0, state=SlotState.OPEN, starts_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY + HOUR,
    capacity=4, taken=2, people=3, withdraw_minutes=60, post="101", activity="关灯",
)  # fmt: skip
SOON = SLOT._replace(starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR)
WHY = {
    "more seats": (SLOT, Seats(5), None),
    "as many seats as people": (SLOT, Seats(2), None),
    "fewer seats than people": (SLOT, Seats(1), FewerThanSeated(2)),
    "as many seats as there are": (SLOT, Seats(4), SoAlready()),
    "seats of what has begun": (SLOT._replace(starts_at=NOW), Seats(5), SlotBegun()),
    "seats of what is cancelled": (SLOT._replace(state=SlotState.CANCELLED), Seats(5), SlotGone()),
    "later": (SLOT, Move(30), None),
    "earlier": (SLOT, Move(-30), None),
    "into the past": (SOON, Move(-120), InThePast()),
    "to where nobody can withdraw any more": (SOON, Move(-90), NoTimeToWithdraw()),
    "to there with nobody": (SOON._replace(taken=0), Move(-90), None),
    "beyond all plans": (
        SLOT._replace(starts_at=NOW + 730 * DAY, ends_at=NOW + 731 * DAY),
        Move(1),
        TooFar((NOW + 730 * DAY).date()),
    ),
    "cancelling": (SLOT, Cancel("雨"), None),
    "cancelling what is cancelled": (SLOT._replace(state=SlotState.CANCELLED), Cancel("雨"), SlotGone()),
}


@pytest.mark.parametrize(("slot", "act", "why"), WHY.values(), ids=WHY)
def test_a_slot_changes_or_stays_and_says_why(slot, act, why):
    found = plan([slot], act, (), NOW)
    assert [stays.why for stays in found.stays] == ([why] if why else [])
    assert len(found.changes) == (why is None)


def test_what_is_confirmed_is_what_was_shown():
    shown = plan([SLOT], Seats(5), (), NOW).digest
    assert plan([SLOT], Seats(5), (), NOW + HOUR).digest == shown
    for other in (SLOT._replace(revision=1), SLOT._replace(taken=3), SLOT._replace(people=4), SLOT._replace(id=2)):
        assert plan([other], Seats(5), (), NOW).digest != shown
    assert plan([SLOT], Seats(6), (), NOW).digest != shown
    assert plan([SLOT], Cancel("雨"), (), NOW).digest == plan([SLOT], Cancel("雪"), (), NOW).digest


def test_people_are_counted():
    assert plan([SLOT, SLOT._replace(id=2), SLOT._replace(id=3, starts_at=NOW)], Cancel(), (), NOW).people == 6


def test_what_was_done_can_be_taken_back_once_and_for_ten_minutes():
    assert why_not_undo(NOW, None, NOW + timedelta(minutes=10)) is None
    assert why_not_undo(NOW, None, NOW + timedelta(minutes=11)) == NotToUndo()
    assert why_not_undo(NOW, NOW, NOW) == NotToUndo()
