"""Teams: people who sign up and wait together, whole or as many as fit."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.outbox.models import Notice
from activities.signups import teams
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp, Team
from activities.signups.organize import delete_slot, edit_slot
from activities.signups.rules import AlreadyIn, SignUpState
from activities.signups.rules_leaving import NotIn, TooLateToWithdraw
from activities.signups.rules_offered import NotOffered
from activities.signups.rules_together import (
    InTeam,
    NobodyToInvite,
    NotLeading,
    NotTogether,
    OnTheirOwn,
    TeamClosed,
    TeamFull,
    TeammateCannot,
    TeamOfOne,
)
from activities.signups.service import accept, lapse_offers, share_gathered_out, sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, make_member, make_slot, my_state

SEATED, OFFERED, WAITING = SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING
HOLD = 12 * HOUR


class World:
    """A slot in three days with twelve people who may come; seats are held for 12 hours."""

    def __init__(self, cast, capacity: int = 4) -> None:
        cast.sweeping.offer_minutes = 12 * 60
        self.cast = cast
        self.slot = make_slot(cast.lake, NOW + 3 * DAY, capacity=capacity).id
        self.people = [make_member(f"p{n}", f"人{n}", cast.first).id for n in range(12)]
        db.session.commit()

    def seat(self, *people: int) -> None:
        for n in people:
            sign_up(self.people[n], self.slot, NOW)

    def team(self, *people: int, whole: bool = True) -> int:
        """A team of these people, the first of them leading it, not signed up yet."""
        first, *others = people
        teams.make_team(self.people[first], self.slot, "营销2301", whole, NOW)
        team = db.session.scalars(sa.select(Team.id).order_by(Team.id.desc())).first()
        for n in others:
            teams.join(self.people[n], team, NOW)
        return team

    def sign_team_up(self, *people: int, whole: bool = True) -> int:
        team = self.team(*people, whole=whole)
        teams.sign_up_team(self.people[people[0]], team, NOW)
        return team

    def states(self, *people: int) -> list[SignUpState | None]:
        return [my_state(self.people[n], self.slot) for n in people]

    def leave(self, *people: int, now=NOW) -> None:
        for n in people:
            withdraw(self.people[n], self.slot, now)

    def counters(self) -> tuple[int, int, int]:
        slot = db.session.get_one(Slot, self.slot, populate_existing=True)
        return slot.taken, slot.waiting, slot.gathered

    def told(self, n: int) -> list[str]:
        query = sa.select(Notice.topic).where(Notice.member_id == self.people[n]).order_by(Notice.id)
        return [topic.removeprefix("signups.") for topic in db.session.scalars(query)]


@pytest.fixture
def world(ctx, cast):
    return World(cast)


# ── who is in it ────────────────────────────────────────────────────────────


def test_nobody_is_signed_up_who_has_not_joined(world):
    team = world.team(0, 1)
    teams.invite(world.people[0], team, "p2", NOW)
    teams.sign_up_team(world.people[0], team, NOW)
    assert world.states(0, 1, 2) == [SEATED, SEATED, None]
    assert world.told(2) == ["team_invited"]


def test_who_was_asked_joins_or_not(world):
    team = world.team(0)
    for number in ("p1", "p2"):
        teams.invite(world.people[0], team, number, NOW)
    teams.join(world.people[1], team, NOW)
    teams.leave(world.people[2], team, NOW)
    teams.sign_up_team(world.people[0], team, NOW)
    assert world.states(0, 1, 2) == [SEATED, SEATED, None]
    with pytest.raises(TeamClosed):
        teams.join(world.people[2], team, NOW)


@pytest.mark.parametrize("number", ["nobody", "p0", "2302001"])
def test_nobody_is_asked_who_is_not_there_or_in_it_or_not_admitted(world, number):
    world.cast.sweeping.eligible_unit_id = world.cast.first.id
    db.session.add(world.cast.sweeping)
    db.session.commit()
    with pytest.raises(NobodyToInvite):
        teams.invite(world.people[0], world.team(0), number, NOW)


def test_nobody_is_asked_who_does_not_see_the_activity(world):
    """Zhao is of another branch, to which nothing of this one's is shown."""
    with pytest.raises(NobodyToInvite):
        teams.invite(world.people[0], world.team(0), world.cast.zhao.number, NOW)
    assert db.session.scalar(sa.select(sa.func.count(Notice.id)).where(Notice.member_id == world.cast.zhao.id)) == 0


