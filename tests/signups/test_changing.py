"""Many slots change or are cancelled at once as they would one by one, in as many statements as one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.duties.models import Arrival, Post, Slot
from activities.duties.rules import SlotGone, SlotThere
from activities.kit.db import db, transactional
from activities.outbox.models import Notice
from activities.people.models import Unit
from activities.signups import changing
from activities.signups.changes import Wanted
from activities.signups.models import SignUp
from activities.signups.moving_up import seat_freed
from activities.signups.organize import cancel_slot, edit_slot, locked
from activities.signups.rules_arrivals import ComeLater
from activities.signups.rules_keeping import FewerThanSeated, NoTimeToWithdraw, SeatedElsewhere
from activities.signups.rules_soft import Consent
from activities.signups.service import sign_up, withdraw
from tests.cast import (
    DAY,
    HOUR,
    NOW,
    clear,
    make_activity,
    make_cast,
    make_member,
    make_post,
    make_slot,
    store,
    told_of,
)

TOPICS = ("signups.moved", "signups.cancelled")


def fresh(slot_id: int) -> Slot:
    return db.session.get_one(Slot, slot_id, populate_existing=True)


@transactional
def _cancel(actor_id, slot_ids, reason):
    locked(actor_id, slot_ids)
    return changing.cancel(slot_ids, actor_id, reason, NOW)


@transactional
def _change(actor_id, wanted):
    locked(actor_id, [one.slot_id for one in wanted])
    return changing.change(wanted, actor_id, NOW)


def cancel(cast, slot_ids, reason="雨"):
    seat_freed(_cancel(cast.ou.id, slot_ids, reason), NOW)


def change(cast, wanted):
    seat_freed(_change(cast.ou.id, wanted), NOW)


def row(cast, count: int, capacity: int = 2) -> list[int]:
    """So many slots of a post of its own, one after the other."""
    activity = make_activity("西湖责任区清扫", db.session.get_one(Unit, cast.first.id))
    post = make_post(activity, "西湖", capacity=capacity)
    ids = [make_slot(post, NOW + 3 * DAY + n * 2 * HOUR).id for n in range(count)]
    db.session.commit()
    return ids


def crowd(cast, count: int, name: str = "x") -> list[int]:
    first = db.session.get_one(Unit, cast.first.id)
    people = [make_member(f"{name}{n}", f"某{n}", first).id for n in range(count)]
    db.session.commit()
    return people


def later(slot_id: int, hours: float = 1, more: int = 0) -> Wanted:
    slot = fresh(slot_id)
    return Wanted(slot_id, slot.starts_at + hours * HOUR, slot.ends_at + hours * HOUR, slot.capacity + more)


# ── as one by one ───────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Story:
    """Which of five people come to which of four slots and in what order, who leaves again, and what is done then:
    hours by which the slots move and the seats each has more or fewer; None: they are cancelled."""

    come: list[tuple[int, int]]
    leave: list[tuple[int, int]]
    hours: float | None
    more: list[int]


place = st.tuples(st.integers(0, 4), st.integers(0, 3))
stories = st.builds(
    Story,
    come=st.lists(place, max_size=16, unique=True),
    leave=st.lists(place, max_size=4, unique=True),
    hours=st.none() | st.sampled_from([-2, -0.5, 0, 0.5, 2]),
    more=st.lists(st.integers(-1, 2), min_size=4, max_size=4),
)


def outcome(slot_ids: list[int], people: list[int]) -> dict[str, object]:
    """What became of it, without ids."""
    db.session.expire_all()
    number = {slot_id: n for n, slot_id in enumerate(slot_ids)}
    public = {fresh(slot_id).public_id: n for slot_id, n in number.items()}
    who = {member_id: n for n, member_id in enumerate(people)}
    trail = db.session.query(AuditEntry).filter_by(subject="slot").order_by(AuditEntry.id)
    return {
        "slots": [
            (s.state, s.starts_at, s.ends_at, s.capacity, s.taken, s.gathered, s.waiting, s.revision, s.changed_at,
             s.cancel_reason, s.cancelled_at, s.by_hand)
            for s in map(fresh, slot_ids)
        ],
        "people": sorted(
            (number[s.slot_id], who[s.member_id], s.state, s.ticket, s.revision)
            for s in db.session.query(SignUp).filter(SignUp.slot_id.in_(slot_ids))
        ),
        "trail": sorted(
            (number[e.subject_id], e.verb, str(e.before), str(e.after), e.reason)
            for e in trail if e.subject_id in number
        ),
        "told": [
            sorted((who[m], public[slot]) for m, slot, _ in told_of(topic) if m in who) for topic in TOPICS
        ],
        "promoted": sorted(
            (who[n.member_id], public[n.params["slot"]])
            for n in db.session.query(Notice).filter_by(topic="signups.promoted") if n.member_id in who
        ),
    }  # fmt: skip


def lived(cast, story: Story, name: str) -> tuple[list[int], list[int]]:
    slot_ids, people = row(cast, 4), crowd(cast, 5, name)
    for person, slot in story.come:
        sign_up(people[person], slot_ids[slot], NOW, or_wait=True)
    for person, slot in story.leave:
        if (person, slot) in story.come:
            withdraw(people[person], slot_ids[slot], NOW)
    return slot_ids, people


def wanted(story: Story, slot_ids: list[int]) -> list[Wanted]:
    """No slot gets fewer seats than people have."""
    looks = [later(slot_id, story.hours or 0) for slot_id in slot_ids]
    return [
        one._replace(capacity=max(fresh(one.slot_id).taken, one.capacity + more, 1))
        for one, more in zip(looks, story.more, strict=True)
    ]


@settings(max_examples=40, suppress_health_check=list(HealthCheck), derandomize=True)
@given(story=stories)
def test_many_at_once_become_what_they_would_one_by_one(ctx, story):
    cast = make_cast()
    try:
        together, alone = lived(cast, story, "a"), lived(cast, story, "b")
        if story.hours is None:
            cancel(cast, together[0])
            for slot_id in alone[0]:
                cancel_slot(cast.ou.id, slot_id, "雨", NOW)
        else:
            change(cast, wanted(story, together[0]))
            for one in sorted(wanted(story, alone[0]), key=lambda w: w.starts_at, reverse=story.hours > 0):
                edit_slot(cast.ou.id, one.slot_id, 0, *one[1:], NOW)
        assert outcome(*together) == outcome(*alone)
    finally:
        db.session.rollback()
        clear()
        db.session.remove()


# ── what it costs ───────────────────────────────────────────────────────────


@pytest.mark.usefixtures("ctx")
@pytest.mark.parametrize("act", ["cancel", "move"])
def test_a_hundred_slots_cost_as_many_statements_as_two(cast, statements, act):
    people = crowd(cast, 3)

    def cost(count: int) -> int:
        slot_ids = row(cast, count, capacity=3)
        for slot_id in slot_ids[:10]:
            for person in people:
                sign_up(person, slot_id, NOW)
        looks = [later(slot_id) for slot_id in slot_ids]
        with statements.count() as sent:
            if act == "cancel":
                cancel(cast, slot_ids)
            else:
                change(cast, looks)
        cancel(cast, [slot_id for slot_id in slot_ids if act == "move"])
        return len(sent)

    assert cost(100) == cost(2)


@pytest.mark.usefixtures("ctx")
def test_one_slot_costs_no_more_than_a_few(cast, statements):
    [slot_id], [person] = row(cast, 1), crowd(cast, 1)
    sign_up(person, slot_id, NOW)

    @transactional
    def both(cancels: bool):
        with statements.count() as sent:
            if cancels:
                changing.cancel([slot_id], cast.ou.id, "雨", NOW)
            else:
                changing.change([later(slot_id)], cast.ou.id, NOW)
        return len(sent)

    assert both(cancels=False) <= 13  # what follows a move is asked too, and where its people are by then
    assert both(cancels=True) <= 9  # one asks which teams gather for it, one who is on it, one what is recorded


# ── what people are told ────────────────────────────────────────────────────


@pytest.mark.usefixtures("ctx")
def test_who_is_on_several_has_one_notice_that_lists_them(cast):
    slot_ids, [often, once] = row(cast, 3), crowd(cast, 2)
    for slot_id in slot_ids:
        sign_up(often, slot_id, NOW)
    sign_up(once, slot_ids[1], NOW)
    cancel(cast, slot_ids, "暴雨")
    found = {n.member_id: n for n in db.session.query(Notice).filter(Notice.topic.startswith("signups.cancelled"))}
    assert db.session.query(Notice).filter(Notice.topic.startswith("signups.cancelled")).count() == 2
    assert (found[often].topic, found[often].params["several"]) == ("signups.cancelled_several", 3)
    assert [one["slot"] for one in found[often].params["list"]] == [fresh(slot_id).public_id for slot_id in slot_ids]
    assert found[often].params["when"] == found[often].params["list"][0]["when"]  # how soon it must be told
    assert (found[once].topic, found[once].params["slot"]) == ("signups.cancelled", fresh(slot_ids[1]).public_id)
    assert {n.params["reason"] for n in found.values()} == {"暴雨"}


# ── all or none ─────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("ctx")
def test_what_stands_in_the_way_of_one_stops_all(cast):
    slot_ids, [person] = row(cast, 3), crowd(cast, 1)
    sign_up(person, slot_ids[2], NOW)
    two = later(slot_ids[0], 2)  # where the second stands
    with pytest.raises(SlotThere):
        change(cast, [two])
    with pytest.raises(SlotThere):
        change(cast, [later(slot_ids[0], 1), later(slot_ids[1], -1)])
    with pytest.raises(FewerThanSeated):
        change(cast, [later(slot_ids[1], 0, 2), later(slot_ids[2], 0, -2)])
    with pytest.raises(NoTimeToWithdraw):
        change(cast, [later(slot_ids[0], 1), later(slot_ids[2], -75)])
    cancel(cast, [slot_ids[1]])
    with pytest.raises(SlotGone):
        cancel(cast, slot_ids)
    change(cast, [two])
    assert [fresh(slot_id).revision for slot_id in slot_ids] == [1, 1, 0]


@pytest.mark.usefixtures("ctx")
def test_timed_slots_that_become_shorter_close_their_late_times_unless_somebody_comes_then(cast):
    activity = make_activity("献血", db.session.get_one(Unit, cast.first.id), "blood")
    slots = [make_slot(make_post(activity, f"馆{n}", capacity=8), NOW + 3 * DAY) for n in range(2)]
    for slot in slots:
        for minute in (0, 30):
            store(Arrival(slot_id=slot.id, minute=minute, quota=4))
    ids = [slot.id for slot in slots]
    db.session.commit()
    shorter = [Wanted(slot_id, NOW + 3 * DAY, NOW + 3 * DAY + HOUR / 2, 8) for slot_id in ids]
    late = db.session.query(Arrival).filter_by(slot_id=ids[1], minute=30)
    late.update({"taken": 1})
    db.session.commit()
    with pytest.raises(ComeLater):
        change(cast, shorter)
    late.update({"taken": 0})
    db.session.commit()
    change(cast, shorter)
    db.session.expire_all()
    assert [(a.minute, a.quota) for a in db.session.query(Arrival).order_by(Arrival.id)] == [(0, 4), (30, 0)] * 2


@pytest.mark.usefixtures("ctx")
def test_a_later_end_runs_only_into_duties_of_those_who_are_there_then(cast):
    activity = make_activity("献血", db.session.get_one(Unit, cast.first.id), "blood", withdraw_minutes=24 * 60)
    starts = NOW + 12 * HOUR  # nobody can withdraw any more
    drive = make_slot(make_post(activity, "馆", capacity=2), starts, hours=2)
    duty = make_slot(db.session.get_one(Post, cast.lake.id), starts + 2.25 * HOUR, capacity=2)
    places = [store(Arrival(slot_id=drive.id, minute=minute, quota=1)).id for minute in (0, 90)]
    people, drive_id = crowd(cast, 2), drive.id
    db.session.commit()
    for person, place in zip(people, places, strict=True):
        sign_up(person, drive_id, NOW, consent=Consent(arrival_id=place))
    longer = [Wanted(drive_id, starts, starts + 3 * HOUR, 2)]
    sign_up(people[0], duty.id, NOW)
    change(cast, longer)
    change(cast, [Wanted(drive_id, starts, starts + 2 * HOUR, 2)])
    sign_up(people[1], duty.id, NOW)
    with pytest.raises(SeatedElsewhere):
        change(cast, longer)
