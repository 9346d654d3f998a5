"""Whom a review waits for: each sort says to which step it belongs, and who is meant by a query of (unit, person). One
that a further step has is handed in here once, and stands on the overview and behind its button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from activities.cycles.models import CycleUnit, Essay, Opinion, Participant
from activities.cycles.models_peers import PeerReview
from activities.cycles.rules import STEPS
from activities.kit.refusal import N_
from activities.kit.roles import PERMISSIONS, Permission
from activities.people.models import Member, RoleGrant, Unit

Pairs = sa.Select[int, int]


@dataclass(frozen=True)
class Wait:
    """`who`: of a cycle, the units and whom each waits for; `told`: what is missing, as a sentence to them."""

    key: str
    step: str
    name: str
    told: str
    who: Callable[[int], Pairs]


WAITS: dict[str, Wait] = {}


def waits(one: Wait) -> None:
    """Let a step wait for people."""
    if one.step not in STEPS:
        raise KeyError(one.step)
    WAITS[one.key] = one


def _takes_part(cycle_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Participant.cycle_id == cycle_id, Participant.removed_at.is_(None)


def _essay(cycle_id: int) -> Pairs:
    handed_in = sa.exists().where(Essay.participant_id == Participant.id, Essay.handed_in_at.is_not(None))
    return sa.select(Participant.unit_id, Participant.member_id).where(*_takes_part(cycle_id), ~handed_in)


def _peers(cycle_id: int) -> Pairs:
    """Whoever has a review of somebody else to write."""
    writing = sa.select(Participant.unit_id, Participant.member_id).join(
        PeerReview, PeerReview.reviewer_id == Participant.id
    )
    return writing.where(*_takes_part(cycle_id), PeerReview.handed_in_at.is_(None)).distinct()


def _opinion(cycle_id: int) -> Pairs:
    asked = sa.select(Participant.unit_id, Opinion.by_id).join(Opinion, Opinion.participant_id == Participant.id)
    return asked.where(*_takes_part(cycle_id), Opinion.written_at.is_(None))


def _grade(cycle_id: int) -> Pairs:
    """Those who hold the review of a unit on some of whose people nobody has decided: who is nearest to it."""
    above, roles = sa.orm.aliased(Unit), [role for role, may in PERMISSIONS.items() if Permission.HOLD_REVIEW in may]
    undecided = sa.exists().where(
        *_takes_part(cycle_id), Participant.unit_id == CycleUnit.unit_id, Participant.grade.is_(None)
    )
    near = sa.func.rank().over(partition_by=CycleUnit.unit_id, order_by=sa.func.length(above.path).desc())
    holders = (
        sa.select(CycleUnit.unit_id, RoleGrant.member_id, near.label("place"))
        .join(Unit, Unit.id == CycleUnit.unit_id)
        .join(above, Unit.path.startswith(above.path))
        .join(RoleGrant, RoleGrant.unit_id == above.id)
        .join(Member, Member.id == RoleGrant.member_id)
        .where(CycleUnit.cycle_id == cycle_id, undecided, RoleGrant.role.in_(roles), Member.active)
        .subquery()
    )
    return sa.select(holders.c.unit_id, holders.c.member_id).where(holders.c.place == 1)


waits(Wait("essay", "essay", N_("Self-review not handed in"), N_("Your self-review is not handed in."), _essay))
waits(Wait("peers", "peers", N_("Peer review not handed in"), N_("A peer review of yours is not handed in."), _peers))
waits(
    Wait(
        "opinion", "grade", N_("Opinion asked for and not written"),
        N_("An opinion that you were asked for is not written."), _opinion,
    )
)  # fmt: skip
waits(
    Wait(
        "grade", "grade", N_("Opinion and grade to be given"),
        N_("Opinions and grades of people in your units are missing."),
        _grade,
    )
)  # fmt: skip
