"""A feed that was kept follows what changes: its octets are those of one put together anew, and following a change
costs what it touches, however long the feed is."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.calendars import rules, sheaf
from activities.calendars.bodies import ROOM
from activities.calendars.kept import Kept
from activities.calendars.rules_feeds import Detail, Scope
from activities.calendars.service import Wanted
from activities.calendars.sheaf import Cover, Entry
from activities.calendars.shelf import Shelf
from activities.duties import schedule, service_plans
from activities.duties.models import Activity, Post, Slot
from activities.duties.plans import Planned
from activities.duties.rules import SlotState
from activities.duties.service import edit_activity, locked
from activities.kit.clock import local_day
from activities.kit.db import db, transactional
from activities.kit.refusal import Refusal
from activities.kit.roles import Role
from activities.people.models import Unit
from activities.people.service_units import change_unit
from activities.signups.organize import cancel_slot, delete_slot, edit_post, edit_slot
from activities.signups.service import sign_up, withdraw
from activities.sites.models import Site
from activities.sites.service import edit_site
from tests.calendars.reading import events, fetch, make_feed
from tests.cast import DAY, HOUR, NOW, Cast, grant, make_activity, make_post, make_site, make_slot, my_state

MINUTE = timedelta(minutes=1)


@dataclass
class School:
    """The addresses of feeds of all scopes, and what time it is by now."""

    addresses: list[str]
    now: datetime = NOW


@pytest.fixture
def school(app, cast) -> School:
    """Three activities of two units, six posts, some slots of which leave within the next days."""
    with app.app_context():
        first, second = db.session.merge(cast.first), db.session.merge(cast.second)
        grant(db.session.merge(cast.ou), Role.ORGANIZER, db.session.merge(cast.school))
        activities = [make_activity(f"活动{n}", unit) for n, unit in enumerate((first, second, first))]
        site = make_site("夕阳红养老院", db.session.merge(cast.school))
        sites = [site, site, None, None, None, None]
        posts = [make_post(activities[n % 3], f"湖{n}", capacity=2, site=sites[n]) for n in range(6)]
        for n in range(12):
            make_slot(posts[n % 6], NOW + n * DAY + 3 * HOUR)
            make_slot(posts[n % 6], NOW - (52 + n) * DAY)
        db.session.commit()
        public = [f"/activities/{activities[0].public_id}.ics", f"/posts/{posts[1].public_id}.ics"]
        one, other, place = activities[0].public_id, posts[3].public_id, site.public_id
    wanted = (
        (cast.lin, Wanted(Scope.UNIT, cast.first.public_id)), (cast.ou, Wanted(Scope.ORGANIZED, detail=Detail.BUSY)),
        (cast.ou, Wanted(Scope.ACTIVITY, one)), (cast.lin, Wanted(Scope.POST, other, detail=Detail.TITLE)),
        (cast.lin, Wanted(Scope.SEARCH, "q=湖")), (cast.ou, Wanted(Scope.SEARCH, "part=morning")),
        (cast.lin, Wanted(Scope.DUTIES)), (cast.lin, Wanted(Scope.OPEN)), (cast.lin, Wanted(Scope.SEARCH, "open=1")),
        (cast.ou, Wanted(Scope.SITE, place)),
    )  # fmt: skip
    return School([*public, *(make_feed(app, *one) for one in wanted)])


@pytest.fixture
def on_disk(app, tmp_path) -> Iterator[Shelf]:
    """Every feed is kept on disk too, however short."""
    usual = app.extensions["feeds_shelf"]
    app.extensions["feeds_shelf"] = Shelf(tmp_path / "feeds", 10**8, 0)
    yield app.extensions["feeds_shelf"]
    app.extensions["feeds_shelf"] = usual


def count_rows() -> None:
    """Have the database know how long its tables are, as it does where they are."""
    db.session.connection().exec_driver_sql("ANALYZE")
    db.session.commit()


@pytest.fixture
def uncounted(app) -> Iterator[None]:
    """Other tests' plans are those of tables of which nothing is known."""
    yield
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            db.session.connection().exec_driver_sql("DELETE FROM sqlite_stat1")
            db.session.commit()
            db.engine.dispose()  # each connection has read them


