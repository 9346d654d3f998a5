"""Whatever is edited: exactly the touched entries move, by LAST-MODIFIED and SEQUENCE and by what was edited, and no
other octet of the feed changes."""

from __future__ import annotations

import random

import pytest

from activities.duties.models import Activity, Post, Slot
from activities.duties.service import edit_activity
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Unit
from activities.people.service_units import change_unit
from activities.signups.organize import cancel_slot, edit_post, edit_slot
from activities.signups.service import sign_up, withdraw
from tests.calendars.reading import address_of, blocks, fetch
from tests.cast import DAY, HOUR, NOW, grant, make_activity, make_post, make_slot, my_state

MOVES = ("DTSTAMP:", "LAST-MODIFIED:", "SEQUENCE:")


@pytest.fixture
def school(app, cast):
    """Two units, three activities, five posts, fifteen slots, Lin in most of them: the addresses of all feeds."""
    with app.app_context():
        first, second = db.session.merge(cast.first), db.session.merge(cast.second)
        grant(db.session.merge(cast.ou), Role.ORGANIZER, db.session.merge(cast.school))
        activities = [
            make_activity(f"活动{n}", unit, withdraw_minutes=0) for n, unit in enumerate((first, second, first))
        ]
        posts = [make_post(activities[n % 3], f"岗位{n}", capacity=2, standard=f"标准{n}") for n in range(5)]
        slots = [make_slot(posts[n % 5], NOW + n * DAY + DAY + 3 * HOUR) for n in range(15)]
        db.session.commit()
        for slot in slots[:12]:
            sign_up(cast.lin.id, slot.id, NOW)
        return [address_of(app, cast.lin), *(f"/activities/{activity.public_id}.ics" for activity in activities)]


def edit(cast, dice: random.Random, now) -> tuple[set[str], bool]:
    """One random edit by a verb. The UIDs of the slots that show it, and whether it was Lin's own coming or going."""
    row = dice.choice(db.session.query(dice.choice((Unit, Activity, Post, Slot))).order_by("id").all())
    touched = {str(uid) for uid in db.session.scalars(db.select(Slot.uid).where(shows(row)))}
    name = f"新,名;{dice.random()}"
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


@pytest.mark.parametrize("seed", range(6))
def test_exactly_what_was_touched_moves(app, client, cast, school, seed):
    dice = random.Random(seed)
    now = NOW
    before = [fetch(client, address, NOW) for address in school]
    for _ in range(20):
        now += HOUR / 60
        with app.app_context():
            touched, is_own = edit(cast, dice, now)
        after = [fetch(client, address, NOW) for address in school]
        compare(before[0], after[0], touched, is_own)
        for old, new in zip(before[1:], after[1:], strict=True):
            compare(old, new, set() if is_own else touched)
        before = after


def compare(old, new, touched, may_come_or_go=False) -> None:
    were, are = blocks(old), blocks(new)
    assert were.keys() ^ are.keys() <= (touched if may_come_or_go else set())
    stayed = were.keys() & are.keys() - {""}
    for uid in stayed:
        moved = [value_of(were[uid], name) < value_of(are[uid], name) for name in MOVES]
        assert (were[uid] == are[uid]) if uid not in touched or may_come_or_go else all(moved), (were[uid], are[uid])
    changed = were != are
    assert changed == (old.data != new.data)
    assert changed <= (old.headers["ETag"] != new.headers["ETag"])
    assert changed <= (new.last_modified > old.last_modified)
    assert changed or not touched & stayed or may_come_or_go


def value_of(lines, name):
    value = next(line for line in lines if line.startswith(name)).removeprefix(name)
    return int(value) if value.isdigit() else value


@pytest.mark.parametrize("field", ["name", "place", "standard"])
def test_a_change_to_one_post_leaves_every_other_line_of_its_entries_alone(app, client, cast, school, field):
    old = fetch(client, school[0])
    with app.app_context():
        post = db.session.query(Post).filter_by(name="岗位1").one()
        edit_post(cast.ou.id, post.id, post.revision, {field: "别处"}, NOW + HOUR)
    new = fetch(client, school[0])
    shows = {"name": ("SUMMARY:", "DESCRIPTION:活动1·别处"), "place": ("LOCATION:",), "standard": ()}[field]
    were, are = blocks(old), blocks(new)
    changed = [(w, a) for uid in were for w, a in zip(were[uid], are[uid], strict=True) if w != a]
    assert changed
    assert all(a.startswith(MOVES + shows) for w, a in changed)