def test_who_has_been_in_it_longest_leads_it(world):
    team = world.team(0, 1)
    with pytest.raises(NotLeading):
        teams.sign_up_team(world.people[1], team, NOW)
    teams.leave(world.people[0], team, NOW)
    teams.join(world.people[2], team, NOW)
    teams.sign_up_team(world.people[1], team, NOW)
    assert world.states(0, 1, 2) == [None, SEATED, SEATED]


def test_a_team_that_all_have_left_is_dissolved(world):
    team = world.team(0)
    teams.leave(world.people[0], team, NOW)
    with pytest.raises(TeamClosed):
        teams.join(world.people[1], team, NOW)


def test_somebody_is_in_one_team_for_a_slot(world):
    world.team(0, 1)
    with pytest.raises(InTeam):
        world.team(1)
    with pytest.raises(NotIn):
        teams.leave(world.people[2], world.team(3), NOW)


def test_a_team_that_stays_whole_is_no_larger_than_the_slot(world):
    team = world.team(0, 1, 2, 3)
    with pytest.raises(TeamFull):
        teams.join(world.people[4], team, NOW)
    teams.join(world.people[5], world.team(4, whole=False), NOW)


def test_one_alone_is_no_team(world):
    with pytest.raises(TeamOfOne):
        world.sign_team_up(0)


def test_where_somebody_decides_there_are_no_teams(world):
    world.cast.sweeping.way_in = WayIn.APPROVAL
    db.session.add(world.cast.sweeping)
    db.session.commit()
    with pytest.raises(NotTogether):
        world.team(0)


def test_a_slot_that_nobody_has_signed_up_for_is_deleted_with_its_teams(world):
    world.team(0, 1)
    delete_slot(world.cast.ou.id, world.slot, NOW)
    assert db.session.query(Team).count() == 0


# ── signing up ──────────────────────────────────────────────────────────────


def test_a_team_gets_seats_together_and_each_one_notice(world):
    world.sign_team_up(0, 1, 2)
    assert world.states(0, 1, 2) == [SEATED] * 3
    assert world.counters() == (3, 0, 0)
    assert [world.told(n) for n in range(3)] == [["team_seated"]] * 3
    trail = sa.select(AuditEntry.actor_id).where(AuditEntry.subject == "sign_up", AuditEntry.verb == "sign up")
    assert list(db.session.scalars(trail)) == [world.people[0]] * 3


def test_a_whole_team_waits_as_one_where_the_seats_are_not_enough(world):
    world.seat(9, 10)
    world.sign_team_up(0, 1, 2)
    assert world.states(0, 1, 2) == [WAITING] * 3
    assert [world.told(n) for n in range(3)] == [["team_waiting"]] * 3


def test_as_many_as_fit_get_seats_in_the_order_in_which_they_joined(world):
    world.seat(9, 10)
    world.sign_team_up(0, 2, 1, whole=False)
    assert world.states(0, 2, 1) == [SEATED, SEATED, WAITING]
    assert world.counters() == (4, 1, 0)


def test_the_refusal_names_who_cannot(world):
    team = world.team(0, 1, 2)
    busy = make_slot(world.cast.lake, NOW + 3 * DAY + HOUR / 2)
    db.session.commit()
    sign_up(world.people[2], busy.id, NOW)
    with pytest.raises(TeammateCannot, match="人2"):
        teams.sign_up_team(world.people[0], team, NOW)
    assert world.states(0, 1, 2) == [None] * 3
    teams.leave(world.people[2], team, NOW)
    teams.sign_up_team(world.people[0], team, NOW)
    assert world.states(0, 1) == [SEATED] * 2


def test_who_signed_up_alone_meanwhile_stops_the_team(world):
    team = world.team(0, 1)
    world.seat(0)
    with pytest.raises(AlreadyIn):
        teams.sign_up_team(world.people[0], team, NOW)


def test_a_team_of_twenty_takes_as_many_statements_as_one_of_two(ctx, cast, statements):
    world = World(cast, capacity=30)
    more = [make_member(f"q{n}", f"客{n}", cast.first).id for n in range(10)]
    db.session.commit()
    world.people += more
    pair, crowd = world.team(0, 1), world.team(*range(2, 22))
    counts = []
    for leader, team in ((0, pair), (2, crowd)):
        with statements.count() as sent:
            teams.sign_up_team(world.people[leader], team, NOW)
        counts.append(len(sent))
    assert counts[0] == counts[1]


# ── seats are gathered ──────────────────────────────────────────────────────


