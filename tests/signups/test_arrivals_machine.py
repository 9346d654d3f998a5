"""Random histories of a blood drive: whatever way a seat is come by, its person has a time at which they can come, no
time has more people than places, and each is told once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from activities.admissions.service import approve
from activities.duties.models import Arrival, Slot
from activities.duties.rules import WayIn
from activities.exchanges import covers, swaps
from activities.exchanges.models import Swap
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.outbox.models import Notice
from activities.signups import organize, teams
from activities.signups.arrival_verbs import come_at, set_quotas
from activities.signups.models import SignUp, Team
from activities.signups.rules import HOLDING, SignUpState
from activities.signups.rules_arrivals import visit
from activities.signups.rules_soft import Consent
from activities.signups.service import accept, lapse_offers, share_gathered_out, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.cast import HOUR, NOW, clear, make_activity, make_cast, make_member, make_post, make_slot

SEATED, OFFERED, WAITING, ASKED, WITHDRAWN = (
    SignUpState.SEATED, SignUpState.OFFERED, SignUpState.WAITING, SignUpState.ASKED, SignUpState.WITHDRAWN,
)  # fmt: skip
PEOPLE, WHICH = st.integers(0, 6), st.integers(0, 9)
# Two drives of two hours, of which the second is by approval and begins in the middle of the first; and three duties of
# an hour, one at the beginning of the first drive, one in both of them, one at the end of the second.
DRIVES, DUTIES = st.integers(0, 1), st.integers(2, 4)
SLOTS = st.integers(0, 4)
STARTS, HOURS = (72, 73, 71.5, 73.25, 74.5), (2, 2, 1, 1, 1)
QUOTAS = ({0: 1, 30: 1, 75: 1}, {15: 1, 60: 1})
# What tells of no seat: that one waits, has asked, is asked to help or to swap.
NO_SEAT = ("signups.waiting", "signups.asked", "signups.team_waiting", "signups.waiting_for_any", "admissions.waiting",
           "exchanges.wanted", "exchanges.swap_proposed", "signups.team_dissolved")  # fmt: skip


class Row(NamedTuple):
    id: int
    slot: int
    member: int
    state: SignUpState
    arrival: int | None
    minute: int | None


class Drives(RuleBasedStateMachine):
    app = None

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        clear()
        cast = make_cast()
        self.organizer = cast.ou.id
        self.people = [make_member(f"m{n}", f"人{n}", cast.first, password_hash=None).id for n in range(7)]
        drive = make_activity("献血", cast.first, "blood", offer_minutes=12 * 60, withdraw_minutes=0)
        second = make_activity("成分献血", cast.first, "blood", way_in=WayIn.APPROVAL, withdraw_minutes=0)
        cast.sweeping.withdraw_minutes = 0
        posts = [make_post(drive, "体育馆", capacity=3), make_post(second, "校医院", capacity=2)]
        posts += [make_post(cast.sweeping, f"岸{n}", capacity=3) for n in range(3)]
        self.slots = [
            make_slot(post, NOW + start * HOUR, hours=hours).id
            for post, start, hours in zip(posts, STARTS, HOURS, strict=True)
        ]
        db.session.commit()
        for n, quotas in enumerate(QUOTAS):
            set_quotas(self.organizer, self.slots[n], self.slot(n).revision, quotas, NOW)
        self.now = NOW
        self.rows = self.read()

    # ── what people do ──────────────────────────────────────────────────────

    @rule(person=PEOPLE, slot=SLOTS, at_once=st.booleans())
    def somebody_signs_up(self, person, slot, at_once):
        self.did(lambda now: sign_up(self.people[person], self.slots[slot], now, or_wait=True, at_once=at_once))

    @rule(person=PEOPLE, drive=DRIVES, which=WHICH)
    def somebody_chooses_a_time(self, person, drive, which):
        consent = Consent(arrival_id=self.time(drive, which))
        self.did(lambda now: sign_up(self.people[person], self.slots[drive], now, consent=consent))

    @precondition(lambda self: self.held_at_a_time())
    @rule(which=WHICH, other=WHICH)
    def somebody_comes_at_another_time(self, which, other):
        found = self.held_at_a_time()
        row = found[which % len(found)]
        arrival = self.time(self.slots.index(row.slot), other)
        self.did(lambda now: come_at(row.member, row.slot, arrival, now))

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

    @rule(person=PEOPLE, duty=DUTIES, at_once=st.booleans())
    def somebody_waits_for_a_drive_or_a_duty(self, person, duty, at_once):
        chosen = [self.slots[0], self.slots[duty]]
        self.did(lambda now: wait_for_any(self.people[person], chosen, now, at_once=at_once))

    @rule(people=st.lists(PEOPLE, min_size=2, max_size=3, unique=True), whole=st.booleans())
    def a_team_signs_up(self, people, whole):
        first, *others = (self.people[n] for n in people)
        if not self.did(lambda now: teams.make_team(first, self.slots[0], "小队", whole, now)):
            return
        team = db.session.scalars(sa.select(sa.func.max(Team.id))).one()
        for member in others:
            self.did(lambda now, m=member: teams.join(m, team, now))
        if not self.did(lambda now: teams.sign_up_team(first, team, now)):
            self.did(lambda now: teams.dissolve(first, team, now))

    @precondition(lambda self: self.some(SEATED))
    @rule(which=WHICH, person=PEOPLE)
    def somebody_covers_for_somebody(self, which, person):
        row = self.pick(which, SEATED)
        self.did(lambda now: covers.ask_cover(row.member, row.slot, "有课", now))
        self.did(lambda now: covers.take_over(self.people[person], row.slot, now))

    @precondition(lambda self: len(self.some(SEATED)) > 1)
    @rule(which=WHICH, other=WHICH)
    def two_swap(self, which, other):
        own, wanted = self.pick(which, SEATED), self.pick(other, SEATED)
        if self.did(lambda now: swaps.propose(own.member, own.slot, wanted.member, wanted.slot, now)):
            swap = db.session.scalars(sa.select(sa.func.max(Swap.id))).one()
            self.did(lambda now: swaps.agree(wanted.member, swap, now))

    # ── what organizers do, and what time does ──────────────────────────────

    @precondition(lambda self: self.some(ASKED))
    @rule()
    def the_organizer_approves(self):
        asked = [row.id for row in self.some(ASKED)]
        self.did(lambda now: approve(self.organizer, asked, now))

    @rule(drive=DRIVES, first=st.integers(0, 2), second=st.integers(0, 2), third=st.integers(0, 2))
    def the_times_change(self, drive, first, second, third):
        minutes = (0, 30, 75) if drive == 0 else (15, 60, 90)
        slot, quotas = self.slot(drive), dict(zip(minutes, (first, second, third), strict=True))
        self.did(lambda now: set_quotas(self.organizer, slot.id, slot.revision, quotas, now))

    @rule(drive=DRIVES, quarters=st.integers(2, 8))
    def the_end_changes(self, drive, quarters):
        slot = self.slot(drive)
        ends_at = slot.starts_at + quarters * timedelta(minutes=15)
        times = (slot.starts_at, min(ends_at, slot.ends_at), slot.capacity)
        self.did(lambda now: organize.edit_slot(self.organizer, slot.id, slot.revision, *times, now))

    @rule(hours=st.integers(1, 16))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.did(lapse_offers)

    # ── what must hold after each ───────────────────────────────────────────

    def did(self, verb) -> bool:
        """Do it, let the worker's minute pass, and look."""
        self.now += timedelta(seconds=1)
        was, told = self.rows, db.session.scalar(sa.select(sa.func.max(Notice.id))) or 0
        db.session.rollback()
        try:
            verb(self.now)
            done = True
        except (Refusal, NotFound):
            done = False
        self.rows = self.read()
        self.look()
        self.look_at_notices(was, told)
        was, told = self.rows, db.session.scalar(sa.select(sa.func.max(Notice.id))) or 0
        share_gathered_out(self.now)
        self.rows = self.read()
        self.look()
        self.look_at_notices(was, told)
        return done

    def read(self) -> list[Row]:
        db.session.rollback()
        db.session.expire_all()
        query = (
            sa.select(SignUp.id, SignUp.slot_id, SignUp.member_id, SignUp.state, SignUp.arrival_id, Arrival.minute)
            .outerjoin(Arrival, Arrival.id == SignUp.arrival_id)
            .where(SignUp.state != WITHDRAWN)
            .order_by(SignUp.id)
        )
        return [Row(*row) for row in db.session.execute(query)]

    def look(self) -> None:
        coming = Counter(row.arrival for row in self.rows if row.state in HOLDING)
        places: Counter[int] = Counter()
        for arrival in db.session.scalars(sa.select(Arrival)):
            assert coming[arrival.id] == arrival.taken <= arrival.quota
            places[arrival.slot_id] += arrival.quota
        for n in range(2):
            slot = self.slot(n)
            assert slot.capacity == places[slot.id], "the places are the seats"
            holding = [row for row in self.rows if row.slot == slot.id and row.state in HOLDING]
            assert slot.taken == len(holding) + slot.gathered
            assert all(row.minute is not None and row.minute < slot.minutes for row in holding)
        for one, other in combinations((row for row in self.rows if row.state in HOLDING), 2):
            if one.member == other.member:
                a, b = self.span(one), self.span(other)
                assert a[1] <= b[0] or b[1] <= a[0], "nobody is in two places"

    def span(self, row: Row) -> tuple[datetime, datetime]:
        slot = db.session.get_one(Slot, row.slot)
        return visit(slot.starts_at, slot.ends_at, row.minute)

    def look_at_notices(self, was: list[Row], told: int) -> None:
        """Whose seat or time is another than before has been told once, of the time as it is; nobody else was."""
        before, after = (
            {(r.member, r.slot): (r.state, r.arrival) for r in rows if r.state in HOLDING} for rows in (was, self.rows)
        )
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        public = {db.session.get_one(Slot, slot_id).public_id: slot_id for slot_id in self.slots}
        told_of: Counter[tuple[int, int]] = Counter()
        new = list(db.session.scalars(sa.select(Notice).where(Notice.id > told, Notice.topic.not_in(NO_SEAT))))
        swapped = {notice.member_id for notice in new if notice.topic == "exchanges.swapped"}
        for notice in new:
            key = notice.member_id, public[notice.params["slot"]]
            told_of[key] += 1
            if key in after and key[1] in self.slots[:2] and not notice.topic.startswith("signups.moved"):
                row = next(row for row in self.rows if (row.member, row.slot) == key)
                said = notice.params.get("at") or notice.params["when"][0]
                assert said == self.span(row)[0].isoformat(), "the time is told with the seat"
        for member, slot in changed:
            gave_by_swap = member in swapped and (member, slot) not in after
            assert told_of[member, slot] == (0 if gave_by_swap else 1), (member, slot, [n.topic for n in new])

    # ── finding things ──────────────────────────────────────────────────────

    def some(self, state: SignUpState) -> list[Row]:
        return [row for row in self.rows if row.state is state]

    def held_at_a_time(self) -> list[Row]:
        return [row for row in self.some(SEATED) if row.minute is not None]

    def pick(self, which: int, state: SignUpState) -> Row:
        found = self.some(state)
        return found[which % len(found)]

    def slot(self, which: int) -> Slot:
        return db.session.get_one(Slot, self.slots[which], populate_existing=True)

    def time(self, drive: int, which: int) -> int:
        query = sa.select(Arrival.id).where(Arrival.slot_id == self.slots[drive]).order_by(Arrival.minute)
        found = list(db.session.scalars(query))
        return found[which % len(found)]

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()


@pytest.mark.usefixtures("app")
def test_any_history_of_a_drive_gives_everybody_a_time_that_suits_and_tells_it_once(app):
    Drives.app = app
    on_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options = settings(
        max_examples=20 if on_sqlite else 5,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(Drives, settings=options)
