"""Who may answer an objection, grant a commendation, or decide: nobody who has to do with it, by whichever account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from activities.commendations.models import CommitteeMember, Nomination, NoticeObjection, Round
from activities.corrections.uninvolved import Matter, Uninvolved, uninvolved
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.persons import persons


def judges(unit: Unit, objections: Sequence[NoticeObjection]) -> dict[int, Uninvolved]:
    """By objection, who may answer it. At most three statements, however many there are."""
    matters = [Matter(one.id, unit.path, concerned(one.nomination, one.member_id)) for one in objections]
    return uninvolved(Permission.COMMEND, matters)


def granters(one: Round, nominations: Sequence[Nomination]) -> Uninvolved:
    """Who may grant it to these, who stand on notice. At most three statements."""
    return uninvolved(Permission.COMMEND, [Matter(one.id, one.unit.path, granting(one, nominations))])[one.id]


def concerned(nomination: Nomination, objector_id: int) -> frozenset[int]:
    """Who does not answer an objection: whose commendation it is, who nominated them, who decided, who objects."""
    return _known(nomination.member_id, nomination.by_id, nomination.decided_by_id, objector_id)


def granting(one: Round, nominations: Sequence[Nomination]) -> frozenset[int]:
    """Who does not grant it: who put it on notice, those whom it is for, and who nominated or decided on them."""
    of_each = ((each.member_id, each.by_id, each.decided_by_id) for each in nominations)
    return _known(one.published_by_id, *(who for each in of_each for who in each))


def resting_on_one(one: Round, awarded: Sequence[Nomination]) -> set[int]:
    """Which nominations were granted to one person twice, or by one person in two parts, as is known by now. One
    statement."""
    parts = {each.id: (each.member_id, each.by_id, each.decided_by_id, one.ended_by_id) for each in awarded}
    person_of = persons({one.published_by_id, one.ended_by_id, *(who for each in parts.values() for who in each)})
    times = Counter(person_of[each.member_id] for each in awarded)
    is_granted_by_one = one.ended_by_id and person_of[one.ended_by_id] == person_of.get(one.published_by_id or 0)
    return {
        each.id
        for each in awarded
        if is_granted_by_one
        or times[person_of[each.member_id]] > 1
        or len({person_of[who] for who in parts[each.id] if who}) < len(set(filter(None, parts[each.id])))
    }


def undecidable(nominations: Sequence[Nomination], committee: Sequence[CommitteeMember]) -> list[Nomination]:
    """On which of these nobody of the committee may decide. One statement."""
    deciding = {each.member_id for each in committee}
    person_of = persons({*deciding, *(who for each in nominations for who in (each.member_id, each.by_id))})
    people = {person_of[who] for who in deciding}
    return [each for each in nominations if not people - {person_of[each.member_id], person_of[each.by_id]}]


def _known(*member_ids: int | None) -> frozenset[int]:
    return frozenset(who for who in member_ids if who is not None)
