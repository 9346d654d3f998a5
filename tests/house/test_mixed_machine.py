"""Random histories through the verbs of all rooms that move seats: whatever people and organizers do in whatever order,
what is kept agrees with itself, and every change to a person's duty has exactly one notice (`tests/duties_told.py`)."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from hypothesis.stateful import invariant

from activities.draws.models import Draw
from activities.draws.routes import _document
from activities.draws.rules import verify
from activities.duties.models import Slot
from activities.exchanges.models import Cover
from activities.invitations.models import Invitation
from activities.invitations.queries import STANDS
from activities.kit.db import db
from activities.signups.models import SignUp
from tests.duties_told import why_not_told
from tests.house.mixed_organizers import Organizers
from tests.house.mixed_people import People
from tests.machine import SEATED, run


class Mixed(People, Organizers):
    """All of them."""

    @invariant()
    def every_draw_that_was_held_is_what_anyone_computes(self):
        for draw in db.session.scalars(sa.select(Draw).where(Draw.drawn_at.is_not(None))):
            assert verify(json.dumps(_document(draw), ensure_ascii=False)).differences == []

    @invariant()
    def nobody_is_asked_to_relieve_who_needs_no_relief(self):
        """Once the worker's minute has passed, whoever is asked to take over a seat can."""
        wanted = sa.select(SignUp.slot_id).join(Cover).where(Cover.ended_at.is_(None), SignUp.state == SEATED)
        asked = sa.select(Invitation.id).join(Slot, Slot.id == Invitation.slot_id)
        left = asked.where(
            Invitation.for_cover, STANDS, Slot.starts_at > self.now, Invitation.slot_id.not_in(wanted)
        )  # fmt: skip
        assert not db.session.scalars(left).all()


def test_any_history_through_all_rooms_tells_everybody_once(app):
    run(Mixed, app, examples=40, elsewhere=6, steps=30)


@pytest.mark.parametrize(
    ("changed", "notices", "is_right"),
    [
        ({1}, [("signups.seated", 1)], True),
        ({1}, [], False),
        ({1}, [("signups.seated", 2)], False),
        ({1}, [("signups.moved", 1), ("signups.promoted", 1)], False),
        ({1, 2}, [("signups.moved", 1)], False),
        (set(), [], True),
        (set(), [("signups.moved", 1)], False),
        ({1, 2}, [("exchanges.swapped", 1)], True),
        ({1, 2}, [("signups.withdrew", 1), ("signups.first_of_several", 2)], True),
        ({1}, [("signups.withdrew", 1), ("signups.first_of_several", 2)], False),
        ({1, 2}, [("signups.first_of_several", 1), ("holders.more", None)], False),
        (set(), [("holders.held", None)], True),
        (set(), [("holders.more", None)], False),
    ],
)
def test_each_change_has_one_notice_and_each_notice_a_change(changed, notices, is_right):
    assert (not why_not_told(changed, notices)) == is_right
