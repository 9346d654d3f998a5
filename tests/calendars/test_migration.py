"""An address from when each person had one only goes on."""

from __future__ import annotations

import flask_migrate

from activities.calendars.models import Feed
from activities.calendars.rules_feeds import Detail, Scope
from activities.kit.db import db
from activities.signups.service import sign_up
from tests.calendars.reading import address_of, events, fetch
from tests.cast import NOW


def test_an_address_of_before_is_of_ones_duties_and_says_everything(app, client, cast):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
    addresses = [address_of(app, member) for member in (cast.lin, cast.wang)]
    before = [events(fetch(client, address)) for address in addresses]
    with app.app_context():
        flask_migrate.downgrade(revision="0023")
        flask_migrate.upgrade()
        rows = db.session.query(Feed).all()
        assert [(row.scope, row.detail, row.name, row.changed_at) for row in rows] == [
            (Scope.DUTIES, Detail.FULL, "", row.created_at) for row in rows
        ]
        assert len({row.public_id for row in rows}) == 2
    assert [events(fetch(client, address)) for address in addresses] == before
