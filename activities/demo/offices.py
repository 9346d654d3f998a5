"""Who holds which role, and who runs which activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from activities.demo.article import BRANCHES, COMMITTEE, LEADERS, SCHOOL
from activities.demo.persons import Person
from activities.demo.plans import Plan
from activities.kit.roles import Role

# Teachers who help the organizer run what the general branch does.
HELPERS = 2
# The leader who stands in for the secretary, where it takes a second person.
DEPUTY = 2


@dataclass(frozen=True)
class Office:
    holder: Person
    role: Role
    unit: str


@dataclass(frozen=True)
class Offices:
    """`granted_by` is the administrator of all."""

    granted_by: Person
    held: list[Office]

    def organizers(self, plan: Plan) -> list[Person]:
        """Those named as running an activity: the organizers of its unit."""
        return [o.holder for o in self.held if o.role is Role.ORGANIZER and o.unit == plan.unit]

    def recorders(self, plan: Plan) -> list[Person]:
        """Those who may record it: organizers of its unit and of the general branch above."""
        return [o.holder for o in self.held if o.role is Role.ORGANIZER and o.unit in (plan.unit, SCHOOL)]


def make_offices(staff: Sequence[Person]) -> Offices:
    """Give the accounts and some teachers their roles; `staff` is leaders first, then teachers."""
    by_number = {person.number: person for person in staff}
    teachers = iter(staff[LEADERS + 1 :])
    held = [
        Office(by_number["admin"], Role.ADMINISTRATOR, COMMITTEE),
        Office(by_number["secretary"], Role.SECRETARY, SCHOOL),
        # The deputy: a review is closed by two.
        Office(staff[DEPUTY], Role.SECRETARY, SCHOOL),
        Office(by_number["organizer"], Role.ORGANIZER, SCHOOL),
        *(Office(next(teachers), Role.ORGANIZER, SCHOOL) for _ in range(HELPERS)),
    ]
    for branch in BRANCHES:
        held += [Office(next(teachers), role, branch.name) for role in (Role.SECRETARY, Role.ORGANIZER)]
    return Offices(by_number["admin"], held)
