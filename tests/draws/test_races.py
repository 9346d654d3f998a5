"""A draw that is held twice at once is held once; and nobody slips in or out unseen."""

from __future__ import annotations

from collections import Counter
from threading import Thread

import pytest
import sqlalchemy as sa

from activities.draws import queries, service
from activities.draws.models import DrawEntry
from activities.duties.models import Slot
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_slot
from tests.draws.conftest import DRAWN, ask
from tests.house.test_races import race


def test_a_draw_is_held_once(app, house):
    with app.app_context():
        ask(house, *range(8))
    race(app, [lambda: service.hold(house.draw, DRAWN)] * 6)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(DrawEntry.id))) == 8
        assert Counter(db.session.scalars(sa.select(SignUp.state))) == {"seated": 2, "waiting": 6}
        drawn = sa.select(sa.func.count(Notice.id)).where(Notice.topic.startswith("draws."))
        assert db.session.scalar(drawn) == 8


def test_a_draw_beside_other_duties_leaves_nobody_in_two_places(app, house):
    """Who takes another seat at the same time while the draw is held has one of the two."""
    with app.app_context():
        ask(house, *range(8))
        other = make_slot(house.cast.lake, NOW + 5 * DAY, capacity=8).id
        db.session.commit()
    verbs = [lambda: service.hold(house.draw, DRAWN)]
    verbs += [lambda who=who: sign_up(who, other, DRAWN) for who in house.people[:4]]
    verbs += [lambda who=who: withdraw(who, house.first, DRAWN - HOUR) for who in house.people[6:]]
    race(app, verbs)
    with app.app_context():
        service.hold(house.draw, DRAWN)
        seats = db.session.execute(
            sa.select(SignUp.member_id).where(SignUp.state == "seated", SignUp.slot_id.in_((house.first, other)))
        )
        assert max(Counter(seats.scalars()).values()) == 1


MEANWHILE = {
    "cancelled": lambda house, slot: cancel_slot(house.cast.ou.id, slot.id, "台风", DRAWN),
    "moved": lambda house, slot: edit_slot(
        house.cast.ou.id, slot.id, slot.revision, slot.starts_at + DAY, slot.ends_at + DAY, slot.capacity, DRAWN
    ),
}


@pytest.mark.only_on("postgresql", "serializable")
@pytest.mark.parametrize("what", MEANWHILE)
def test_what_is_cancelled_or_moved_while_the_draw_begins_is_not_drawn(app, house, monkeypatch, what):
    """Between reading which slots are to be drawn and locking them: on SQLite nobody else gets in there."""
    with app.app_context():
        ask(house, 0, 1, 2)

    def organizer():
        with app.app_context():
            MEANWHILE[what](house, db.session.get_one(Slot, house.first))

    read = queries.lock_entrants

    def then_locks(slots):
        if not done:
            done.append(thread := Thread(target=organizer))
            thread.start()
            thread.join()
        return read(slots)

    done: list[Thread] = []
    monkeypatch.setattr(queries, "lock_entrants", then_locks)
    with app.app_context():
        service.hold(house.draw, DRAWN)
        assert done
        assert set(db.session.scalars(sa.select(SignUp.state).where(SignUp.slot_id == house.first))) == {"asked"}
        drawn = sa.select(sa.func.count(Notice.id)).where(Notice.topic.startswith("draws."))
        assert db.session.scalar(drawn) == 0
        assert db.session.get_one(Slot, house.first).drawn_at is None
