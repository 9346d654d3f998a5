"""Verbs of one's rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from activities.kit.db import lock, transactional
from activities.people import consents
from activities.people.models import Member
from activities.people.rules_consents import Purpose
from activities.timetables import service as timetables

# What else is undone when a purpose is withdrawn.
UNDO: dict[Purpose, Callable[[int], None]] = {Purpose.TIMETABLE: timetables.drop}


@transactional
def withdraw(member_id: int, purpose: Purpose, now: datetime) -> None:
    """Agree to a purpose no more: what rests on it alone is deleted."""
    lock(Member, member_id)
    consents.note_withdrawn(member_id, purpose, now)
    if undo := UNDO.get(purpose):
        undo(member_id)
