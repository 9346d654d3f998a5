"""The page of one slot, to which every room's panels and every question about it lead back."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.kinds import LEDGER_NAMES
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.i18n import say_week
from activities.kit.refusal import Refusal
from activities.signups import arrivals, pages, panels
from activities.signups.together_pages import card_of
from activities.terms import queries as terms


def slot_page(slot: Slot, *, asked_again: Refusal | None = None) -> str:
    """The page of a slot; with what the person has still to confirm before they sign up."""
    activity, (card, person) = slot.post.activity, card_of(current_user.id, slot, clock.now())
    day = clock.local_day(slot.starts_at)
    return render_template(
        "signups/slot.html", slot=slot, card=card, asked_again=asked_again,
        times=arrivals.times(slot.id, slot.starts_at) if card.offer.quarters else [],
        panels=panels.of(current_user, slot, card, clock.now()),
        week_name=say_week(terms.week_of(day)), ledger=LEDGER_NAMES[activity.kind.ledger],
        conditions=pages.conditions(current_user, person, activity, day),
        may_organize=duties.organizes(current_user, activity),
    )  # fmt: skip