def edit(cast: Cast, dice: random.Random, now: datetime) -> None:
    """Something is done by a verb, or refused."""
    what, name = dice.choice(WHATS), f"湖,新;{now:%d%H%M}"
    model = {"unit": Unit, "activity": Activity, "post": Post, "plan": Post}.get(what, Slot)
    row: Any = dice.choice(db.session.query(model).order_by(model.id).all())
    if what == "unit":
        change_unit(cast.gu.id, row.id, row.revision, row.parent_id, row.level, name, now)
    elif what == "activity":
        unit_id = dice.choice([cast.first.id, cast.second.id])
        edit_activity(cast.ou.id, row.id, row.revision, {"name": name, "unit_id": unit_id}, now)
    elif what == "post":
        edit_post(cast.ou.id, row.id, row.revision, {dice.choice(("name", "place")): name[dice.choice((0, 1)) :]}, now)
    elif what == "plan":
        moment = now + timedelta(microseconds=dice.randrange(60_000_000))
        there = set(db.session.scalars(sa.select(Slot.starts_at).where(Slot.post_id == row.id)))
        plan(cast.ou.id, row.id, [at for at in (moment + DAY, moment + 2 * DAY) if at not in there], now)
    elif what == "move":
        by = dice.choice([MINUTE, HOUR, 9 * HOUR, 3 * DAY])
        edit_slot(cast.ou.id, row.id, row.revision, row.starts_at + by, row.ends_at + by, row.capacity, now)
    elif what == "seats":
        edit_slot(cast.ou.id, row.id, row.revision, row.starts_at, row.ends_at, row.capacity + 1, now)
    elif what == "seat":
        who = dice.choice((cast.lin, cast.wang))
        (withdraw if my_state(who.id, row.id) else sign_up)(who.id, row.id, now)
    elif what == "place":
        site = db.session.query(Site).one()
        edit_site(cast.ou.id, site.id, site.revision, {"geo": f"{now.day}.000000;{now.minute}.000000"}, now)
    else:
        cancel_slot(cast.ou.id, row.id, "雨", now) if what == "cancel" else delete_slot(cast.ou.id, row.id, now)


WHATS = (
    "unit", "activity", "post", "post", "plan", "move", "move", "move", "seats", "cancel", "delete", "delete", "seat",
    "seat", "seat", "seat", "place",
)  # fmt: skip


@transactional
def plan(actor_id: int, post_id: int, starts: list[datetime], now: datetime) -> None:
    _, activity = locked(actor_id, db.session.get_one(Post, post_id).activity_id)
    service_plans.create(
        activity, [Planned(post_id, local_day(at), at, at + HOUR, 3) for at in starts], now
    )  # fmt: skip


def anew(app, client, address: str, at: datetime) -> bytes:
    """The octets that a process would send that has kept nothing."""
    with forgotten(app):
        return fetch(client, address, at).data


@contextmanager
def forgotten(app) -> Iterator[None]:
    kept, shelf = app.extensions["feeds"], app.extensions["feeds_shelf"]
    app.extensions |= {"feeds": Kept(0), "feeds_shelf": Shelf(shelf.folder / "none", 0, 1)}
    yield
    app.extensions |= {"feeds": kept, "feeds_shelf": shelf}


