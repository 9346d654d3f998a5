"""Preparing ballots and opening them: who may vote is fixed then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit import service as audit
from activities.ballots import boxes, notices, queries, rules
from activities.ballots.choosing import each_once, within
from activities.ballots.models import Appraised, Ballot, BallotBox, BallotVoter
from activities.ballots.prospects import prospects
from activities.ballots.rules import BallotState, Plan, Shape
from activities.kit.db import db, lock, new_public_id, revise, run, transactional
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.persons import with_others
from activities.people.service import acting

BALLOTS = sa.insert(Ballot)
ON_FORM = sa.insert(Appraised)
ELECTORATE = sa.insert(BallotVoter)
BOXES = sa.insert(BallotBox)


class Wanted(NamedTuple):
    """A ballot that another room asks for; nobody given means every member in it."""

    unit_id: int
    plan: Plan
    member_ids: tuple[int, ...] = ()


# ── preparing ───────────────────────────────────────────────────────────────


@transactional
def prepare(actor_id: int, unit_id: int, plan: Plan, now: datetime) -> str:
    """Prepare a ballot on every member in it. Return its public id. NotFound outside the actor's units."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not acting(actor_id).may(Permission.REVIEW, unit.path):
        raise NotFound
    [ballot] = _prepared(actor_id, [Wanted(unit_id, plan)], actor_id, now)
    return ballot.public_id


@transactional
def change(actor_id: int, ballot_id: int, revision: int, plan: Plan, now: datetime) -> None:
    """Change what is prepared. ChangedMeanwhile where `revision` is not the present one, NotPrepared once it is
    open."""
    ballot = _draft(actor_id, ballot_id)
    if ballot.revision != revision:
        raise ChangedMeanwhile
    before, after = revise(ballot, plan._asdict(), now)
    if "below" in after:
        _put_on_form([ballot], {})
    audit.leave(now, actor_id, "change ballot", Ballot, ballot_id, before=_plain(before), after=_plain(after))


@transactional
def choose(actor_id: int, ballot_id: int, chosen: Collection[str], now: datetime) -> int:
    """Say who is appraised, by public id; whoever is not in the ballot's units is left out. Return how many are."""
    ballot = _draft(actor_id, ballot_id)
    people = [one for one in queries.everybody([ballot]) if one.public_id in chosen]
    before = [one.member_id for one in queries.on_form(ballot_id)]
    _put_on_form([ballot], {ballot_id: [one.id for one in people]})
    after = [one.member_id for one in queries.on_form(ballot_id)]
    audit.leave(now, actor_id, "choose appraised", Ballot, ballot_id, before={"of": before}, after={"of": after})
    return len(after)


def _prepared(by_id: int, wanted: Sequence[Wanted], actor_id: int | None, now: datetime) -> list[Ballot]:
    rows = [
        {
            "public_id": new_public_id(), "unit_id": one.unit_id, "prepared_by_id": by_id, "prepared_at": now,
            "changed_at": now, **one.plan._asdict(),
        }
        for one in wanted
    ]  # fmt: skip
    run(BALLOTS, rows)
    order = {row["public_id"]: place for place, row in enumerate(rows)}
    query = sa.select(Ballot).where(Ballot.public_id.in_(order)).options(joinedload(Ballot.unit, innerjoin=True))
    ballots = sorted(db.session.scalars(query), key=lambda ballot: order[ballot.public_id])
    pairs = zip(ballots, wanted, strict=True)
    _put_on_form(ballots, {ballot.id: one.member_ids for ballot, one in pairs if one.member_ids})
    told: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (ballot.id, {}, {"unit": ballot.unit_id, **_plain(ballot.plan._asdict())}) for ballot in ballots
    ]
    audit.leave_all(now, actor_id, "prepare ballot", Ballot, told)
    return ballots


def _put_on_form(ballots: Sequence[Ballot], chosen: Mapping[int, Collection[int]]) -> None:
    """Those chosen, by ballot, else every member; each person once."""
    ids = [ballot.id for ballot in ballots]
    db.session.execute(sa.delete(Appraised).where(Appraised.ballot_id.in_(ids)))
    people = queries.everybody(ballots)
    known = with_others([one.id for one in people])
    rows = []
    for ballot in ballots:
        wanted = chosen.get(ballot.id)
        some = [one for one in within(ballot, people) if (one.is_member if wanted is None else one.id in wanted)]
        rows += [
            {"ballot_id": ballot.id, "member_id": one.id, "place": place}
            for place, one in enumerate(each_once(some, known))
        ]
    if rows:
        run(ON_FORM, rows)


# ── opening ─────────────────────────────────────────────────────────────────


@transactional
def open_one(actor_id: int, ballot_id: int, now: datetime) -> int:
    """Open a prepared ballot. Return how many may vote. Raises the rules' Refusal."""
    ballot = _draft(actor_id, ballot_id)
    return len(_open([ballot], actor_id, now))


def open_ballots(by_id: int, wanted: Sequence[Wanted], actor_id: int | None, now: datetime) -> list[int]:
    """Inside a transaction: prepare ballots for somebody and open them at once, in as many statements for a hundred as
    for one; what a rule speaks against stays prepared. Return their ids in this order. Nobody is the actor where it
    happens by itself. Whoever calls this has asked whether it may be."""
    ballots = _prepared(by_id, wanted, actor_id, now)
    _open(ballots, actor_id, now, all_of_them=False)
    return [ballot.id for ballot in ballots]


def _open(
    ballots: Sequence[Ballot], actor_id: int | None, now: datetime, *, all_of_them: bool = True
) -> list[dict[str, Any]]:  # fmt: skip
    """Return who may vote. Raises the rules' Refusal unless those that it speaks against are to be left out."""
    forms = queries.forms([ballot.id for ballot in ballots])
    found = prospects([(ballot, forms[ballot.id]) for ballot in ballots], now)
    voters, boxed = [], []
    for ballot, prospect in zip(ballots, found, strict=True):
        if prospect.refusal:
            if all_of_them:
                raise prospect.refusal
            continue
        voters += [
            {"ballot_id": ballot.id, "member_id": one.id, "of_masses": not one.is_member, "has_voted": False}
            for one in prospect.voters
        ]
        box = rules.empty_box(Shape(len(forms[ballot.id]), len(ballot.choices)))
        boxed.append({"ballot_id": ballot.id, "sealed": boxes.seal(box, ballot.public_id)})
        revise(ballot, {"state": BallotState.OPEN, "opened_at": now}, now)
    db.session.flush()
    if boxed:
        run(ELECTORATE, voters)
        run(BOXES, boxed)
    sizes: dict[int, int] = defaultdict(int)
    for voter in voters:
        sizes[voter["ballot_id"]] += 1
    audit.leave_all(
        now, actor_id, "open ballot", Ballot,
        [(key, {"state": BallotState.DRAFT}, {"state": BallotState.OPEN, "voters": n}) for key, n in sizes.items()],
    )  # fmt: skip
    notices.opened({ballot.id: ballot for ballot in ballots}, voters, now)
    return voters


def _draft(actor_id: int, ballot_id: int) -> Ballot:
    ballot = kept(actor_id, ballot_id)
    if ballot.state is not BallotState.DRAFT:
        raise rules.NotPrepared
    return ballot


def kept(actor_id: int, ballot_id: int) -> Ballot:
    """A ballot of the actor's units, locked."""
    ballot = lock(Ballot, ballot_id)
    if not acting(actor_id).may(Permission.REVIEW, ballot.unit.path):
        raise NotFound
    return ballot


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
