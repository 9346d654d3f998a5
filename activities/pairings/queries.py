"""Reads of who cares for whom. Others than secretaries read what is theirs: whom they care for, who cares for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.pairings.models import Pairing
from activities.pairings.rules import IN_CARE
from activities.people.models import Member, Unit
from activities.people.persons import is_account_of, of_one_person
from activities.people.queries import within
from activities.people.rules import Stage
from activities.people.users import Viewer

MOST_FOUND = 20
Carer, Person = aliased(Member), aliased(Member)
LASTING = Pairing.last.is_(None)
# Whose secretary says who cares: the class's unit, or where the person is now.
_WHERE = sa.func.coalesce(Person.unit_id, Pairing.unit_id)


def in_care(stages: Collection[Stage] = IN_CARE, carer_id: int | None = None) -> sa.Subquery:
    """Who cares for whom at present, or whom one person cares for, each pair once: carer_id, person_id and one of the
    sorts of care. Nobody cares for an account of their own."""
    ward = [Member.active, Member.stage.in_(stages), LASTING, ~of_one_person(Pairing.member_id, Member.id)]
    ward += [Pairing.member_id == carer_id] if carer_id else []
    columns = (Pairing.member_id.label("carer_id"), Member.id.label("person_id"), Pairing.sort)
    its_class = sa.and_(Member.unit_id == Pairing.unit_id, Member.class_name == Pairing.class_name)
    both = sa.union_all(
        sa.select(*columns).join(Member, its_class).where(*ward),
        sa.select(*columns).join(Member, Member.id == Pairing.person_id).where(*ward),
    ).subquery()
    pair = (both.c.carer_id, both.c.person_id)
    active = sa.and_(Carer.id == both.c.carer_id, Carer.active)
    return sa.select(*pair, sa.func.min(both.c.sort).label("sort")).join(Carer, active).group_by(*pair).subquery()


def has_any(member_id: int) -> bool:
    """Whether somebody cares for a class or a person at present."""
    query = sa.select(Pairing.id).where(Pairing.member_id == member_id, LASTING).limit(1)
    return db.session.scalar(query) is not None


def of_carer(member_id: int) -> list[Pairing]:
    """What somebody cares for and cared for, what lasts first, then the latest. One statement."""
    query = sa.select(Pairing).where(Pairing.member_id == member_id)
    query = query.options(joinedload(Pairing.unit), joinedload(Pairing.person))
    return list(db.session.scalars(query.order_by(LASTING.desc(), Pairing.first.desc(), Pairing.id.desc())))


def carers_of(person_id: int) -> list[Pairing]:
    """Who cares for somebody at present, their mentors last. One statement."""
    its_class = sa.and_(Pairing.unit_id == Person.unit_id, Pairing.class_name == Person.class_name)
    query = (
        sa.select(Pairing)
        .join(Pairing.member.of_type(Carer))
        .join(Person, Person.id == person_id)
        .where(
            LASTING, sa.or_(its_class, Pairing.person_id == person_id), Carer.active,
            ~is_account_of(Pairing.member_id, person_id),
        )
        .options(contains_eager(Pairing.member.of_type(Carer)))
        .order_by(Pairing.person_id.is_not(None), Pairing.sort, Carer.name, Pairing.id)
    )  # fmt: skip
    return list(db.session.scalars(query))


# ── for secretaries ─────────────────────────────────────────────────────────


@dataclass
class SchoolClass:
    """A class of a unit, without a name where people are in none: how many people stand where on the way, and who cares
    for it."""

    unit: Unit
    name: str
    stages: dict[Stage, int] = field(default_factory=dict)
    pairings: list[Pairing] = field(default_factory=list)

    @property
    def has_nobody(self) -> bool:
        """Whether it has people on the way to becoming members, and nobody is paired with it."""
        on_the_way = any(self.stages.get(stage) for stage in IN_CARE)
        return bool(self.name) and on_the_way and not any(one.member.active for one in self.pairings)


def classes(units: Sequence[Unit]) -> list[SchoolClass]:
    """The classes of these units that have people, or somebody who cares for them, in the order of units and names. Two
    statements."""
    found: dict[tuple[int, str], SchoolClass] = {}
    by_id = {unit.id: unit for unit in units}
    counts = (
        sa.select(Member.unit_id, Member.class_name, Member.stage, sa.func.count())
        .where(Member.active, Member.unit_id.in_(by_id))
        .group_by(Member.unit_id, Member.class_name, Member.stage)
    )
    for unit_id, name, stage, count in db.session.execute(counts):
        if name or stage in IN_CARE:
            _class(found, by_id[unit_id], name).stages[stage] = count
    query = sa.select(Pairing).where(Pairing.unit_id.in_(by_id), LASTING)
    for one in db.session.scalars(query.options(joinedload(Pairing.member, innerjoin=True)).order_by(Pairing.id)):
        assert one.unit_id is not None  # it is of a class
        _class(found, by_id[one.unit_id], one.class_name).pairings.append(one)
    places = {unit.id: n for n, unit in enumerate(units)}
    return sorted(found.values(), key=lambda one: (places[one.unit.id], not one.name, one.name))


def _class(found: dict[tuple[int, str], SchoolClass], unit: Unit, name: str) -> SchoolClass:
    return found.setdefault((unit.id, name), SchoolClass(unit, name))


def of_class(unit_id: int, name: str) -> list[Pairing]:
    """Who cares for a class and who did, what lasts first, then the latest. One statement."""
    query = sa.select(Pairing).where(Pairing.unit_id == unit_id, Pairing.class_name == name)
    query = query.options(joinedload(Pairing.member, innerjoin=True))
    return list(db.session.scalars(query.order_by(LASTING.desc(), Pairing.first.desc(), Pairing.id.desc())))


def people_of(unit_id: int, name: str) -> list[tuple[Member, list[Pairing]]]:
    """Who of a class is on the way to becoming a member, each with their mentors. Two statements."""
    query = sa.select(Member).where(
        Member.unit_id == unit_id, Member.class_name == name, Member.active, Member.stage.in_(IN_CARE)
    )
    people = list(db.session.scalars(query.order_by(Member.number)))
    mentors = defaultdict(list)
    lasting = sa.select(Pairing).where(Pairing.person_id.in_([one.id for one in people]), LASTING)
    for one in db.session.scalars(lasting.options(joinedload(Pairing.member, innerjoin=True)).order_by(Pairing.id)):
        mentors[one.person_id].append(one)
    return [(one, mentors[one.id]) for one in people]


def pairing_for(keeper: Viewer, public_id: str) -> Pairing:
    """One of the keeper's units."""
    query = (
        sa.select(Pairing)
        .join(Pairing.member.of_type(Carer))
        .outerjoin(Pairing.person.of_type(Person))
        .join(Unit, Unit.id == _WHERE)
        .where(Pairing.public_id == public_id, within(keeper.paths(Permission.PAIR)))
        .options(
            contains_eager(Pairing.member.of_type(Carer)),
            contains_eager(Pairing.person.of_type(Person)).joinedload(Person.unit), joinedload(Pairing.unit),
        )
    )  # fmt: skip
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def people_named(path: str, text: str) -> list[Member]:
    """Who of the school that the unit at `path` belongs to has this number, or a name like this: staff first."""
    query = (
        sa.select(Member)
        .join(Member.unit)
        .where(
            within([f"{path.split('/')[0]}/"]), Member.active,
            sa.or_(Member.number == text, Member.name.icontains(text, autoescape=True)),
        )
        .options(contains_eager(Member.unit))
        .order_by((Member.standing == "student").asc(), Member.name, Member.number)
        .limit(MOST_FOUND)
    )  # fmt: skip
    return list(db.session.scalars(query))
