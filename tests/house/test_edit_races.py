"""What organizers change while somebody signs up: one of the two waits for the other and knows of it. On SQLite they
take turns anyway."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa

from activities.admissions.service import close_requests
from activities.duties import service as duties
from activities.duties.rules import KindInUse, WayIn, WayInUse
from activities.invitations.service import invite
from activities.kit import db as kit
from activities.kit.db import db, transaction
from activities.outbox.models import Notice
from activities.signups import facts, organize
from activities.signups import service as signups
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from tests.cast import HOUR, NOW, make_activity, make_post, make_slot, my_state

pytestmark = pytest.mark.only_on("postgresql", "serializable")
WAITS = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class Verb(Thread):
    """A verb in a thread of its own, and what it returned or raised."""

    def __init__(self, app, verb: Callable[[], Any]) -> None:
        super().__init__()
        self.app, self.verb, self.result = app, verb, None

    def run(self) -> None:
        with self.app.app_context():
            try:
                self.result = self.verb()
            except Exception as error:
                self.result = error

    def goes_as_far_as_it_can(self) -> None:
        """Start, and return once it is done or waits for a lock."""
        self.start()
        for _ in range(1200):
            with db.engine.connect() as connection:
                if not self.is_alive() or connection.scalar(WAITS):
                    return
            sleep(0.05)
        raise AssertionError("it neither ends nor waits")


def held_up(app, monkeypatch, where: Any, name: str, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run the first verb until it calls this function, its work written but not committed; then the second as far as it
    can go; then both to their ends. Return what they gave."""
    reached, go, real = Event(), Event(), getattr(where, name)

    def halt(*args: Any, **kwargs: Any) -> Any:
        if not reached.is_set():
            reached.set()
            go.wait()
        return real(*args, **kwargs)

    monkeypatch.setattr(where, name, halt)
    one, other = Verb(app, first), Verb(app, second)
    one.start()
    assert reached.wait(30)
    with app.app_context():
        other.goes_as_far_as_it_can()
    go.set()
    one.join()
    other.join()
    return [one.result, other.result]


def places(member_id: int) -> list[tuple[str, str]]:
    rows = db.session.scalars(sa.select(Notice).where(Notice.member_id == member_id).order_by(Notice.id))
    return [(notice.topic, notice.params["where"]) for notice in rows]


def move(cast) -> Callable[[], None]:
    return lambda: organize.edit_post(cast.ou.id, cast.lake.id, 0, {"place": "南门"}, NOW)


def test_who_signs_up_just_before_a_place_changes_is_told_of_it(app, cast, monkeypatch):
    def first() -> SignUpState:
        return signups.sign_up(cast.lin.id, cast.slot.id, NOW)

    assert held_up(app, monkeypatch, signups.notices, "signed_up", first, move(cast)) == [SignUpState.SEATED, None]
    with app.app_context():
        assert places(cast.lin.id) == [("signups.seated", "东湖北岸"), ("signups.moved", "南门")]


def test_who_signs_up_just_after_a_place_changes_reads_the_new_one(app, cast, monkeypatch):
    def second() -> SignUpState:
        return signups.sign_up(cast.lin.id, cast.slot.id, NOW)

    assert held_up(app, monkeypatch, organize.notices, "moved", move(cast), second) == [None, SignUpState.SEATED]
    with app.app_context():
        assert places(cast.lin.id) == [("signups.seated", "南门")]


def an_activity(app, cast, way_in: WayIn) -> tuple[int, int]:
    with app.app_context():
        activity = make_activity("接待值班", cast.first, "reception", way_in=way_in)
        slot = make_slot(make_post(activity, "大厅"), NOW + 48 * HOUR)
        db.session.commit()
        return activity.id, slot.id


@pytest.mark.parametrize(
    ("way_in", "changes", "refused"),
    [(WayIn.APPROVAL, {"way_in": WayIn.FIRST_COME}, WayInUse), (WayIn.FIRST_COME, {"kind_key": "energy"}, KindInUse)],
)
def test_how_people_come_is_not_changed_under_who_comes(app, cast, monkeypatch, way_in, changes, refused):
    activity, slot = an_activity(app, cast, way_in)

    def first() -> SignUpState:
        return signups.sign_up(cast.lin.id, slot, NOW)

    def second() -> None:
        duties.edit_activity(cast.ou.id, activity, 0, changes, NOW)

    done, stopped = held_up(app, monkeypatch, signups.notices, "signed_up", first, second)
    assert (done in SignUpState, type(stopped)) == (True, refused)


def test_who_comes_just_after_the_kind_changed_comes_as_that_asks(app, cast, monkeypatch):
    """To a blood drive one comes at a quarter of an hour, to what it was before at none."""
    activity, slot = an_activity(app, cast, WayIn.FIRST_COME)

    def first() -> None:
        duties.edit_activity(cast.ou.id, activity, 0, {"kind_key": "blood"}, NOW)

    def second() -> SignUpState:
        return signups.sign_up(cast.lin.id, slot, NOW)

    assert held_up(app, monkeypatch, duties, "_spread_anew", first, second) == [None, SignUpState.SEATED]
    with app.app_context():
        mine = db.session.scalars(sa.select(SignUp).where(SignUp.slot_id == slot)).one()
        assert mine.arrival_id is not None


def test_who_comes_just_after_the_way_in_changed_comes_by_the_new_one(app, cast, monkeypatch):
    activity, slot = an_activity(app, cast, WayIn.APPROVAL)

    def first() -> None:
        duties.edit_activity(cast.ou.id, activity, 0, {"way_in": WayIn.FIRST_COME}, NOW)

    def second() -> SignUpState:
        return signups.sign_up(cast.lin.id, slot, NOW)

    assert held_up(app, monkeypatch, duties, "_forget_draws", first, second) == [None, SignUpState.SEATED]


def test_who_is_asked_to_help_is_not_waited_for(app, cast):
    """A notice refers to its person, who may be busy: that keeps nobody from writing it, who has the slot."""
    with app.app_context():
        asks = Verb(app, lambda: invite(cast.ou.id, cast.slot.id, 9, NOW))
        with transaction():
            facts.person_locked(cast.lin.id)
            asks.goes_as_far_as_it_can()
            assert not asks.is_alive()
        asks.join()
    assert isinstance(asks.result, int)


def test_requests_are_closed_beside_who_takes_theirs_back(app, cast, monkeypatch):
    """Whoever withdraws has locked themselves and wants the slot: who closes requests must not have it by then."""
    _, slot = an_activity(app, cast, WayIn.APPROVAL)
    late, retried, real = NOW + 48 * HOUR, list[str](), kit.asks_for_retry
    monkeypatch.setattr(kit, "asks_for_retry", lambda error: retried.append(error.orig.sqlstate) or real(error))
    with app.app_context():
        signups.sign_up(cast.lin.id, slot, NOW)
        closes = Verb(app, lambda: close_requests(late))
        with transaction():
            facts.person_locked(cast.lin.id)
            closes.goes_as_far_as_it_can()
            assert closes.is_alive()
            assert facts.offer_locked(slot).id == slot
        closes.join()
        assert (closes.result, my_state(cast.lin.id, slot)) == (None, None)
    assert "40P01" not in retried  # a deadlock
