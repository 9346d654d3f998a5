"""Who is told what about a wish for any of several slots, and about a team. The words stand beside the topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import of_slot, words
from activities.signups.models import Team
from activities.signups.notices import SOON, Minutes, facts, slot_page, tell, way_out
from activities.signups.rules import Offer, SignUpState

words(
    "signups.waiting_for_any",
    N_("You wait for any of %(several)s slots: %(what)s"),
    N_("The earliest is %(when)s, %(where)s. The first seat that comes is yours; then the others let you go."),
    lambda _: ("home.my_duties", {}),
)
words(
    "signups.wish_left",
    N_("You no longer wait for any of %(several)s slots: %(what)s"),
    N_("The earliest was %(when)s, %(where)s."),
    lambda _: ("home.my_duties", {}),
)
words(
    "signups.team_invited",
    N_("%(name)s asks you to join the team “%(team)s”: %(what)s"),
    N_("%(when)s, %(where)s. You are signed up with it only if you join."),
    lambda params: ("signups.team", {"public_id": params["address"]}),
    Group.ANSWERS,
)
words(
    "signups.team_seated",
    N_("Your team “%(team)s” is signed up, and you have a seat: %(what)s"),
    N_("%(when)s, %(where)s. %(way_out)s"),
    slot_page,
    urgent=SOON,
    duties=of_slot,
    said=way_out,
)
words(
    "signups.team_waiting",
    N_("Your team “%(team)s” is on the waiting list, and you with it: %(what)s"),
    N_("%(when)s, %(where)s. We tell you when a seat is yours."),
    slot_page,
)
words(
    "signups.team_dissolved",
    N_("Your team “%(team)s” is dissolved: %(what)s"),
    N_("%(when)s, %(where)s. Whatever seats and places it had are given back."),
    slot_page,
    urgent=SOON,
    duties=of_slot,
)
words(
    "signups.team_without_slot",
    N_("Does not take place: %(what)s"),
    N_("%(when)s, %(where)s. Your team “%(team)s” was gathering for it. Nobody has to come."),
    lambda _: ("home.my_duties", {}),
    urgent=SOON,
)
words(
    "signups.team_moved",
    N_("Changed: %(what)s"),
    N_(
        "Now %(when)s, %(where)s. Your team “%(team)s” gathers for it. If this does not suit you, please leave"
        " the team."
    ),
    slot_page,
    urgent=SOON,
)


def waits_for_any(offers: Sequence[Offer], member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "signups.waiting_for_any", **facts(offers[0]), several=len(offers))


def wish_left(offer: Offer, several: int, member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "signups.wish_left", **facts(offer), several=several)


def team_invited(offer: Offer, team: Team, name: str, member_id: int, now: datetime) -> None:
    params = {**facts(offer), "team": team.name, "address": team.public_id, "name": name}
    outbox.post(now, [member_id], "signups.team_invited", **params)


def team_signed_up(
    offer: Offer, team: Team, states: Mapping[int, SignUpState], minutes: Minutes, now: datetime
) -> None:  # fmt: skip
    for state in (SignUpState.SEATED, SignUpState.WAITING):
        people = [member_id for member_id, own in states.items() if own is state]
        tell(now, f"signups.team_{state}", offer, people, minutes, team=team.name)


def team_dissolved(offer: Offer, team: Team, member_ids: Iterable[int], now: datetime) -> None:
    outbox.post(now, member_ids, "signups.team_dissolved", **facts(offer), team=team.name)


def team_without_slot(offer: Offer, team: str, member_ids: Iterable[int], now: datetime) -> None:
    """Tell who has joined a team that is not signed up yet that its slot is cancelled or deleted."""
    outbox.post(now, member_ids, "signups.team_without_slot", **facts(offer), team=team)


def team_moved(offer: Offer, team: str, member_ids: Iterable[int], now: datetime) -> None:
    """Tell who has joined a team that is not signed up yet of the new time or place."""
    outbox.post(now, member_ids, "signups.team_moved", **facts(offer), team=team)
