"""Who is on a waiting list, as the rules ask of them."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from activities.kit.db import run
from activities.people.models import Member
from activities.signups.facts import PERSON, SLOT, Home
from activities.signups.models import SignUp, Team
from activities.signups.rules import SignUpState
from activities.signups.rules_person import Person


class Waiter(NamedTuple):
    """Somebody on a waiting list. `id` and `revision` are the sign-up's; `at_once`: rather seated than asked when time
    is short; `whole_team`: the team that moves up all at once or not at all."""

    id: int
    revision: int
    member_id: int
    at_once: bool
    wish_id: int | None
    whole_team: int | None
    person: Person


WAITER = (SignUp.id, SignUp.revision, SignUp.member_id, SignUp.at_once, SignUp.wish_id, Team.id)
_WAITERS_LOCKED = (
    sa.select(*WAITER, *PERSON)
    .join(Member, Member.id == SignUp.member_id)
    .join(Home, Home.id == Member.unit_id)
    .outerjoin(Team, sa.and_(Team.id == SignUp.team_id, Team.whole))
    .where(SignUp.slot_id == SLOT, SignUp.state == SignUpState.WAITING, Member.active)
    .order_by(SignUp.ticket)
    .with_for_update(of=Member, key_share=True)
)


def waiters_locked(slot_id: int) -> list[Waiter]:
    """Those on the waiting list, who waits longest first; their rows are locked, so that none of them takes another
    seat meanwhile."""
    rows, size = run(_WAITERS_LOCKED, {"slot_id": slot_id}), len(WAITER)
    return [Waiter._make([*row[:size], Person._make(row[size:])]) for row in rows]
