"""The filter "only what I can take" in SQL, held against the rules."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from activities.duties import queries as duties
from activities.duties.models import Arrival
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db, run
from activities.norms.models import NormsVersion
from activities.norms.rules import NORMS, Limit, Strictness
from activities.people.models import Member
from activities.people.rules import Stages, Standings
from activities.signups import engagements
from activities.signups.can_take import can_take
from activities.signups.cards import cards
from activities.signups.facts import OFFERS
from activities.signups.models import Pause
from activities.signups.rules import Offer
from activities.signups.service import sign_up
from activities.terms.models import SpecialDay
from activities.trainings.models import Training, TrainingPass
from tests.cast import DAY, HOUR, NOW, at_once, make_activity, make_post, make_site, make_slot, store

REFUSE = Strictness.REFUSE


def agree(member_id: int, first: int, last: int) -> tuple[int, int]:
    """Hold the two against each other over all slots that start within so many days from now. Return how many of them
    can be taken, and how many there are."""
    span = (NOW + first * DAY, NOW + last * DAY)
    every = [Offer._make(row) for row in run(OFFERS)]
    every = [offer for offer in every if span[0] <= offer.starts_at < span[1]]
    person, mine = engagements.taken_on(member_id, span[0], span[1] + 31 * DAY)
    by_rule = {c.offer.id for c in cards(person, every, mine, NOW) if c.refusal is None}
    query = duties.slots().where(can_take(person, mine, span, NOW))
    by_sql = {slot.id for slot in db.session.scalars(query).unique()} & {offer.id for offer in every}
    assert by_sql == by_rule
    return len(by_rule), len(every)


def test_over_slots_that_differ_in_every_condition(ctx, cast):
    start = NOW + 30 * DAY
    windows = [(None, None), (NOW, None), (NOW + HOUR, None), (None, NOW), (None, NOW + HOUR)]
    whom = [(0, 0, None), (Stages.FULL, 0, None), (Stages.ACTIVIST, 0, None), (0, Standings.TEACHER, None),
            (0, 0, cast.first.id), (0, 0, cast.second.id), (0, Standings.STUDENT, cast.school.id)]  # fmt: skip
    for n, ((opens, closes), (stages, standings, unit)) in enumerate(product(windows, whom)):
        activity = make_activity(
            f"活动{n}", cast.first, sign_up_opens_at=opens, sign_up_closes_at=closes, stages=Stages(stages),
            standings=Standings(standings), eligible_unit_id=unit,
        )  # fmt: skip
        post = make_post(activity, "岗")
        make_slot(post, start + 3 * n * DAY)
        make_slot(post, start + 3 * n * DAY + 2 * HOUR, taken=1)
        make_slot(post, start + 3 * n * DAY + 4 * HOUR, state=SlotState.CANCELLED)
        make_slot(post, NOW - HOUR - n * DAY)
    store(SpecialDay(day=date(2026, 11, 27), name="校庆", off=True))
    store(SpecialDay(day=date(2026, 12, 5), name="调休", off=False))
    for notice in (0, 1, 3, 7):
        visit = make_post(
            cast.sweeping, f"护理院{notice}", site=make_site(f"护理院{notice}", cast.first, notice_days=notice)
        )
        with at_once():
            for hours in range(1, 16 * 24, 6):  # Wednesday noon until after the second weekend
                make_slot(visit, NOW + hours * HOUR)
    for n, way in enumerate(WayIn):
        post = make_post(make_activity(f"途径{n}", cast.first, way_in=way), "岗")
        moments = product((None, NOW, NOW + HOUR), (None, NOW), (0, 1))
        for m, (draws_at, drawn_at, taken) in enumerate(moments):
            make_slot(post, start + (200 + 20 * n + m) * DAY, draws_at=draws_at, drawn_at=drawn_at, taken=taken)
    seated = make_slot(make_post(cast.sweeping, "西岸", capacity=5), start + HOUR / 2, hours=4)
    drive = make_slot(
        make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=9), start + HOUR, hours=8
    )
    store(Arrival(slot_id=drive.id, minute=0, quota=9))
    db.session.commit()
    sign_up(cast.lin.id, seated.id, NOW)
    can, all_ = agree(cast.lin.id, -100, 1000)
    assert 0 < can < all_


@pytest.mark.parametrize(("class_name", "can"), [("营销2301", 3), ("营销230", 1), ("", 1), ("A", 2), ("a", 1)])
def test_over_classes(ctx, cast, class_name, can):
    """Members of staff are of no class; one slot is open to every class, and beside it there is that of the cast."""
    db.session.get_one(Member, cast.lin.id).class_name = class_name
    for n, classes in enumerate([(), ("营销2301",), ("会计2302", "营销2301"), ("营销23011",), ("A",), ("会计2302",)]):
        make_slot(make_post(make_activity(f"活动{n}", cast.first, classes=classes), "岗"), NOW + 2 * DAY)
    db.session.commit()
    assert agree(cast.lin.id, 0, 10) == (can + 1, 7)


def test_over_trainings(ctx, cast):
    aid, fire, sign = (store(Training(name=name, where="", changed_at=NOW)) for name in ("急救", "消防", "手语"))
    for training, until in ((aid, date(2026, 12, 1)), (aid, date(2026, 12, 3)), (fire, None)):
        passed = date(2026, 11, until.day if until else 1)
        store(TrainingPass(training_id=training.id, member_id=cast.lin.id, passed_on=passed, valid_until=until,
                           entered_by_id=cast.ou.id, entered_at=NOW))  # fmt: skip
    for n, needs in enumerate([[], [aid], [fire], [sign], [aid, fire], [aid, sign]]):
        post = make_post(make_activity(f"活动{n}", cast.first, training_ids=[training.id for training in needs]), "岗")
        for day in range(4, 11):
            make_slot(post, NOW + day * DAY)
    db.session.commit()
    can, all_ = agree(cast.lin.id, 3, 12)
    assert (can, all_) == (7 + 5 + 7 + 5, 6 * 7)  # until 3 December: days 4 to 8 from 25 November
    assert agree(cast.wang.id, 3, 12) == (7, 42)


NORMS_TO_TRY = {
    "the defaults": NORMS,
    "strict about the way": NORMS._replace(travel=Limit(30, REFUSE)),
    "strict about a gap": NORMS._replace(gap=Limit(180, REFUSE), travel=Limit(240, REFUSE)),
    "strict about the day": NORMS._replace(day=Limit(150, REFUSE)),
    "strict about the week": NORMS._replace(week=Limit(300, REFUSE)),
    "strict about all": NORMS._replace(
        travel=Limit(30, REFUSE), gap=Limit(60, REFUSE), day=Limit(240, REFUSE), week=Limit(360, REFUSE)
    ),
}  # fmt: skip


@pytest.mark.parametrize("norms", NORMS_TO_TRY.values(), ids=NORMS_TO_TRY)
def test_over_times_beside_what_one_has(ctx, cast, norms):
    here, there = make_post(cast.sweeping, "南岸", capacity=9), make_post(cast.sweeping, "西岸", capacity=9)
    for day, hour in ((2, 3), (2, 6), (4, 14.5)):
        slot = make_slot(here, NOW + day * DAY + hour * HOUR, hours=1.5)
        db.session.commit()
        sign_up(cast.lin.id, slot.id, NOW)
    store(NormsVersion(norms=norms, set_at=NOW, set_by_id=cast.gu.id))
    with at_once():
        for half in range(2 * 24 * 5):
            for minutes, post, hours in ((1, here, 0.75), (2, there, 2), (3, there, 30)):
                make_slot(post, NOW + DAY + timedelta(hours=half / 2, minutes=minutes), hours=hours)
    db.session.commit()
    can, all_ = agree(cast.lin.id, 1, 6)
    assert 0 < can < all_


def test_nothing_during_a_pause(ctx, cast):
    store(Pause(member_id=cast.lin.id, begun_at=NOW - DAY, until=NOW + HOUR, misses=3, miss_days=90))
    db.session.commit()
    assert agree(cast.lin.id, 0, 10) == (0, 1)
