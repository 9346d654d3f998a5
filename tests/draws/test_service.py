"""Draws are announced by themselves, held once, and leave what the services leave."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.draws import queries, rules, service
from activities.draws.models import Draw, DrawEntry
from activities.draws.routes import _document
from activities.draws.service import announce_draws, hold_draws
from activities.duties.models import Activity, Arrival, Slot
from activities.duties.rules import WayIn
from activities.duties.service import edit_activity
from activities.kit.db import db
from activities.norms.rules import NORMS, Limit, Strictness
from activities.norms.service import set_norms
from activities.outbox.models import Notice
from activities.people.models import Member
from activities.people.rules import Stage, Stages
from activities.signups import organize
from activities.signups.arrival_verbs import set_quotas
from activities.signups.models import SignUp
from activities.signups.rules import DrawClosed, Full, NotAnnounced, SignUpState
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_activity, make_post, make_slot, my_state
from tests.draws.conftest import DRAWN, ask, gave

pytestmark = pytest.mark.usefixtures("ctx")
SEATED, WAITING, ASKED = SignUpState.SEATED, SignUpState.WAITING, SignUpState.ASKED


def fresh(slot_id: int) -> Slot:
    return db.session.get_one(Slot, slot_id, populate_existing=True)


def states(slot_id: int) -> dict[SignUpState, list[int]]:
    """Members by state, in the order of their tickets; the slot's counters say the same."""
    found: dict[SignUpState, list[int]] = {}
    for state, who in db.session.execute(
        sa.select(SignUp.state, SignUp.member_id).where(SignUp.slot_id == slot_id).order_by(SignUp.ticket)
    ):
        found.setdefault(state, []).append(who)
    slot = fresh(slot_id)
    assert [slot.taken, slot.waiting, slot.asked] == [len(found.get(s, [])) for s in (SEATED, WAITING, ASKED)]
    return found


def topics(member_id: int) -> list[str]:
    return list(db.session.scalars(sa.select(Notice.topic).where(Notice.member_id == member_id).order_by(Notice.id)))


def test_the_hash_is_published_before_anybody_can_ask(house):
    draw = queries.locked(house.draw)
    assert draw.seed_hash == rules.hash_of(draw.seed)
    assert {fresh(slot).draws_at for slot in (house.first, house.second)} == {DRAWN}
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "announce draw")).one()
    assert entry.after["hash"] == draw.seed_hash
    assert draw.seed not in json.dumps([entry.after, entry.before])


def test_announcing_again_changes_nothing(house):
    before = queries.locked(house.draw).seed_hash
    announce_draws(NOW + HOUR)
    assert queries.locked(house.draw).seed_hash == before
    assert db.session.scalar(sa.select(sa.func.count(Draw.id))) == 1


def test_nobody_asks_before_the_hash_is_published(house):
    late = make_slot(db.session.get_one(Slot, house.first).post, NOW + 9 * DAY)
    db.session.commit()
    with pytest.raises(NotAnnounced):
        ask(house, 0, slot=late.id)


def test_one_asks_until_the_moment_of_the_draw(house):
    ask(house, 0, now=DRAWN - HOUR / 3600)
    with pytest.raises(Exception, match="closed"):  # sign-up closes at this moment too
        ask(house, 1, now=DRAWN)
    db.session.get_one(Activity, house.activity).sign_up_closes_at = None
    db.session.commit()
    with pytest.raises(DrawClosed):
        ask(house, 1, now=DRAWN)


def test_the_draw_seats_as_many_as_there_are_seats_and_the_others_wait_in_its_order(house):
    ask(house, 0, 1, 2, 3, 4)
    service.hold(house.draw, DRAWN)
    found = states(house.first)
    assert (len(found[SEATED]), len(found[WAITING])) == (2, 3)
    entries = db.session.execute(
        sa.select(DrawEntry, SignUp.member_id).join(SignUp, SignUp.id == DrawEntry.sign_up_id).order_by(DrawEntry.lot)
    ).all()
    assert [who for entry, who in entries if entry.outcome is WAITING] == found[WAITING]
    assert [entry.number for entry, _ in entries] != [1, 2, 3, 4, 5] or len(entries) == 5
    assert sorted(entry.number for entry, _ in entries) == [1, 2, 3, 4, 5]


def test_everyone_has_one_notice_and_one_entry_of_the_trail(house):
    ask(house, *range(5))
    service.hold(house.draw, DRAWN)
    for who in house.people[:5]:
        assert len(topics(who)) == 2
        assert topics(who)[1] == f"draws.{my_state(who, house.first)}"
    assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.verb == "draw")) == 5
    places = db.session.scalars(sa.select(Notice.params).where(Notice.topic == "draws.waiting"))
    assert sorted(params["place"] for params in places) == [1, 2, 3]


