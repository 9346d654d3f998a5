"""Reads of ballots: for who votes, for who is appraised, for secretaries, and sets of them for other rooms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from activities.ballots.models import Appraised, Ballot, BallotTally, BallotVoter
from activities.ballots.rules import BallotState, Whose
from activities.kit.db import db, run
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.sql import Among
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of
from activities.people.queries import within
from activities.people.rules import Stage
from activities.people.users import Viewer

PAGE = 50
MEMBERS = (Stage.FULL, Stage.PROBATIONARY)


class Somebody(NamedTuple):
    """An account in the units of a ballot."""

    id: int
    public_id: str
    name: str
    number: str
    class_name: str
    stage: Stage
    unit: str
    path: str

    @property
    def is_member(self) -> bool:
        return self.stage in MEMBERS


def everybody(ballots: Iterable[Ballot]) -> list[Somebody]:
    """The active people of the units of these ballots, by unit, class and name. One statement."""
    scopes = [(ballot.unit.path, ballot.below) for ballot in ballots]
    alone = Unit.path.in_([path for path, below in scopes if not below])
    query = (
        sa.select(
            Member.id, Member.public_id, Member.name, Member.number, Member.class_name, Member.stage, Unit.name,
            Unit.path,
        )
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.active, sa.or_(alone, within([path for path, below in scopes if below])))
        .order_by(Unit.path, Member.class_name, Member.name, Member.id)
    )  # fmt: skip
    return [Somebody._make(row) for row in run(query)]


# ── the form and who may fill it in ─────────────────────────────────────────


def on_form(ballot_id: int) -> list[Appraised]:
    """Who is appraised, with unit, in the order of the form."""
    query = (
        sa.select(Appraised)
        .where(Appraised.ballot_id == ballot_id)
        .options(joinedload(Appraised.member, innerjoin=True).joinedload(Member.unit, innerjoin=True))
        .order_by(Appraised.place)
    )
    return list(db.session.scalars(query))


def but_own(form: Sequence[Appraised], member_id: int) -> list[Appraised]:
    """Those of a form who are not this person, by any account."""
    own = set(db.session.scalars(sa.select(Member.id).where(is_account_of(Member.id, member_id))))
    return [one for one in form if one.member_id not in own]


def forms(ballot_ids: Collection[int]) -> dict[int, list[int]]:
    """By ballot, the members who are appraised."""
    found: dict[int, list[int]] = {ballot_id: [] for ballot_id in ballot_ids}
    query = sa.select(Appraised.ballot_id, Appraised.member_id).where(Among(Appraised.ballot_id))
    for ballot_id, member_id in run(query, {"ids": list(ballot_ids)}):
        found[ballot_id].append(member_id)
    return found


def voter(ballot_id: int, member_id: int) -> BallotVoter | None:
    """The vote of this person, by whichever account, as it is now."""
    query = sa.select(BallotVoter).where(
        BallotVoter.ballot_id == ballot_id, is_account_of(BallotVoter.member_id, member_id)
    )
    found = db.session.execute(
        query.order_by(BallotVoter.has_voted.desc()), execution_options={"populate_existing": True}
    )
    return found.scalars().first()


def electorate(ballot_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(BallotVoter.member_id).where(BallotVoter.ballot_id == ballot_id)))


def not_yet(ballot_id: int) -> list[int]:
    """Who has not voted."""
    query = sa.select(BallotVoter.member_id).where(BallotVoter.ballot_id == ballot_id, ~BallotVoter.has_voted)
    return list(db.session.scalars(query))


# ── what I have to do with ──────────────────────────────────────────────────


class MyVote(NamedTuple):
    """A ballot in which somebody has a vote, and whether they have used it."""

    ballot: Ballot
    has_voted: bool


def my_votes(member: Viewer, now: datetime) -> list[MyVote]:
    """In what is open, the earliest end first. One statement."""
    query = (
        sa.select(Ballot, BallotVoter.has_voted)
        .join(BallotVoter, BallotVoter.ballot_id == Ballot.id)
        .where(
            is_account_of(BallotVoter.member_id, member.id), Ballot.state == BallotState.OPEN, Ballot.ends_at > now
        )
        .options(joinedload(Ballot.unit, innerjoin=True))
        .order_by(Ballot.ends_at, Ballot.id)
    )  # fmt: skip
    return [MyVote(*row) for row in db.session.execute(query)]


def my_vote(member: Viewer, public_id: str) -> MyVote:
    """NotFound for who has no vote in it."""
    query = (
        sa.select(Ballot, BallotVoter.has_voted)
        .join(BallotVoter, BallotVoter.ballot_id == Ballot.id)
        .where(Ballot.public_id == public_id, is_account_of(BallotVoter.member_id, member.id))
        .options(joinedload(Ballot.unit, innerjoin=True))
        .order_by(BallotVoter.has_voted.desc())
    )
    found = db.session.execute(query).first()
    if found is None:
        raise NotFound
    return MyVote(*found)


def my_results(member: Viewer) -> list[Ballot]:
    """The ballots of which somebody may see what came of it about them, the latest first."""
    query = _shown_to(member).order_by(Ballot.ended_at.desc(), Ballot.id)
    return list(db.session.scalars(query))


def my_result(member: Viewer, public_id: str) -> Ballot:
    found = db.session.scalars(_shown_to(member).where(Ballot.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return found


def _shown_to(member: Viewer) -> sa.Select[Ballot]:
    appraised = sa.select(Appraised.ballot_id).where(is_account_of(Appraised.member_id, member.id))
    return (
        sa.select(Ballot)
        .where(Ballot.id.in_(appraised), Ballot.shows_own, Ballot.state == BallotState.COUNTED)
        .options(joinedload(Ballot.unit, innerjoin=True))
    )


# ── for secretaries ─────────────────────────────────────────────────────────


def _kept(secretary: Viewer) -> sa.Select[Ballot]:
    return (
        sa.select(Ballot)
        .join(Ballot.unit)
        .where(within(secretary.paths(Permission.REVIEW)))
        .options(contains_eager(Ballot.unit), joinedload(Ballot.prepared_by, innerjoin=True))
    )


def all_kept(secretary: Viewer, page: int) -> list[Ballot]:
    """A page of those of the secretary's units, the latest first; one more where there is a next."""
    query = _kept(secretary).order_by(Ballot.prepared_at.desc(), Ballot.id.desc())
    return list(db.session.scalars(query.offset((page - 1) * PAGE).limit(PAGE + 1)))


