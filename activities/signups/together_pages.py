"""What the pages about waiting and signing up together show, put together from their reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from activities.duties.models import Activity, Slot
from activities.duties.rules import WayIn
from activities.kit.refusal import Refusal
from activities.people.users import Viewer
from activities.signups import engagements, facts, queries, queries_together, rules, rules_together, search
from activities.signups.cards import Card, card, cards
from activities.signups.forms import Filters
from activities.signups.models import SignUp, Team, TeamMember
from activities.signups.rules import SignUpState
from activities.signups.rules_person import Person
from activities.signups.rules_places import Guest, Places
from activities.signups.rules_soft import at_times, what_speaks_against
from activities.signups.search import PAGE


def card_of(member_id: int, slot: Slot, now: datetime) -> tuple[Card, Person]:
    """A slot's card with the member's place in line, and the member as the rules see them."""
    offer, person, _ = facts.at_first_sight(member_id, slot.id)
    mine, busy = engagements.around(member_id, offer)
    waiting = [mine.id] if mine and mine.state is SignUpState.WAITING else []
    place = next(iter(queries.places_in_line(waiting).values()), None)
    found = card(person, offer, mine, busy, now, place)
    places, guest = Places(offer), Guest(member_id, person, busy)
    places.put({member_id: mine.arrives_after if mine else None})
    speaks = what_speaks_against(places, guest)
    warnings = speaks if found.is_offered else found.warnings
    return replace(found, at_times=at_times(offer, guest), if_given=speaks, warnings=warnings), person


def to_wait_for(member: Viewer, activity: Activity | None, filters: Filters, now: datetime) -> list[Card]:
    """The full slots that the member could wait for: of one activity, or of a week as it is filtered."""
    found = search.slots_of(activity, filters.page, now) if activity else search.cards_page(member, filters, None, now)
    if not found:
        return []
    person, mine = engagements.taken_on(member.id, found[0].starts_at, max(offer.ends_at for offer in found))
    full = [one for one in cards(person, found[:PAGE], mine, now) if one.is_full and not one.mine]
    return [one for one in full if one.offer.way_in is WayIn.FIRST_COME]


def may_wait(shown: Card) -> bool:
    """Whether the slot's page offers to wait for any of several slots of which it is one."""
    return shown.is_full and _is_open(shown)


def may_team(shown: Card) -> bool:
    """Whether the slot's page offers to sign up as a team."""
    return shown.offer.capacity > 1 and _is_open(shown)


def _is_open(shown: Card) -> bool:
    is_open = shown.refusal is None or isinstance(shown.refusal, rules.Full | rules.NotOpenYet)
    return not shown.mine and is_open and shown.offer.way_in is WayIn.FIRST_COME


@dataclass(frozen=True)
class Teammate:
    """Somebody of a team: asked, joined, or once it is signed up, in what state."""

    member_id: int
    name: str
    has_joined: bool
    state: SignUpState | None = None


@dataclass(frozen=True)
class TeamView:
    """A team as one person sees it. `refusal`: why they cannot join it. Who only has the address sees who leads it and
    how many there are."""

    card: Card
    people: Sequence[Teammate]
    me: Teammate | None
    leads: bool
    refusal: Refusal | None

    @property
    def joined(self) -> list[Teammate]:
        return [one for one in self.people if one.has_joined]

    @property
    def leader(self) -> Teammate | None:
        return next(iter(self.joined), None)

    @property
    def held(self) -> int:
        """For how many of it seats are held."""
        return sum(one.state is SignUpState.OFFERED for one in self.people)


def team_view(member: Viewer, team: Team, now: datetime) -> TeamView:
    shown, _ = card_of(member.id, team.slot, now)
    people = [_teammate(row) for row in queries_together.team_roster(team)]
    me = next((one for one in people if one.member_id == member.id), None)
    leads = me is not None and me.has_joined and people[0] is me
    return TeamView(shown, people, me, leads, _why_not_join(shown, people, team))


def _teammate(row: TeamMember | SignUp) -> Teammate:
    if isinstance(row, SignUp):
        return Teammate(row.member_id, row.member.name, True, row.state)
    return Teammate(row.member_id, row.member.name, row.joined_at is not None)


def _why_not_join(shown: Card, people: Sequence[Teammate], team: Team) -> Refusal | None:
    refusal = None if isinstance(shown.refusal, rules.Full | rules.NotOpenYet) else shown.refusal
    joined = sum(one.has_joined for one in people)
    return refusal or rules_together.why_not_grow(joined, shown.offer.capacity, whole=team.whole)
