"""The standing cast of the tests, and the makers of everything else they need.

Every person's password is "secret". The moment is Wednesday 2026-11-25 12:00 in the school (04:00 UTC).
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from activities.duties.models import Activity, Post, Series, Slot
from activities.duties.recurrence import Rule
from activities.holders.models import Holder
from activities.kit.clock import at
from activities.kit.db import Base, Row, db
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import Member, RoleGrant, Unit
from activities.people.passwords import hash_password
from activities.people.rules import Stage, Standing, UnitLevel
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.sites.models import Site

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PASSWORD = "secret"
_HASH = hash_password(PASSWORD)


@dataclass(frozen=True)
class Cast:
    """`school` is the root, with the branches `first` and `second` below it.

    Lin and Wang are students of the first branch, Zhao of the second. Ou organizes the first branch, Chen is the
    school's secretary, Gu its administrator. `sweeping` is an activity of the first branch that anyone there may join,
    with the post `lake` and `slot`, two hours tomorrow, two seats, open.
    """

    school: Unit
    first: Unit
    second: Unit
    lin: Member
    wang: Member
    zhao: Member
    ou: Member
    chen: Member
    gu: Member
    sweeping: Activity
    lake: Post
    slot: Slot


def make_cast() -> Cast:
    """Where no units are yet, the cast as it was made there first: to store its rows again costs a fraction of making
    them, and nearly every test begins so."""
    db.session.commit()
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        is_first = not connection.scalar(sa.select(sa.exists(sa.select(Unit.id))))
        made = _made.get(db.engine) if is_first else None
        for table, rows in made.rows if made else ():
            connection.execute(table.insert(), rows)
    if made:
        cast: Cast = pickle.loads(made.pickled)
        db.session.add_all(getattr(cast, field.name) for field in fields(cast))
        return cast
    cast = _make_cast()
    if is_first:
        with db.engine.connect() as connection:
            rows = [[dict(row) for row in connection.execute(sa.select(table)).mappings()] for table in TABLES]
        _made[db.engine] = _Made(pickle.dumps(cast), list(zip(TABLES, rows, strict=True)))
    return cast


TABLES = tuple(Base.metadata.tables[model.__tablename__] for model in (Unit, Member, RoleGrant, Activity, Post, Slot))


class _Made(NamedTuple):
    pickled: bytes
    rows: list[tuple[sa.Table, list[dict[str, Any]]]]


_made: WeakKeyDictionary[sa.Engine, _Made] = WeakKeyDictionary()


def forget_cast() -> None:
    """Where the tables were made anew: their numbers begin again, and would come to those of the rows that are kept."""
    _made.clear()


def _make_cast() -> Cast:
    school = make_unit("管理学院党总支", UnitLevel.GENERAL_BRANCH)
    first = make_unit("第一支部", parent=school)
    second = make_unit("第二支部", parent=school)
    with at_once():
        lin = make_member("2301001", "林可欣", first, class_name="营销2301", email="lin@example.edu")
        wang = make_member("2301002", "王一诺", first, class_name="营销2301", stage=Stage.ACTIVIST)
        zhao = make_member("2302001", "赵明", second, class_name="会计2302")
        ou = make_member("T001", "欧阳慧敏", first, standing=Standing.TEACHER)
        chen = make_member("T002", "陈静", school, standing=Standing.LEADER)
        gu = make_member("T003", "顾云", school, standing=Standing.TEACHER)
    with at_once():
        grant(ou, Role.ORGANIZER, first)
        grant(chen, Role.SECRETARY, school)
        grant(gu, Role.ADMINISTRATOR, school)
        sweeping = make_activity("东湖责任区清扫", first, "cleaning")
    lake = make_post(sweeping, "东湖北岸", capacity=2)
    slot = make_slot(lake, NOW + DAY, hours=2)
    db.session.commit()
    return Cast(school, first, second, lin, wang, zhao, ou, chen, gu, sweeping, lake, slot)


def make_unit(name: str, level: UnitLevel = UnitLevel.BRANCH, parent: Unit | None = None) -> Unit:
    unit = Unit(name=name, level=level, parent_id=parent.id if parent else None, path=f"?{name}", changed_at=NOW)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else ''}{unit.id}/"  # written with whatever follows
    return unit


def make_member(number: str, name: str, unit: Unit, **fields: Any) -> Member:
    values: dict[str, Any] = {"stage": Stage.FULL, "standing": Standing.STUDENT, "password_hash": _HASH, **fields}
    member = Member(number=number, name=name, unit=unit, created_at=NOW, **values)
    return store(member)


def grant(member: Member, role: Role, unit: Unit) -> None:
    store(RoleGrant(member=member, role=role, unit=unit, granted_at=NOW))


def make_activity(name: str, unit: Unit, kind: str = "cleaning", **fields: Any) -> Activity:
    """One that seats whoever is next without asking; tests of offers say otherwise."""
    values: dict[str, Any] = {"offer_minutes": 0, **fields}
    activity = Activity(
        name=name, unit=unit, kind_key=kind, created_at=NOW, changed_at=NOW, schedule_changed_at=NOW, **values
    )
    return store(activity)


def make_post(activity: Activity, name: str, capacity: int = 1, **fields: Any) -> Post:
    post = Post(activity=activity, name=name, place=name, capacity=capacity, changed_at=NOW, **fields)
    return store(post)


def make_site(name: str, unit: Unit, **fields: Any) -> Site:
    site = Site(name=name, unit=unit, changed_at=NOW, **fields)
    return store(site)


def make_slot(post: Post, starts_at: datetime, hours: float = 1, **fields: Any) -> Slot:
    values: dict[str, Any] = {"capacity": post.capacity, "created_at": NOW, **fields}
    ends_at = starts_at + timedelta(hours=hours)
    slot = Slot(post=post, starts_at=starts_at, ends_at=ends_at, changed_at=NOW, **values)
    return store(slot)


def make_series(post: Post, first: date, last: date, hour: int = 16, **fields: Any) -> Series:
    """A series of one post with a slot on each weekday of `first` between the two days, at this hour of the school."""
    rule = Rule(first=first, last=last, weekdays=frozenset({first.weekday()}))
    values: dict[str, Any] = {"on_holidays": False, "plain_days": False, "capacity": None, **fields}
    starts, ends = time(hour), time(hour + 2)
    series = store(
        Series(activity=post.activity, posts=[post], rule=rule.text, starts=starts, ends=ends, created_at=NOW, **values)
    )
    for day in rule.days():
        make_slot(post, at(day, starts), hours=2, series_id=series.id, series_day=day)
    return series


def make_room(cast: Cast, name: str = "205 教室", **fields: Any) -> Post:
    """A classroom whose switch somebody can be responsible for, in an activity of the first branch."""
    activity = db.session.scalar(sa.select(Activity).where(Activity.kind_key == "energy"))
    first = db.session.get_one(Unit, cast.first.id)
    return make_post(activity or make_activity("党员节能岗", first, "energy"), name, **fields)


def make_holder(post: Post, member: Member, days: int = 30, **fields: Any) -> Holder:
    """Somebody who is proposed for a post from now on; with `state` whatever they are."""
    values: dict[str, Any] = {"begins_at": NOW, "ends_at": NOW + days * DAY, **fields}
    return store(
        Holder(post=post, member_id=member.id, proposed_by_id=member.id, proposed_at=NOW - DAY, **values)
    )  # fmt: skip


def store(row: Row) -> Row:
    """Add the row and, unless more follow `at_once`, give it its id."""
    db.session.add(row)
    if not db.session.info.get("at_once"):
        db.session.flush()
    return row


@contextmanager
def at_once() -> Iterator[None]:
    """Store what the block makes in one flush. Rows that hang on each other belong into different blocks: a new row's
    collections would stay as they are here."""
    db.session.info["at_once"] = True
    with db.session.no_autoflush:
        yield
    del db.session.info["at_once"]
    db.session.flush()


def clear() -> None:
    """Delete every row, the trail's too. Few tables have any: to ask all of them at once takes a quarter of the time it
    takes to empty what is empty."""
    with unrefused() as connection:
        filled = connection.exec_driver_sql(_is_filled()).one()
        deletes = [f"DELETE FROM {table}" for table, is_filled in zip(_tables(), filled, strict=True) if is_filled]
        if db.engine.dialect.name == "sqlite":
            for delete in deletes:
                connection.exec_driver_sql(delete)
        elif deletes:
            connection.exec_driver_sql("; ".join(deletes))  # in one message


@cache
def _tables() -> list[str]:
    """To sort the tables takes as long as to empty most of them."""
    return [table.name for table in reversed(Base.metadata.sorted_tables)]


@cache
def _is_filled() -> str:
    return f"SELECT {', '.join(f'EXISTS (SELECT 1 FROM {table})' for table in _tables())}"


@contextmanager
def unrefused() -> Iterator[sa.Connection]:
    """A transaction in which neither the triggers of the trail nor foreign keys are asked: what whoever owns the
    database could do."""
    with db.engine.connect().execution_options(write=True, no_parameters=True) as connection:
        if db.engine.dialect.name != "sqlite":
            with connection.begin():
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                yield connection
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin(), untriggered(connection):
                yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def untriggered(connection: sa.Connection) -> Iterator[None]:
    """Take SQLite's triggers away and put them back, where there is anything that they would keep."""
    is_left = "SELECT EXISTS (SELECT 1 FROM audit_entry) OR EXISTS (SELECT 1 FROM audit_seal)"
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    kept = connection.exec_driver_sql(triggers).all() if connection.exec_driver_sql(is_left).scalar() else []
    for name, _ in kept:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in kept:
        connection.exec_driver_sql(statement)


