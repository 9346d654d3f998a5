"""A series is changed: this and the following, or all to come; by hand stays by hand, and nobody is moved untold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from activities.audit.models import AuditEntry
from activities.duties.models import Activity, Post, Series, Slot
from activities.duties.plans import Why, Wish
from activities.duties.rules import LastBeforeFirst, PlanChanged, SlotState
from activities.kit import clock
from activities.kit.clock import at
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.series import planning, service
from activities.series.rules import Edit, Kept, NoReason
from activities.signups.organize import cancel_slot, delete_slot, edit_slot
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up, withdraw
from activities.sites.rules import TooManyVisitors
from activities.terms.models import SpecialDay
from tests.cast import DAY, HOUR, NOW, make_post, make_series, make_site, make_slot, my_state, told_of

FIRST, LAST = date(2026, 12, 3), date(2026, 12, 31)  # Thursdays
DAYS = [FIRST + timedelta(weeks=n) for n in range(5)]


@pytest.fixture
def series(ctx, cast) -> Series:
    made = make_series(cast.lake, FIRST, LAST)
    db.session.commit()
    return made


def wish(series: Series, **changes) -> Wish:
    """What the series asks for, but for this."""
    now = db.session.get(Series, series.id, populate_existing=True).wish
    rule = {name: changes.pop(name) for name in ("first", "last", "weekdays", "excluded") if name in changes}
    return replace(now, rule=replace(now.rule, **rule), **changes)


def look(series: Series, wish: Wish, now: datetime = NOW) -> Edit:
    own = planning.holding(series.id, wish.rule.first)
    return planning.edit(own, wish, planning.occurrences(own.id, wish.rule.first), clock.zone(), now)


def edit(cast, series: Series, wish: Wish, reason: str = "", now: datetime = NOW) -> service.Done:
    digest = look(series, wish, now).digest
    return service.edit(cast.ou.id, series.id, wish, digest, reason, clock.zone(), now)


def slots(*states: SlotState) -> dict[date, Slot]:
    """The slots of all series by the day of theirs."""
    db.session.expire_all()
    found = db.session.query(Slot).filter(Slot.series_id.is_not(None), Slot.state.in_(states or [SlotState.OPEN]))
    return {slot.series_day: slot for slot in found.order_by(Slot.series_day)}


def hours(found: dict[date, Slot]) -> list[int]:
    return [slot.starts_at.astimezone(clock.zone()).hour for slot in found.values()]


def told() -> list[tuple[str, int]]:
    return [(topic, who) for topic in ("moved", "cancelled") for who, *_ in told_of(f"signups.{topic}")]


# ── all to come ─────────────────────────────────────────────────────────────


def test_a_new_time_moves_every_slot_and_leaves_its_identity(cast, series):
    before = slots()
    done = edit(cast, series, wish(series, starts=time(18), ends=time(20)))
    assert (done.series, done.slots, done.told) == (series.public_id, 5, 0)
    after = slots()
    assert hours(after) == [18] * 5
    assert [(s.id, s.uid, s.revision) for s in after.values()] == [(s.id, s.uid, 1) for s in before.values()]
    entry = db.session.query(AuditEntry).one()
    assert (entry.verb, entry.before["starts"], entry.after["starts"], entry.after["changed"]) == (
        "edit series", "16:00", "18:00", 5,
    )  # fmt: skip
    assert db.session.get(Series, series.id).activity.schedule_revision == 1


def test_other_weekdays_bring_and_take_slots(cast, series):
    edit(cast, series, wish(series, weekdays=frozenset({0})))
    assert [f"{day:%m-%d}" for day in slots()] == ["12-07", "12-14", "12-21", "12-28"]
    assert db.session.query(Slot).filter_by(series_id=series.id, state=SlotState.OPEN).count() == 4


def test_later_or_earlier_until(cast, series):
    edit(cast, series, wish(series, last=date(2027, 1, 14)))
    assert len(slots()) == 7
    edit(cast, series, wish(series, last=date(2026, 12, 10)))
    assert [*slots()] == DAYS[:2]


def test_days_left_out_go_and_come_back(cast, series):
    edit(cast, series, wish(series, excluded=frozenset({DAYS[1]})))
    assert [*slots()] == [DAYS[0], *DAYS[2:]]
    edit(cast, series, wish(series, excluded=frozenset()))
    assert [*slots()] == DAYS


def test_posts_come_and_go(cast, series):
    north = make_post(cast.sweeping, "北门", capacity=9)
    db.session.commit()
    edit(cast, series, wish(series, post_ids=(cast.lake.id, north.id)))
    assert db.session.query(Slot).filter_by(post_id=north.id, capacity=9).count() == 5
    edit(cast, series, wish(series, post_ids=(north.id,)))
    assert {slot.post_id for slot in slots().values()} == {north.id}
    assert [post.id for post in db.session.get(Series, series.id).posts] == [north.id]


def test_a_calendar_that_has_changed_is_followed_with_the_next_change(cast, series):
    db.session.add(SpecialDay(day=DAYS[2], name="校庆", off=True))
    db.session.commit()
    change = look(series, wish(series))
    assert ([slot.day for slot in change.delete], change.outs[0][0].why) == ([DAYS[2]], Why.HOLIDAY)
    edit(cast, series, wish(series))
    assert [*slots()] == [*DAYS[:2], *DAYS[3:]]


def test_what_has_begun_stays(cast, series):
    now = at(DAYS[2], time(16))
    change = look(series, wish(series, starts=time(18), ends=time(20)), now)
    assert [move.slot.day for move in change.change] == DAYS[3:]
    edit(cast, series, wish(series, weekdays=frozenset({4})), now=now)
    assert [*slots()][:4] == [*DAYS[:3], date(2026, 12, 18)]


# ── this and the following ──────────────────────────────────────────────────


def test_this_and_the_following_become_a_series_of_their_own(cast, series):
    done = edit(cast, series, wish(series, first=DAYS[2], starts=time(18), ends=time(20)))
    assert hours(slots()) == [16, 16, 18, 18, 18]
    later = db.session.query(Series).filter_by(public_id=done.series).one()
    assert (later.follows_id, later.days.first, later.days.last) == (series.id, DAYS[2], LAST)
    assert db.session.get(Series, series.id).days.last == DAYS[2] - DAY
    assert {slot.series_id for day, slot in slots().items() if day >= DAYS[2]} == {later.id}


def test_from_the_first_day_on_is_all_of_it(cast, series):
    assert edit(cast, series, wish(series, first=FIRST, starts=time(15))).series == series.public_id
    assert db.session.query(Series).count() == 1


def test_a_change_of_the_middle_leaves_what_follows_where_it_was(cast, series):
    edit(cast, series, wish(series, first=DAYS[3], starts=time(18), ends=time(20)))
    edit(cast, series, wish(series, first=DAYS[1], last=DAYS[2], starts=time(8), ends=time(9)))
    assert hours(slots()) == [16, 8, 8, 18, 18]
    assert planning.holding(series.id, DAYS[4]).days.first == DAYS[3]
    assert planning.holding(series.id, DAYS[1]).days.first == DAYS[1]
    assert planning.holding(series.id, DAYS[0]).id == series.id


@pytest.mark.parametrize("first", [FIRST, DAYS[2]])
def test_twice_is_the_same_as_once(cast, series, first):
    changed = wish(series, first=first, weekdays=frozenset({3, 4}), starts=time(18), ends=time(20), capacity=4)
    edit(cast, series, changed)
    once = {(s.id, s.series_id, s.starts_at, s.capacity, s.revision) for s in db.session.query(Slot)}
    rules = {(one.id, one.rule) for one in db.session.query(Series)}
    assert look(series, changed).many == 0
    assert edit(cast, series, changed).slots == 0
    db.session.expire_all()
    assert {(s.id, s.series_id, s.starts_at, s.capacity, s.revision) for s in db.session.query(Slot)} == once
    assert {(one.id, one.rule) for one in db.session.query(Series)} == rules
    assert db.session.query(AuditEntry).count() == 1


# ── by hand ─────────────────────────────────────────────────────────────────


def test_a_time_set_by_hand_is_kept_but_its_seats_follow(cast, series):
    slot = slots()[DAYS[1]]
    edit_slot(cast.ou.id, slot.id, 0, slot.starts_at + HOUR, slot.ends_at + HOUR, slot.capacity, NOW)
    edit(cast, series, wish(series, starts=time(8), ends=time(9), capacity=7))
    assert hours(slots()) == [8, 17, 8, 8, 8]
    assert {slot.capacity for slot in slots().values()} == {7}


def test_seats_set_by_hand_are_kept_but_its_time_follows(cast, series):
    slot = slots()[DAYS[1]]
    edit_slot(cast.ou.id, slot.id, 0, slot.starts_at, slot.ends_at, 9, NOW)
    edit(cast, series, wish(series, starts=time(8), ends=time(9), capacity=7))
    assert hours(slots()) == [8] * 5
    assert [slot.capacity for slot in slots().values()] == [7, 9, 7, 7, 7]


def test_what_was_changed_by_hand_is_not_taken_away_and_listed_as_kept(cast, series):
    slot = slots()[DAYS[1]]
    edit_slot(cast.ou.id, slot.id, 0, slot.starts_at + HOUR, slot.ends_at + HOUR, slot.capacity, NOW)
    change = look(series, wish(series, weekdays=frozenset({0})))
    assert [(own.day, why) for own, why in change.keep] == [(DAYS[1], Kept.BY_HAND)]
    edit(cast, series, wish(series, weekdays=frozenset({0})))
    assert DAYS[1] in slots()


def test_what_was_taken_out_by_hand_does_not_come_back(cast, series):
    delete_slot(cast.ou.id, slots()[DAYS[0]].id, NOW)
    cancel_slot(cast.ou.id, slots()[DAYS[1]].id, "暴雨", NOW)
    later = wish(series, starts=time(18), ends=time(20))
    assert [(out.day, out.why) for out in look(series, later).falls_out] == [
        (DAYS[0], Why.BY_HAND),
        (DAYS[1], Why.BY_HAND),
    ]
    edit(cast, series, later)
    assert [*slots()] == DAYS[2:]
    edit(cast, series, wish(series, first=DAYS[1], starts=time(8), ends=time(9)))  # nor in a part of it
    assert [*slots()] == DAYS[2:]


# ── people ──────────────────────────────────────────────────────────────────


def test_who_is_moved_is_told_of_each_slot_in_one_notice(cast, series):
    for day in DAYS[:2]:
        sign_up(cast.lin.id, slots()[day].id, NOW)
    sign_up(cast.wang.id, slots()[DAYS[1]].id, NOW)
    done = edit(cast, series, wish(series, starts=time(18), ends=time(20)))
    assert done.told == 2
    assert sorted(told()) == sorted([("moved", cast.lin.id), ("moved", cast.lin.id), ("moved", cast.wang.id)])
    assert db.session.query(Notice).filter(Notice.topic.startswith("signups.moved")).count() == 2
    assert [entry.verb for entry in db.session.query(AuditEntry)].count("edit slot") == 2


def test_other_seats_are_no_news_to_who_has_one_and_fill_from_the_line(cast, series):
    slot = slots()[DAYS[0]]
    edit(cast, series, wish(series, capacity=1))
    sign_up(cast.lin.id, slot.id, NOW)
    sign_up(cast.wang.id, slot.id, NOW, or_wait=True)
    done = edit(cast, series, wish(series, capacity=2))
    assert (done.slots, done.told, told()) == (5, 0, [])
    assert my_state(cast.wang.id, slot.id) in (SignUpState.SEATED, SignUpState.OFFERED)


def test_a_slot_with_people_is_cancelled_with_a_reason_and_never_deleted(cast, series):
    slot = slots()[DAYS[0]]
    sign_up(cast.lin.id, slot.id, NOW)
    sign_up(cast.wang.id, slots()[DAYS[1]].id, NOW)
    withdraw(cast.wang.id, slots()[DAYS[1]].id, NOW)  # has been there: the trail stays
    other = wish(series, weekdays=frozenset({0}))
    assert [len(part) for part in (look(series, other).delete, look(series, other).cancel)] == [3, 2]
    with pytest.raises(NoReason):
        edit(cast, series, other)
    assert len(slots()) == 5
    edit(cast, series, other, "改到周一")
    assert told() == [("cancelled", cast.lin.id)]
    cancelled = slots(SlotState.CANCELLED)
    assert [*cancelled] == DAYS[:2]
    assert cancelled[DAYS[0]].cancel_reason == "改到周一"


def test_a_day_that_a_change_cancelled_comes_back_as_a_new_slot(cast, series):
    slot = slots()[DAYS[0]]
    sign_up(cast.lin.id, slot.id, NOW)
    edit(cast, series, wish(series, excluded=frozenset({DAYS[0]})), "停一次")
    edit(cast, series, wish(series, excluded=frozenset()))
    assert slots()[DAYS[0]].id != slot.id


def test_where_somebody_has_another_duty_then_the_slot_stays_unless_that_one_goes_too(cast, series):
    own = {day: slot.id for day, slot in slots().items()}
    other = make_series(make_post(db.session.get_one(Activity, cast.sweeping.id), "南岸"), FIRST, LAST, hour=18)
    db.session.commit()
    there = db.session.query(Slot).filter_by(series_id=other.id, series_day=DAYS[1]).one()
    for slot_id in (own[DAYS[0]], own[DAYS[1]], there.id):
        sign_up(cast.lin.id, slot_id, NOW)
    later = wish(series, starts=time(18), ends=time(20))
    change = look(series, later)
    assert [(slot.day, why) for slot, why in change.keep] == [(DAYS[1], Kept.ELSEWHERE)]
    edit(cast, series, later)
    db.session.expire_all()
    moved = {day: db.session.get_one(Slot, slot_id) for day, slot_id in own.items()}
    assert hours(moved) == [18, moved[DAYS[1]].starts_at.astimezone(clock.zone()).hour, 18, 18, 18]
    assert moved[DAYS[1]].starts_at.astimezone(clock.zone()).hour != 18
    assert edit(cast, series, later).slots == 0


def test_who_could_not_withdraw_any_more_is_not_moved(cast, series):
    slot = slots()[DAYS[0]]
    sign_up(cast.lin.id, slot.id, NOW)
    now = slot.starts_at - HOUR
    change = look(series, wish(series, starts=time(17), ends=time(19)), now)
    assert [(own.day, why) for own, why in change.keep] == [(DAYS[0], Kept.BOUND)]
    edit(cast, series, wish(series, starts=time(17), ends=time(19)), now=now)
    assert (hours(slots()), told()) == ([16, 17, 17, 17, 17], [])


def test_fewer_seats_than_people_keep_the_slot(cast, series):
    for member in (cast.lin, cast.wang):
        sign_up(member.id, slots()[DAYS[0]].id, NOW)
    edit(cast, series, wish(series, capacity=1))
    assert [slot.capacity for slot in slots().values()] == [2, 1, 1, 1, 1]


def test_a_time_that_the_post_has_already_is_left_alone(cast, series):
    make_slot(cast.lake, at(DAYS[1], time(18)))
    db.session.commit()
    change = look(series, wish(series, starts=time(18), ends=time(20)))
    assert [(own.day, why) for own, why in change.keep] == [(DAYS[1], Kept.SLOT_THERE)]
    edit(cast, series, wish(series, starts=time(18), ends=time(20)))
    assert hours(slots()) == [18, 16, 18, 18, 18]


def test_a_partners_place_takes_no_more_than_it_can(cast, series):
    site = make_site("护理院", cast.first, most_visitors=3)
    fresh = db.session.get(Post, cast.lake.id)
    fresh.site_id = site.id
    make_slot(make_post(cast.sweeping, "西楼", capacity=2, site_id=site.id), at(DAYS[1], time(18)), hours=2)
    db.session.commit()
    with pytest.raises(TooManyVisitors):
        look(series, wish(series, starts=time(18), ends=time(20)))  # two and two of three
    with pytest.raises(TooManyVisitors):
        look(series, wish(series, capacity=4))
    assert edit(cast, series, wish(series, starts=time(18), ends=time(20), capacity=1)).slots == 5


def test_seats_gathered_for_a_team_are_nobodys_yet(cast, series):
    slot = slots()[DAYS[0]]
    slot.capacity, slot.taken, slot.gathered, slot.tickets = 3, 2, 2, 1
    db.session.commit()
    assert planning.occurrences(series.id, FIRST)[0].people == 0
    edit(cast, series, wish(series, starts=time(18), ends=time(20), capacity=1))
    moved = slots()[DAYS[0]]
    assert (moved.capacity, moved.taken, moved.gathered) == (1, 0, 0)


def test_what_has_changed_since_it_was_shown_is_not_done(cast, series):
    other = wish(series, starts=time(18), ends=time(20))
    digest = look(series, other).digest
    sign_up(cast.lin.id, slots()[DAYS[0]].id, NOW)
    with pytest.raises(PlanChanged):
        service.edit(cast.ou.id, series.id, other, digest, "", clock.zone(), NOW)
    assert hours(slots()) == [16] * 5


def test_a_wish_that_cannot_be_says_why(cast, series):
    with pytest.raises(LastBeforeFirst):
        look(series, wish(series, last=FIRST - DAY))


# ── the end ─────────────────────────────────────────────────────────────────


def test_ending_takes_all_that_is_to_come_and_tells_who_is_on_it(cast, series):
    sign_up(cast.lin.id, slots()[DAYS[3]].id, NOW)
    now = at(DAYS[1], time(17))

    def end(reason: str = "学期提前结束") -> service.Done:
        digest = planning.ending(series, planning.occurrences(series.id, FIRST), now).digest
        return service.end(cast.ou.id, series.id, digest, reason, clock.zone(), now)

    with pytest.raises(NoReason):
        end("")
    assert end()[1:] == (3, 1)
    assert ([*slots()], told()) == (DAYS[:2], [("cancelled", cast.lin.id)])
    assert end()[1:] == (0, 0)
    assert look(series, wish(series, last=LAST), now).many == 3  # it can go on later


def test_a_change_costs_the_same_whatever_its_length(cast, series, statements):
    longer = make_series(cast.lake, date(2027, 1, 7), date(2027, 12, 30))
    db.session.commit()
    counts = []
    for one in (series, longer):
        later = wish(one, starts=time(18), ends=time(20), capacity=5)
        digest = look(one, later).digest
        with statements.count() as sent:
            service.edit(cast.ou.id, one.id, later, digest, "", clock.zone(), NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1]
