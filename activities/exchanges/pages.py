"""What the pages of cover show, put together from their reads."""

from __future__ import annotations

from datetime import datetime

from activities.exchanges import queries, rules
from activities.people.users import Viewer
from activities.signups import facts
from activities.signups.cards import Card, cards


def can_take_over(viewer: Viewer, now: datetime) -> list[Card]:
    """Cards of the slots in which somebody wants cover and the viewer could take over. Two statements."""
    offers = queries.slots_wanted(viewer, now)
    if not offers:
        return []
    person, mine = facts.taken_on(viewer.id, offers[0].starts_at, max(offer.ends_at for offer in offers))
    busy = facts.busy_of(mine)
    held = {one.slot_id: one.mine for one in mine}
    able = [o for o in offers if not rules.why_not_take_over(True, o, person, held.get(o.id), busy, now)]
    return cards(person, able, mine, now)
