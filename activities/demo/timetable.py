"""Every slot of the demo's three terms, planned but still empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from activities.demo.calendar import DemoCalendar
from activities.demo.persons import Person
from activities.demo.plans import Plan, PostPlan
from activities.kit.clock import at
from activities.signups.rules import HOLDING, SignUpState

OFFICE_OPENS = time(9, 0)
NOON = time(12, 0)
CANCELLED = 0.008
REASONS = (
    "教室安排了考试，本次取消。",
    "天气原因，本次取消，另行安排。",
    "与学校大型活动冲突，本次取消。",
    "中心当日有检查，不便接待，本次取消。",
)


@dataclass(frozen=True)
class Step:
    """One change of a sign-up, as the trail tells it."""

    at: datetime
    verb: str
    before: SignUpState | None
    after: SignUpState


@dataclass(eq=False)
class DemoSignUp:
    """One person's place, with every step it took."""

    person: Person
    ticket: int
    id: int = 0
    steps: list[Step] = field(default_factory=list)
    offered_until: datetime | None = None

    def become(self, state: SignUpState, moment: datetime, verb: str) -> None:
        self.steps.append(Step(moment, verb, self.steps[-1].after if self.steps else None, state))

    @property
    def state(self) -> SignUpState:
        return self.steps[-1].after

    def since(self, state: SignUpState) -> datetime | None:
        """When it became so, or None."""
        return next((step.at for step in self.steps if step.after is state), None)


@dataclass(eq=False)
class DemoSlot:
    plan: Plan
    post: PostPlan
    day: date
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    sign_ups: list[DemoSignUp] = field(default_factory=list)
    id: int = 0

    @property
    def capacity(self) -> int:
        return self.post.capacity

    def in_state(self, state: SignUpState) -> list[DemoSignUp]:
        return [s for s in self.sign_ups if s.state is state]

    @property
    def held(self) -> int:
        """How many seats people have or are offered."""
        return sum(s.state in HOLDING for s in self.sign_ups)

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def opens_at(plan: Plan, today: date) -> datetime | None:
    return None if plan.opens is None else at(today + timedelta(days=plan.opens), NOON)


def closes_at(plan: Plan, today: date) -> datetime | None:
    return None if plan.closes is None else at(today + timedelta(days=plan.closes), NOON)


def make_slots(plans: tuple[Plan, ...], calendar: DemoCalendar, now: datetime, rng: Random) -> list[DemoSlot]:
    """All slots, in the order of time. A few are cancelled, days before."""
    slots = [
        DemoSlot(plan, post, day, starts, starts + timedelta(minutes=times.minutes), at(made, OFFICE_OPENS))
        for plan in plans
        for post in plan.posts
        for times in post.times
        for day, made in times.days(calendar)
        for clock in times.at
        for starts in [at(day, clock)]
    ]
    for slot in slots:
        when = slot.starts_at - timedelta(hours=rng.randint(20, 70))
        if rng.random() < CANCELLED and not slot.plan.once and when < now:
            slot.cancelled_at, slot.cancel_reason = when, rng.choice(REASONS)
    return sorted(slots, key=lambda slot: slot.starts_at)