def to_keep(secretary: Viewer, public_id: str) -> Ballot:
    found = db.session.scalars(_kept(secretary).where(Ballot.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


class UnitTurnout(NamedTuple):
    """How many of a unit's people may vote, and have."""

    unit: str
    voters: int
    voted: int


def by_unit(ballot_id: int) -> list[UnitTurnout]:
    """In tree order. One statement."""
    query = (
        sa.select(Unit.name, sa.func.count(), sa.func.count().filter(BallotVoter.has_voted))
        .select_from(BallotVoter)
        .join(Member, Member.id == BallotVoter.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(BallotVoter.ballot_id == ballot_id)
        .group_by(Unit.name, Unit.path)
        .order_by(Unit.path)
    )
    return [UnitTurnout._make(row) for row in db.session.execute(query)]


# ── sets of them ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Progress:
    """How far a ballot has come."""

    public_id: str
    state: BallotState
    ends_at: datetime
    voters: int
    voted: int


def progress(ballot_ids: Collection[int]) -> dict[int, Progress]:
    """By ballot. One statement."""
    query = (
        sa.select(
            Ballot.id, Ballot.public_id, Ballot.state, Ballot.ends_at, sa.func.count(BallotVoter.id),
            sa.func.count(BallotVoter.id).filter(BallotVoter.has_voted),
        )
        .outerjoin(BallotVoter, BallotVoter.ballot_id == Ballot.id)
        .where(Among(Ballot.id))
        .group_by(Ballot.id, Ballot.public_id, Ballot.state, Ballot.ends_at)
    )  # fmt: skip
    return {ballot_id: Progress(*facts) for ballot_id, *facts in run(query, {"ids": list(ballot_ids)})}


Counts = dict[Whose, list[int]]


def results(ballot_ids: Collection[int]) -> dict[int, dict[int, Counts]]:
    """By ballot and member who is appraised, what may be known: of each choice how many, last how many made none. Who
    is not there, of them nothing may be known. One statement."""
    query = (
        sa.select(Appraised.ballot_id, Appraised.member_id, BallotTally.whose, BallotTally.counts)
        .join(BallotTally, BallotTally.appraised_id == Appraised.id)
        .where(Among(Appraised.ballot_id))
    )
    found: dict[int, dict[int, Counts]] = defaultdict(lambda: defaultdict(dict))
    for ballot_id, member_id, whose, counts in run(query, {"ids": list(ballot_ids)}):
        found[ballot_id][member_id][whose] = counts
    return {ballot_id: dict(people) for ballot_id, people in found.items()}


# ── what is due ─────────────────────────────────────────────────────────────


def to_count(now: datetime) -> list[int]:
    query = sa.select(Ballot.id).where(Ballot.state == BallotState.OPEN, Ballot.ends_at <= now)
    return list(db.session.scalars(query.order_by(Ballot.id)))


def not_wiped() -> list[int]:
    """Those that are over, and of whose box something may be on the disk still."""
    return list(db.session.scalars(sa.select(Ballot.id).where(Ballot.ended_at.is_not(None), Ballot.wiped_at.is_(None))))


def not_reminded(now: datetime) -> list[Ballot]:
    query = sa.select(Ballot).where(
        Ballot.state == BallotState.OPEN, Ballot.reminded_at.is_(None), Ballot.ends_at > now
    )
    return list(db.session.scalars(query.order_by(Ballot.id)))
