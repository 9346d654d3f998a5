"""What waits for a secretary, in all rooms, each with the page on which it is done. One statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.certificates import notice_queries
from activities.certificates import queries as certificates
from activities.commendations import waiting
from activities.corrections import queries as corrections
from activities.cycles.models import Cycle, CycleStep, Participant
from activities.cycles.rules import CycleState
from activities.essays.models import Essay
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.kit.refusal import N_
from activities.kit.roles import Permission
from activities.objections import queries as objections
from activities.people.models import Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer
from activities.records import countersigning


@dataclass(frozen=True)
class Task:
    """`count`: for somebody on a day, how many wait, by the public id of a review, or empty where it is of none;
    `more`: what its address holds beside that."""

    name: str
    permission: Permission
    endpoint: str
    count: Callable[[Viewer, date], sa.Select[str, int]]
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Due:
    """So many of a task wait."""

    task: Task
    count: int
    address: dict[str, Any]


def _in_all(count: Callable[[Viewer], sa.Select[int]]) -> Callable[[Viewer, date], sa.Select[str, int]]:
    """What belongs to no review."""
    return lambda holder, _today: sa.select(sa.literal(""), count(holder).scalar_subquery())


def _undone(key: str, holder: Viewer, today: date, missing: sa.ColumnElement[bool]) -> sa.Select[str, int]:
    """Others of the holder's units in reviews whose step is open, of whom something is missing."""
    return (
        sa.select(Cycle.public_id, sa.func.count(Participant.id))
        .select_from(Participant)
        .join(Cycle, Cycle.id == Participant.cycle_id)
        .join(CycleStep, sa.and_(CycleStep.cycle_id == Cycle.id, CycleStep.key == key))
        .join(Unit, Unit.id == Participant.unit_id)
        .where(
            Cycle.state == CycleState.OPEN, CycleStep.first <= today, CycleStep.last >= today, missing,
            Participant.removed_at.is_(None), within(holder.paths(Permission.HOLD_REVIEW)),
            ~is_account_of(Participant.member_id, holder.id),
        )
        .group_by(Cycle.public_id)
    )  # fmt: skip


def _essays(holder: Viewer, today: date) -> sa.Select[str, int]:
    handed_in = sa.exists().where(Essay.participant_id == Participant.id, Essay.handed_in_at.is_not(None))
    return _undone("essay", holder, today, ~handed_in)


def _grades(holder: Viewer, today: date) -> sa.Select[str, int]:
    return _undone("grade", holder, today, Participant.grade.is_(None))


def _closings(holder: Viewer, _today: date) -> sa.Select[str, int]:
    """Reviews that somebody else wants to close."""
    return (
        sa.select(Cycle.public_id, sa.literal(1))
        .join(Cycle.unit)
        .where(
            Cycle.state == CycleState.OPEN, Cycle.close_asked_by_id.is_not(None), Cycle.close_confirmed_at.is_(None),
            within(holder.paths(Permission.HOLD_REVIEW)), ~is_account_of(Cycle.close_asked_by_id, holder.id),
        )
    )  # fmt: skip


TASKS: Sequence[Task] = (
    Task(N_("Corrections to decide"), Permission.REVIEW, "corrections.to_decide",
         _in_all(corrections.how_many_to_decide)),
    Task(N_("Hours to countersign"), Permission.COUNTERSIGN, "records.to_countersign",
         _in_all(countersigning.how_many)),
    Task(N_("Certificate requests"), Permission.CERTIFY, "certificates.asked_for",
         _in_all(certificates.how_many_to_answer)),
    Task(N_("Objections to certificates"), Permission.CERTIFY, "certificates.objections",
         _in_all(notice_queries.how_many_to_judge)),
    Task(N_("Self-reviews missing"), Permission.HOLD_REVIEW, "overviews.waited_for", _essays, (("key", "essay"),)),
    Task(N_("Grades missing"), Permission.HOLD_REVIEW, "overviews.people", _grades),
    Task(N_("Objections to grades"), Permission.HOLD_REVIEW, "objections.to_judge",
         _in_all(objections.how_many_to_judge)),
    Task(N_("Commendations to decide on"), Permission.TAKE_PART, "commendations.all_rounds",
         waiting.in_all(waiting.to_decide)),
    Task(N_("Commendations to put on notice"), Permission.COMMEND, "commendations.kept",
         waiting.in_all(waiting.to_publish)),
    Task(N_("Objections to commendations"), Permission.COMMEND, "commendations.kept",
         waiting.in_all(waiting.to_judge)),
    Task(N_("Commendations to grant"), Permission.COMMEND, "commendations.kept", waiting.in_all(waiting.to_grant)),
    Task(N_("Closings to confirm"), Permission.HOLD_REVIEW, "cycles.show", _closings),
)  # fmt: skip


def due(holder: Viewer, now: datetime) -> list[Due]:
    """What waits for somebody now, in the order of the tasks."""
    today = local_day(now)
    asked = [
        task.count(holder, today).add_columns(sa.literal(n).label("task"))
        for n, task in enumerate(TASKS)
        if holder.may(task.permission)
    ]
    if not asked:
        return []
    found = db.session.execute(sa.union_all(*asked)).all()
    return [_due(TASKS[n], public_id, count) for public_id, count, n in sorted(found, key=lambda row: row[2]) if count]


def _due(task: Task, public_id: str, count: int) -> Due:
    return Due(task, count, dict(task.more) | ({"public_id": public_id} if public_id else {}))
