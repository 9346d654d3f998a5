"""What who runs an activity learns when a day changes under its slots. Whoever is on a slot learns of it from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from activities.duties.models import Activity
from activities.duties.queries import running
from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import words
from activities.rescheduling.rules import Fate, Touched

BODIES = {
    Fate.KEEP: N_("Slots on days that have changed: %(slots)s, the first %(when)s. They stay as they are: look whether "
                  "they take place."),
    Fate.CANCEL: N_("Slots cancelled: %(slots)s, the first %(when)s. Everyone on them has been told."),
    Fate.MOVE: N_("Slots moved to another day: %(slots)s, the first was %(when)s. Everyone on them has been told."),
}  # fmt: skip
for fate, body in BODIES.items():
    words(
        f"rescheduling.{fate}",
        N_("The school's calendar has changed: %(what)s"),
        body,
        lambda params: ("duties.activity", {"public_id": params["activity"]}),
        Group.ORGANIZING,
    )


def calendar_changed(activity: Activity, fate: Fate, slots: Sequence[Touched], actor_id: int, now: datetime) -> None:
    """Tell those who run the activity, but for who acts, what becomes of these of its slots."""
    first = slots[0].offer
    params = {
        "what": activity.name, "slots": len(slots), "activity": activity.public_id,
        "when": [first.starts_at.isoformat(), first.ends_at.isoformat()],
    }  # fmt: skip
    outbox.post(now, [who for who in running(activity) if who != actor_id], f"rescheduling.{fate}", **params)
