"""Several people and one post, in real threads: never two who hold it at once, never more seats than there are."""

from __future__ import annotations

from itertools import pairwise

from activities.duties.models import Post, Slot
from activities.holders import service
from activities.holders.models import Holder
from activities.holders.rules import HolderState, Span
from activities.holders.service import Proposal
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.people.models import Member
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, Cast, make_holder, make_room, make_slot
from tests.house.test_races import crowd, race


def room_with_slots(app, cast: Cast, count: int = 4) -> tuple[int, int, list[int]]:
    with app.app_context():
        room = make_room(cast)
        slots = [make_slot(room, NOW + n * DAY + HOUR) for n in range(1, count + 1)]
        db.session.commit()
        return room.id, room.activity_id, [slot.id for slot in slots]


def check(app, slots: list[int]) -> None:
    """Whoever holds the post in a stretch is alone there, and the counters are those of the sign-ups."""
    with app.app_context():
        held = db.session.query(Holder).filter_by(state=HolderState.ACCEPTED).order_by(Holder.begins_at).all()
        for one, two in pairwise(held):
            assert one.ends_at <= two.begins_at
        for slot_id in slots:
            seated = db.session.query(SignUp).filter_by(slot_id=slot_id, state=SignUpState.SEATED).count()
            assert seated == db.session.get(Slot, slot_id).taken <= 1


def test_two_who_accept_overlapping_days_at_once_do_not_both_hold_them(app, cast):
    post_id, _, slots = room_with_slots(app, cast)
    people = crowd(app, cast, 4)
    with app.app_context():
        post, members = db.session.get_one(Post, post_id), [db.session.get_one(Member, one) for one in people]
        rows = [make_holder(post, member, days=10 + n) for n, member in enumerate(members)]
        db.session.commit()
        keys = [(row.member_id, row.public_id) for row in rows]
    race(app, [lambda m=m, p=p: service.accept(m, p, 0, NOW) for m, p in keys])
    check(app, slots)


def test_one_of_several_proposals_for_the_same_days_stands(app, cast):
    post_id, activity_id, _ = room_with_slots(app, cast)
    people = crowd(app, cast, 5)
    span = Span(NOW, NOW + 30 * DAY)
    verbs = [
        lambda p=p: service.propose(cast.ou.id, activity_id, [Proposal(post_id, p, span)], NOW) for p in people
    ]  # fmt: skip
    results = race(app, verbs)
    assert sum(not isinstance(r, Refusal) for r in results) == 1


def test_who_accepts_while_others_sign_up_takes_no_seat_that_is_gone(app, cast):
    post_id, _, slots = room_with_slots(app, cast)
    people = crowd(app, cast, 8)
    with app.app_context():
        holder = make_holder(db.session.get_one(Post, post_id), cast.lin)
        db.session.commit()
        public_id = holder.public_id
    others = [lambda p=p, s=s: sign_up(p, s, NOW) for p, s in zip(people, slots * 2, strict=True)]
    follow = [lambda: service.follow(NOW)] * 2
    race(app, [*others[:4], lambda: service.accept(cast.lin.id, public_id, 0, NOW), *others[4:], *follow])
    check(app, slots)
