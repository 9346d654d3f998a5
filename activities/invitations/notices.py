"""What somebody who is asked to help is told."""

from __future__ import annotations

from activities.kit.refusal import N_
from activities.outbox.rules import Group
from activities.outbox.words import is_past, words
from activities.signups.notices import SOON

INVITED = "invitations.invited"

words(
    INVITED,
    N_("Can you help? %(what)s"),
    N_("%(when)s, %(where)s. People are missing, and you are free then. Sign up, or say “not this time” on the page."),
    lambda params: ("signups.slot", {"public_id": params["slot"]}),
    Group.ANSWERS,
    urgent=SOON,
    holds=lambda params, now: not is_past(params["when"][0], now),
)
