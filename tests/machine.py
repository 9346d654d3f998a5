"""What the state machines share: people and slots to begin with, a clock, the finding of things, and what holds after
whatever is done. Each machine adds its rules and what must hold of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, run_state_machine_as_test

from activities.duties.models import Arrival, Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotAllowed, NotFound, Refusal
from activities.signups import organize, teams
from activities.signups.models import SignUp, Team, Wish
from activities.signups.rules import HOLDING, SignUpState
from activities.signups.rules_arrivals import visit
from activities.signups.wishes import leave_wish
from tests.cast import NOW, Cast, clear, make_cast, make_member
from tests.duties_told import Watch

SEATED, OFFERED, WAITING, ASKED, WITHDRAWN = (
    SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.ASKED, SignUpState.WITHDRAWN,
)  # fmt: skip


# What is asked after each step, and so built once.
_ROWS = (
    sa.select(
        SignUp.id, SignUp.slot_id, SignUp.member_id, SignUp.state, SignUp.ticket, SignUp.arrival_id,
        SignUp.wish_id, Team.id, Slot.state == SlotState.OPEN,
    )
    .join(Slot, Slot.id == SignUp.slot_id)
    .outerjoin(Team, sa.and_(Team.id == SignUp.team_id, Team.whole))
    .where(SignUp.state != WITHDRAWN)
    .order_by(SignUp.ticket, SignUp.id)
)  # fmt: skip
_SLOTS = sa.select(Slot).execution_options(populate_existing=True)
_ARRIVALS = sa.select(Arrival.id, Arrival.taken, Arrival.quota)
_VISITS = (
    sa.select(SignUp.member_id, Slot.starts_at, Slot.ends_at, Arrival.minute)
    .join(Slot, Slot.id == SignUp.slot_id)
    .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
    .where(SignUp.state.in_(HOLDING), Slot.state == SlotState.OPEN)
)


class Row(NamedTuple):
    """An active sign-up."""

    id: int
    slot: int
    member: int
    state: SignUpState
    ticket: int
    arrival: int | None
    wish: int | None
    whole: int | None
    is_open: bool


class Machine(RuleBasedStateMachine):
    """Random histories of `size` people of the first branch in `slots`."""

    app: ClassVar[Flask]
    size = 7

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        clear()
        cast = make_cast()
        self.organizer, self.administrator, self.now = cast.ou.id, cast.gu.id, NOW
        self.people = [make_member(f"m{n}", f"人{n}", cast.first, password_hash=None).id for n in range(self.size)]
        self.slots = [slot.id for slot in self.stage(cast)]
        db.session.commit()
        Watch(db.session())
        self.open()
        self.rows = self.read()

    def stage(self, cast: Cast) -> list[Slot]:
        """Make what the histories begin with; return the slots that the rules name by their number."""
        raise NotImplementedError

    def open(self) -> None:
        """What has happened before the histories begin."""

    # ── doing ───────────────────────────────────────────────────────────────

    def did(self, verb: Callable[..., Any], *args: Any, **named: Any) -> bool:
        """Do it a second later; return whether nothing spoke against it."""
        self.now += timedelta(seconds=1)
        try:
            verb(*args, self.now, **named)
        except (Refusal, NotFound, NotAllowed):
            return False
        finally:
            db.session.rollback()
            db.session.expire_all()
            self.rows = self.read()
        return True

    def edited(self, which: int, **changes: Any) -> bool:
        """An organizer changes a slot."""
        row = self.slot(which)
        if row is None:
            return False
        values = {"starts_at": row.starts_at, "ends_at": row.ends_at, "capacity": row.capacity, **changes}
        return self.did(organize.edit_slot, self.organizer, row.id, row.revision, *values.values())

    def leave_latest_wish(self, member: int) -> None:
        wish = sa.select(Wish.public_id).where(Wish.member_id == member).order_by(Wish.id.desc())
        if public_id := db.session.scalar(wish):
            self.did(leave_wish, member, public_id)

    def sign_up_as_team(self, members: Sequence[int], slot: int, whole: bool) -> None:
        first, *others = members
        if self.did(teams.make_team, first, slot, "小队", whole):
            team = db.session.scalars(sa.select(sa.func.max(Team.id))).one()
            for member in others:
                self.did(teams.join, member, team)
            if not self.did(teams.sign_up_team, first, team):
                self.did(teams.dissolve, first, team)

    # ── finding ─────────────────────────────────────────────────────────────

    def read(self) -> list[Row]:
        """The active sign-ups, who came first first."""
        return [Row(*row) for row in db.session.execute(_ROWS)]

    def some(self, *states: SignUpState) -> list[Row]:
        return [row for row in self.rows if row.state in states]

    def pick(self, which: int, *states: SignUpState) -> Row | None:
        """One of those in these states."""
        return one_of(self.some(*states), which)

    def slot(self, which: int) -> Slot | None:
        """The slot of this number, unless it is deleted."""
        return db.session.get(Slot, self.slots[which], populate_existing=True)

    # ── what holds after each ───────────────────────────────────────────────

    @invariant()
    def counters_are_what_the_sign_ups_say(self) -> None:
        states = Counter((row.slot, row.state) for row in self.rows)
        coming = Counter(row.arrival for row in self.rows if row.state in HOLDING)
        for slot in db.session.scalars(_SLOTS):
            held = states[slot.id, SEATED] + states[slot.id, OFFERED]
            assert slot.taken == held + slot.gathered <= slot.capacity
            assert (slot.waiting, slot.asked) == (states[slot.id, WAITING], states[slot.id, ASKED])
        for arrival in db.session.execute(_ARRIVALS):
            assert arrival.taken == coming.pop(arrival.id, 0) <= arrival.quota
        assert set(coming) <= {None}

    @invariant()
    def nobody_is_in_two_places_at_once(self) -> None:
        visits: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for member_id, starts_at, ends_at, minute in db.session.execute(_VISITS):
            visits[member_id].append(visit(starts_at, ends_at, minute))
        for own in visits.values():
            own.sort()
            assert all(ends_at <= starts_at for (_, ends_at), (starts_at, _) in pairwise(own))

    @invariant()
    def who_belongs_together_stays_together(self) -> None:
        wishes: defaultdict[int | None, list[SignUpState]] = defaultdict(list)
        teams: defaultdict[int | None, set[SignUpState]] = defaultdict(set)
        for row in self.rows:
            if row.is_open:
                wishes[row.wish].append(row.state)
                teams[row.whole].add(row.state)
        wishes.pop(None, None), teams.pop(None, None)
        for states in wishes.values():
            assert states.count(OFFERED) <= 1
            assert SEATED not in states or states == [SEATED], "the first that comes lets the others go"
        assert all(len(states) == 1 for states in teams.values()), "a team that stays whole is whole"

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()


def one_of(found: Sequence[Any], which: int) -> Any:
    return found[which % len(found)] if found else None


def run(machine: type[Machine], app: Flask, *, examples: int, elsewhere: int, steps: int) -> None:
    """Try so many histories on SQLite, or `elsewhere`: databases differ in locks, not in histories."""
    machine.app = app
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options = settings(
        max_examples=examples if on_sqlite else elsewhere,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        # A history is read as it is: to shorten one takes minutes.
        phases=(Phase.explicit, Phase.generate),
    )
    run_state_machine_as_test(machine, settings=options)
