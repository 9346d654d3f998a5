"""Keeping trainings, and entering who has passed them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, lock, revise, transactional
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import accounts
from activities.people.service import acting
from activities.trainings import notices, queries, rules
from activities.trainings.models import Training, TrainingPass


@transactional
def add_training(actor_id: int, values: Mapping[str, Any], now: datetime) -> str:
    """Add a training from its columns. Return its public id."""
    _keeper(actor_id)
    _check_name(values["name"])
    training = Training(**values, changed_at=now)
    db.session.add(training)
    db.session.flush()
    audit.leave(now, actor_id, "add training", Training, training.id, after=values)
    return training.public_id


@transactional
def edit_training(actor_id: int, training_id: int, revision: int, changes: Mapping[str, Any], now: datetime) -> None:
    """Change what differs of what is the whole school's. Who has passed keeps the day until which it counts.
    ChangedMeanwhile where `revision` is not the present one any more."""
    if not acting(actor_id).may(Permission.EDIT_TRAININGS):
        raise NotAllowed
    training = lock(Training, training_id)
    if training.revision != revision:
        raise ChangedMeanwhile
    if changes["name"] != training.name:
        _check_name(changes["name"])
    before, after = revise(training, changes, now)
    if after:
        audit.leave(now, actor_id, "edit training", Training, training_id, before=before, after=after)


@transactional
def enter_passes(actor_id: int, training_id: int, text: str, passed_on: date, today: date, now: datetime) -> int:
    """Enter that the people with these numbers, one a line, passed a training on this day; all of them or, where a row
    is not right, none: WrongRows. Who is entered already for this day stays as is. Return how many are new."""
    keeper = _keeper(actor_id)
    training = lock(Training, training_id)
    if passed_on > today:
        raise rules.PassedInFuture
    rows = rules.read_numbers(text)
    known = queries.by_number(keeper, [number for _, number in rows])
    if wrong := rules.wrong_rows(rows, known, {one.number for one in accounts(actor_id)}):
        raise wrong
    there = sa.select(TrainingPass.member_id).where(
        TrainingPass.training_id == training_id, TrainingPass.passed_on == passed_on
    )
    entered = set(db.session.scalars(there))
    until = rules.valid_until(passed_on, training.months)
    fresh = [
        TrainingPass(
            training_id=training_id, member_id=member_id, passed_on=passed_on, valid_until=until,
            entered_by_id=actor_id, entered_at=now,
        )
        for member_id in known.values()
        if member_id not in entered
    ]  # fmt: skip
    db.session.add_all(fresh)
    db.session.flush()
    after = {"training": training_id, "passed_on": passed_on, "valid_until": until}
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (one.id, {}, {**after, "member": one.member_id}) for one in fresh
    ]
    audit.leave_all(now, actor_id, "enter training", TrainingPass, changes)
    notices.passed([one.member_id for one in fresh], training.name, passed_on, until, now)
    return len(fresh)


@transactional
def remove_pass(actor_id: int, pass_id: int, now: datetime) -> None:
    """Take back what was entered by mistake; the trail keeps it."""
    keeper = _keeper(actor_id)
    found = lock(TrainingPass, pass_id)
    member = db.session.get_one(Member, found.member_id)
    if not keeper.may(Permission.KEEP_TRAININGS, member.unit.path):
        raise NotFound
    before = {"training": found.training_id, "member": found.member_id, "passed_on": found.passed_on}
    db.session.delete(found)
    audit.leave(now, actor_id, "remove training", TrainingPass, pass_id, before=before)


def _keeper(actor_id: int) -> Member:
    """Who acts, read anew. NotAllowed for who may not keep trainings any more."""
    actor = acting(actor_id)
    if not actor.may(Permission.KEEP_TRAININGS):
        raise NotAllowed
    return actor


def _check_name(name: str) -> None:
    if db.session.scalar(sa.select(Training.id).where(Training.name == name)) is not None:
        raise rules.NameTaken(name)