def test_seats_are_gathered_for_the_team_whose_turn_it_is(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1, 2)
    world.leave(8)
    assert world.counters() == (4, 3, 1)
    world.leave(9)
    assert world.counters() == (4, 3, 2)
    world.leave(10)
    assert world.states(0, 1, 2) == [OFFERED] * 3
    assert world.counters() == (4, 0, 0)
    assert world.told(1) == ["team_waiting", "team_offered"]


def test_nobody_who_comes_later_takes_a_gathered_seat(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1)
    world.leave(8)
    assert sign_up(world.people[5], world.slot, NOW, or_wait=True) is WAITING
    world.leave(9)
    assert world.states(0, 1, 5) == [OFFERED, OFFERED, WAITING]


def test_who_waited_before_the_team_comes_before_it(world):
    world.seat(8, 9, 10, 11)
    sign_up(world.people[5], world.slot, NOW, or_wait=True)
    world.sign_team_up(0, 1)
    world.leave(8, 9)
    assert world.states(5, 0, 1) == [OFFERED, WAITING, WAITING]
    assert world.counters() == (4, 2, 1)


def test_seats_left_when_the_team_signs_up_are_gathered_too(world):
    world.seat(9, 10)
    world.sign_team_up(0, 1, 2)
    assert world.counters() == (4, 3, 2)
    assert sign_up(world.people[5], world.slot, NOW, or_wait=True) is WAITING


def test_a_day_before_the_start_gathered_seats_go_on_to_whom_they_are_enough_for(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1, 2)
    sign_up(world.people[5], world.slot, NOW, or_wait=True)
    world.leave(8)
    share_gathered_out(NOW + 2 * DAY - HOUR)
    assert world.states(5) == [WAITING]
    for _ in range(2):
        share_gathered_out(NOW + 2 * DAY)
        assert world.states(5, 0, 1, 2) == [OFFERED, WAITING, WAITING, WAITING]
        assert world.counters() == (4, 3, 0)


def test_a_team_in_whose_way_something_stands_keeps_its_place_and_gathers_nothing(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1)
    busy = make_slot(world.cast.lake, NOW + 3 * DAY + HOUR / 2)
    db.session.commit()
    sign_up(world.people[1], busy.id, NOW)
    sign_up(world.people[5], world.slot, NOW, or_wait=True)
    world.leave(8)
    assert world.states(0, 1, 5) == [WAITING, WAITING, OFFERED]
    world.leave(9)
    assert world.counters() == (3, 2, 0)
    withdraw(world.people[1], busy.id, NOW)
    assert world.counters() == (4, 2, 1)


def test_seats_gathered_for_a_team_that_has_no_time_any_more_are_shared_out_anew(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1)
    sign_up(world.people[5], world.slot, NOW, or_wait=True)
    world.leave(8)
    busy = make_slot(world.cast.lake, NOW + 3 * DAY + HOUR / 2)
    db.session.commit()
    sign_up(world.people[1], busy.id, NOW)
    share_gathered_out(NOW)
    assert world.states(0, 1, 5) == [WAITING, WAITING, OFFERED]


def test_a_team_that_gets_smaller_takes_what_was_gathered(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1, 2)
    world.leave(8, 9)
    world.leave(1)
    assert world.states(0, 2) == [OFFERED, OFFERED]


def test_gathered_seats_do_not_keep_the_capacity_up(world):
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1, 2)
    world.leave(8, 9)
    change_capacity(world, 2)
    assert world.counters() == (2, 3, 0)
    change_capacity(world, 3)
    assert world.counters() == (3, 3, 1)
    change_capacity(world, 9)
    assert world.states(0, 1, 2) == [OFFERED] * 3


def change_capacity(world, capacity: int) -> None:
    slot = db.session.get_one(Slot, world.slot, populate_existing=True)
    edit_slot(world.cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.ends_at, capacity, NOW)


# ── answering ───────────────────────────────────────────────────────────────


@pytest.fixture
def offered(world):
    """Seats are held for a whole team of three; one more waits."""
    world.seat(8, 9, 10, 11)
    world.offered_team = world.sign_team_up(0, 1, 2)
    sign_up(world.people[5], world.slot, NOW, or_wait=True)
    world.leave(8, 9, 10)
    assert world.states(0, 1, 2, 5) == [OFFERED, OFFERED, OFFERED, WAITING]
    return world


