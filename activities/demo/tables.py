"""The demo as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.demo import article
from activities.demo.attendance import DemoRecord
from activities.demo.calendar import WEEKS, DemoCalendar
from activities.demo.offices import Offices
from activities.demo.persons import Person
from activities.demo.plans import Plan, PostPlan, SitePlan
from activities.demo.programme import PROGRAMME
from activities.demo.rows import Row, Tick, entry, write, write_one, write_with_ids
from activities.demo.timetable import DemoSignUp, DemoSlot, closes_at, opens_at
from activities.duties.kinds import kind_of
from activities.duties.models import Activity, ActivityOrganizer, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.clock import at
from activities.kit.db import db
from activities.people.models import Member, RoleGrant, Unit
from activities.people.passwords import hash_password
from activities.records.models import Record
from activities.records.rules import Mark
from activities.records.service import facts_of
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.sites.models import Site
from activities.terms.models import SpecialDay, Term

if TYPE_CHECKING:
    from activities.demo.load import World

MORNING = time(8, 0)
GRANTED = ("member_id", "role", "unit_id")
Units = dict[str, tuple[int, str]]  # by name: id and path


def count(world: World) -> int:
    """How many rows `write_all` will tell of."""
    sign_ups = [sign_up for slot in world.slots for sign_up in slot.sign_ups]
    steps = sum(len(sign_up.steps) for sign_up in sign_ups)
    left = sum(record.spell is not None and record.spell.left_at is not None for record in world.records)
    return len(world.persons) + len(world.slots) + len(sign_ups) + steps + 2 * len(world.records) + left


def write_all(world: World, tick: Tick) -> None:
    began = at(world.calendar.began, MORNING)
    _write_calendar(world.calendar)
    units = _write_units(began)
    _write_people(world.persons, world.offices, units, began, tick)
    _write_slots(world, units, tick)
    sign_ups = [(slot, sign_up) for slot in world.slots for sign_up in slot.sign_ups]
    write_with_ids(
        SignUp, ("slot_id", "ticket"), [s for _, s in sign_ups], (_sign_up(*pair) for pair in sign_ups), tick
    )
    write_with_ids(Record, ("slot_id", "member_id"), world.records, map(_record, world.records), tick)
    write(AuditEntry, _trail([s for _, s in sign_ups], world.records), tick)


def _write_calendar(calendar: DemoCalendar) -> None:
    terms = [{"name": t.name, "starts_on": t.starts_on, "weeks": WEEKS} for t in calendar.terms]
    days = [
        {"day": special.day, "name": special.name, "off": special.off, "acts_as": None, "confirmed": special.confirmed}
        for special in calendar.special.values()
    ]
    db.session.execute(sa.insert(Term), terms)
    db.session.execute(sa.insert(SpecialDay), days)


def _write_units(began: datetime) -> Units:
    units: Units = {"": (0, "")}
    for name, level, parent in article.UNITS:
        parent_id, parent_path = units[parent or ""]
        unit = Unit(name=name, level=level, parent_id=parent_id or None, path=f"?{name}", changed_at=began)
        db.session.add(unit)
        db.session.flush()
        unit.path = f"{parent_path}{unit.id}/"
        units[name] = (unit.id, unit.path)
    db.session.flush()
    return units


def _write_people(persons: Sequence[Person], offices: Offices, units: Units, began: datetime, tick: Tick) -> None:
    # One hash for all: 653 of them would take a minute, and their common password is known anyway.
    hashed = hash_password(article.PASSWORD)
    rows = (
        {
            "number": p.number, "name": p.name, "unit_id": units[p.unit][0], "class_name": p.class_name,
            "stage": p.stage, "standing": p.standing, "email": f"{p.number.lower()}@example.edu",
            "created_at": at(p.since, MORNING), "password_hash": hashed,
        }
        for p in persons
    )  # fmt: skip
    write_with_ids(Member, ("number",), persons, rows, tick)
    grants = [
        {
            "member_id": office.holder.id, "role": office.role, "unit_id": units[office.unit][0],
            "granted_by_id": offices.granted_by.id, "granted_at": began,
        }
        for office in offices.held
    ]  # fmt: skip
    db.session.execute(sa.insert(RoleGrant), grants)
    held = db.session.execute(sa.select(RoleGrant.id, RoleGrant.member_id, RoleGrant.role, RoleGrant.unit_id))
    by = offices.granted_by
    entries = [entry(began, by.id, "grant", RoleGrant, i, after=dict(zip(GRANTED, of, strict=True))) for i, *of in held]
    db.session.execute(sa.insert(AuditEntry), entries)


# ── what is planned ─────────────────────────────────────────────────────────


def _write_slots(world: World, units: Units, tick: Tick) -> None:
    by_plan: dict[Plan, list[DemoSlot]] = {plan: [] for plan in PROGRAMME}
    for slot in world.slots:
        by_plan[slot.plan].append(slot)
    posts: dict[PostPlan, int] = {}
    sites: dict[SitePlan, int] = {}
    for plan, slots in by_plan.items():
        activity_id = _write_activity(plan, slots, world, units[plan.unit][0])
        made = min(slot.created_at for slot in slots)
        for post in plan.posts:
            if post.site and post.site not in sites:
                sites[post.site] = write_one(Site, unit_id=units[plan.unit][0], changed_at=made, **asdict(post.site))
            posts[post] = write_one(
                Post, activity_id=activity_id, name=post.name, place=post.place, standard=post.standard,
                capacity=post.capacity, changed_at=made, site_id=post.site and sites[post.site], floor=post.floor,
            )  # fmt: skip
    write_with_ids(
        Slot, ("post_id", "starts_at"), world.slots, (_slot(slot, posts[slot.post]) for slot in world.slots), tick
    )


def _write_activity(plan: Plan, slots: Sequence[DemoSlot], world: World, unit_id: int) -> int:
    today = world.calendar.today
    made = min(slot.created_at for slot in slots) - timedelta(hours=1)
    changes = [slot.cancelled_at or slot.created_at for slot in slots]
    activity_id = write_one(
        Activity, kind=plan.kind, unit_id=unit_id, name=plan.name, description=plan.description, risks=plan.risks,
        safeguards=plan.safeguards, mailbox=plan.mailbox, sign_up_opens_at=opens_at(plan, today),
        sign_up_closes_at=closes_at(plan, today), withdraw_minutes=int(plan.withdraw.total_seconds() // 60),
        stages=plan.stages, standings=plan.standings,
        created_at=made, changed_at=made, schedule_revision=len(plan.posts) + len(set(changes)),
        schedule_changed_at=max(changes),
    )  # fmt: skip
    organizers = world.offices.organizers(plan)
    rows = [{"activity_id": activity_id, "member_id": organizer.id} for organizer in organizers]
    db.session.execute(sa.insert(ActivityOrganizer), rows)
    return activity_id


def _slot(slot: DemoSlot, post_id: int) -> Row:
    return {
        "post_id": post_id, "starts_at": slot.starts_at, "ends_at": slot.ends_at, "capacity": slot.capacity,
        "state": SlotState.CANCELLED if slot.cancelled_at else SlotState.OPEN, "cancel_reason": slot.cancel_reason,
        "cancelled_at": slot.cancelled_at, "created_at": slot.created_at,
        "taken": slot.held, "waiting": len(slot.in_state(SignUpState.WAITING)),
        "tickets": len(slot.sign_ups), "revision": 1 if slot.cancelled_at else 0,
        "changed_at": slot.cancelled_at or slot.created_at,
    }  # fmt: skip


# ── what people did ─────────────────────────────────────────────────────────


def _sign_up(slot: DemoSlot, sign_up: DemoSignUp) -> Row:
    return {
        "slot_id": slot.id, "member_id": sign_up.person.id, "state": sign_up.state, "ticket": sign_up.ticket,
        "signed_up_at": sign_up.steps[0].at, "seated_at": sign_up.since(SignUpState.SEATED),
        "withdrawn_at": sign_up.since(SignUpState.WITHDRAWN), "revision": len(sign_up.steps) - 1,
        "changed_at": sign_up.steps[-1].at, "risks_version": 1 if slot.plan.risks else None,
        "risks_read_at": sign_up.steps[0].at if slot.plan.risks else None, "risks_asked": 0,
        "offered_until": sign_up.offered_until if sign_up.state is SignUpState.OFFERED else None,
    }  # fmt: skip


def _record(record: DemoRecord) -> Row:
    slot, kind = record.slot, kind_of(record.slot.plan.kind)
    return {
        "slot_id": slot.id, "member_id": record.person.id, "ledger": kind.ledger, "day": slot.day,
        "weight": kind.percent_on(slot.day),
        "came_at": record.spell and record.spell.came_at, "left_at": record.spell and record.spell.left_at,
        "recorded_at": record.at, "changed_at": record.changed_at, **_facts(record), **(_signature(record) or {}),
    }  # fmt: skip


def _facts(record: DemoRecord, at_first: Mark | None = None) -> dict[str, Any]:
    return facts_of(at_first or record.mark, record.known, record.recorder.id)


def _signature(record: DemoRecord) -> dict[str, Any] | None:
    return {"is_final": True, "countersigned_by_id": record.second.id} if record.second else None


def _trail(sign_ups: Sequence[DemoSignUp], records: Sequence[DemoRecord]) -> Iterator[Row]:
    """What the services would have left, in the order of time."""
    recorded = (row for record in records for row in _record_trail(record))
    unsigned = {"is_final": False, "countersigned_by_id": None}
    signed = (
        entry(r.signed_at, r.second.id, "countersign", Record, r.id, unsigned, signature)
        for r in records
        if (signature := _signature(r)) and r.second and r.signed_at
    )
    yield from sorted([*_sign_up_trail(sign_ups), *recorded, *signed], key=lambda row: row["at"])


def _record_trail(record: DemoRecord) -> Iterator[Row]:
    stay, facts = record.spell, _facts(record)
    if stay is None:
        yield entry(record.at, record.recorder.id, "record", Record, record.id, {}, facts, record.known.note)
        return
    came = _facts(record, stay.at_first)
    yield entry(stay.came_at, record.person.id, "check in", Record, record.id, {}, came)
    if stay.left_at:
        yield entry(stay.left_at, record.person.id, "check out", Record, record.id, came, facts)


def _sign_up_trail(sign_ups: Sequence[DemoSignUp]) -> Iterator[Row]:
    for sign_up in sign_ups:
        for step in sign_up.steps:
            actor = None if step.verb == "promote" else sign_up.person.id
            before = {"state": step.before} if step.before else {}
            after = {"state": step.after} if step.before else {"state": step.after, "ticket": sign_up.ticket}
            yield entry(step.at, actor, step.verb, SignUp, sign_up.id, before, after)
