"""Whatever is edited: exactly the touched entries move, by LAST-MODIFIED and SEQUENCE and by what was edited, and no
other octet of the feed changes."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.calendars.rules_feeds import Detail, Scope
from activities.calendars.service import Wanted
from activities.duties.kinds import KINDS
from activities.duties.models import Activity, Post, Slot
from activities.duties.service import edit_activity
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Unit
from activities.people.service_units import change_unit
from activities.signups.organize import cancel_slot, edit_post, edit_slot
from activities.signups.service import sign_up, withdraw
from tests.calendars.reading import address_of, blocks, fetch, make_feed
from tests.cast import DAY, HOUR, NOW, grant, make_activity, make_post, make_slot, my_state

MOVES = ("DTSTAMP:", "LAST-MODIFIED:", "SEQUENCE:")


@dataclass
class School:
    """The addresses of all feeds: Lin's duties, the public ones, and from `sees_from` on those that hang on what
    their reader sees. What time it is by now, and each entry's last SEQUENCE in each of them."""

    addresses: list[str]
    sees_from: int
    now: datetime = NOW
    sequences: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


@pytest.fixture
def school(app, cast):
    """Two units, three activities, five posts, fifteen slots, Lin in most of them."""
    with app.app_context():
        first, second = db.session.merge(cast.first), db.session.merge(cast.second)
        # Of the standing slot, too, Lin can always come back and leave again.
        db.session.merge(cast.sweeping).withdraw_minutes = 0
        grant(db.session.merge(cast.ou), Role.ORGANIZER, db.session.merge(cast.school))
        activities = [
            make_activity(f"活动{n}", unit, withdraw_minutes=0) for n, unit in enumerate((first, second, first))
        ]
        posts = [make_post(activities[n % 3], f"岗位{n}", capacity=2, standard=f"标准{n}") for n in range(5)]
        slots = [make_slot(posts[n % 5], NOW + n * DAY + DAY + 3 * HOUR) for n in range(15)]
        db.session.commit()
        for slot in slots[:12]:
            sign_up(cast.lin.id, slot.id, NOW)
        public = [f"/activities/{activity.public_id}.ics" for activity in activities]
        public += [f"/posts/{post.public_id}.ics" for post in posts[:2]]
    seen = (
        (cast.lin, Wanted(Scope.UNIT, cast.first.public_id)), (cast.zhao, Wanted(Scope.SEARCH)),
        (cast.ou, Wanted(Scope.ORGANIZED)), (cast.ou, Wanted(Scope.ORGANIZED, detail=Detail.TITLE)),
    )  # fmt: skip
    addresses = [address_of(app, cast.lin), *public]
    return School([*addresses, *(make_feed(app, *one) for one in seen)], len(addresses))


def edit(cast, dice: random.Random, now) -> tuple[set[str], bool]:
    """One random edit by a verb. The UIDs of the slots that show it, and whether it was Lin's own coming or going."""
    row = dice.choice(db.session.query(dice.choice((Unit, Activity, Post, Slot))).order_by("id").all())
    touched = {str(uid) for uid in db.session.scalars(db.select(Slot.uid).where(shows(row)))}
    name = f"新,名;{now:%H:%M}"
    if isinstance(row, Unit):
        change_unit(cast.gu.id, row.id, row.revision, row.parent_id, row.level, name, now)
    elif isinstance(row, Activity):
        elsewhere = dice.choice([cast.first.id, cast.second.id])
        edit_activity(cast.ou.id, row.id, row.revision, {"name": name, "unit_id": elsewhere}, now)
    elif isinstance(row, Post):
        edit_post(cast.ou.id, row.id, row.revision, {dice.choice(("name", "place", "standard")): name}, now)
    else:
        return touched, edit_slot_or_seat(cast, dice, row, now)
    return touched, False


def shows(row):
    if isinstance(row, Unit):
        return Slot.post.has(Post.activity.has(Activity.unit_id == row.id))
    if isinstance(row, Activity):
        return Slot.post.has(Post.activity_id == row.id)
    return Slot.post_id == row.id if isinstance(row, Post) else Slot.id == row.id


def edit_slot_or_seat(cast, dice: random.Random, slot: Slot, now) -> bool:
    mine = my_state(cast.lin.id, slot.id)
    what = "nothing" if slot.state == "cancelled" else dice.choice(("move", "cancel", "seat", "seat"))
    if what == "move":
        edit_slot(cast.ou.id, slot.id, slot.revision, slot.starts_at, slot.ends_at + HOUR / 60, slot.capacity, now)
    elif what == "cancel":
        cancel_slot(cast.ou.id, slot.id, "雨", now)
    elif what == "seat":
        (withdraw if mine else sign_up)(cast.lin.id, slot.id, now)
    return what in ("seat", "nothing")


