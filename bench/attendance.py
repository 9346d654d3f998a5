"""(i) Records: six hundred people marked in one slot, six hundred who check in, and the year of many people with very
many records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from flask import Flask, request, session
from flask_login import login_user
from flask_wtf.csrf import generate_csrf

from activities.audit.models import AuditEntry
from activities.duties.kinds import Evidence, Ledger
from activities.duties.models import Post, Slot
from activities.kit import clock
from activities.kit.db import db, new_public_id
from activities.people.models import Member, Unit
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.reviews import queries as years
from activities.reviews.rules import Filters
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from bench.bulk import fill, settle
from bench.capture import BROWSER, HOST, SECRET, Request, ask
from bench.floor import Driver
from bench.people import Office, crowd, office, write
from bench.results import Result
from bench.series import counted
from bench.stage import plain_address

CROWD, PEOPLE, FEW, EACH = 600, 10_000, 1000, 100
HOUR = timedelta(hours=1)
DAYS_AGO = count(1)
YEAR_SQL = """
    SELECT m.unit_id,
        SUM(CASE WHEN r.ledger = 'service' AND r.is_final THEN r.minutes ELSE 0 END),
        SUM(CASE WHEN r.ledger = 'duty' AND r.is_final THEN r.minutes ELSE 0 END),
        SUM(CASE WHEN r.ledger = 'learning' AND r.is_final THEN r.minutes ELSE 0 END),
        SUM(CASE WHEN r.ledger = 'organisation' AND r.is_final THEN r.minutes ELSE 0 END),
        SUM(CASE WHEN r.ledger = 'service' AND NOT r.is_final THEN r.minutes ELSE 0 END)
    FROM member m JOIN record r ON r.member_id = m.id
    WHERE m.unit_id = ? AND m.active AND r.day BETWEEN ? AND ? GROUP BY m.unit_id"""


def attendance(app: Flask, database: str, scale: int, runs: int, *, quick: bool) -> Iterator[Result]:
    """Seconds until all are marked, check-ins a second, and seconds for the year's totals."""
    with app.app_context():
        place = office("全校大会", "meeting")
        people = crowd(place.unit, CROWD)
        yield _marked(place, people, database, scale, runs)
    yield _checked_in(app, place, people, database, scale, runs)
    with app.app_context():
        yield _year(app, FEW if quick else PEOPLE, database, scale, runs)


# ── marking ─────────────────────────────────────────────────────────────────


def _slot(place: Office, people: Sequence[int], starts_at: datetime) -> Slot:
    """One in which all of these have a seat."""
    now = clock.now()
    post = Post(activity_id=place.activity, name="礼堂", place="礼堂", changed_at=now)
    slot = Slot(
        post=post, starts_at=starts_at, ends_at=starts_at + HOUR, capacity=len(people), taken=len(people),
        tickets=len(people), created_at=now, changed_at=now,
    )  # fmt: skip
    db.session.add(slot)
    db.session.commit()
    same = {"slot_id": slot.id, "state": SignUpState.SEATED, "signed_up_at": now, "changed_at": now}
    write(SignUp, ({**same, "member_id": who, "ticket": n} for n, who in enumerate(people, start=1)))
    return slot


def _marked(place: Office, people: Sequence[int], database: str, scale: int, runs: int) -> Result:
    """All of them present, in one save. The floor is the bare driver that writes the same records and trail."""
    times, floors, sent = [], [], 0
    marks = {who: Mark(Attendance.PRESENT, 60) for who in people}
    for _ in range(runs):
        slot = _slot(place, people, clock.now() - next(DAYS_AGO) * 2 * HOUR)
        with counted() as statements:
            began = perf_counter()
            saved = record_attendance(place.holder, slot.id, marks, clock.now())
            times.append(perf_counter() - began)
        sent = max(sent, len(statements))
        if saved.recorded != len(people):
            raise RuntimeError(f"{saved.recorded} are recorded")
        db.session.commit()
        floors.append(_written(place, people, _slot(place, people, clock.now() - next(DAYS_AGO) * 2 * HOUR)))
    return Result("records.mark", database, scale, median(times), "s", median(floors), sent)


def _written(place: Office, people: Sequence[int], slot: Slot) -> float:
    now, facts = clock.now(), {"attendance": "present", "minutes": 60}
    records = [_record(slot, who, place.holder, now) for who in people]
    same = {"at": now, "actor_id": place.holder, "verb": "record", "subject": "record", "before": {}, "after": facts}
    trail = [{**same, "subject_id": who, "reason": ""} for who in people]
    with db.engine.connect().execution_options(write=True) as connection:
        began = perf_counter()
        with connection.begin():
            fill(connection, Record, records)
            fill(connection, AuditEntry, trail)
        return perf_counter() - began


def _record(slot: Slot, who: int, recorder: int, now: datetime, **fields: Any) -> dict[str, Any]:
    return {
        "public_id": new_public_id(), "slot_id": slot.id, "member_id": who, "attendance": Attendance.PRESENT,
        "minutes": 60, "ledger": Ledger.ORGANISATION, "day": clock.local_day(slot.starts_at),
        "evidence": Evidence.ORGANIZER_TICK, "is_final": True, "recorded_by_id": recorder, "recorded_at": now,
        "changed_at": now, **fields,
    }  # fmt: skip