class Visitor(FlaskClient):
    """A test client that fills in forms as a browser does, CSRF token included."""

    def log_in(self, member: Member) -> Visitor:
        """Be this member, without the slow way through the log-in page."""
        with self.session_transaction() as session:
            session["_user_id"], session["_fresh"] = member.get_id(), True
        return self

    def submit(self, path: str, **data: Any) -> TestResponse:
        """POST a form with this session's token."""
        return self.post(path, data={"csrf_token": self.token(), **data})

    def token(self) -> str:
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        signer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        return str(signer.dumps(raw))


def logged_in(app: Flask, member: Member) -> Visitor:
    return Visitor(app, app.response_class).log_in(member)


def english(app: Flask, member: Member) -> Visitor:
    """A member whose browser asks for English, so that a test can read the code's own words."""
    visitor = logged_in(app, member)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visitor


def my_state(member_id: int, slot_id: int) -> SignUpState | None:
    """Seated, waiting, or None."""
    found = sa.select(SignUp.state).where(SignUp.slot_id == slot_id, SignUp.member_id == member_id)
    return db.session.scalar(found.where(SignUp.state != SignUpState.WITHDRAWN))


def told_of(topic: str) -> list[tuple[int, str, datetime]]:
    """(member, slot, when) of what people were told on this topic, once for each slot that a notice lists."""
    found = db.session.query(Notice).filter(Notice.topic.in_([topic, f"{topic}_several"])).order_by(Notice.id).all()
    return [(n.member_id, one["slot"], n.created_at) for n in found for one in n.params.get("list", [n.params])]
