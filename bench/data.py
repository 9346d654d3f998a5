"""A school to measure: the same pages to show at every scale, in tables ten and a hundred times as long.

- **Rush, find a slot**: 600 members of one branch and 1,000 slots of next week, which all of them see. At scale *s*
  there are *s* times the slots, half of them of the same branch in other weeks, half of other units in the same week.
- **Feeds**: an activity of 1,000 slots with one person in all of them; from scale 10 also one of 10,000.
- **Board**: 46 classrooms with a slot on each day of next week, and on each day of the eight weeks before.
- **Review**: a general branch of 1,000 members with 15 records each, in branches of 100; from scale 10 also one of
  10,000. *s* times the members in all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import cycle, islice

import sqlalchemy as sa

from activities.duties.kinds import KINDS
from activities.kit import clock
from activities.people.models import Unit
from activities.people.rules import UnitLevel
from bench import seats
from bench.bulk import settle
from bench.rows import Rows

BRANCH, SMALL, LARGE = 100, 1000, 10_000  # members in a review; events in a feed are SMALL or LARGE
RUSHERS = 600
CLASSROOMS = 46
RECORDS = 15
WEEK = timedelta(weeks=1)


@dataclass
class School:
    """What the scenarios ask of the data. People stand as their ids."""

    monday: date
    year: int
    rush_post: int = 0
    rushers: range = range(0)
    # By number of events: an activity's public id, and the member with a seat in each of its slots.
    feeds: dict[int, tuple[str, int]] = field(default_factory=dict)
    # By number of members: the secretary of that branch or general branch.
    secretaries: dict[int, int] = field(default_factory=dict)
    organizer: int = 0


def build(engine: sa.Engine, scale: int, now: datetime) -> School:
    """Fill an empty database of a migrated application, in whose context this runs."""
    today = clock.local_day(now)
    school = School(monday=today - timedelta(days=today.weekday()) + WEEK, year=today.year - 1)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        rows = Rows(connection, now)
        _, top = rows.unit("学校党委", UnitLevel.COMMITTEE)
        _review(rows, school, top, scale)
        _rush(rows, school, top, scale)
        _feeds(rows, school, top, scale)
        _board(rows, school, top)
    settle(engine)
    return school


# ── review ──────────────────────────────────────────────────────────────────


def _review(rows: Rows, school: School, top: str, scale: int) -> None:
    _general_branch(rows, school, top, SMALL)
    for _ in range(scale // 10):
        _general_branch(rows, school, top, LARGE)
    this_year, recorder_id = clock.at(date(school.year + 1, 1, 1), time(0)), rows.member(1, "")
    rows.flush()
    seats.seat_units(rows.connection, this_year, rows.now)
    seats.record_units(rows.connection, this_year, recorder_id, rows.now)


def _general_branch(rows: Rows, school: School, top: str, people: int) -> None:
    """Branches of a hundred members with fifteen slots each, in which all of them have a seat."""
    general_id, path = rows.unit(f"党总支{rows.count(Unit)}", UnitLevel.GENERAL_BRANCH, top)
    _secretary(rows, school, people, general_id)
    for n in range(people // BRANCH):
        unit_id, _ = rows.unit(f"支部{general_id}-{n}", UnitLevel.BRANCH, path)
        _secretary(rows, school, BRANCH, unit_id)
        for _ in range(BRANCH):
            rows.member(unit_id, f"会计{n:03}")
        for m, kind in enumerate(islice(cycle(KINDS), RECORDS)):
            activity_id, _ = rows.activity(unit_id, kind, f"{kind} {m}")
            day = date(school.year, 1, 5) + timedelta(days=m * 24 + n % 20)
            rows.slot(rows.post(activity_id, "礼堂", BRANCH), clock.at(day, time(14)), BRANCH, BRANCH)


def _secretary(rows: Rows, school: School, people: int, unit_id: int) -> None:
    """The secretary of the first unit with so many members."""
    if people not in school.secretaries:
        school.secretaries[people] = rows.secretary(unit_id)


# ── rush, find a slot ───────────────────────────────────────────────────────


def _rush(rows: Rows, school: School, top: str, scale: int) -> None:
    """The branch and its week; then by turns another week of it, and the same week of another branch."""
    posts, members = _branch(rows, "营销支部", top)
    school.rushers, school.rush_post = members, posts[0]
    _week(rows, posts, members, school.monday)
    for n in range(1, scale):
        if n % 2:
            _week(rows, posts, members, school.monday + (n // 2 + 1) * WEEK * (1 if n % 4 == 1 else -1))
        else:
            _week(rows, *_branch(rows, f"支部{n}", top), school.monday)


def _branch(rows: Rows, name: str, top: str) -> tuple[list[int], range]:
    """Ten activities of twenty posts each, and six hundred members."""
    unit_id, _ = rows.unit(name, UnitLevel.BRANCH, top)
    activities = [rows.activity(unit_id, kind, f"{kind} {unit_id}")[0] for kind in islice(cycle(KINDS), 10)]
    posts = [rows.post(activity_id, f"{101 + n}室", 5) for activity_id in activities for n in range(20)]
    members = [rows.member(unit_id, f"营销24{n % 20 + 1:02}") for n in range(RUSHERS)]
    return posts, range(members[0], members[-1] + 1)


def _week(rows: Rows, posts: list[int], members: range, monday: date) -> None:
    """Five days on which each post has one slot: a thousand, each with two or three of five seats taken."""
    made = [
        rows.slot(post_id, clock.at(monday + timedelta(days=day), time(8 + n // 20)), 5, 2 + n % 2)
        for day in range(5)
        for n, post_id in enumerate(posts)
    ]
    rows.flush()
    seats.seat_in_turn(rows.connection, range(made[0], made[-1] + 1), members, rows.now)


# ── feeds ───────────────────────────────────────────────────────────────────


def _feeds(rows: Rows, school: School, top: str, scale: int) -> None:
    """Slots one hour after the other, from three weeks ago on, and one person in all of them."""
    start = clock.at(school.monday - 4 * WEEK, time(0))
    for events in (SMALL, LARGE):
        if events > SMALL * scale:
            return
        unit_id, _ = rows.unit(f"日历支部{events}", UnitLevel.BRANCH, top)
        activity_id, public_id = rows.activity(unit_id, "energy", f"日历活动{events}")
        posts = [rows.post(activity_id, f"{201 + n}室", 2) for n in range(20)]
        member_id = rows.member(unit_id, "")
        made = [rows.slot(posts[n % 20], start + n * timedelta(hours=1), 2, 1) for n in range(events)]
        rows.flush()
        seats.seat_in_turn(rows.connection, range(made[0], made[-1] + 1), range(member_id, member_id + 1), rows.now)
        school.feeds[events] = public_id, member_id


# ── board ───────────────────────────────────────────────────────────────────


def _board(rows: Rows, school: School, top: str) -> None:
    """A building whose classrooms are looked after every evening by one or two people, and who plans that."""
    unit_id, _ = rows.unit("节能支部", UnitLevel.BRANCH, top)
    school.organizer = rows.organizer(unit_id)
    activity_id, _ = rows.activity(unit_id, "energy", "晚间关灯")
    posts = [rows.post(activity_id, f"{n + 101}室", 2) for n in range(CLASSROOMS)]
    for day in range(-8 * 7, 7):
        moment = clock.at(school.monday + timedelta(days=day), time(22))
        for n, post_id in enumerate(posts):
            rows.slot(post_id, moment, 2, (n + day) % 3)
    rows.flush()
