"""What "My duties" shows, put together from the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from activities.ballots import queries as ballots
from activities.commendations import consents
from activities.cycles import pages
from activities.cycles.plugs import Ask
from activities.duties.kinds import LEDGER_NAMES
from activities.exchanges import queries as exchanges
from activities.exchanges import swap_queries
from activities.exchanges.queries import Asked
from activities.holders import queries as holders
from activities.holders.models import Holder
from activities.home.queries import pause_and_timetable
from activities.invitations import queries as invitations
from activities.kit import clock
from activities.pairings import queries as pairings
from activities.people.users import Viewer
from activities.records import queries as records
from activities.records.models import Record
from activities.requirements.pages import Explained, at_a_glance
from activities.reviews import plots
from activities.reviews import queries as reviews
from activities.reviews.rules import LEDGERS, Figures
from activities.signups import queries, rules, rules_leaving, search
from activities.signups.facts import offer_of
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState
from activities.signups.rules_person import Paused
from activities.terms import queries as terms

AHEAD = timedelta(days=366)
SOON = 6
LATEST = 5


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A place on a waiting list: 1 is next; None where somebody or a draw has still to decide."""

    sign_up: SignUp
    place: int | None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Places in several waiting lists of which one seat is wanted, in order of time."""

    public_id: str
    places: Sequence[Waiting]


@dataclass(frozen=True, kw_only=True)
class MyDuties:
    """Whether I am in a pause, what awaits my answer, the next duty large, then what follows and what I wait for, the
    year in figures, and the latest records."""

    now: datetime
    today: date
    week: int | None
    paused: Paused | None
    offered: Sequence[SignUp]
    covers: Sequence[Asked]
    swaps: int
    invitations: int
    votes: int
    consents: Sequence[consents.Waiting]
    next: SignUp | None
    can_withdraw: bool
    soon: Sequence[SignUp]
    more: int
    waiting: Sequence[Waiting]
    wishes: Sequence[Wish]
    posts: Sequence[Holder]
    in_care: bool
    has_timetable: bool
    reviews: list[Ask]
    owed: list[Explained]
    ledgers: list[tuple[str, int, int, int]]  # name, final minutes, what they weigh, provisional ones
    total: Figures
    heat: plots.Heat
    records: list[Record]

    @property
    def next_is_on(self) -> bool:
        return self.next is not None and self.next.slot.starts_at <= self.now

    @property
    def next_in(self) -> timedelta:
        """How long until the next duty starts."""
        assert self.next is not None  # asked only where there is one
        return self.next.slot.starts_at - self.now


def my_duties(member: Viewer, now: datetime) -> MyDuties:
    """A fixed few statements, however much there is."""
    today = clock.local_day(now)
    ahead = search.my_sign_ups(member, now, now + AHEAD)
    seated = [s for s in ahead if s.state is SignUpState.SEATED]
    places = queries.places_in_line([s.id for s in ahead if s.state is SignUpState.WAITING])
    covers = exchanges.asked_of(member.id, now)
    asked = pages.asked_of(member, now)
    own = reviews.own_year(member.id, today.year)
    paused_until, has_timetable = pause_and_timetable(member.id, now)
    first = seated[0] if seated else None
    waiting, wishes = _apart(
        [Waiting(sign_up=s, place=places.get(s.id)) for s in ahead if s.state not in rules.HOLDING]
    )
    return MyDuties(
        now=now,
        today=today,
        week=terms.week_of(today),
        paused=Paused(paused_until, member.unit.name) if paused_until else None,
        offered=[s for s in ahead if s.state is SignUpState.OFFERED],
        covers=covers,
        swaps=swap_queries.asked_of(member.id, now),
        invitations=len({one.id for one in invitations.asked_of(member.id, now)} - {one.offer.id for one in covers}),
        # Ballots of a review are among what it asks.
        votes=sum(not vote.has_voted for vote in ballots.my_votes(member, now))
        - sum(a.step == "ballot" for a in asked),
        consents=consents.waiting_for(member.id),
        next=first,
        can_withdraw=first is not None
        and rules_leaving.why_not_withdraw(offer_of(first.slot), first.state, now) is None,
        soon=seated[1 : 1 + SOON],
        more=max(0, len(seated) - 1 - SOON),
        waiting=waiting,
        wishes=wishes,
        posts=holders.of_member(member.id, now),
        in_care=pairings.has_any(member.id),
        has_timetable=has_timetable,
        reviews=asked,
        owed=at_a_glance(member, now),
        ledgers=[
            (LEDGER_NAMES[ledger], own.total.minutes[n], own.total.weighed[n], own.total.provisional[n])
            for n, ledger in enumerate(LEDGERS)
        ],
        total=own.total,
        heat=plots.heat(today.year, own.attended, today),
        records=records.history(member.id, limit=LATEST),
    )


def _apart(places: Sequence[Waiting]) -> tuple[list[Waiting], list[Wish]]:
    """Places that stand for themselves, and those of which one is wanted, by wish."""
    alone, wishes = [], dict[str, list[Waiting]]()
    for place in places:
        if place.sign_up.wish:
            wishes.setdefault(place.sign_up.wish.public_id, []).append(place)
        else:
            alone.append(place)
    return alone, [Wish(public_id=public_id, places=some) for public_id, some in wishes.items()]
