"""Whatever is edited: exactly the touched entries move, by LAST-MODIFIED and SEQUENCE and by what was edited, and no
other octet of the feed changes."""

from __future__ import annotations

import random

import pytest

from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.people.models import Unit
from activities.signups.models import SignUp
from activities.signups.queries import ACTIVE_STATES
from activities.signups.service import sign_up, withdraw
from tests.calendars.reading import address_of, blocks, cancel, change, fetch
from tests.cast import DAY, HOUR, NOW, make_activity, make_post, make_slot

MOVES = ("DTSTAMP:", "LAST-MODIFIED:", "SEQUENCE:")


@pytest.fixture
def school(app, cast):
    """Two units, three activities, five posts, fifteen slots, Lin in most of them: the addresses of all feeds."""
    with app.app_context():
        first, second = db.session.merge(cast.first), db.session.merge(cast.second)
        activities = [
            make_activity(f"活动{n}", unit, withdraw_minutes=0) for n, unit in enumerate((first, second, first))
        ]
        posts = [make_post(activities[n % 3], f"岗位{n}", capacity=2, standard=f"标准{n}") for n in range(5)]
        slots = [make_slot(posts[n % 5], NOW + n * DAY + DAY + 3 * HOUR) for n in range(15)]
        db.session.commit()
        for slot in slots[:12]:
            sign_up(cast.lin.id, slot.id, NOW)
        return [address_of(app, cast.lin), *(f"/activities/{activity.public_id}.ics" for activity in activities)]


def edit(app, cast, dice: random.Random, now) -> set[str]:
    """One random edit through what the verbs use. The UIDs of the slots that show it."""
    with app.app_context():
        row = dice.choice(db.session.query(dice.choice((Unit, Activity, Post, Slot))).order_by("id").all())
        shown = Slot.post.has(Post.activity.has(Activity.unit_id == row.id)) if isinstance(row, Unit) else None
        if isinstance(row, Activity):
            shown = Slot.post.has(Post.activity_id == row.id)
        if isinstance(row, Post):
            shown = Slot.post_id == row.id
        if isinstance(row, Slot):
            shown = Slot.id == row.id
        touched = {str(uid) for uid in db.session.scalars(db.select(Slot.uid).where(shown))}
        mine = db.session.scalar(
            db.select(SignUp.id).where(
                SignUp.member_id == cast.lin.id, SignUp.slot_id == row.id, SignUp.state.in_(ACTIVE_STATES)
            )
        )
        db.session.remove()
        if not isinstance(row, Slot):
            field = dice.choice(("name", "place", "standard")) if isinstance(row, Post) else "name"
            change(app, row, now, **{field: f"新,名;{dice.random()}"})
        elif row.state == "cancelled" or dice.random() < 0.5:
            change(app, row, now, starts_at=row.starts_at + HOUR / 60, ends_at=row.ends_at + HOUR / 30)
        elif dice.random() < 0.4:
            cancel(app, row, now)
        else:
            (withdraw if mine else sign_up)(cast.lin.id, row.id, now)
            return touched | {"a sign-up"}
        return touched


@pytest.mark.parametrize("seed", range(6))
def test_exactly_what_was_touched_moves(app, client, cast, school, seed):
    dice = random.Random(seed)
    now = NOW
    before = [fetch(client, address, NOW) for address in school]
    for _ in range(15):
        now += HOUR / 60
        touched = edit(app, cast, dice, now)
        after = [fetch(client, address, NOW) for address in school]
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            if index and "a sign-up" in touched:
                assert (new.data, new.headers["ETag"]) == (old.data, old.headers["ETag"]), "a sign-up shows in public"
            else:
                compare(old, new, touched)
        before = after


def compare(old, new, touched) -> None:
    were, are = blocks(old), blocks(new)
    for uid in were.keys() & are.keys() - {""}:
        if uid not in touched:
            assert were[uid] == are[uid]
        else:
            moved = [value_of(were[uid], name) < value_of(are[uid], name) for name in MOVES]
            assert moved == [True, True, True], (were[uid], are[uid])
    assert were.keys() ^ are.keys() <= touched
    visible = touched & (were.keys() | are.keys())
    assert (old.headers["ETag"] != new.headers["ETag"]) >= bool(visible)
    assert (old.data == new.data) or old.headers["ETag"] != new.headers["ETag"]
    if visible:
        assert new.last_modified > old.last_modified


def value_of(lines, name):
    value = next(line for line in lines if line.startswith(name)).removeprefix(name)
    return int(value) if value.isdigit() else value


@pytest.mark.parametrize("field", ["name", "place", "standard"])
def test_a_change_to_one_post_leaves_every_other_line_of_its_entries_alone(app, client, cast, school, field):
    with app.app_context():
        post = db.session.query(Post).filter_by(name="岗位1").one()
    old = fetch(client, school[0])
    change(app, post, NOW + HOUR, **{field: "别处"})
    new = fetch(client, school[0])
    shows = {"name": ("SUMMARY:",), "place": ("LOCATION:",), "standard": ("DESCRIPTION:",)}[field]
    were, are = blocks(old), blocks(new)
    changed = [(w, a) for uid in were for w, a in zip(were[uid], are[uid], strict=True) if w != a]
    assert changed
    assert all(w.startswith(MOVES + shows) for w, a in changed)
