"""Many slots at once while people come and go, in real threads; and two places' worth of seats that fit only once."""

from __future__ import annotations

from activities.board import service
from activities.board.changes import Cancel, Move, Seats
from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.signups.organize import edit_slot
from activities.signups.service import sign_up
from activities.sites.rules import TooManyVisitors
from tests.cast import DAY, HOUR, NOW, make_post, make_site, make_slot, told_of
from tests.house.test_races import crowd, race


def row(app, cast, capacity: int) -> list[int]:
    """Three slots of one post, each an hour after the other."""
    with app.app_context():
        slots = [make_slot(cast.lake, NOW + 3 * DAY + n * HOUR, capacity=capacity) for n in range(3)]
        db.session.commit()
        return [slot.id for slot in slots]


def digest(app, ids, act) -> str:
    with app.app_context():
        return service.planned([db.session.get(Slot, i) for i in ids], act, NOW).digest


def test_slots_are_cancelled_together_or_not_at_all_while_people_sign_up(app, cast):
    ids, people = row(app, cast, 20), crowd(app, cast, 12)
    shown = digest(app, ids, Cancel())

    def cancel():
        return service.apply(cast.ou.id, ids, Cancel("暴雨"), "暴雨", shown, NOW).slots

    come = [lambda p=p, n=n: sign_up(p, ids[n % 3], NOW) for n, p in enumerate(people)]
    results = race(app, [*come[:6], cancel, *come[6:]])
    with app.app_context():
        states = {db.session.get(Slot, i).state for i in ids}
        told = len(told_of("signups.cancelled"))
        seated = sum(db.session.get(Slot, i).taken for i in ids)
    if isinstance(results[6], ChangedMeanwhile):
        assert (states, told) == ({SlotState.OPEN}, 0)
    else:
        assert (states, told, results[6]) == ({SlotState.CANCELLED}, seated, 3)


def test_of_several_who_confirm_the_same_page_one_changes_the_slots(app, cast):
    ids = row(app, cast, 2)
    shown = digest(app, ids, Move(30))
    results = race(app, [lambda: service.apply(cast.ou.id, ids, Move(30), "30", shown, NOW).slots] * 4)
    assert sorted(str(type(r)) for r in results if r != 3) == [str(ChangedMeanwhile)] * 3
    with app.app_context():
        assert db.session.get(Slot, ids[0]).starts_at == NOW + 3 * DAY + HOUR / 2


def test_what_is_done_is_taken_back_once(app, cast):
    ids = row(app, cast, 2)
    shown = digest(app, ids, Seats(5))
    with app.app_context():
        public_id = service.apply(cast.ou.id, ids, Seats(5), "5", shown, NOW).public_id
    results = race(app, [lambda: service.undo(cast.ou.id, public_id, NOW)] * 4)
    assert sum(r == 3 for r in results) == 1
    assert sum(isinstance(r, Refusal) for r in results) == 3
    with app.app_context():
        assert {db.session.get(Slot, i).capacity for i in ids} == {2}


def test_a_place_never_takes_more_visitors_than_it_said(app, cast):
    """Four slots at one time and place, each of which asks for four more seats of which only four are left."""
    with app.app_context():
        site = make_site("护理院", cast.first, most_visitors=8)
        posts = [make_post(cast.sweeping, f"{n}楼", capacity=1, site=site) for n in range(4)]
        slots = [make_slot(post, NOW + 3 * DAY) for post in posts]
        db.session.commit()
        ids, starts, ends = [slot.id for slot in slots], slots[0].starts_at, slots[0].ends_at
    results = race(app, [lambda i=i: edit_slot(cast.ou.id, i, 0, starts, ends, 5, NOW) for i in ids])
    assert [type(r) for r in results if r is not None] == [TooManyVisitors] * 3
    with app.app_context():
        assert sum(db.session.get(Slot, i).capacity for i in ids) == 8
