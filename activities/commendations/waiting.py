"""What waits for somebody in rounds of commendation: by the public id of a round, how many of it. Each is one select,
so that what waits in all rooms is asked in one statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from activities.certificates.rules_notice import Verdict
from activities.commendations.models import CommitteeMember, Nomination, NoticeObjection, Round
from activities.commendations.rules import RoundState, State
from activities.kit.db import db
from activities.kit.refusal import N_
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.users import Viewer

Waiting = sa.Select[str, int]


def to_decide(viewer: Viewer, _today: date) -> Waiting:
    """Nominations on which the viewer, who is on the committee, can enter the decision."""
    return (
        sa.select(Round.public_id, sa.func.count(Nomination.id).label("waits"))
        .select_from(Nomination)
        .join(Nomination.round)
        .join(CommitteeMember, CommitteeMember.round_id == Round.id)
        .where(
            Round.state == RoundState.OPEN, CommitteeMember.member_id == viewer.id, Nomination.state == State.AGREED,
            _is_other(Nomination.member_id, viewer), _is_other(Nomination.by_id, viewer),
        )
        .group_by(Round.public_id)
    )  # fmt: skip


def to_publish(keeper: Viewer, today: date) -> Waiting:
    """Rounds of the keeper's units whose committee has decided on everybody."""
    undecided = sa.exists().where(Nomination.round_id == Round.id, Nomination.state == State.AGREED)
    return _rounds(keeper).where(Round.state == RoundState.OPEN, Round.last < today, Round.chosen > 0, ~undecided)


def to_judge(keeper: Viewer, _today: date) -> Waiting:
    """Objections that are the keeper's to answer."""
    involved = (NoticeObjection.member_id, Nomination.member_id, Nomination.by_id, Nomination.decided_by_id)
    return (
        sa.select(Round.public_id, sa.func.count(NoticeObjection.id).label("waits"))
        .select_from(NoticeObjection)
        .join(NoticeObjection.nomination)
        .join(Nomination.round)
        .join(Round.unit)
        .where(
            NoticeObjection.verdict == Verdict.OPEN, Round.state == RoundState.NOTICE, _kept(keeper),
            *(_is_other(column, keeper) for column in involved),
        )
        .group_by(Round.public_id)
    )  # fmt: skip


def to_grant(keeper: Viewer, today: date) -> Waiting:
    """Rounds whose notice is over, with no objection open, that are the keeper's to grant."""
    of_round = sa.and_(Nomination.round_id == Round.id, Nomination.state == State.CHOSEN)
    parts = (Nomination.member_id, Nomination.by_id, Nomination.decided_by_id)
    own = ~sa.and_(*(_is_other(column, keeper) for column in parts))
    objected = sa.exists().where(
        NoticeObjection.nomination_id == Nomination.id, Nomination.round_id == Round.id,
        NoticeObjection.verdict == Verdict.OPEN,
    )  # fmt: skip
    return _rounds(keeper).where(
        Round.state == RoundState.NOTICE, Round.notice_until < today, ~objected,
        _is_other(Round.published_by_id, keeper), ~sa.exists().where(of_round, own),
    )  # fmt: skip


def in_all(count: Callable[[Viewer, date], Waiting]) -> Callable[[Viewer, date], Waiting]:
    """How many wait in all rounds together: the page of all says in which."""

    def of_all(viewer: Viewer, today: date) -> Waiting:
        waits = count(viewer, today).subquery().c.waits
        return sa.select(sa.literal(""), sa.func.coalesce(sa.func.sum(waits), 0))

    return of_all


def how_many_to_decide(viewer: Viewer, today: date) -> dict[str, int]:
    """By round, for its committee's own page. One statement."""
    return dict(db.session.execute(to_decide(viewer, today)).all())


def of_keeper(keeper: Viewer, today: date) -> dict[str, tuple[str, int]]:
    """By round, the name of what waits for the keeper in it, and how many. A round waits for one thing at a time. One
    statement."""
    asked = [count(keeper, today).add_columns(sa.literal(name)) for name, count in OF_KEEPER.items()]
    return {public_id: (name, count) for public_id, count, name in db.session.execute(sa.union_all(*asked))}


OF_KEEPER = {
    N_("To be put on notice"): to_publish, N_("Objections to answer"): to_judge, N_("To be granted"): to_grant,
}  # fmt: skip


def _rounds(keeper: Viewer) -> Waiting:
    return (
        sa.select(Round.public_id, sa.literal(1).label("waits"))
        .select_from(Round)
        .join(Round.unit)
        .where(_kept(keeper))
    )


def _kept(keeper: Viewer) -> sa.ColumnElement[bool]:
    return sa.and_(Unit.id == Round.unit_id, within(keeper.paths(Permission.COMMEND)))


def _is_other(
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None], viewer: Viewer
) -> sa.ColumnElement[bool]:
    """Whether it is nobody, or another person."""
    return sa.or_(column.is_(None), ~is_account_of(column, viewer.id))
