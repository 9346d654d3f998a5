"""A draw that is held twice at once is held once; and nobody slips in or out unseen."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from activities.draws import service
from activities.draws.models import DrawEntry
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups.models import SignUp
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
