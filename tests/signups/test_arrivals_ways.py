"""Whatever way a seat of a slot with timed arrivals is come by, its person gets the earliest time that suits them, and
reads it in the one notice that tells of the seat."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.admissions.service import approve
from activities.duties.models import Arrival, Slot
from activities.duties.rules import WayIn
from activities.exchanges import covers, swaps
from activities.exchanges.models import Swap
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.outbox.models import Notice
from activities.signups import teams
from activities.signups.arrival_verbs import come_at, give_times, set_quotas
from activities.signups.models import SignUp, Team
from activities.signups.organize import edit_slot
from activities.signups.rules import HOLDING, SignUpState
from activities.signups.rules_arrivals import NoPlaces, SeatsByTime
from activities.signups.rules_soft import Consent
from activities.signups.rules_time import Overlaps
from activities.signups.service import accept, lapse_offers, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.cast import DAY, HOUR, NOW, make_activity, make_member, make_post, make_slot, my_state
from tests.house.test_races import crowd, race

QUARTER = timedelta(minutes=15)
SEATED, OFFERED, WAITING, ASKED = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.ASKED


def make_drive(cast, quotas: dict[int, int], hours: float = 2, **values) -> Slot:
    post = make_post(make_activity("献血", cast.first, "blood", **values), "体育馆", capacity=sum(quotas.values()))
    slot = make_slot(post, NOW + 2 * DAY, hours=hours)
    db.session.commit()
    set_quotas(cast.ou.id, slot.id, 0, quotas, NOW)
    return fresh(slot)


def fresh(slot: Slot) -> Slot:
    return db.session.get_one(Slot, slot.id, populate_existing=True)


def arrival(slot: Slot, minute: int) -> int:
    return db.session.scalars(sa.select(Arrival.id).where(Arrival.slot_id == slot.id, Arrival.minute == minute)).one()


def minute_of(member_id: int, slot: Slot) -> int | None:
    query = sa.select(Arrival.minute).join(SignUp, SignUp.arrival_id == Arrival.id)
    return db.session.scalar(query.where(SignUp.member_id == member_id, SignUp.state.in_(HOLDING), SignUp.slot == slot))


def come(member_id: int, slot: Slot, minute: int) -> None:
    sign_up(member_id, slot.id, NOW, consent=Consent(arrival_id=arrival(slot, minute)))


def is_busy(cast, member_id: int, slot: Slot, minute: int, minutes: int = 15) -> Slot:
    """The member has another duty there so many minutes after the drive's start."""
    duty = make_slot(
        make_post(cast.sweeping, f"岸{minute}", capacity=9),
        slot.starts_at + timedelta(minutes=minute), hours=minutes / 60,
    )  # fmt: skip
    db.session.commit()
    sign_up(member_id, duty.id, NOW)
    return duty


def told(member_id: int, slot: Slot, topic: str) -> None:
    """The last notice of the slot is of this topic, tells the time, and is the only one that does."""
    public_id = slot.public_id
    notices = db.session.scalars(sa.select(Notice).where(Notice.member_id == member_id).order_by(Notice.id))
    of_slot = [one for one in notices if one.params.get("slot") == public_id and one.topic != "signups.waiting"]
    minute = minute_of(member_id, slot)
    at = (fresh(slot).starts_at + timedelta(minutes=minute)).isoformat()
    assert [one.topic for one in of_slot if (one.params.get("at") or one.params["when"][0]) == at] == [topic]


def test_who_is_promoted_comes_when_they_can(ctx, cast):
    drive = make_drive(cast, {0: 1, 90: 1})
    is_busy(cast, cast.wang.id, drive, 0)
    come(cast.chen.id, drive, 0)
    come(cast.lin.id, drive, 90)
    for member in (cast.wang, cast.ou):
        sign_up(member.id, drive.id, NOW, or_wait=True)
    withdraw(cast.chen.id, drive.id, NOW)
    assert (my_state(cast.wang.id, drive.id), my_state(cast.ou.id, drive.id)) == (WAITING, SEATED)
    assert minute_of(cast.ou.id, drive) == 0
    withdraw(cast.lin.id, drive.id, NOW)
    assert minute_of(cast.wang.id, drive) == 90
    told(cast.wang.id, drive, "signups.promoted")


