"""Who is asked, in which order, and how often at most."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.invitations import queries
from activities.invitations.models import Invitation
from activities.invitations.service import decline, invite, want_invitations
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound
from activities.outbox.models import Notice
from activities.people.rules import Stages
from activities.signups.organize import delete_slot
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_member, make_post, make_slot
from tests.house.test_races import crowd, race, slot_of

MANY = 50


@pytest.fixture
def people(ctx, cast):
    """Three more people of the first branch: with Lin, Wang and the organizer Ou there are six."""
    ids = [make_member(f"m{n}", f"同学{n}", cast.first).id for n in range(3)]
    db.session.commit()
    return ids


def asked(slot_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(Invitation.member_id).where(Invitation.slot_id == slot_id)))


def slot_in(cast, after) -> int:
    slot = make_slot(make_post(cast.sweeping, f"岗{after}", capacity=3), NOW + after)
    db.session.commit()
    return slot.id


def test_everyone_who_could_sign_up_may_be_asked_and_nobody_else(cast, people):
    assert invite(cast.ou.id, cast.slot.id, MANY, NOW) == 6
    assert set(asked(cast.slot.id)) == {cast.lin.id, cast.wang.id, cast.ou.id, *people}


def test_who_is_on_the_slot_has_left_it_or_is_busy_then_is_not_asked(cast, people):
    other = slot_in(cast, DAY + HOUR)
    sign_up(people[0], cast.slot.id, NOW)
    sign_up(people[1], cast.slot.id, NOW - HOUR)
    withdraw(people[1], cast.slot.id, NOW - HOUR)
    sign_up(people[2], other, NOW)
    invite(cast.ou.id, cast.slot.id, MANY, NOW)
    assert set(asked(cast.slot.id)) == {cast.lin.id, cast.wang.id, cast.ou.id}


def test_who_is_not_eligible_or_has_left_is_not_asked(cast, people):
    db.session.add_all([cast.sweeping, cast.lin])
    cast.sweeping.stages = Stages.FULL  # Wang is an activist
    cast.lin.active = False
    db.session.commit()
    invite(None, cast.slot.id, MANY, NOW)
    assert set(asked(cast.slot.id)) == {cast.ou.id, *people}


def test_who_does_not_want_it_is_not_asked_until_they_do_again(cast, people):
    want_invitations(cast.lin.id, False, NOW)
    want_invitations(cast.lin.id, False, NOW)
    invite(cast.ou.id, cast.slot.id, MANY, NOW)
    assert cast.lin.id not in asked(cast.slot.id)
    want_invitations(cast.lin.id, True, NOW)
    invite(cast.ou.id, cast.slot.id, MANY, NOW)
    assert cast.lin.id in asked(cast.slot.id)


def test_who_was_asked_least_recently_comes_first(cast, people):
    first, second, third = (slot_in(cast, n * DAY) for n in (2, 3, 4))
    everyone = {cast.lin.id, cast.wang.id, cast.ou.id, *people}
    invite(None, first, 4, NOW)
    invite(None, second, 3, NOW + HOUR)
    assert set(asked(first)) | set(asked(second)) == everyone
    again = set(asked(first)) & set(asked(second))
    assert len(again) == 1
    invite(None, third, 3, NOW + 2 * HOUR)
    assert set(asked(third)) == set(asked(first)) - again


def test_nobody_is_asked_more_than_twice_in_seven_days(cast, people):
    slots = [slot_in(cast, n * DAY) for n in range(2, 6)]
    assert [invite(None, slot, MANY, NOW) for slot in slots[:3]] == [6, 6, 0]
    assert invite(None, slots[2], MANY, NOW + timedelta(days=1, hours=23)) == 0
    later = make_slot(make_post(cast.sweeping, "以后"), NOW + 20 * DAY)
    db.session.commit()
    assert invite(None, later.id, MANY, NOW + 7 * DAY) == 6


def test_nobody_is_asked_twice_about_one_slot(cast, people):
    assert [invite(cast.ou.id, cast.slot.id, 4, NOW) for _ in range(3)] == [4, 2, 0]


def test_nobody_is_asked_to_a_slot_without_a_free_seat(cast, people):
    for person in people[:2]:
        sign_up(person, cast.slot.id, NOW)
    assert invite(cast.ou.id, cast.slot.id, MANY, NOW) == 0


def test_each_is_told_once_and_the_trail_says_who_asked(cast, people):
    invite(cast.ou.id, cast.slot.id, 2, NOW)
    told = db.session.execute(sa.select(Notice.member_id, Notice.topic)).all()
    assert sorted(told) == sorted((who, "invitations.invited") for who in asked(cast.slot.id))
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor_id, entry.verb, entry.subject_id) == (cast.ou.id, "invite", cast.slot.id)
    assert entry.after == {"members": asked(cast.slot.id)}


def test_only_who_runs_the_activity_asks(ctx, cast):
    with pytest.raises(NotAllowed):
        invite(cast.lin.id, cast.slot.id, MANY, NOW)
    with pytest.raises(NotFound):
        invite(cast.ou.id, 10**6, MANY, NOW)


def test_not_this_time_is_kept_and_said_once(ctx, cast):
    invite(cast.ou.id, cast.slot.id, MANY, NOW)
    decline(cast.lin.id, cast.slot.id, NOW)
    assert queries.asked_for([cast.slot.id]) == {cast.slot.id: (3, 1)}
    with pytest.raises(NotFound):
        decline(cast.lin.id, cast.slot.id, NOW)
    with pytest.raises(NotFound):
        decline(cast.zhao.id, cast.slot.id, NOW)


def test_a_slot_can_be_deleted_although_people_were_asked(ctx, cast):
    invite(cast.ou.id, cast.slot.id, MANY, NOW)
    slot_id = cast.slot.id
    delete_slot(cast.ou.id, slot_id, NOW)
    assert asked(slot_id) == []


def test_to_ask_many_takes_the_same_few_statements(cast, people, statements):
    counts = []
    for size in (0, 60):
        for n in range(size):
            make_member(f"x{n}", f"人{n}", cast.first, password_hash=None)
        slot = slot_in(cast, (size + 1) * DAY)
        with statements.count() as sent:
            invite(cast.ou.id, slot, MANY, NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10


def test_two_who_ask_at_once_ask_nobody_too_often(app, cast):
    crowd(app, cast, 10)
    slots = [slot_of(app, cast, 3, after=48 + n) for n in range(6)]
    results = race(
        app, [lambda s=s: invite(None, s, 5, NOW) for s in slots] + [lambda s=s: invite(None, s, 5, NOW) for s in slots]
    )
    with app.app_context():
        often = sa.select(sa.func.count()).select_from(Invitation).group_by(Invitation.member_id)
        counts = list(db.session.scalars(often))
        assert max(counts) == 2
        assert sum(counts) == sum(results) == 26
        assert db.session.scalar(sa.select(sa.func.count(Notice.id))) == 26