def test_the_jobs_hold_what_is_due_once(house):
    ask(house, *range(5))
    hold_draws(DRAWN - HOUR)
    assert set(states(house.first)) == {ASKED}
    hold_draws(DRAWN)
    before = states(house.first)
    hold_draws(DRAWN + HOUR)
    service.hold(house.draw, DRAWN + HOUR)
    assert states(house.first) == before
    assert len(topics(house.people[0])) == 2


def test_what_the_draw_leaves_is_what_anyone_computes(house):
    ask(house, *range(5))
    ask(house, 1, 2, 3, slot=house.second)
    gave(house, 0, 600)
    service.hold(house.draw, DRAWN)
    draw = queries.locked(house.draw)
    document = json.dumps(_document(draw), ensure_ascii=False)
    verdict = rules.verify(document)
    assert (verdict.entries, verdict.differences) == (8, [])
    whose = sa.select(DrawEntry.tickets).where(DrawEntry.number == 1, DrawEntry.slot_id == house.first)
    assert db.session.scalar(whose) == 1
    assert not any(name in document for name in ("同学", "2400000"))


def test_hours_count_in_their_ledger_and_for_so_many_days(house):
    gave(house, 0, 150)
    gave(house, 1, 600, days_ago=100)
    ask(house, 0, 1)
    service.hold(house.draw, DRAWN)
    has = dict(db.session.execute(sa.select(DrawEntry.number, DrawEntry.tickets)).all())
    assert has == {1: 8, 2: 10}


def test_nobody_gets_two_seats_at_the_same_time(house):
    ask(house, 0)
    ask(house, 0, slot=house.second)
    service.hold(house.draw, DRAWN)
    assert sorted(str(my_state(house.people[0], slot)) for slot in (house.first, house.second)) == ["seated", "waiting"]
    won = db.session.scalars(sa.select(DrawEntry).order_by(DrawEntry.lot)).all()
    assert [entry.outcome for entry in won] == [SEATED, WAITING]


@pytest.mark.parametrize(("before", "wins"), [(0, 2), (1, 1), (2, 1), (3, 0)])
def test_nobody_wins_more_of_a_day_than_the_school_allows(house, before, wins):
    """Three slots of two hours on one day of which nobody may have more than four hours, and what is taken before."""
    set_norms(house.cast.gu.id, 0, NORMS._replace(day=Limit(240, Strictness.REFUSE)), "", NOW)
    post, day = db.session.get_one(Slot, house.first).post, NOW + 5 * DAY
    slots = [make_slot(post, day + n * 2 * HOUR, hours=2).id for n in (1, 2, 3)]
    duty = make_slot(house.cast.lake, day - 3 * HOUR, hours=before).id if before else None
    db.session.commit()
    announce_draws(NOW)
    for slot in slots:
        ask(house, 0, slot=slot)
    if duty:
        sign_up(house.people[0], duty, NOW)
    service.hold(house.draw, DRAWN)
    assert [my_state(house.people[0], slot) for slot in slots].count(SEATED) == wins
    document = json.dumps(_document(queries.locked(house.draw)))
    assert rules.verify(document).differences == []


def test_who_has_another_duty_by_then_waits_and_the_next_comes_up(house):
    ask(house, 0, 1, 2)
    other = make_slot(house.cast.lake, NOW + 5 * DAY)
    db.session.commit()
    sign_up(house.people[0], other.id, NOW)
    service.hold(house.draw, DRAWN)
    assert my_state(house.people[0], house.first) is WAITING
    assert sorted(states(house.first)[SEATED]) == sorted(house.people[1:3])


def test_who_may_not_join_any_more_waits(house):
    ask(house, 0, 1)
    db.session.get_one(Member, house.people[0]).stage = Stage.ACTIVIST
    db.session.get_one(Activity, house.activity).stages = Stages.FULL
    db.session.commit()
    service.hold(house.draw, DRAWN)
    assert states(house.first) == {WAITING: [house.people[0]], SEATED: [house.people[1]]}


def test_a_freed_seat_goes_to_who_was_drawn_next(house):
    ask(house, *range(4))
    service.hold(house.draw, DRAWN)
    found = states(house.first)
    withdraw(found[SEATED][0], house.first, DRAWN + HOUR)
    assert my_state(found[WAITING][0], house.first) is SEATED


def test_seats_left_after_the_draw_go_to_whoever_comes_first(house):
    db.session.get_one(Activity, house.activity).sign_up_closes_at = None
    db.session.commit()
    ask(house, 0)
    service.hold(house.draw, DRAWN)
    assert sign_up(house.people[1], house.first, DRAWN + HOUR) is SEATED
    with pytest.raises(Full):
        sign_up(house.people[2], house.first, DRAWN + HOUR)


