"""Random histories of offers, wishes and teams: whatever people do in whatever order, the line moves as it must."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from activities.audit.models import AuditEntry
from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.outbox.models import Notice
from activities.signups import organize, teams
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp, Team, Wish
from activities.signups.rules import SignUpState
from activities.signups.service import accept, lapse_offers, share_gathered_out, sign_up, withdraw
from activities.signups.wishes import leave_wish, wait_for_any
from tests.cast import HOUR, NOW, clear, make_activity, make_cast, make_member, make_post, make_slot

SEATED, OFFERED, WAITING, WITHDRAWN = (
    SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.WITHDRAWN,
)  # fmt: skip
HOLDING = (SEATED, OFFERED)
PEOPLE = st.integers(0, 7)
SLOTS = st.integers(0, 2)
# In hours from now, each an hour long: the first two overlap; the third seats people without asking them.
STARTS, CAPACITIES = (72, 72.5, 96), (2, 2, 1)
GATHERED_UNTIL = timedelta(hours=24)


class Row(NamedTuple):
    id: int
    slot: int
    member: int
    state: SignUpState
    ticket: int
    wish: int | None
    whole: int | None


class Line(NamedTuple):
    """Everything about the slots at one moment."""

    rows: list[Row]
    slots: dict[int, Slot]
    last_notice: int
    last_entry: int

    def holds(self, member: int, slot: Slot) -> bool:
        """Whether the member has a seat somewhere else at that time."""
        others = (self.slots[r.slot] for r in self.rows if r.member == member and r.state in HOLDING)
        return any(o.id != slot.id and o.starts_at < slot.ends_at and slot.starts_at < o.ends_at for o in others)

    def is_ready(self, row: Row) -> bool:
        """Whether nothing stands in the way of a waiting person."""
        asked = any(r.wish == row.wish and r.state is OFFERED for r in self.rows) if row.wish else False
        return not asked and not self.holds(row.member, self.slots[row.slot])

    def ready_parties(self, slot_id: int) -> list[list[Row]]:
        """Those in line for a slot who could get seats, each with their whole team, who waits longest first."""
        parties: dict[object, list[Row]] = {}
        for row in self.rows:
            if row.slot == slot_id and row.state is WAITING:
                parties.setdefault(("team", row.whole) if row.whole else row.id, []).append(row)
        return [party for party in parties.values() if all(map(self.is_ready, party))]


class Waiting(RuleBasedStateMachine):
    app = None

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        clear()
        cast = make_cast()
        self.organizer, self.administrator = cast.ou.id, cast.gu.id
        self.people = [make_member(f"m{n}", f"人{n}", cast.first, password_hash=None).id for n in range(8)]
        cast.sweeping.offer_minutes, cast.sweeping.withdraw_minutes = 12 * 60, 0
        unasked = make_activity("理论学习", cast.first, withdraw_minutes=0)
        activities = (cast.sweeping, cast.sweeping, unasked)
        posts = [
            make_post(activity, f"岗{n}", capacity=capacity)
            for n, (activity, capacity) in enumerate(zip(activities, CAPACITIES, strict=True))
        ]
        self.slots = [make_slot(post, NOW + start * HOUR).id for post, start in zip(posts, STARTS, strict=True)]
        db.session.commit()
        self.now = NOW
        # Every seat is taken to begin with, by people who have time for nothing else then.
        for person, slot in enumerate((0, 0, 1, 1, 2)):
            sign_up(self.people[person], self.slots[slot], NOW)
        self.line = self.read()

    # ── what people do ──────────────────────────────────────────────────────

    @rule(person=PEOPLE, slot=SLOTS, wait=st.booleans(), at_once=st.booleans())
    def somebody_signs_up(self, person, slot, wait, at_once):
        self.did(lambda now: sign_up(self.people[person], self.slots[slot], now, or_wait=wait, at_once=at_once))

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_withdraws(self, person, slot):
        self.did(lambda now: withdraw(self.people[person], self.slots[slot], now))

    @precondition(lambda self: any(row.state is SEATED for row in self.line.rows))
    @rule(which=st.integers(0, 9))
    def a_seat_is_given_back(self, which):
        seated = [row for row in self.line.rows if row.state is SEATED]
        row = seated[which % len(seated)]
        self.did(lambda now: withdraw(row.member, row.slot, now))

    @precondition(lambda self: any(row.state is OFFERED for row in self.line.rows))
    @rule(which=st.integers(0, 9))
    def somebody_accepts(self, which):
        offered = [row for row in self.line.rows if row.state is OFFERED]
        row = offered[which % len(offered)]
        self.did(lambda now: accept(row.member, row.slot, now))

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_tries_to_accept(self, person, slot):
        self.did(lambda now: accept(self.people[person], self.slots[slot], now))

    @rule(hours=st.integers(1, 16))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.did(lapse_offers)

    @rule(slot=SLOTS, capacity=st.integers(1, 4))
    def the_capacity_changes(self, slot, capacity):
        row = self.line.slots[self.slots[slot]]
        at = {"starts_at": row.starts_at, "ends_at": row.ends_at, "capacity": capacity}
        self.did(lambda now: organize.edit_slot(self.organizer, row.id, row.revision, **at, now=now))

    @rule(person=PEOPLE, slots=st.sampled_from(([0, 1], [0, 2], [1, 2], [0, 1, 2])), at_once=st.booleans())
    def somebody_waits_for_any(self, person, slots, at_once):
        chosen = [self.slots[n] for n in slots]
        self.did(lambda now: wait_for_any(self.people[person], chosen, now, at_once=at_once))

    @rule(person=PEOPLE)
    def somebody_leaves_a_wish(self, person):
        wish = sa.select(Wish.public_id).where(Wish.member_id == self.people[person]).order_by(Wish.id.desc())
        if public_id := db.session.scalar(wish):
            self.did(lambda now: leave_wish(self.people[person], public_id, now))

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=3, unique=True), slot=SLOTS, whole=st.booleans())
    def a_team_signs_up(self, people, slot, whole):
        first, *others = (self.people[n] for n in people)
        try:
            teams.make_team(first, self.slots[slot], "小队", whole, self.now)
        except Refusal:
            return
        team = db.session.scalars(sa.select(sa.func.max(Team.id))).one()
        for member in others:
            self.tried(lambda m=member: teams.join(m, team, self.now))
        if not self.did(lambda now: teams.sign_up_team(first, team, now)):
            self.tried(lambda: teams.dissolve(first, team, self.now))
            self.line = self.read()  # who was in it has been told

    @rule(which=st.integers(0, 9))
    def a_team_is_dissolved(self, which):
        if found := list(db.session.scalars(sa.select(Team.id).where(Team.signed_up_at.is_not(None)))):
            team = found[which % len(found)]
            leader = sa.select(SignUp.member_id).where(SignUp.team_id == team, SignUp.state != WITHDRAWN)
            first = db.session.scalars(leader.order_by(SignUp.ticket)).first()
            self.did(lambda now: teams.dissolve(first or self.people[0], team, now))

    @rule(person=PEOPLE)
    def somebody_leaves_for_good(self, person):
        self.did(lambda now: deactivate(self.administrator, self.people[person], now), quiet=True)

    # ── what must hold after each ───────────────────────────────────────────

    def tried(self, verb) -> bool:
        try:
            verb()
        except Refusal:
            return False
        return True

    def did(self, verb, *, quiet: bool = False) -> bool:
        """Do it, let the worker's minute pass, and look. `quiet`: who leaves for good is told nothing."""
        self.now += timedelta(seconds=1)
        was = self.read()
        done = self.tried(lambda: verb(self.now))
        share_gathered_out(self.now)
        self.line = self.read()
        self.look(was)
        self.look_at_notices(was, quiet)
        return done

    def read(self) -> Line:
        db.session.rollback()
        query = (
            sa.select(SignUp.id, SignUp.slot_id, SignUp.member_id, SignUp.state, SignUp.ticket, SignUp.wish_id, Team.id)
            .outerjoin(Team, sa.and_(Team.id == SignUp.team_id, Team.whole))
            .where(SignUp.state != WITHDRAWN)
            .order_by(SignUp.ticket)
        )
        rows = [Row(*row) for row in db.session.execute(query)]
        slots = {slot_id: db.session.get_one(Slot, slot_id, populate_existing=True) for slot_id in self.slots}
        for slot in slots.values():
            db.session.expunge(slot)
        notice, entry = (db.session.scalar(sa.select(sa.func.max(m.id))) or 0 for m in (Notice, AuditEntry))
        return Line(rows, slots, notice, entry)

    def look(self, was: Line) -> None:
        line = self.line
        for slot_id, slot in line.slots.items():
            states = Counter(row.state for row in line.rows if row.slot == slot_id)
            assert slot.taken == states[SEATED] + states[OFFERED] + slot.gathered <= slot.capacity
            assert slot.waiting == states[WAITING]
            if slot.starts_at > self.now:
                self.look_at_line(slot)
                self.look_at_order(was, slot)
        for row in line.rows:
            assert row.state not in HOLDING or not line.holds(row.member, line.slots[row.slot])
        for key in ("wish", "whole"):
            together: dict[int, list[SignUpState]] = {}
            for row in line.rows:
                if getattr(row, key):
                    together.setdefault(getattr(row, key), []).append(row.state)
            for states in together.values():
                if key == "whole":
                    assert len(set(states)) == 1, "a team that stays whole is whole"
                else:
                    assert states.count(OFFERED) <= 1
                    assert SEATED not in states or states == [SEATED], "the first that comes lets the others go"

    def look_at_line(self, slot: Slot) -> None:
        """No seat is free without a reason, and none is gathered without one."""
        free = slot.capacity - slot.taken + slot.gathered
        gathers = slot.starts_at - self.now > GATHERED_UNTIL
        for party in self.line.ready_parties(slot.id):
            assert len(party) > free, "a seat is free although somebody could have it"
            if gathers and len(party) <= slot.capacity:
                assert slot.gathered == free
                return
        assert slot.gathered == 0

    def look_at_order(self, was: Line, slot: Slot) -> None:
        """Who got a seat or is offered one was not behind somebody who could have had it."""
        before = {row.id: row for row in was.rows}
        now_ready = {row.id for party in self.line.ready_parties(slot.id) for row in party}
        moved = [r for r in self.line.rows if r.slot == slot.id and r.state in HOLDING and r.id in before]
        moved = [row.ticket for row in moved if before[row.id].state is WAITING]
        gathers = slot.starts_at - self.now > GATHERED_UNTIL
        for party in was.ready_parties(slot.id):
            still = {row.id for row in party} <= now_ready
            if moved and still and (len(party) == 1 or (gathers and len(party) <= slot.capacity)):
                assert max(moved) < party[0].ticket

    def look_at_notices(self, was: Line, quiet: bool) -> None:
        """Every change to what somebody has is told in exactly one notice, that of a wish in one for all its places."""
        told = Counter(db.session.scalars(sa.select(Notice.member_id).where(Notice.id > was.last_notice)))
        query = (
            sa.select(
                SignUp.member_id, SignUp.id, SignUp.wish_id, AuditEntry.verb, AuditEntry.actor_id, AuditEntry.reason
            )
            .join(SignUp, SignUp.id == AuditEntry.subject_id)
            .where(AuditEntry.subject == "sign_up", AuditEntry.id > was.last_entry)
        )
        acts: dict[int, set[object]] = {}
        for member, sign_up_id, wish, verb, actor, reason in db.session.execute(query):
            if reason == "another slot of the wish came first" or (quiet and verb == "withdraw"):
                continue
            all_at_once = wish and (verb == "sign up" or (verb == "withdraw" and actor == member))
            acts.setdefault(member, set()).add((verb, wish) if all_at_once else (verb, sign_up_id))
        people = set(self.people)
        expected = {member: len(some) for member, some in acts.items()}
        assert {m: n for m, n in told.items() if m in people} == expected

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()


@pytest.mark.usefixtures("app")
def test_any_history_moves_the_line_as_it_must(app):
    Waiting.app = app
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options = settings(
        max_examples=30 if on_sqlite else 8,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(Waiting, settings=options)