def test_who_waits_beside_a_free_place_gets_one_when_another_comes_at_another_time(ctx, cast):
    drive = make_drive(cast, {0: 1, 90: 1})
    come(cast.lin.id, drive, 90)
    come(cast.chen.id, drive, 0)
    is_busy(cast, cast.wang.id, drive, 0)
    sign_up(cast.wang.id, drive.id, NOW, or_wait=True)
    withdraw(cast.chen.id, drive.id, NOW)
    assert my_state(cast.wang.id, drive.id) is WAITING
    come_at(cast.lin.id, drive.id, arrival(drive, 0), NOW)
    assert minute_of(cast.wang.id, drive) == 90


def test_an_offer_names_the_time_and_it_is_kept_until_it_lapses(ctx, cast):
    drive = make_drive(cast, {0: 1, 15: 0}, offer_minutes=60)
    come(cast.lin.id, drive, 0)
    sign_up(cast.wang.id, drive.id, NOW, or_wait=True)
    sign_up(cast.ou.id, drive.id, NOW, or_wait=True)
    withdraw(cast.lin.id, drive.id, NOW)
    assert (my_state(cast.wang.id, drive.id), minute_of(cast.wang.id, drive)) == (OFFERED, 0)
    told(cast.wang.id, drive, "signups.offered")
    lapse_offers(NOW + 2 * HOUR)
    assert minute_of(cast.ou.id, drive) == 0
    accept(cast.ou.id, drive.id, NOW + 2 * HOUR)
    assert my_state(cast.ou.id, drive.id) is SEATED


def test_who_is_approved_comes_when_they_can_and_whom_no_time_suits_stays_undecided(ctx, cast):
    drive = make_drive(cast, {0: 1, 90: 2}, way_in=WayIn.APPROVAL)
    for member in (cast.lin, cast.wang, cast.chen):
        sign_up(member.id, drive.id, NOW)
    is_busy(cast, cast.wang.id, drive, 0, minutes=120)
    is_busy(cast, cast.chen.id, drive, 30)
    ids = [one.id for one in db.session.scalars(sa.select(SignUp).where(SignUp.slot_id == drive.id))]
    done = approve(cast.ou.id, ids, NOW)
    assert (done.seated, done.refused) == (2, 1)
    assert (minute_of(cast.lin.id, drive), minute_of(cast.chen.id, drive)) == (0, 90)
    assert my_state(cast.wang.id, drive.id) is ASKED
    told(cast.chen.id, drive, "admissions.seated")


def test_a_class_comes_together_one_after_another(ctx, cast):
    drive = make_drive(cast, {0: 1, 15: 1, 30: 1, 105: 1})
    is_busy(cast, cast.wang.id, drive, 0, minutes=60)
    teams.make_team(cast.lin.id, drive.id, "营销0441", True, NOW)
    team = db.session.scalars(sa.select(Team.id)).one()
    for member in (cast.wang, cast.chen):
        teams.join(member.id, team, NOW)
    assert teams.sign_up_team(cast.lin.id, team, NOW) == 3
    assert [minute_of(m.id, drive) for m in (cast.lin, cast.wang, cast.chen)] == [0, 105, 15]
    told(cast.wang.id, drive, "signups.team_seated")


