"""Makers of rows: each notes one row to be filled in, whole and with counters that agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from activities.duties.models import Activity, Post, Slot
from activities.kit.db import Base, new_public_id
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant, Unit
from activities.people.rules import Stage, Standing, UnitLevel
from bench.bulk import fill

# In the order in which foreign keys allow them.
MODELS: tuple[type[Base], ...] = (Unit, Member, RoleGrant, Activity, Post, Slot)
SURNAMES, NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"


class Rows:
    """Rows of a database that is being filled, `now` the moment at which all of them came to be."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self._ids: dict[type[Base], int] = {}
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}

    def flush(self) -> None:
        """Fill in what was noted so far."""
        for model in MODELS:
            fill(self.connection, model, self._rows.pop(model, []))

    def count(self, model: type[Base]) -> int:
        return self._ids.get(model, 0)

    def add(self, model: type[Base], **values: Any) -> int:
        row_id = self._ids[model] = self.count(model) + 1
        self._rows.setdefault(model, []).append({"id": row_id, **values})
        return row_id

    def unit(self, name: str, level: UnitLevel, above: str = "") -> tuple[int, str]:
        """A unit below the one with the path `above`: its id and its path."""
        path = f"{above}{self.count(Unit) + 1}/"
        parent_id = int(above.split("/")[-2]) if above else None
        unit_id = self.add(
            Unit, parent_id=parent_id, level=level, name=name, path=path, changed_at=self.now
        )  # fmt: skip
        return unit_id, path

    def member(self, unit_id: int, class_name: str) -> int:
        n = self.count(Member) + 1
        name = SURNAMES[n % 20] + NAMES[n // 20 % 20] + NAMES[n // 400 % 20]
        return self.add(
            Member, number=f"23{n:07}", name=name, unit_id=unit_id, class_name=class_name,
            stage=list(Stage)[n % 5], standing=Standing.STUDENT, created_at=self.now,
        )  # fmt: skip

    def secretary(self, unit_id: int) -> int:
        """A secretary of this unit and all below, who is on the roster of the first unit."""
        return self._office(unit_id, Role.SECRETARY)

    def organizer(self, unit_id: int) -> int:
        """The same for an organizer."""
        return self._office(unit_id, Role.ORGANIZER)

    def _office(self, unit_id: int, role: Role) -> int:
        member_id = self.member(1, "")
        self.add(RoleGrant, member_id=member_id, role=role, unit_id=unit_id, granted_at=self.now)
        return member_id

    def activity(self, unit_id: int, kind: str, name: str) -> tuple[int, str]:
        """An activity open to all who see it: its id and its public id."""
        public_id = new_public_id()
        activity_id = self.add(
            Activity, public_id=public_id, kind_key=kind, unit_id=unit_id, name=name,
            description="按岗位标准检查并记录,发现问题及时上报。", risks="注意用电安全。", safeguards="两人一组。",
            created_at=self.now, changed_at=self.now, schedule_changed_at=self.now,
        )  # fmt: skip
        return activity_id, public_id

    def post(self, activity_id: int, name: str, capacity: int) -> int:
        return self.add(
            Post, activity_id=activity_id, name=name, place=f"教学楼 {name}",
            standard="人走灯灭,设备断电。", capacity=capacity, changed_at=self.now,
        )  # fmt: skip

    def slot(self, post_id: int, starts_at: datetime, capacity: int, taken: int) -> int:
        """A slot of fifty minutes that counts so many seats as taken; `bench.seats` seats somebody there."""
        return self.add(
            Slot, post_id=post_id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=50), capacity=capacity,
            taken=taken, tickets=taken, created_at=self.now, changed_at=self.now,
        )  # fmt: skip