def test_who_takes_their_wish_back_is_not_drawn(house):
    ask(house, 0, 1)
    withdraw(house.people[0], house.first, NOW + HOUR)
    service.hold(house.draw, DRAWN)
    assert my_state(house.people[0], house.first) is None
    assert my_state(house.people[1], house.first) is SEATED


def test_a_slot_that_is_moved_is_drawn_anew_with_who_has_asked(house):
    ask(house, 0, 1, 2)
    slot = fresh(house.first)
    starts_at = NOW + 12 * DAY
    db.session.get_one(Activity, house.activity).sign_up_closes_at = None
    db.session.commit()
    organize.edit_slot(house.cast.ou.id, slot.id, slot.revision, starts_at, starts_at + HOUR, 2, NOW + HOUR)
    assert fresh(house.first).draws_at is None
    announce_draws(NOW + HOUR)
    assert fresh(house.first).draws_at == NOW + 10 * DAY
    hold_draws(DRAWN)
    assert set(states(house.first)) == {ASKED}
    hold_draws(NOW + 10 * DAY)
    assert len(states(house.first)[SEATED]) == 2


def test_a_cancelled_slot_is_not_drawn(house):
    ask(house, 0)
    organize.cancel_slot(house.cast.ou.id, house.first, "停电", NOW + HOUR)
    hold_draws(DRAWN)
    assert my_state(house.people[0], house.first) is ASKED
    assert fresh(house.first).drawn_at is None
    assert queries.locked(house.draw).drawn_at == DRAWN


def test_a_draw_without_wishes_opens_the_slot_to_whoever_comes(house):
    hold_draws(DRAWN)
    assert fresh(house.first).drawn_at == DRAWN


def test_another_way_in_forgets_draws_that_were_not_held(house):
    activity = db.session.get_one(Activity, house.activity)
    edit_activity(house.cast.ou.id, activity.id, activity.revision, {"way_in": WayIn.FIRST_COME}, NOW)
    assert fresh(house.first).draws_at is None
    hold_draws(DRAWN)
    assert fresh(house.first).drawn_at is None


def test_a_draw_takes_as_many_statements_for_many_as_for_few(house, statements):
    ask(house, 0, 1)
    late = make_slot(db.session.get_one(Slot, house.first).post, NOW + 12 * DAY)
    db.session.get_one(Activity, house.activity).sign_up_closes_at = None
    db.session.commit()
    announce_draws(NOW)
    ask(house, *range(8), slot=late.id)
    with statements.count() as few:
        hold_draws(DRAWN)
    with statements.count() as many:
        hold_draws(NOW + 10 * DAY)
    assert len(states(late.id)[WAITING]) == 6
    assert len(many) <= len(few)


def test_who_is_drawn_comes_at_the_earliest_time_that_suits_and_anyone_can_recompute_it(house):
    cast = house.cast
    drive = make_slot(make_post(make_activity("献血", cast.first, "blood", way_in=WayIn.DRAW), "体育馆", capacity=3),
                      NOW + 5 * DAY, hours=2)  # fmt: skip
    db.session.commit()
    set_quotas(cast.ou.id, drive.id, 0, {0: 2, 90: 1}, NOW)
    announce_draws(NOW)
    duty = make_slot(make_post(cast.sweeping, "南岸", capacity=9), drive.starts_at)
    db.session.commit()
    for n in (0, 1):
        sign_up(house.people[n], duty.id, NOW)
    ask(house, 0, 1, 2, 3, slot=drive.id)
    draw = db.session.scalars(sa.select(Draw).order_by(Draw.id.desc())).first()
    service.hold(draw.id, fresh(drive.id).draws_at)
    seated = states(drive.id)[SEATED]
    comes = sa.select(SignUp.member_id, Arrival.minute).join(Arrival, Arrival.id == SignUp.arrival_id)
    minutes = dict(db.session.execute(comes.where(SignUp.slot_id == drive.id)).all())
    assert minutes.keys() == set(seated)
    assert sorted(minutes.values()) == [0, 0, 90]
    assert all(minutes.get(house.people[n], 90) == 90 for n in (0, 1))
    for notice in db.session.scalars(sa.select(Notice).where(Notice.topic == "draws.seated")):
        assert notice.params["when"][0] == (drive.starts_at + minutes[notice.member_id] * HOUR / 60).isoformat()
    document = _document(queries.locked(draw.id))
    assert rules.verify(json.dumps(document)).differences == []
    first = next(row for row in document["entries"] if row["outcome"] == "seated")
    first["minute"] = 90 - first["minute"]
    assert rules.verify(json.dumps(document)).differences