@pytest.mark.parametrize("whole", [True, False])
def test_of_a_class_whose_times_are_not_enough_those_wait_who_have_none(ctx, cast, whole):
    drive = make_drive(cast, {0: 2, 105: 1})
    teams.make_team(cast.lin.id, drive.id, "营销0441", whole, NOW)
    team = db.session.scalars(sa.select(Team.id)).one()
    teams.join(cast.wang.id, team, NOW)
    for member in (cast.lin, cast.wang):
        is_busy(cast, member.id, drive, 0)
    assert teams.sign_up_team(cast.lin.id, team, NOW) == (0 if whole else 1)
    assert my_state(cast.wang.id, drive.id) is WAITING
    assert my_state(cast.lin.id, drive.id) is (WAITING if whole else SEATED)


def test_one_of_several_is_a_time_that_suits(ctx, cast):
    drive = make_drive(cast, {0: 1, 105: 1})
    other = make_slot(drive.post, NOW + 9 * DAY)
    is_busy(cast, cast.wang.id, drive, 0)
    assert wait_for_any(cast.wang.id, [drive.id, other.id], NOW) is SEATED
    assert minute_of(cast.wang.id, drive) == 105
    told(cast.wang.id, drive, "signups.comes_at")


def test_cover_takes_over_the_time_or_the_earliest_that_suits(ctx, cast):
    drive = make_drive(cast, {0: 2, 60: 1})
    come(cast.lin.id, drive, 60)
    covers.ask_cover(cast.lin.id, drive.id, "", NOW)
    covers.take_over(cast.wang.id, drive.id, NOW)
    assert minute_of(cast.wang.id, drive) == 60
    told(cast.wang.id, drive, "exchanges.took_over")
    covers.ask_cover(cast.wang.id, drive.id, "", NOW)
    is_busy(cast, cast.chen.id, drive, 60)
    covers.take_over(cast.chen.id, drive.id, NOW)
    assert minute_of(cast.chen.id, drive) == 0


def test_a_full_drive_is_covered_only_by_who_can_come_then(ctx, cast):
    drive = make_drive(cast, {0: 1, 60: 1})
    come(cast.lin.id, drive, 60)
    come(cast.ou.id, drive, 0)
    is_busy(cast, cast.chen.id, drive, 60)
    covers.ask_cover(cast.lin.id, drive.id, "", NOW)
    with pytest.raises(Overlaps):
        covers.take_over(cast.chen.id, drive.id, NOW)
    assert minute_of(cast.lin.id, drive) == 60


def test_a_swap_takes_the_other_s_time(ctx, cast):
    drive = make_drive(cast, {0: 1, 60: 1})
    duty = make_slot(make_post(cast.sweeping, "南岸"), drive.starts_at + DAY)
    db.session.commit()
    come(cast.ou.id, drive, 0)
    come(cast.lin.id, drive, 60)
    sign_up(cast.wang.id, duty.id, NOW)
    swaps.propose(cast.lin.id, drive.id, cast.wang.id, duty.id, NOW)
    swaps.agree(cast.wang.id, db.session.scalars(sa.select(Swap.id)).one(), NOW)
    assert minute_of(cast.wang.id, drive) == 60
    told(cast.wang.id, drive, "exchanges.swapped")


def test_the_seats_of_a_drive_are_its_places(ctx, cast):
    drive = make_drive(cast, {0: 2, 60: 2})
    with pytest.raises(SeatsByTime):
        edit_slot(cast.ou.id, drive.id, drive.revision, drive.starts_at, drive.ends_at, 9, NOW)
    edit_slot(cast.ou.id, drive.id, drive.revision, drive.starts_at, drive.starts_at + HOUR, 4, NOW)
    drive = fresh(drive)
    assert drive.capacity == 2
    come(cast.lin.id, drive, 0)
    set_quotas(cast.ou.id, drive.id, drive.revision, {30: 2, 0: 1}, NOW)
    withdraw(cast.lin.id, drive.id, NOW)
    drive = fresh(drive)
    set_quotas(cast.ou.id, drive.id, drive.revision, {30: 2}, NOW)
    drive = fresh(drive)
    with pytest.raises(NoPlaces):
        edit_slot(cast.ou.id, drive.id, drive.revision, drive.starts_at, drive.starts_at + 2 * QUARTER, 2, NOW)