# ── checking in ─────────────────────────────────────────────────────────────


def _checked_in(
    app: Flask, place: Office, people: Sequence[int], database: str, scale: int, runs: int
) -> Result:  # fmt: skip
    """Each presses the button after a scan, one after the other, in this process on both sides."""
    rates, floors = [], []
    for _ in range(runs):
        with app.app_context():
            slot = _slot(place, people, clock.now() - HOUR / 60)
            bare = _slot(place, people, clock.now() - next(DAYS_AGO) * 2 * HOUR)
        phones = _phones(app, place, slot, people)
        rates.append(_rate(app, [Request("/check-in", {"Cookie": c}, {"csrf_token": token}) for c, token in phones]))
        floor = _bare_flask(app, bare, place.holder)
        floors.append(_rate(floor, [Request("/in", {}, {"who": str(who)}) for who in people]))
        with app.app_context():
            # Taken away again, since nobody checks in to two slots at one time.
            gone = db.session.execute(sa.delete(Record).where(Record.slot_id == slot.id).returning(Record.id)).all()
            db.session.commit()
        if len(gone) != len(people):
            raise RuntimeError(f"{len(gone)} have checked in")
    return Result("records.check_in", database, scale, median(rates), "1/s", median(floors))


def _rate(app: Flask, requests: Sequence[Request]) -> float:
    began = perf_counter()
    for one in requests:
        with ask(app, one) as answer:
            if answer.status_code != 303:
                raise RuntimeError(f"{answer.status_code} {answer.text[:200]}")
    return len(requests) / (perf_counter() - began)


def _phones(app: Flask, place: Office, slot: Slot, people: Sequence[int]) -> list[tuple[str, str]]:
    """For each the cookie of a browser that has logged in and scanned the code, and its CSRF token."""
    name = app.session_interface.get_cookie_name(app)
    sign = app.session_interface.get_signing_serializer(app).dumps  # type: ignore[attr-defined]
    with app.app_context():
        members = db.session.scalars(sa.select(Member).where(Member.id.in_(people))).all()
        host = db.session.get_one(Member, place.holder).public_id
    scan = {"slot": [slot.public_id], "host": host, "at": clock.now().isoformat(), "evidence": "rotating_code"}
    found = []
    for member in members:
        with app.test_request_context(headers={"User-Agent": BROWSER}, environ_base={"REMOTE_ADDR": HOST}):
            login_user(member)
            session["scanned"] = scan
            token = generate_csrf()
            found.append((f"{name}={sign(dict(session))}", token))
    return found


def _bare_flask(app: Flask, slot: Slot, recorder: int) -> Flask:
    """A Flask application that does nothing but one insert, with the bare driver."""
    floor, driver = Flask("floor", static_folder=None), Driver(plain_address(app))
    floor.secret_key = SECRET
    with app.app_context():
        slot_id, day = slot.id, clock.local_day(slot.starts_at).isoformat()

    @floor.post("/in")
    def check_in() -> Any:
        now = clock.now()
        driver.execute(
            "INSERT INTO record (public_id, slot_id, member_id, attendance, minutes, minutes_late, ledger, day,"
            " evidence, note, is_final, recorded_by_id, recorded_at, changed_at)"
            " VALUES (?, ?, ?, 'present', 60, 0, 'organisation', ?, 'rotating_code', '', TRUE, ?, ?, ?)",
            new_public_id(), slot_id, int(request.form["who"]), day, recorder, now, now,
        )  # fmt: skip
        return "", 303

    return floor


# ── the year ────────────────────────────────────────────────────────────────


def _year(app: Flask, people: int, database: str, scale: int, runs: int) -> Result:
    """The totals of a unit's year, from the records alone; the floor is the statement by hand."""
    place = office("年度统计", "cleaning")
    year = clock.local_day(clock.now()).year - 1
    who = crowd(place.unit, people)
    post = Post(activity_id=place.activity, name="东湖", place="东湖", changed_at=clock.now())
    starts = [clock.at(date(year, 1, 2) + timedelta(days=3 * n), time(8)) for n in range(EACH)]
    slots = [
        Slot(post=post, starts_at=at, ends_at=at + HOUR, capacity=people, created_at=at, changed_at=at) for at in starts
    ]
    db.session.add_all(slots)
    db.session.commit()
    service = {"ledger": Ledger.SERVICE}
    write(Record, (_record(slot, one, place.holder, slot.ends_at, **service) for one in who for slot in slots))
    settle(db.engine)
    path = db.session.get_one(Unit, place.unit).path
    branches = years.scope([path], year, Filters(), clock.now()).branches
    driver, times, floors, sent = Driver(plain_address(app)), [], [], 0
    days = [date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()]
    for _ in range(1 + runs):
        with counted() as statements:
            began = perf_counter()
            minutes = years.minutes(branches, year, Filters())
            times.append(perf_counter() - began)
        sent = len(statements)
        began = perf_counter()
        bare = driver.execute(YEAR_SQL, place.unit, *days).fetchall()
        floors.append(perf_counter() - began)
        if minutes[place.unit].minutes[0] != bare[0][1] or bare[0][1] != people * EACH * 60:
            raise RuntimeError(f"the year has {minutes} minutes, and by hand {bare}")
    db.session.commit()
    return Result("records.year", database, scale, median(times[1:]), "s", median(floors[1:]), sent)
