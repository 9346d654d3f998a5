"""Every way in which a duty is got, moved or lost tells the calendar of whose it is: one letter, asking for what has
become of it, with the feed's own entry and a SEQUENCE above every earlier one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import icalendar
import pytest
import sqlalchemy as sa

from activities.admissions.service import approve
from activities.calendars.invitations import enclose
from activities.draws.service import announce_draws, hold_draws
from activities.duties.models import Post, Slot
from activities.duties.rules import WayIn
from activities.exchanges.covers import ask_cover, take_over
from activities.exchanges.models import Swap
from activities.exchanges.swaps import agree, propose
from activities.holders import service as holding
from activities.holders.models import Holder
from activities.holders.rules import Span
from activities.kit.db import db, transactional
from activities.leaves.models import Leave
from activities.leaves.rules import Answer
from activities.leaves.service import answer, ask
from activities.outbox.models import Notice
from activities.outbox.words import WORDS
from activities.people.models import Member
from activities.signups import teams
from activities.signups.arrival_verbs import come_at, set_quotas
from activities.signups.arrivals import times
from activities.signups.changes import Wanted
from activities.signups.changing import cancel, change
from activities.signups.models import SignUp, Team
from activities.signups.organize import cancel_slot, edit_post, edit_slot, locked
from activities.signups.rules_soft import Consent
from activities.signups.service import accept, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from tests.calendars.mail_program import MailProgram, calendar_of, event_of, invitations, shown
from tests.calendars.reading import address_of, fetch
from tests.cast import DAY, HOUR, NOW, Cast, make_activity, make_member, make_post, make_room, make_slot
from tests.outbox.mailbox import Inbox
from tests.outbox.mailbox import send as send_round

MINUTE = timedelta(minutes=1)
REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass
class Stage:
    """Lin, Wang and Ma, who read mail; `early`, a slot of one seat in three days that one may withdraw from, and
    `late`, one in five hours that one may not. `now` goes on with each round of the worker."""

    cast: Cast
    people: dict[str, int]
    early: int
    late: int
    post: int
    now: datetime = NOW - DAY

    def __getattr__(self, name: str) -> int:
        return self.people[name]

    def slot(self, *, after: timedelta = 3 * DAY, post: Post | None = None, **fields: object) -> int:
        """Another slot."""
        slot = make_slot(post or db.session.get_one(Post, self.post), NOW + after, **fields)
        db.session.commit()
        return slot.id

    def post_of(self, kind: str = "cleaning", **fields: object) -> Post:
        """A post of one seat in another activity."""
        first = db.session.merge(self.cast.first)
        return make_post(make_activity(f"另一活动{kind}", first, kind, withdraw_minutes=0, **fields), "别处")


@pytest.fixture
def stage(app, cast) -> Stage:
    with app.app_context():
        ma = make_member("2301003", "马跃", db.session.merge(cast.first))
        people = {"lin": cast.lin.id, "wang": cast.wang.id, "ma": ma.id}
        for name, member_id in people.items():
            db.session.get_one(Member, member_id).email = f"{name}@example.edu"
        post = make_post(db.session.merge(cast.sweeping), "南岸")
        early, late = make_slot(post, NOW + 3 * DAY), make_slot(post, NOW + 5 * HOUR)
        db.session.commit()
        return Stage(cast, people, early.id, late.id, post.id)


# ── the ways ────────────────────────────────────────────────────────────────
# Each does what has to be before, yields for every round of the worker, and ends with what is told of.

Way = Iterator[None]


def signs_up(s: Stage) -> Way:
    yield
    sign_up(s.lin, s.early, s.now)


def at_a_time_of_ones_own(s: Stage) -> Way:
    slot_id = s.slot(post=s.post_of("blood"), capacity=4)
    set_quotas(s.cast.ou.id, slot_id, 0, {0: 2, 15: 2}, s.now)
    yield
    _give_time(s, slot_id, 0)


def at_another_time(s: Stage) -> Way:
    slot_id = s.slot(post=s.post_of("blood"), capacity=4)
    set_quotas(s.cast.ou.id, slot_id, 0, {0: 2, 15: 2}, s.now)
    _give_time(s, slot_id, 0)
    yield
    come_at(s.lin, slot_id, times(slot_id, _start(slot_id))[1].id, s.now)


def _give_time(s: Stage, slot_id: int, nth: int) -> None:
    sign_up(s.lin, slot_id, s.now, consent=Consent(arrival_id=times(slot_id, _start(slot_id))[nth].id))


def _start(slot_id: int) -> datetime:
    return db.session.get_one(Slot, slot_id).starts_at


def withdraws_and_the_next_moves_up(s: Stage) -> Way:
    sign_up(s.lin, s.early, s.now)
    sign_up(s.wang, s.early, s.now, or_wait=True)
    yield
    withdraw(s.lin, s.early, s.now)


def comes_back(s: Stage) -> Way:
    sign_up(s.lin, s.early, s.now)
    yield
    withdraw(s.lin, s.early, s.now)
    yield
    sign_up(s.lin, s.early, s.now)


def first_of_several(s: Stage) -> Way:
    other = s.slot(after=4 * DAY)
    for slot_id in (s.early, other):
        sign_up(s.wang, slot_id, s.now)
    wait_for_any(s.lin, [s.early, other], s.now)
    yield
    withdraw(s.wang, other, s.now)


def accepts_an_offer(s: Stage) -> Way:
    slot_id = s.slot(post=s.post_of(offer_minutes=12 * 60))
    sign_up(s.wang, slot_id, s.now)
    sign_up(s.lin, slot_id, s.now, or_wait=True)
    yield
    withdraw(s.wang, slot_id, s.now)
    yield
    accept(s.lin, slot_id, s.now)


def _team(s: Stage) -> tuple[int, int]:
    slot_id = s.slot(post=s.post_of(), capacity=2)
    teams.make_team(s.lin, slot_id, "营销2301", True, s.now)
    team_id = db.session.scalars(sa.select(Team.id)).one()
    teams.join(s.wang, team_id, s.now)
    return slot_id, team_id


def signs_up_as_a_team(s: Stage) -> Way:
    _, team_id = _team(s)
    yield
    teams.sign_up_team(s.lin, team_id, s.now)


def dissolves_the_team(s: Stage) -> Way:
    _, team_id = _team(s)
    teams.sign_up_team(s.lin, team_id, s.now)
    yield
    teams.dissolve(s.lin, team_id, s.now)


def is_approved(s: Stage) -> Way:
    slot_id = s.slot(post=s.post_of("elder_care", way_in=WayIn.APPROVAL))
    sign_up(s.lin, slot_id, s.now)
    yield
    approve(s.cast.ou.id, [_sign_up(s.lin, slot_id)], s.now)


def _sign_up(member_id: int, slot_id: int) -> int:
    mine = sa.select(SignUp.id).where(SignUp.member_id == member_id, SignUp.slot_id == slot_id)
    return db.session.scalars(mine).one()


def is_drawn(s: Stage) -> Way:
    post = s.post_of("elder_care", way_in=WayIn.DRAW, sign_up_closes_at=NOW + HOUR)
    slot_id = s.slot(post=post)
    announce_draws(s.now)
    sign_up(s.lin, slot_id, s.now)
    yield
    s.now = NOW + 2 * HOUR
    hold_draws(s.now)


def is_covered_for(s: Stage) -> Way:
    sign_up(s.lin, s.late, s.now)
    s.now = NOW
    ask_cover(s.lin, s.late, "考试", s.now)
    yield
    take_over(s.ma, s.late, s.now)


def goes_to_who_waits(s: Stage) -> Way:
    sign_up(s.lin, s.late, s.now)
    sign_up(s.wang, s.late, s.now, or_wait=True)
    yield
    s.now = NOW
    ask_cover(s.lin, s.late, "考试", s.now)


def has_leave(s: Stage) -> Way:
    sign_up(s.lin, s.late, s.now)
    s.now = NOW
    ask(s.lin, s.late, "考试", s.now)
    yield
    answer(s.cast.ou.id, db.session.scalars(sa.select(Leave.id)).one(), Answer.ACCEPTED, "好", s.now)


def swaps(s: Stage) -> Way:
    other = s.slot(after=8 * HOUR)
    sign_up(s.lin, s.late, s.now)
    sign_up(s.wang, other, s.now)
    propose(s.lin, s.late, s.wang, other, s.now)
    yield
    agree(s.wang, db.session.scalars(sa.select(Swap.id)).one(), s.now)


def _held(s: Stage, begins_at: datetime | None = None) -> tuple[Post, Holder]:
    """Lin holds a classroom with two slots."""
    room = make_room(s.cast)
    for day in (2, 3):
        s.slot(after=day * DAY, post=room)
    span = Span(begins_at or s.now, NOW + 9 * DAY)
    holding.propose(s.cast.ou.id, room.activity_id, [holding.Proposal(room.id, s.lin, span)], s.now)
    return room, db.session.scalars(sa.select(Holder)).one()


def holds_a_post(s: Stage) -> Way:
    _, holder = _held(s)
    yield
    holding.accept(s.lin, holder.public_id, 0, s.now)


def holds_a_post_that_gets_more_slots(s: Stage) -> Way:
    room, holder = _held(s)
    holding.accept(s.lin, holder.public_id, 0, s.now)
    yield
    s.slot(after=5 * DAY, post=db.session.merge(room))
    holding.follow(s.now)


def holds_a_post_for_shorter(s: Stage) -> Way:
    """A slot is moved out of the days for which the post is held."""
    room, holder = _held(s)
    holding.accept(s.lin, holder.public_id, 0, s.now)
    yield
    last = db.session.scalars(sa.select(Slot).where(Slot.post_id == room.id).order_by(Slot.id.desc())).first()
    assert last is not None
    _edit(s, last.id, 9 * DAY)
    yield
    holding.follow(s.now)


def holds_a_post_no_more(s: Stage) -> Way:
    _, holder = _held(s)
    holding.accept(s.lin, holder.public_id, 0, s.now)
    yield
    holding.end(s.cast.ou.id, holder.id, NOW, s.now)


def holds_a_post_before_it_begins_no_more(s: Stage) -> Way:
    _, holder = _held(s, begins_at=NOW + DAY)
    holding.accept(s.lin, holder.public_id, 0, s.now)
    yield
    holding.end(s.cast.ou.id, holder.id, NOW, s.now)


def hands_a_post_over(s: Stage) -> Way:
    room, holder = _held(s)
    holding.accept(s.lin, holder.public_id, 0, s.now)
    span = Span(NOW + DAY, NOW + 9 * DAY)
    holding.propose(s.cast.ou.id, room.activity_id, [holding.Proposal(room.id, s.ma, span)], s.now)
    yield
    next_one = db.session.scalars(sa.select(Holder).where(Holder.member_id == s.ma)).one()
    holding.accept(s.ma, next_one.public_id, 0, s.now)


def _edit(s: Stage, slot_id: int, by: timedelta) -> None:
    slot = db.session.get_one(Slot, slot_id, populate_existing=True)
    edit_slot(s.cast.ou.id, slot.id, slot.revision, slot.starts_at + by, slot.ends_at + by, slot.capacity, s.now)


def is_moved(s: Stage) -> Way:
    sign_up(s.lin, s.early, s.now)
    yield
    _edit(s, s.early, HOUR)


def is_elsewhere(s: Stage) -> Way:
    sign_up(s.lin, s.early, s.now)
    yield
    post = db.session.get_one(Post, s.post, populate_existing=True)
    edit_post(s.cast.ou.id, post.id, post.revision, {"place": "北门"}, s.now)


def is_cancelled(s: Stage) -> Way:
    sign_up(s.lin, s.early, s.now)
    yield
    cancel_slot(s.cast.ou.id, s.early, "暴雨", s.now)


def _two(s: Stage) -> list[int]:
    both = [s.early, s.slot(after=4 * DAY)]
    for slot_id in both:
        sign_up(s.lin, slot_id, s.now)
    return both


@transactional
def _at_once(s: Stage, both: list[int], verb: Callable[[], object]) -> None:
    locked(s.cast.ou.id, both)
    verb()


def several_are_moved(s: Stage) -> Way:
    both = _two(s)
    yield
    slots = [db.session.get_one(Slot, slot_id) for slot_id in both]
    wanted = [Wanted(slot.id, slot.starts_at + HOUR, slot.ends_at + HOUR, 1) for slot in slots]
    _at_once(s, both, lambda: change(wanted, s.cast.ou.id, s.now))


def several_are_cancelled(s: Stage) -> Way:
    both = _two(s)
    yield
    _at_once(s, both, lambda: cancel(both, s.cast.ou.id, "暴雨", s.now))


ONE, TWO = [REQUEST], [REQUEST, REQUEST]
GONE, BOTH_GONE = [CANCEL], [CANCEL, CANCEL]
# What each person's letter is about, and what it asks the calendar to do.
WAYS: dict[Callable[[Stage], Way], dict[str, tuple[str, list[str]]]] = {
    signs_up: {"lin": ("signups.seated", ONE)},
    at_a_time_of_ones_own: {"lin": ("signups.comes_at", ONE)},
    at_another_time: {"lin": ("signups.comes_at", ONE)},
    withdraws_and_the_next_moves_up: {"lin": ("signups.withdrew", GONE), "wang": ("signups.promoted", ONE)},
    comes_back: {"lin": ("signups.seated", ONE)},
    first_of_several: {"lin": ("signups.first_of_several", ONE), "wang": ("signups.withdrew", GONE)},
    accepts_an_offer: {"lin": ("signups.seated", ONE)},
    signs_up_as_a_team: {"lin": ("signups.team_seated", ONE), "wang": ("signups.team_seated", ONE)},
    dissolves_the_team: {"lin": ("signups.team_dissolved", GONE), "wang": ("signups.team_dissolved", GONE)},
    is_approved: {"lin": ("admissions.seated", ONE)},
    is_drawn: {"lin": ("draws.seated", ONE)},
    is_covered_for: {"lin": ("exchanges.covered", GONE), "ma": ("exchanges.took_over", ONE)},
    goes_to_who_waits: {"lin": ("exchanges.to_waiting_list", GONE), "wang": ("signups.promoted", ONE)},
    has_leave: {"lin": ("leaves.accepted", GONE)},
    swaps: {name: ("exchanges.swapped", sorted([REQUEST, CANCEL])) for name in ("lin", "wang")},
    holds_a_post: {"lin": ("holders.held", TWO)},
    holds_a_post_that_gets_more_slots: {"lin": ("holders.more", ONE)},
    holds_a_post_for_shorter: {"lin": ("holders.less", GONE)},
    holds_a_post_no_more: {"lin": ("holders.ended", BOTH_GONE)},
    holds_a_post_before_it_begins_no_more: {"lin": ("holders.not_begun", BOTH_GONE)},
    hands_a_post_over: {"lin": ("holders.handed_over", BOTH_GONE), "ma": ("holders.held", TWO)},
    is_moved: {"lin": ("signups.moved", ONE)},
    is_elsewhere: {"lin": ("signups.moved", ONE)},
    is_cancelled: {"lin": ("signups.cancelled", GONE)},
    several_are_moved: {"lin": ("signups.moved_several", TWO)},
    several_are_cancelled: {"lin": ("signups.cancelled_several", BOTH_GONE)},
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_way_has_one_letter_a_person_that_says_what_the_feed_shows(app, client, stage, inbox, mailer, way):
    with app.app_context():
        for _ in way(stage):
            _send(stage, mailer)
        earlier = len(inbox.letters)
        _send(stage, mailer)
        told = _told_since(stage, earlier, inbox)
        for name, (topic, methods) in WAYS[way].items():
            assert told.pop(name) == [methods], f"{name} has one letter that asks for this"
            assert _last_topic(stage.people[name]) == topic
        assert not told, "nobody else has a letter that touches a calendar"
    for name in stage.people:
        address = f"{name}@example.edu"
        program = MailProgram(address)
        letters = [letter for letter in inbox.letters if _to(letter) == address]
        for letter in letters:
            program.receive(letter)
        assert program.entries == _feed(app, client, stage.people[name], stage.now)
        _rise(letters)


def test_the_table_knows_every_topic_that_touches_a_calendar():
    told = {topic for people in WAYS.values() for topic, _ in people.values()}
    assert told == {topic for topic, words in WORDS.items() if words.duties}


def _send(stage: Stage, mailer) -> None:
    stage.now += MINUTE
    send_round(stage.now, mailer.send, enclose=enclose)
    stage.now += MINUTE


def _to(letter) -> str:
    return str(letter["To"].addresses[0].addr_spec)


def _told_since(stage: Stage, earlier: int, inbox: Inbox) -> dict[str, list[list[str]]]:
    """What each person's newest letters ask of a calendar."""
    told: defaultdict[str, list[list[str]]] = defaultdict(list)
    for letter in inbox.letters[earlier:]:
        if parts := invitations(letter):
            told[_to(letter).partition("@")[0]].append(sorted(str(calendar_of(part)["METHOD"]) for part in parts))
    return dict(told)


def _last_topic(member_id: int) -> str | None:
    topics = sa.select(Notice.topic).where(Notice.member_id == member_id)
    return db.session.scalar(topics.order_by(Notice.id.desc()).limit(1))


def _feed(app, client, member_id: int, at: datetime):
    """The confirmed entries of a person's feed."""
    with app.app_context():
        member = db.session.get_one(Member, member_id)
    found = icalendar.Calendar.from_ical(fetch(client, address_of(app, member), at).data).walk("VEVENT")
    return {str(event["UID"]): shown(event) for event in found if str(event["STATUS"]) == "CONFIRMED"}


def _rise(letters) -> None:
    """Of each entry, every letter has a higher SEQUENCE than the one before."""
    known: defaultdict[str, list[int]] = defaultdict(list)
    for letter in letters:
        for part in invitations(letter):
            event = event_of(part)
            known[str(event["UID"])].append(int(event["SEQUENCE"]))
    assert all(numbers == sorted(set(numbers)) for numbers in known.values()), known
