"""What opinions and grades hand in: the step, whom that waits for, and to packets what was decided the year before."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.cycles.models import CycleUnit, Participant
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.plugs import Plug, plug
from activities.cycles.waits import Pairs, Wait, takes_part, waits
from activities.grades import (
    joined,  # noqa: F401 - it sees to what accounts of one person gave each other
    pages,
    queries,
    service,
    told,
)
from activities.grades.models import Opinion
from activities.kit.refusal import N_
from activities.kit.roles import PERMISSIONS, Permission
from activities.packets.above import tells
from activities.people.models import Member, RoleGrant, Unit
from activities.people.persons import of_one_person
from activities.people.users import Viewer


def _opinions(cycle_id: int) -> Pairs:
    asked = sa.select(Participant.unit_id, Opinion.by_id).join(Opinion, Opinion.participant_id == Participant.id)
    return asked.where(*takes_part(cycle_id), Opinion.written_at.is_(None))


def _grades(cycle_id: int) -> Pairs:
    """Those who hold the review of a unit on some of whose people, others than themselves, nobody has decided: who is
    nearest to it."""
    above, roles = sa.orm.aliased(Unit), [role for role, may in PERMISSIONS.items() if Permission.HOLD_REVIEW in may]
    undecided = sa.exists().where(
        *takes_part(cycle_id), Participant.unit_id == CycleUnit.unit_id, Participant.grade.is_(None),
        ~of_one_person(Participant.member_id, RoleGrant.member_id),
    )  # fmt: skip
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


@panel(Place.MINE)
def _asked_for(member: Viewer, _about: None, now: datetime) -> Panel | None:
    """Whoever is asked for an opinion finds it here, and can change it as long as that is of use."""
    found = pages.opinions_of(member.id, now)
    return Panel("grades/_panel.html", {"opinions": found}) if found else None


@panel(Place.OUTCOME)
def _outcome(_member: Viewer, part: Participant, now: datetime) -> Panel | None:
    last = pages.outcome_of(part, now)
    return Panel("grades/_outcome.html", {"last": last}) if last else None


plug(
    "grade",
    Plug(
        done=queries.graded, asks_anybody=pages.opinions_asked, end=service.take_away,
        holder_page="overviews.people",
    ),
)  # fmt: skip
waits(
    Wait(
        "opinion", "grade", N_("Opinion asked for and not written"),
        N_("An opinion that you were asked for is not written."), _opinions, "home.my_duties",
    )
)  # fmt: skip
waits(
    Wait(
        "grade", "grade", N_("Opinion and grade to be given"),
        N_("Opinions and grades of people in your units are missing."), _grades,
    )
)  # fmt: skip
# What was decided here comes before what a file says of the same year.
tells(told.last_years)
tells(told.imported)