def test_who_is_told_of_a_new_time_of_a_drive_reads_their_own(ctx, cast):
    drive = make_drive(cast, {0: 1, 60: 1})
    come(cast.lin.id, drive, 60)
    edit_slot(cast.ou.id, drive.id, drive.revision, drive.starts_at + HOUR, drive.ends_at + HOUR, 2, NOW)
    told(cast.lin.id, drive, "signups.moved")


def test_many_promoted_take_as_many_statements_as_few(ctx, cast, statements):
    counts = []
    for first, many in ((cast.lin.id, 3), (cast.chen.id, 30)):
        drive = make_drive(cast, {0: 1, 15: 0})
        come(first, drive, 0)
        for n in range(many):
            person = make_member(f"{many}w{n}", f"人{n}", cast.first, password_hash=None)
            db.session.commit()
            sign_up(person.id, drive.id, NOW, or_wait=True)
        revision = fresh(drive).revision
        with statements.count() as sent:
            set_quotas(cast.ou.id, drive.id, revision, {0: 1, 15: many}, NOW)
        counts.append(len(sent))
        assert fresh(drive).taken == many + 1
    assert counts[0] == counts[1]


def test_one_last_place_is_taken_once_whatever_ways_lead_to_it(app, cast):
    with app.app_context():
        drive = make_drive(cast, {0: 1, 60: 1, 105: 1})
        slot_id, last, other = drive.id, arrival(drive, 0), arrival(drive, 60)
        come(cast.lin.id, drive, 60)
        come(cast.ou.id, drive, 105)
        covers.ask_cover(cast.ou.id, slot_id, "", NOW)
        lin = cast.lin.id
    people = crowd(app, cast, 12)

    def one(n: int) -> None:
        with app.app_context():
            verbs = (
                lambda: sign_up(people[n], slot_id, NOW, consent=Consent(arrival_id=last)),
                lambda: sign_up(people[n], slot_id, NOW, or_wait=True),
                lambda: come_at(lin, slot_id, (last, other)[n % 2], NOW),
                lambda: covers.take_over(people[n], slot_id, NOW),
            )
            try:
                verbs[n % 4]()
            except Refusal:
                return

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(one, range(12)))
    with app.app_context():
        rows = db.session.execute(sa.select(Arrival.quota, Arrival.taken).where(Arrival.slot_id == slot_id)).all()
        assert all(taken <= quota for quota, taken in rows)
        held = sa.select(SignUp).where(SignUp.slot_id == slot_id, SignUp.state.in_(HOLDING))
        seats = list(db.session.scalars(held))
        assert all(one.arrival_id for one in seats)
        assert len(seats) == sum(taken for _, taken in rows) == db.session.get_one(Slot, slot_id).taken == 3


def test_whoever_signs_up_while_an_older_slot_gets_its_times_has_one_of_them(app, cast):
    with app.app_context():
        post = make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=6)
        slot_id = make_slot(post, NOW + 2 * DAY).id
        db.session.commit()
    people = crowd(app, cast, 12)
    jobs = [lambda p=p: sign_up(p, slot_id, NOW, or_wait=True) for p in people]
    race(app, [*jobs[:4], lambda: give_times(NOW), *jobs[4:], lambda: give_times(NOW)])
    with app.app_context():
        give_times(NOW)
        seats = list(db.session.scalars(sa.select(SignUp).where(SignUp.slot_id == slot_id, SignUp.state == SEATED)))
        quotas = sa.select(sa.func.sum(Arrival.quota), sa.func.sum(Arrival.taken)).where(Arrival.slot_id == slot_id)
        assert len(seats) == 6
        assert all(one.arrival_id for one in seats)
        assert db.session.execute(quotas).one() == (6, 6)
