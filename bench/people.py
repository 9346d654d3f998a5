"""Who is measured with: a unit of its own with somebody in an office and an activity, and members by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from activities.duties.models import Activity
from activities.kit import clock
from activities.kit.db import Base, db, new_public_id
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant, Unit
from activities.people.rules import Stage, Standing, UnitLevel
from bench.bulk import fill


@dataclass(frozen=True)
class Office:
    """Ids of a unit, of whoever holds the role there, and of an activity of the unit."""

    unit: int
    holder: int
    activity: int


def office(name: str, kind_key: str, role: Role = Role.ORGANIZER, **fields: Any) -> Office:
    """One of this name, with what else the activity has."""
    now = clock.now()
    unit = Unit(name=name, level=UnitLevel.COMMITTEE, path="?", changed_at=now)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{unit.id}/"
    holder = Member(
        number=f"bench-{unit.id}", name="组织者", unit=unit, stage=Stage.FULL, standing=Standing.TEACHER, created_at=now
    )
    activity = Activity(
        name=name, unit=unit, kind_key=kind_key, created_at=now, changed_at=now, schedule_changed_at=now, **fields
    )
    db.session.add_all([holder, activity, RoleGrant(member=holder, role=role, unit=unit, granted_at=now)])
    db.session.commit()
    return Office(unit.id, holder.id, activity.id)


def crowd(unit_id: int, count: int) -> list[int]:
    """So many new students of the unit: their ids."""
    now, prefix = clock.now(), f"bench-{unit_id}-"
    write(
        Member,
        (
            {
                "public_id": new_public_id(), "number": f"{prefix}{n}", "name": f"同学{n}", "unit_id": unit_id,
                "stage": Stage.FULL, "standing": Standing.STUDENT, "created_at": now,
            }
            for n in range(count)
        ),
    )  # fmt: skip
    people = list(db.session.scalars(sa.select(Member.id).where(Member.number.startswith(prefix))))
    db.session.commit()
    return people


def write(model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Fill in the rows in a transaction of its own."""
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        fill(connection, model, rows)
