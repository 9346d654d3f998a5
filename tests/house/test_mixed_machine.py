"""Random histories through the verbs of all rooms that move seats: whatever people and organizers do in whatever order,
what is kept agrees with itself, and nobody's seat comes or goes in silence."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from activities.duties.models import Arrival, Slot
from activities.duties.rules import SlotState
from activities.exchanges import covers, swaps
from activities.exchanges.models import Swap
from activities.holders import service as holders
from activities.holders.models import Holder
from activities.holders.rules import HolderState, Span
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound, Refusal
from activities.outbox.models import Notice
from activities.signups import arrival_verbs, organize, teams
from activities.signups.leaving import deactivate
from activities.signups.models import SignUp, Team, Wish
from activities.signups.rules import HOLDING, Consent, SignUpState
from activities.signups.service import accept, lapse_offers, share_gathered_out, sign_up, withdraw
from activities.signups.wishes import leave_wish, wait_for_any
from tests.cast import DAY, HOUR, NOW, clear, make_activity, make_cast, make_member, make_post, make_room, make_slot

SEATED, OFFERED, WAITING, WITHDRAWN = (
    SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.WITHDRAWN,
)  # fmt: skip
PEOPLE = st.integers(0, 6)
SLOTS = st.integers(0, 4)
WHICH = st.integers(0, 9)
# In hours from now: two that overlap and ask before they seat; two of a post that somebody may hold, the first of which
# overlaps those; and one to which people come one after another.
STARTS = (72, 72.5, 73, 96, 120)


class Row(NamedTuple):
    id: int
    slot: int
    member: int
    state: SignUpState
    arrival: int | None
    wish: int | None
    whole: int | None


class Mixed(RuleBasedStateMachine):
    app = None

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        clear()
        cast = make_cast()
        self.organizer, self.administrator = cast.ou.id, cast.gu.id
        self.people = [make_member(f"m{n}", f"人{n}", cast.first, password_hash=None).id for n in range(7)]
        cast.sweeping.offer_minutes = 12 * 60
        room = make_room(cast)
        blood = make_post(make_activity("献血", cast.first, "blood"), "献血车", capacity=2)
        posts = [make_post(cast.sweeping, "东岸"), make_post(cast.sweeping, "西岸"), room, room, blood]
        slots = [make_slot(post, NOW + start * HOUR) for post, start in zip(posts, STARTS, strict=True)]
        self.slots, self.room = [slot.id for slot in slots], room.id
        db.session.add_all(Arrival(slot_id=slots[-1].id, minute=minute, quota=1) for minute in (0, 15))
        db.session.commit()
        self.now, self.moved = NOW, set()
        self.rows = self.read()

    # ── what people do ──────────────────────────────────────────────────────

    @rule(person=PEOPLE, slot=SLOTS, at_once=st.booleans())
    def somebody_signs_up(self, person, slot, at_once):
        self.did(lambda now: sign_up(self.people[person], self.slots[slot], now, or_wait=True, at_once=at_once))

    @rule(person=PEOPLE, minute=st.sampled_from((0, 15)))
    def somebody_chooses_a_time(self, person, minute):
        arrival = self.arrival(minute)
        consent = Consent(arrival_id=arrival) if arrival else None
        self.did(lambda now: sign_up(self.people[person], self.slots[-1], now, consent=consent))

    @rule(person=PEOPLE, minute=st.sampled_from((0, 15)))
    def somebody_comes_at_another_time(self, person, minute):
        if arrival := self.arrival(minute):
            self.did(lambda now: arrival_verbs.come_at(self.people[person], self.slots[-1], arrival, now))

    @precondition(lambda self: self.rows)
    @rule(which=WHICH)
    def somebody_withdraws(self, which):
        row = self.rows[which % len(self.rows)]
        self.did(lambda now: withdraw(row.member, row.slot, now))

    @precondition(lambda self: self.some(OFFERED))
    @rule(which=WHICH)
    def somebody_accepts(self, which):
        row = self.pick(which, OFFERED)
        self.did(lambda now: accept(row.member, row.slot, now))

    @rule(person=PEOPLE, slots=st.lists(SLOTS, min_size=2, max_size=3, unique=True), at_once=st.booleans())
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
        if not self.did(lambda now: teams.make_team(first, self.slots[slot], "小队", whole, now)):
            return
        team = db.session.scalars(sa.select(sa.func.max(Team.id))).one()
        for member in others:
            self.did(lambda now, m=member: teams.join(m, team, now))
        if not self.did(lambda now: teams.sign_up_team(first, team, now)):
            self.did(lambda now: teams.dissolve(first, team, now))

    @precondition(lambda self: self.some(SEATED))
    @rule(which=WHICH)
    def somebody_asks_for_cover(self, which):
        row = self.pick(which, SEATED)
        self.did(lambda now: covers.ask_cover(row.member, row.slot, "有课", now))

    @rule(person=PEOPLE, slot=SLOTS)
    def somebody_takes_over(self, person, slot):
        self.did(lambda now: covers.take_over(self.people[person], self.slots[slot], now))

    @precondition(lambda self: len(self.some(SEATED)) > 1)
    @rule(which=WHICH, other=WHICH, agrees=st.booleans())
    def a_swap_is_proposed(self, which, other, agrees):
        own, wanted = self.pick(which, SEATED), self.pick(other, SEATED)
        done = self.did(lambda now: swaps.propose(own.member, own.slot, wanted.member, wanted.slot, now))
        if done and agrees:
            swap = db.session.scalars(sa.select(sa.func.max(Swap.id))).one()
            self.did(lambda now: swaps.agree(wanted.member, swap, now))

    @rule(which=WHICH)
    def somebody_agrees_late(self, which):
        if found := db.session.scalars(sa.select(Swap).where(Swap.ended_at.is_(None))).all():
            swap = found[which % len(found)]
            swap_id, taker = swap.id, swap.wanted.member_id
            self.did(lambda now: swaps.agree(taker, swap_id, now))

    @rule(person=PEOPLE, days=st.integers(4, 6))
    def somebody_comes_to_hold_the_post(self, person, days):
        proposal = holders.Proposal(self.room, self.people[person], Span(NOW, NOW + days * DAY))
        activity = sa.select(Slot).where(Slot.id == self.slots[2])
        activity_id = db.session.scalars(activity).one().post.activity_id
        if self.did(lambda now: holders.propose(self.organizer, activity_id, [proposal], now)):
            public_id = db.session.scalars(sa.select(Holder.public_id).order_by(Holder.id.desc())).first()
            self.did(lambda now: holders.accept(self.people[person], public_id, 0, now))

    @rule()
    def somebody_holds_the_post_no_more(self):
        held = sa.select(Holder.id).where(Holder.state == HolderState.ACCEPTED).order_by(Holder.id.desc())
        if holder := db.session.scalar(held):
            self.did(lambda now: holders.end(self.organizer, holder, now, now))

    @rule(person=PEOPLE)
    def somebody_leaves_for_good(self, person):
        self.did(lambda now: deactivate(self.administrator, self.people[person], now))

    # ── what organizers do, and what time does ──────────────────────────────

    @rule(slot=SLOTS, capacity=st.integers(1, 4))
    def the_capacity_changes(self, slot, capacity):
        self.edited(slot, capacity=capacity)

    @rule(slot=SLOTS, start=st.sampled_from((72, 72.5, 96, 100)))
    def the_slot_is_moved(self, slot, start):
        starts_at = NOW + start * HOUR
        if self.edited(slot, starts_at=starts_at, ends_at=starts_at + HOUR):
            self.moved.add(self.slots[slot])

    @rule(quotas=st.tuples(st.integers(0, 3), st.integers(0, 3)))
    def the_times_change(self, quotas):
        slot, (first, second) = self.slot(-1), quotas
        verb, chosen = arrival_verbs.set_quotas, {0: first, 15: second}
        self.did(lambda now: verb(self.organizer, slot.id, slot.revision, chosen, now))

    @rule(slot=SLOTS)
    def the_slot_is_cancelled(self, slot):
        self.did(lambda now: organize.cancel_slot(self.organizer, self.slots[slot], "下雨", now))

    @rule(hours=st.integers(1, 16))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.did(lapse_offers)

    def edited(self, slot, **changes) -> bool:
        row = self.slot(slot)
        values = {"starts_at": row.starts_at, "ends_at": row.ends_at, "capacity": row.capacity, **changes}
        return self.did(lambda now: organize.edit_slot(self.organizer, row.id, row.revision, **values, now=now))

    # ── what must hold after each ───────────────────────────────────────────

    def did(self, verb) -> bool:
        """Do it, let the worker's minutes pass, and look."""
        self.now += timedelta(seconds=1)
        was, told = self.rows, db.session.scalar(sa.select(sa.func.max(Notice.id))) or 0
        db.session.rollback()
        try:
            verb(self.now)
            done = True
        except (Refusal, NotFound, NotAllowed):
            done = False
        for job in (share_gathered_out, covers.serve_waiting, holders.follow, swaps.lapse):
            job(self.now)
        self.rows = self.read()
        self.look()
        self.look_at_notices(was, told)
        return done

    def read(self) -> list[Row]:
        db.session.rollback()
        db.session.expire_all()
        query = (
            sa.select(
                SignUp.id, SignUp.slot_id, SignUp.member_id, SignUp.state, SignUp.arrival_id, SignUp.wish_id, Team.id
            )
            .outerjoin(Team, sa.and_(Team.id == SignUp.team_id, Team.whole))
            .where(SignUp.state != WITHDRAWN)
            .order_by(SignUp.ticket)
        )
        return [Row(*row) for row in db.session.execute(query)]

    def look(self) -> None:
        slots = {slot.id: slot for slot in db.session.scalars(sa.select(Slot))}
        for slot in slots.values():
            states = Counter(row.state for row in self.rows if row.slot == slot.id)
            assert slot.taken == states[SEATED] + states[OFFERED] + slot.gathered <= slot.capacity
            assert (slot.waiting, slot.asked) == (states[WAITING], 0)
        coming = Counter(row.arrival for row in self.rows if row.state in HOLDING)
        for arrival in db.session.scalars(sa.select(Arrival)):
            assert arrival.taken == coming.pop(arrival.id, 0)
        assert set(coming) <= {None}
        seats = [r for r in self.rows if r.state in HOLDING and slots[r.slot].state is SlotState.OPEN]
        for one, other in combinations(seats, 2):
            a, b = slots[one.slot], slots[other.slot]
            if one.member == other.member and not {a.id, b.id} & self.moved and not (one.arrival or other.arrival):
                assert a.ends_at <= b.starts_at or b.ends_at <= a.starts_at, "nobody is in two places"
        self.look_at_wishes_and_teams(slots)

    def look_at_wishes_and_teams(self, slots: dict[int, Slot]) -> None:
        for key in ("wish", "whole"):
            together: dict[int, list[SignUpState]] = {}
            for row in self.rows:
                if getattr(row, key) and slots[row.slot].state is SlotState.OPEN:
                    together.setdefault(getattr(row, key), []).append(row.state)
            for states in together.values():
                if key == "wish":
                    assert states.count(OFFERED) <= 1
                    assert SEATED not in states or states == [SEATED], "the first that comes lets the others go"
                else:
                    assert len(set(states)) == 1, "a team that stays whole is whole"

    def look_at_notices(self, was: list[Row], told: int) -> None:
        """Whose seats are others than before has been told, unless their account is shut."""
        before, after = ({(r.member, r.slot, r.state) for r in rows if r.state in HOLDING} for rows in (was, self.rows))
        people = set(db.session.scalars(sa.select(Notice.member_id).where(Notice.id > told)))
        gone = set(db.session.scalars(sa.text("SELECT id FROM member WHERE NOT active")))
        assert {member for member, _, _ in before ^ after} - gone <= people

    # ── finding things ──────────────────────────────────────────────────────

    def some(self, state: SignUpState) -> list[Row]:
        return [row for row in self.rows if row.state is state]

    def pick(self, which: int, state: SignUpState) -> Row:
        found = self.some(state)
        return found[which % len(found)]

    def slot(self, which: int) -> Slot:
        return db.session.get_one(Slot, self.slots[which], populate_existing=True)

    def arrival(self, minute: int) -> int | None:
        query = sa.select(Arrival.id).where(Arrival.slot_id == self.slots[-1], Arrival.minute == minute)
        return db.session.scalar(query)

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()


@pytest.mark.usefixtures("app")
def test_any_history_through_all_rooms_leaves_what_agrees_with_itself(app):
    Mixed.app = app
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options = settings(
        max_examples=20 if on_sqlite else 5,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(Mixed, settings=options)