@given(seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=8))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_exactly_what_was_touched_moves(app, client, cast, school, seeds):
    """Whatever is edited, in whatever order; each example goes on where the last one stopped."""
    before = [fetch(client, address, NOW) for address in school.addresses]
    for seed in seeds:
        school.now += HOUR / 60
        with app.app_context():
            touched, is_own = edit(cast, random.Random(seed), school.now)
        after = [fetch(client, address, NOW) for address in school.addresses]
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            is_mine = is_own and number == 0
            # What goes to another unit comes to who sees that one, and leaves who saw the other.
            compare(old, new, touched if is_mine or not is_own else set(), is_mine, number >= school.sees_from)
            never_fall(school.sequences[number], new)
        app.extensions["feeds_duties"].clear()
        assert fetch(client, school.addresses[0], NOW).headers == after[0].headers, "remembered what had changed"
        before = after


def compare(old, new, touched, is_mine=False, may_come_or_go=False) -> None:
    were, are = blocks(old), blocks(new)
    assert were.keys() ^ are.keys() <= (touched if is_mine or may_come_or_go else set())
    for uid in were.keys() & are.keys() - {""}:
        moved = [value_of(were[uid], name) < value_of(are[uid], name) for name in MOVES]
        assert (were[uid] == are[uid]) if uid not in touched or is_mine else all(moved), (were[uid], are[uid])
    changed = were != are
    assert changed == (old.data != new.data)
    assert changed <= (old.headers["ETag"] != new.headers["ETag"])
    assert changed <= (new.last_modified > old.last_modified)
    assert changed or is_mine or not touched & were.keys()


def never_fall(known: dict[str, int], answer) -> None:
    """No entry's SEQUENCE is ever less than it was, also when it had left meanwhile."""
    for uid, lines in blocks(answer).items():
        if uid:
            assert value_of(lines, "SEQUENCE:") >= known.get(uid, 0)
            known[uid] = value_of(lines, "SEQUENCE:")


def value_of(lines, name):
    value = next(line for line in lines if line.startswith(name)).removeprefix(name)
    return int(value) if value.isdigit() else value


@pytest.mark.parametrize("field", ["name", "place", "standard"])
def test_a_change_to_one_post_leaves_every_other_line_of_its_entries_alone(app, client, cast, school, field):
    old = fetch(client, school.addresses[0])
    with app.app_context():
        post = db.session.query(Post).filter_by(name="岗位1").one()
        edit_post(cast.ou.id, post.id, post.revision, {field: "别处"}, NOW + HOUR)
    new = fetch(client, school.addresses[0])
    shows = {"name": ("SUMMARY:", "DESCRIPTION:活动1·别处"), "place": ("LOCATION:",), "standard": ()}[field]
    were, are = blocks(old), blocks(new)
    changed = [(w, a) for uid in were for w, a in zip(were[uid], are[uid], strict=True) if w != a]
    assert changed
    assert all(a.startswith(MOVES + shows) for w, a in changed)


def test_a_kind_that_is_called_otherwise_moves_its_entries_and_no_others(app, client, cast, school, monkeypatch):
    with app.app_context():
        make_slot(make_post(make_activity("关灯", db.session.merge(cast.first), "energy"), "301"), NOW + DAY)
        db.session.commit()
    feeds = [school.addresses[1], school.addresses[school.sees_from]]
    old = [fetch(client, address) for address in feeds]
    monkeypatch.setitem(KINDS, "cleaning", replace(KINDS["cleaning"], name="Sweeping", renamed=(NOW + HOUR,)))
    for before, after in zip(old, [fetch(client, address, NOW + HOUR) for address in feeds], strict=True):
        of_kind = {uid for uid, lines in blocks(after).items() if "CATEGORIES:Sweeping" in lines}
        assert of_kind
        compare(before, after, of_kind)


@pytest.mark.parametrize("whose", [0, 1, -1])
def test_another_name_of_a_kind_that_nobody_dated_is_noticed_all_the_same(app, client, school, monkeypatch, whose):
    old = fetch(client, school.addresses[whose])
    monkeypatch.setitem(KINDS, "cleaning", replace(KINDS["cleaning"], name="Sweeping"))
    assert fetch(client, school.addresses[whose]).headers["ETag"] != old.headers["ETag"]
