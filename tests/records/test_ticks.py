"""Ticks from organizers' phones: each is decided once, whatever the network does, and nobody's word is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.refusal import NotAllowed
from activities.norms.rules import NORMS
from activities.records import ticking
from activities.records.models import Record, Tick
from activities.records.rules import Attendance, Mark, NotStarted, OwnRecord, Session, SlotWasCancelled, why_not_mark
from activities.records.rules_evidence import LateReasonMissing
from activities.records.rules_states import LET_GO
from activities.records.rules_ticks import (
    How,
    NobodyComesNow,
    NotOnList,
    NotTakenBack,
    Outcome,
    Person,
    SaidOtherwise,
    Tap,
    ticked,
    why_not_open,
    why_not_tick,
)
from activities.records.service import record_attendance
from activities.records.spelling import spelled
from tests.cast import DAY, HOUR, NOW, make_slot
from tests.records.conftest import seat

PRESENT, LATE, _LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance
RECORDED, SAME, CLASH, TAKEN_BACK, REFUSED, KEPT = Outcome
MINUTE = timedelta(minutes=1)
HALL = Session(state=SlotState.OPEN, starts_at=NOW, minutes=120)


# ── what a tick says ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("how", "minute", "mark"),
    [
        pytest.param(How.HERE, 90, Mark(PRESENT, 120), id="who-is-here-may-have-been-here-all-the-time"),
        pytest.param(How.NOW, -10, Mark(PRESENT, 120), id="come-before-the-start"),
        pytest.param(How.NOW, 5, Mark(PRESENT, 120), id="come-within-the-grace"),
        pytest.param(How.NOW, 6, Mark(LATE, 114, 6), id="come-late"),
        pytest.param(How.NOW, 500, Mark(LATE, 0, 120), id="come-when-it-is-over"),
    ],
)
def test_what_a_tick_records(how, minute, mark):
    assert ticked(HALL, 5, how, NOW + minute * MINUTE) == mark


@given(length=st.integers(1, 2000), minute=st.integers(-500, 5000), grace=st.integers(0, 60), how=st.sampled_from(How))
def test_no_tick_records_what_cannot_be(length, minute, grace, how):
    for visit in (None, 60):
        session = Session(state=SlotState.OPEN, starts_at=NOW, minutes=length, visit=visit)
        assert why_not_mark("", ticked(session, grace, how, NOW + minute * MINUTE), length) is None


@pytest.mark.parametrize(
    ("state", "minute", "refusal"),
    [
        pytest.param(SlotState.OPEN, -16, NotStarted(NOW - 15 * MINUTE), id="too-soon"),
        pytest.param(SlotState.OPEN, -15, None, id="from-when-codes-hold-on"),
        pytest.param(SlotState.OPEN, 200, None, id="after-the-end"),
        pytest.param(SlotState.CANCELLED, 0, SlotWasCancelled(), id="cancelled"),
    ],
)
def test_when_people_can_be_ticked(state, minute, refusal):
    assert why_not_open(Session(state=state, starts_at=NOW, minutes=120), NORMS, NOW + minute * MINUTE) == refusal


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        pytest.param(Person(name="林"), None, id="somebody"),
        pytest.param(None, NotOnList(), id="nobody"),
        pytest.param(Person(name="林", is_own=True), OwnRecord("林"), id="oneself"),
        pytest.param(Person(name="林", before=LET_GO), None, id="who-came-although-given-leave"),
    ],
)
def test_who_can_be_ticked(person, refusal):
    assert why_not_tick(HALL, NORMS, person, Tap(key="k", who="x", how=How.HERE, at=NOW)) == refusal


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        pytest.param("林可欣", "lin ke xin", id="plain"),
        pytest.param("曾一", "ceng,zeng yi", id="a-surname-read-otherwise"),
        pytest.param("单于", "dan,chan,shan yu", id="each-character-by-itself"),
        pytest.param("Li 娜", "l i na", id="with-letters"),
    ],
)
def test_how_a_name_is_typed_by_its_sound(name, sound):
    syllables = spelled(name).split()
    assert len(syllables) == len(sound.split())
    assert all(
        set(one.split(",")) <= set(known.split(",")) for one, known in zip(sound.split(), syllables, strict=True)
    )


def test_nobody_comes_when_it_is_over():
    late = Tap(key="k", who="x", how=How.NOW, at=NOW + 2 * HOUR)
    assert why_not_tick(HALL, NORMS, Person(name="林"), late) == NobodyComesNow("林")
    assert why_not_tick(HALL, NORMS, Person(name="林"), replace(late, how=How.HERE)) is None


# ── what becomes of it ──────────────────────────────────────────────────────


@pytest.fixture
def hall(ctx, cast):
    """A slot of two hours that began now, with Lin, Wang and Ou, who organizes it as Chen does."""
    slot = make_slot(cast.lake, NOW, hours=2)
    slot.capacity = 9
    seat(slot, [cast.lin, cast.wang, cast.ou])
    return slot


def tap(member, key: str = "", how: How = How.HERE, minute: int = 0) -> Tap:
    return Tap(key=key or f"key-of-{member.number}", who=member.public_id, how=how, at=NOW + minute * MINUTE)


def send(cast, slot, *taps: Tap, undone: dict[str, str] | None = None, by=None, minute: int = 1) -> list[Outcome]:
    answers = ticking.tick((by or cast.ou).id, slot.id, taps, undone or {}, NOW + minute * MINUTE)
    return [one.outcome for one in answers]


def kept() -> dict[int, tuple[Attendance, int]]:
    rows = db.session.execute(sa.select(Record.member_id, Record.attendance, Record.minutes))
    return {who: (attendance, minutes) for who, attendance, minutes in rows}


def entries() -> list[str]:
    query = sa.select(AuditEntry.verb).where(AuditEntry.subject == "record").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def test_a_tick_is_an_organizers_list(cast, hall):
    assert send(cast, hall, tap(cast.lin), tap(cast.wang, how=How.NOW, minute=20), minute=40) == [RECORDED, RECORDED]
    assert kept() == {cast.lin.id: (PRESENT, 120), cast.wang.id: (LATE, 100)}
    records = db.session.scalars(sa.select(Record)).all()
    assert {(one.evidence, one.is_final, one.recorded_by_id) for one in records} == {
        (Evidence.ORGANIZER_TICK, True, cast.ou.id)
    }


def test_the_same_tick_ten_times_is_one(cast, hall):
    for minute in range(10):
        assert send(cast, hall, tap(cast.lin), tap(cast.lin), minute=minute + 1) == [RECORDED]
    assert (kept(), entries()) == ({cast.lin.id: (PRESENT, 120)}, ["record"])


def test_two_who_tick_the_same_person_agree_or_clash_and_nothing_is_overwritten(cast, hall):
    send(cast, hall, tap(cast.lin), tap(cast.wang))
    assert send(cast, hall, tap(cast.lin, "another-phone"), by=cast.chen) == [SAME]
    late = tap(cast.wang, "another-tick", How.NOW, 30)
    (answer,) = ticking.tick(cast.chen.id, hall.id, [late], {}, NOW + HOUR)
    assert (answer.outcome, answer.refusal) == (CLASH, SaidOtherwise("王一诺", "欧阳慧敏"))
    assert send(cast, hall, late, by=cast.chen, minute=61) == [CLASH]
    assert kept() == {cast.lin.id: (PRESENT, 120), cast.wang.id: (PRESENT, 120)}


def test_a_mark_that_came_first_holds_against_a_tick_from_a_phone_without_network(cast, hall):
    record_attendance(cast.chen.id, hall.id, {cast.lin.id: Mark(ABSENT)}, NOW + 10 * MINUTE)
    assert send(cast, hall, tap(cast.lin, minute=5), minute=60) == [CLASH]
    assert kept() == {cast.lin.id: (ABSENT, 0)}


@pytest.mark.parametrize("who", ["ou", "zhao"])
def test_what_is_refused_leaves_nothing(cast, hall, who):
    member = getattr(cast, who)
    (answer,) = ticking.tick(cast.ou.id, hall.id, [tap(member)], {}, NOW)
    assert (answer.outcome, answer.refusal) == (REFUSED, OwnRecord("欧阳慧敏") if who == "ou" else NotOnList())
    assert (kept(), db.session.scalar(sa.select(sa.func.count()).select_from(Tick))) == ({}, 0)


def test_after_the_ten_working_days_no_phone_says_that_it_was_in_time(cast, hall):
    (answer,) = ticking.tick(cast.ou.id, hall.id, [tap(cast.lin)], {}, NOW + 30 * DAY)
    assert answer.outcome is REFUSED
    assert isinstance(answer.refusal, LateReasonMissing)


def test_who_organizes_it_no_more_ticks_no_more(cast, hall):
    with pytest.raises(NotAllowed):
        ticking.tick(cast.lin.id, hall.id, [tap(cast.wang)], {}, NOW)


def test_a_tick_is_taken_back_once_and_its_trail_stays(cast, hall):
    send(cast, hall, tap(cast.lin))
    back = {"key-of-" + cast.lin.number: cast.lin.public_id}
    for minute in (3, 4):
        assert send(cast, hall, undone=back, minute=minute) == [TAKEN_BACK]
    assert send(cast, hall, tap(cast.lin), minute=5) == [TAKEN_BACK]  # sent once more, it stays taken back
    assert (kept(), entries()) == ({}, ["record", "undo"])
    assert send(cast, hall, tap(cast.lin, "a-new-tick"), minute=6) == [RECORDED]


def test_what_is_taken_back_before_it_arrives_never_counts(cast, hall):
    back = {"key-of-" + cast.lin.number: cast.lin.public_id}
    assert send(cast, hall, undone=back) == [TAKEN_BACK]
    assert send(cast, hall, tap(cast.lin)) == [TAKEN_BACK]
    assert send(cast, hall, tap(cast.wang, "both-together"), undone={"both-together": cast.wang.public_id}) == [
        TAKEN_BACK
    ]
    assert (kept(), entries()) == ({}, [])


def test_one_of_many_is_taken_back_alone(cast, hall):
    send(cast, hall, tap(cast.lin), tap(cast.wang))
    send(cast, hall, undone={"key-of-" + cast.lin.number: cast.lin.public_id})
    assert kept() == {cast.wang.id: (PRESENT, 120)}


@pytest.mark.parametrize("how", ["too-late", "corrected", "marked-anew", "by-another", "of-another"])
def test_what_is_not_as_it_was_left_is_not_taken_back(cast, hall, how):
    send(cast, hall, tap(cast.lin))
    key, minute, by, whose = "key-of-" + cast.lin.number, 5, cast.ou, cast.lin
    if how == "too-late":
        minute = 12
    elif how == "corrected":
        record_attendance(cast.chen.id, hall.id, {cast.lin.id: Mark(ABSENT)}, NOW + 2 * MINUTE, reason="x")
    elif how == "marked-anew":
        send(cast, hall, undone={key: cast.lin.public_id}, minute=2)
        record_attendance(cast.ou.id, hall.id, {cast.lin.id: Mark(PRESENT, 120)}, NOW + 3 * MINUTE)
    elif how == "by-another":
        by = cast.chen
    else:
        whose = cast.wang
    before = kept()
    (answer,) = ticking.tick(by.id, hall.id, [], {key: whose.public_id}, NOW + minute * MINUTE)
    assert kept() == before
    if how in ("too-late", "corrected"):
        assert (answer.outcome, answer.refusal) == (KEPT, NotTakenBack("林可欣"))


def test_what_counts_elsewhere_does_not_count_again(cast, hall):
    other = make_slot(cast.lake, NOW + HOUR, hours=1)
    seat(other, [cast.lin])
    record_attendance(cast.ou.id, other.id, {cast.lin.id: Mark(PRESENT, 60)}, NOW + HOUR)
    send(cast, hall, tap(cast.lin), minute=90)
    assert db.session.scalar(sa.select(Record.minutes).where(Record.slot_id == hall.id)) == 60


def test_old_ticks_are_forgotten(cast, hall):
    send(cast, hall, tap(cast.lin), tap(cast.wang))
    assert ticking.forget(NOW + 89 * DAY) == 0
    assert ticking.forget(NOW + 91 * DAY) == 2


def test_ten_phones_send_the_same_at_once(app, cast):
    with app.app_context():
        slot = make_slot(cast.lake, NOW)
        seat(slot, [cast.lin, cast.wang])
    barrier = Barrier(8)

    def deliver(turn: int) -> Sequence[Outcome]:
        with app.app_context():
            barrier.wait()
            return send(cast, slot, tap(cast.lin), tap(cast.wang, how=How.NOW, minute=20), minute=30 + turn)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(deliver, range(8)))
    assert outcomes == [[RECORDED, RECORDED]] * 8
    with app.app_context():
        assert (len(kept()), entries()) == (2, ["record", "record"])


# A phone's days: which tick is sent, and whether it is sent or taken back.
SENT = st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12)
DAYS = count(1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT)
def test_however_often_a_tick_is_sent_it_is_one(ctx, cast, sent):
    moment = NOW + 3 * next(DAYS) * DAY  # another slot each time: nobody sits twice at one time
    slot, people = make_slot(cast.lake, moment, hours=2), [cast.lin, cast.wang]
    seat(slot, people)
    holds: dict[int, str] = {}  # by person the tick that holds, as a phone whose network never fails would know it
    decided: set[str] = set()
    for n, is_undo in sent:
        key, member = f"tick-{n:05}", people[n % 2]
        undone = {key: member.public_id} if is_undo else {}
        for _ in range(3):
            ticking.tick(
                cast.ou.id, slot.id, [] if is_undo else [replace(tap(member, key), at=moment)], undone, moment + MINUTE
            )
        if is_undo and holds.get(member.id) == key:
            del holds[member.id]
        elif not is_undo and key not in decided:
            holds.setdefault(member.id, key)
        decided.add(key)
    recorded = set(db.session.scalars(sa.select(Record.member_id).where(Record.slot_id == slot.id)))
    assert recorded == holds.keys()
