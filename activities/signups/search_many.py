"""The next slots that each of many people can take and has time for: what the pages of one person ask SQL, the rules
say here of all of them, from slots and people that are read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

import sqlalchemy as sa

from activities.duties.models import Activity, ActivityOrganizer, Slot
from activities.duties.queries import Sight, sight_of
from activities.kit.db import run
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.signups import engagements, rules
from activities.signups.can_take import Span, takes_people
from activities.signups.engagements import Engagement
from activities.signups.facts import MEMBERS, OFFERS
from activities.signups.rules import Offer
from activities.signups.rules_person import Person
from activities.signups.rules_soft import why_busy
from activities.signups.search import IN_TIME

# Whether somebody looks for what is of this kind and topic.
Wants: TypeAlias = Callable[[str, str | None], bool]


class Candidate(NamedTuple):
    offer: Offer
    topic: str | None
    activity_id: int
    path: str

    def is_seen(self, sight: Sight, named: Collection[int]) -> bool:
        """`duties.queries.visible`, for one who is named by these activities."""
        if sight.path.startswith(self.path) or self.path.startswith((*sight.reviewed, *sight.organized)):
            return True
        return bool(sight.organized) and self.activity_id in named


def next_of_many(
    members: Collection[Viewer], wants: Mapping[int, Wants], wanted: sa.ColumnElement[bool], span: Span, most: int,
    now: datetime,
) -> dict[int, list[Offer]]:  # fmt: skip
    """By person the first so many slots that start in the span, among what is wanted of all, in order of time. Four
    statements, however many people they are."""
    candidates = _candidates(wanted, span, now)
    ids = [member.id for member in members]
    people, named = engagements.taken_on_by(ids, *span), _named(ids)
    found = {}
    for member in members:
        person, mine = people[member.id]
        seen = [one for one in candidates if one.is_seen(sight_of(member), named[member.id])]
        found[member.id] = _first(seen, wants[member.id], person, mine, most, now)
    return found


def _first(
    candidates: Collection[Candidate], wants: Wants, person: Person, mine: Collection[Engagement], most: int,
    now: datetime,
) -> list[Offer]:  # fmt: skip
    has, busy = {one.slot_id for one in mine}, engagements.busy_of(mine)
    found: list[Offer] = []
    for offer, topic, *_ in candidates:
        if len(found) == most:
            break
        if offer.id in has or not wants(offer.kind_key, topic) or why_busy(offer, person):
            continue
        if rules.why_not_sign_up(offer, person, None, busy, now) is None:
            found.append(offer)
    return found


def _candidates(wanted: sa.ColumnElement[bool], span: Span, now: datetime) -> list[Candidate]:
    query = (
        OFFERS.add_columns(Activity.topic, Activity.id, Unit.path)
        .join(Unit, Unit.id == Activity.unit_id)
        .where(IN_TIME, wanted, takes_people(now))
        .order_by(Slot.starts_at, Slot.id)
    )
    rows = run(query, {"first": span[0], "last": span[1]})
    return [Candidate(Offer._make(row[:-3]), *row[-3:]) for row in rows]


def _named(member_ids: Collection[int]) -> Mapping[int, set[int]]:
    """By person the activities that name them as organizer."""
    query = sa.select(ActivityOrganizer.member_id, ActivityOrganizer.activity_id)
    found: dict[int, set[int]] = defaultdict(set)
    for member_id, activity_id in run(
        query.where(ActivityOrganizer.member_id.in_(MEMBERS)), {"member_ids": member_ids}
    ):
        found[member_id].add(activity_id)
    return found
