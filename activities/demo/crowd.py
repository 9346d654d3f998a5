"""Who wants which slot, and what became of it: people come and withdraw in the order of time, as the rules have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from activities.demo.article import UNITS
from activities.demo.persons import Person
from activities.demo.plans import Plan, PostPlan
from activities.demo.timetable import OFFICE_OPENS, DemoSignUp, DemoSlot, closes_at, opens_at
from activities.kit.clock import at
from activities.people.rules import Stages, Standing, Standings
from activities.signups.rules import HOLDING, SignUpState
from activities.signups.rules_offered import offered_until

WITHDRAWS = 0.03
ANSWERS_IN = timedelta(minutes=20)
OFFER_MINUTES = 12 * 60  # as activities have it unless they say otherwise
LAST_CALL = timedelta(minutes=30)
SETTLED_IN = timedelta(days=7)
SOON = timedelta(hours=1)
EAGER = 0.06
OPEN_TO_ALL = ("cleaning", "elder_care")
Act = Callable[[Person, datetime], None]
ABOVE = {name: parent for name, _level, parent in UNITS}


class Crowd:
    """The people who fill the slots. `member` is the visitor's own account: keener than most, and sure to have a next
    duty and a place on a waiting list."""

    def __init__(self, persons: Sequence[Person], now: datetime, today: date, rng: Random) -> None:
        self.persons, self.now, self.today, self.rng = persons, now, today, rng
        self.member = next(p for p in persons if p.number == "member")
        self.pools: dict[Plan, list[Person]] = {}
        self.holders: dict[PostPlan, list[Person]] = {}
        self.served: dict[Plan, set[Person]] = defaultdict(set)

    def fill(self, slots: Sequence[DemoSlot]) -> None:
        self._share_posts(slots)
        first, waited = self._pick_for_member(slots)
        self._arrive(first, [self.member, *self._choose(first, first.capacity // 2)], stay=True)
        self._arrive(waited, [*self._choose(waited, waited.capacity), self.member], stay=True)
        for slot in slots:
            if slot not in (first, waited):
                share = self.rng.uniform(*(slot.plan.ahead if slot.starts_at > self.now else slot.plan.past))
                self._arrive(slot, self._choose(slot, round(share * slot.capacity)))

    def _share_posts(self, slots: Sequence[DemoSlot]) -> None:
        """Give each post that is held by name its own holders, students first; the member holds one of the first."""
        free: list[Person] = []
        for slot in slots:
            if slot.post.holders and slot.post not in self.holders:
                free = free or sorted(self._pool(slot.plan), key=lambda p: p.standing is not Standing.STUDENT)
                self.holders[slot.post], free = free[: slot.post.holders], free[slot.post.holders :]

    def _pick_for_member(self, slots: Sequence[DemoSlot]) -> tuple[DemoSlot, DemoSlot]:
        """The next duty, and the slot the member waits for: the first with few seats after it."""
        ahead = [s for s in slots if s.starts_at > self.now + SOON and not s.cancelled_at]
        first = next(s for s in ahead if s.plan.kind in OPEN_TO_ALL or s.post.holders)
        waited = next(s for s in ahead if s.plan.kind == "elder_care" and s.starts_at >= first.ends_at + SOON)
        for slot in (first, waited):
            self.member.book(slot.day, slot.starts_at, slot.ends_at)
        return first, waited

    def _pool(self, plan: Plan) -> list[Person]:
        if plan not in self.pools:
            self.pools[plan] = [p for p in self.persons if _may_join(p, plan)]
        return self.pools[plan]

    def _choose(self, slot: DemoSlot, need: int) -> list[Person]:
        """So many people, or fewer where no more are eligible and free, in the order in which they will come."""
        pool = self.holders.get(slot.post) or self._pool(slot.plan)
        asked = self.rng.sample(pool, min(len(pool), 6 * need + 10))
        if self.member in pool and self.rng.random() < EAGER:
            asked.insert(0, self.member)
        latest = (min(self.now, slot.starts_at) - SETTLED_IN).date()
        found: list[Person] = []
        for person in asked:
            if len(found) == need:
                break
            if person.since <= latest and person not in found and self._is_free(person, slot):
                found.append(person)
        self.rng.shuffle(found)
        return found

    def _is_free(self, person: Person, slot: DemoSlot) -> bool:
        if person in self.served[slot.plan]:
            return False
        return person.is_free(slot.day, slot.starts_at, slot.ends_at)

    def _arrive(self, slot: DemoSlot, people: Sequence[Person], *, stay: bool = False) -> None:
        """Let the people sign up one after the other, and some withdraw again unless they are to `stay`."""
        shut = [self.now, slot.starts_at - LAST_CALL, closes_at(slot.plan, self.today), slot.cancelled_at]
        until = min(moment for moment in shut if moment)
        begin = max([slot.created_at, *(at(p.since, OFFICE_OPENS) for p in people)])
        opened = opens_at(slot.plan, self.today)
        if max(begin, opened or begin) >= until:
            return
        moments = sorted(until - (until - begin) * self.rng.random() ** 2 for _ in people)
        withdraw_by = min(until, slot.starts_at - slot.plan.withdraw)
        history = History(slot, self.now)
        for person, moment in zip(people, moments, strict=True):
            moment = moment.replace(microsecond=0)
            person.book(slot.day, slot.starts_at, slot.ends_at)
            if slot.plan.once:
                self.served[slot.plan].add(person)
            history.arrive(person, moment)
            if not stay and moment < withdraw_by and self.rng.random() < WITHDRAWS:
                history.withdraw(person, moment + (withdraw_by - moment) * self.rng.random())
        history.play()


def _may_join(person: Person, plan: Plan) -> bool:
    return (
        plan.unit in _units_of(person)
        and (not plan.stages or Stages[person.stage.name] in plan.stages)
        and (not plan.standings or Standings[person.standing.name] in plan.standings)
    )


def _units_of(person: Person) -> Iterator[str]:
    """Theirs and all above."""
    unit: str | None = person.unit
    while unit:
        yield unit
        unit = ABOVE[unit]


class History:
    """What happened to one slot until now, played in the order of time as the services would have: a freed seat is held
    for who waits longest, and they accept it soon after."""

    def __init__(self, slot: DemoSlot, now: datetime) -> None:
        self.slot, self.now = slot, now
        self.events: list[tuple[datetime, int, Act, Person]] = []
        self.count = 0

    def arrive(self, person: Person, moment: datetime) -> None:
        self._later(moment, self._sign_up, person)

    def withdraw(self, person: Person, moment: datetime) -> None:
        self._later(moment, self._withdraw, person)

    def play(self) -> None:
        while self.events and self.events[0][0] <= self.now:
            moment, _, act, person = heappop(self.events)
            act(person, moment)

    def _later(self, moment: datetime, act: Act, person: Person) -> None:
        self.count += 1
        heappush(self.events, (moment, self.count, act, person))

    def _sign_up(self, person: Person, moment: datetime) -> None:
        state = SignUpState.SEATED if self.slot.held < self.slot.capacity else SignUpState.WAITING
        sign_up = DemoSignUp(person, len(self.slot.sign_ups) + 1)
        sign_up.become(state, moment, "sign up")
        self.slot.sign_ups.append(sign_up)

    def _withdraw(self, person: Person, moment: datetime) -> None:
        own = self._of(person)
        held_one = own.state in HOLDING
        own.become(SignUpState.WITHDRAWN, moment, "withdraw")
        waiting = self.slot.in_state(SignUpState.WAITING)
        if held_one and waiting:
            self._offer(waiting[0], moment)

    def _offer(self, waiter: DemoSignUp, moment: datetime) -> None:
        waiter.become(SignUpState.OFFERED, moment, "promote")
        until = offered_until(self.slot.starts_at, OFFER_MINUTES, moment)
        assert until  # an activity of the demo asks first
        waiter.offered_until = until
        ends = min(until, self.slot.cancelled_at or until)
        self._later(moment + min(ANSWERS_IN, (ends - moment) / 2), self._accept, waiter.person)

    def _accept(self, person: Person, moment: datetime) -> None:
        own = self._of(person)
        if own.state is SignUpState.OFFERED:
            own.become(SignUpState.SEATED, moment, "accept")

    def _of(self, person: Person) -> DemoSignUp:
        return next(s for s in self.slot.sign_ups if s.person is person)
