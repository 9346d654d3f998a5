"""Reads of trainings and of who has passed them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.sql import Among
from activities.people.models import Member, Unit
from activities.people.queries import within
from activities.people.users import Viewer
from activities.trainings.models import Training, TrainingPass

PAGE = 100


def every() -> list[Training]:
    return list(db.session.scalars(sa.select(Training).order_by(Training.name)))


def training(public_id: str) -> Training:
    found = db.session.scalars(sa.select(Training).where(Training.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


class Mine(NamedTuple):
    """A training and how it stands with one person: when it was last passed, and the last day on which that counts."""

    training: Training
    passed_on: date | None
    valid_until: date | None

    def is_valid(self, today: date) -> bool:
        return self.passed_on is not None and (self.valid_until is None or self.valid_until >= today)


def mine(member_id: int) -> list[Mine]:
    """Every training, with the person's own pass that counts longest. One statement."""
    query = (
        sa.select(Training, TrainingPass.passed_on, TrainingPass.valid_until)
        .outerjoin(TrainingPass, sa.and_(TrainingPass.training_id == Training.id, TrainingPass.member_id == member_id))
        .order_by(Training.name, TrainingPass.passed_on)
    )
    best: dict[int, Mine] = {}
    for row in db.session.execute(query):
        one, known = Mine(*row), best.get(row[0].id)
        if known is None or (known.valid_until is not None and (one.valid_until or date.max) >= known.valid_until):
            best[row[0].id] = one
    return list(best.values())


def passes(keeper: Viewer, training_id: int, page: int) -> list[TrainingPass]:
    """Who of the keeper's units has passed a training, the latest first; one more than a page where there is a next."""
    query = (
        sa.select(TrainingPass)
        .join(TrainingPass.member)
        .join(Member.unit)
        .where(TrainingPass.training_id == training_id, within(keeper.paths(Permission.KEEP_TRAININGS)))
        .options(joinedload(TrainingPass.member).joinedload(Member.unit), joinedload(TrainingPass.entered_by))
        .order_by(TrainingPass.passed_on.desc(), TrainingPass.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    return list(db.session.scalars(query))


def by_number(keeper: Viewer, numbers: Collection[str]) -> dict[str, int]:
    """The ids of the active people with these numbers who are in the keeper's units."""
    query = (
        sa.select(Member.number, Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.number.in_(numbers), Member.active, within(keeper.paths(Permission.KEEP_TRAININGS)))
    )
    return dict(db.session.execute(query).all())


def passed_by(member_id: int) -> list[TrainingPass]:
    """What the person has passed, the latest first."""
    query = sa.select(TrainingPass).where(TrainingPass.member_id == member_id).options(
        joinedload(TrainingPass.training, innerjoin=True), joinedload(TrainingPass.entered_by, innerjoin=True)
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(TrainingPass.passed_on.desc(), TrainingPass.id.desc())))


def passed_in(member_ids: Collection[int], year: int) -> dict[int, list[tuple[str, date]]]:
    """What these people passed in a year, as (training, day), by day. One statement, however many they are."""
    query = (
        sa.select(TrainingPass.member_id, Training.name, TrainingPass.passed_on)
        .join(TrainingPass.training)
        .where(
            Among(TrainingPass.member_id, member_ids),
            TrainingPass.passed_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(TrainingPass.passed_on, TrainingPass.id)
    )
    found: dict[int, list[tuple[str, date]]] = defaultdict(list)
    for member_id, name, day in run(query):
        found[member_id].append((name, day))
    return found