@given(seeds=st.lists(st.integers(0, 2**32), min_size=1, max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_edited_a_kept_feed_becomes_what_a_new_one_is(app, client, cast, school, on_disk, seeds):
    """In whatever order, and however seldom each feed is asked for; days go by, and processes start again. Each example
    goes on where the last one stopped."""
    for seed in seeds:
        dice = random.Random(seed)
        school.now += dice.choice([MINUTE, MINUTE, MINUTE, HOUR, DAY])
        with app.app_context():
            try:
                edit(cast, dice, school.now)
            except Refusal:
                db.session.rollback()
        if dice.random() < 0.1:
            app.extensions["feeds"] = Kept(ROOM)  # finds only what is on disk
        for address in dice.sample(school.addresses, dice.choice([1, 3, len(school.addresses)])):
            assert fetch(client, address, school.now).data == anew(app, client, address, school.now)


@pytest.mark.parametrize("sees", [True, False])
def test_a_slot_made_after_the_last_one_was_deleted_is_another(app, client, cast, on_disk, sees):
    """Databases must not give it the number of the deleted one: a feed that follows would take the one for the other,
    and show what its reader does not see, or a slot twice."""
    with app.app_context():
        grant(db.session.merge(cast.ou), Role.ORGANIZER, db.session.merge(cast.school))
        mine, other = (make_post(make_activity(name, db.session.merge(cast.first)), name) for name in ("甲", "乙"))
        if not sees:
            other.activity.unit = db.session.merge(cast.second)
        slot = make_slot(mine, NOW + DAY)
        db.session.commit()
        slot_id, other_id = slot.id, other.id
    address = make_feed(app, cast.lin, Wanted(Scope.UNIT, cast.first.public_id))
    fetch(client, address)
    with app.app_context():
        delete_slot(cast.ou.id, slot_id, NOW)
        if sees:
            activity = db.session.get_one(Post, other_id).activity
            edit_activity(cast.ou.id, activity.id, activity.revision, {"name": "丙"}, NOW)
        plan(cast.ou.id, other_id, [NOW + 2 * DAY], NOW)
    assert fetch(client, address).data == anew(app, client, address, NOW)


def test_what_was_deleted_long_ago_is_forgotten_and_stands_in_no_feed_for_that(app, client, cast, on_disk):
    """A feed that was kept so long is put together anew. That its slot was deleted once changes nothing any more."""
    with app.app_context():
        slot_id = make_slot(db.session.merge(cast.lake), NOW + 100 * DAY).id
        make_slot(db.session.merge(cast.lake), NOW + 101 * DAY)
        db.session.commit()
        delete_slot(cast.ou.id, cast.slot.id, NOW)
    address = f"/activities/{cast.sweeping.public_id}.ics"
    fetch(client, address)
    with app.app_context():
        delete_slot(cast.ou.id, slot_id, NOW + HOUR)
    fresh = anew(app, client, address, NOW + 59 * DAY)
    for days, forgotten in ((59, 0), (62, 2)):
        with app.app_context():
            assert schedule.forget(NOW + days * DAY) == forgotten
        answer = fetch(client, address, NOW + days * DAY)
        assert answer.data == anew(app, client, address, NOW + days * DAY) == fresh
        app.extensions["feeds"] = Kept(ROOM)  # what is on disk is from the beginning
    assert answer.last_modified == NOW + HOUR


@given(
    there=st.sets(st.integers(0, 60), max_size=30), gone=st.sets(st.integers(0, 60)), put=st.sets(st.integers(0, 60)),
    whose=st.sets(st.integers(0, 3)),
)  # fmt: skip
def test_what_is_cut_out_and_put_in_is_what_would_have_been_bound(there, gone, put, whose):
    """Entries of four activities, two of which start at a time."""

    def entry(n: int, says: str = "old") -> Entry:
        return n // 2, n, n % 4, f"{n} {says}\n".encode()

    old = sheaf.bind(Cover("a", 1, {}, b"<"), "", map(entry, sorted(there)), b">")
    left = {n for n in there if n not in gone | put and n % 4 not in whose}
    expected = sorted([entry(n) for n in left] + [entry(n, "new") for n in put])
    cover = Cover("b", 2, {1: ("x", 2)}, b"<<<")
    found = old.with_changes(cover, gone, whose, sorted(entry(n, "new") for n in put))
    assert found == sheaf.bind(cover, "", expected, b">")
    assert sheaf.read(found.written()) == found


# ── what it costs ───────────────────────────────────────────────────────────


def grow(app, cast, slots: range) -> None:
    """One an hour, from in two days on."""
    with app.app_context():
        plan(cast.ou.id, cast.lake.id, [NOW + 2 * DAY + n * HOUR for n in slots], NOW)


CHANGES = {
    "moved": lambda cast, slot, now: edit_slot(
        cast.ou.id, slot.id, slot.revision, slot.starts_at + MINUTE, slot.ends_at, slot.capacity, now
    ),
    "cancelled": lambda cast, slot, now: cancel_slot(cast.ou.id, slot.id, "雨", now),
    "deleted": lambda cast, slot, now: delete_slot(cast.ou.id, slot.id, now),
}  # fmt: skip


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("scope", [None, Scope.UNIT, Scope.ORGANIZED, Scope.ACTIVITY, Scope.POST, Scope.SEARCH])
def test_following_a_change_costs_what_it_touches_however_long_the_feed(app, client, cast, monkeypatch, scope, change):
    subjects = {
        Scope.UNIT: cast.first.public_id,
        Scope.ACTIVITY: cast.sweeping.public_id,
        Scope.POST: cast.lake.public_id,
    }
    address = f"/activities/{cast.sweeping.public_id}.ics"
    if scope:
        address = make_feed(app, cast.ou, Wanted(scope, subjects.get(scope, "")))
    written: list[object] = []
    write = rules.render_event
    monkeypatch.setattr(rules, "render_event", lambda *event: written.append(event) or write(*event))
    work = []
    for slots in (range(30), range(30, 900)):
        grow(app, cast, slots)
        fetch(client, address)
        with app.app_context():
            count_rows()
            to_come = sa.select(Slot).where(Slot.starts_at > NOW + 3 * DAY, Slot.state == SlotState.OPEN)
            slot = db.session.scalars(to_come.order_by(Slot.id)).first()
            change(cast, slot, NOW + MINUTE)
        written.clear()
        with steps(app) as counted:
            answer = fetch(client, address, NOW + MINUTE)
        assert len(events(answer)) >= slots.stop - 1
        assert len(written) <= 1
        work.append(sum(counted))
    assert work[1] < 2 * work[0] + 200, "thirty times as many entries cost as much"


@contextmanager
def steps(app) -> Iterator[list[int]]:
    """How much the database does in the block: SQLite's steps, by ten, or the rows that PostgreSQL reads."""
    counted: list[int] = []
    with app.app_context():
        engine = db.engine
    is_sqlite = engine.dialect.name == "sqlite"

    def note(connection, _cursor, statement, parameters, *_):
        if is_sqlite:
            connection.connection.driver_connection.set_progress_handler(lambda: counted.append(1), 10)
        elif statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    asked: list[tuple[str, Any]] = []
    sa.event.listen(engine, "before_cursor_execute", note)
    yield counted
    sa.event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        if asked:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # as where tables are long
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar()
            counted.append(_rows(plan[0]["Plan"] if isinstance(plan, list) else json.loads(plan)[0]["Plan"]))


def _rows(node: dict[str, Any]) -> int:
    """What the scans of a plan read."""
    below = sum(_rows(one) for one in node.get("Plans", ()))
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return below + (int(own) if "Scan" in node["Node Type"] else 0)