def test_one_accepts_for_all(offered):
    accept(offered.people[1], offered.slot, NOW + HOUR)
    assert offered.states(0, 1, 2) == [SEATED] * 3
    assert [offered.told(n)[-1] for n in range(3)] == ["seated"] * 3
    with pytest.raises(NotOffered):
        accept(offered.people[0], offered.slot, NOW + HOUR)


def test_who_declines_leaves_alone_and_the_others_keep_what_is_held(offered):
    offered.leave(1, now=NOW + HOUR)
    assert offered.states(0, 1, 2, 5) == [OFFERED, None, OFFERED, OFFERED]
    accept(offered.people[0], offered.slot, NOW + 2 * HOUR)
    assert offered.states(0, 2, 5) == [SEATED, SEATED, OFFERED]


def test_an_offer_to_a_team_lapses_for_all(offered):
    lapse_offers(NOW + HOLD)
    assert offered.states(0, 1, 2, 5) == [None, None, None, OFFERED]
    assert [offered.told(n)[-1] for n in range(3)] == ["lapsed"] * 3


def test_who_cannot_come_any_more_is_named_to_who_accepts(offered):
    row = db.session.get_one(Slot, offered.slot, populate_existing=True)
    other = make_slot(offered.cast.lake, row.ends_at)
    db.session.commit()
    sign_up(offered.people[2], other.id, NOW)
    row.ends_at += HOUR  # as by a mistake: no verb makes two duties of one person run into each other
    db.session.commit()
    with pytest.raises(TeammateCannot, match="人2"):
        accept(offered.people[0], offered.slot, NOW + HOUR)
    offered.leave(2)
    accept(offered.people[0], offered.slot, NOW + HOUR)
    assert offered.states(0, 1) == [SEATED] * 2


def test_a_team_is_seated_without_being_asked_where_the_activity_does_not_ask(world):
    world.cast.sweeping.offer_minutes = 0
    db.session.add(world.cast.sweeping)
    db.session.commit()
    world.seat(8, 9, 10, 11)
    world.sign_team_up(0, 1)
    world.leave(8, 9)
    assert world.states(0, 1) == [SEATED] * 2


def test_who_leaves_the_school_leaves_the_team(offered):
    deactivate(offered.cast.gu.id, offered.people[1], NOW + HOUR)
    assert offered.states(0, 2, 5) == [OFFERED] * 3


# ── dissolving ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("accepted", [False, True])
def test_a_dissolved_team_gives_everything_back_and_all_are_told(offered, accepted):
    if accepted:
        accept(offered.people[0], offered.slot, NOW + HOUR)
    with pytest.raises(NotLeading):
        teams.dissolve(offered.people[1], offered.offered_team, NOW + HOUR)
    teams.dissolve(offered.people[0], offered.offered_team, NOW + HOUR)
    assert offered.states(0, 1, 2, 5) == [None, None, None, OFFERED]
    assert [offered.told(n)[-1] for n in range(3)] == ["team_dissolved"] * 3
    with pytest.raises(TeamClosed):
        teams.dissolve(offered.people[0], offered.offered_team, NOW + HOUR)


def test_who_leads_cannot_give_back_the_seats_of_a_team_that_came_as_far_as_it_fitted(world):
    team = world.sign_team_up(0, 1, whole=False)
    with pytest.raises(OnTheirOwn):
        teams.dissolve(world.people[0], team, NOW)
    assert world.states(0, 1) == [SEATED] * 2
    gathering = world.team(2, 3, whole=False)
    teams.dissolve(world.people[2], gathering, NOW)
    assert world.told(3)[-1] == "team_dissolved"


def test_a_waiting_team_that_is_dissolved_lets_go_what_was_gathered(world):
    world.seat(8, 9, 10, 11)
    team = world.sign_team_up(0, 1, 2)
    sign_up(world.people[5], world.slot, NOW, or_wait=True)
    world.leave(8)
    teams.dissolve(world.people[0], team, NOW)
    assert world.states(5) == [OFFERED]
    assert world.counters() == (4, 0, 0)


def test_seats_are_not_given_back_together_when_it_is_too_late(world):
    team = world.sign_team_up(0, 1)
    with pytest.raises(TooLateToWithdraw):
        teams.dissolve(world.people[0], team, NOW + 3 * DAY - HOUR / 2)
    assert world.states(0, 1) == [SEATED] * 2


def test_each_sign_up_of_a_team_knows_it(world):
    team = world.sign_team_up(0, 1)
    assert list(db.session.scalars(sa.select(SignUp.team_id))) == [team] * 2
