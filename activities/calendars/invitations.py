"""Invitations to a person's duties, to go along with the letters about them (`outbox.delivery.Enclose`).

Each is made when its letter goes out, from the duty as it is then: so a letter that was held up, or goes out again
after a crash, never brings back an entry that is gone. It is the entry of the person's feed, with the same UID, words
and SEQUENCE: a calendar that gets both has one. SEQUENCE counts every sign-up that the person ever had for the slot,
and each ends with a change, so that what takes an entry out is always later than what put it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from activities.calendars import rules, rules_itip
from activities.calendars.queries import CHANGES, REVISION, SHOWN
from activities.calendars.rules_feeds import Detail
from activities.calendars.rules_itip import Method, Party
from activities.calendars.writing import Writer
from activities.config import Settings
from activities.duties.models import Activity, Arrival, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import run
from activities.kit.i18n import DEFAULT, LANGUAGES, force_locale
from activities.kit.sql import Latest
from activities.outbox.letters import Enclosure, Recipient
from activities.people.models import Unit
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState

_SEATED = SignUp.state == SignUpState.SEATED
# What the person has had of each slot. Who never had a seat in it was never invited.
_OWN = (
    sa.select(
        SignUp.slot_id, (sa.func.sum(SignUp.revision + 1) - 1).label("revision"),
        sa.func.max(SignUp.changed_at).label("changed_at"), sa.func.count().filter(_SEATED).label("seats"),
        sa.func.max(sa.case((_SEATED, SignUp.arrival_id))).label("arrival_id"),
    )
    .where(SignUp.member_id == sa.bindparam("owner_id", type_=sa.Integer()))
    .group_by(SignUp.slot_id)
    .having(sa.func.count(SignUp.seated_at) > 0)
    .subquery()
)  # fmt: skip
# To somebody who has given the seat back, a slot is as good as cancelled.
_STATE = sa.case((_OWN.c.seats > 0, Slot.state), else_=sa.literal(SlotState.CANCELLED, Slot.state.type)).label("state")
_DUTIES = (
    sa.select(
        *(column for column in SHOWN if column is not Slot.state), _STATE,
        sa.literal(SignUpState.SEATED, SignUp.state.type).label("seat"), sa.null().label("people"),
        (REVISION + _OWN.c.revision).label("revision"),
        Latest(*CHANGES, _OWN.c.changed_at).label("changed_at"), Arrival.minute, Activity.mailbox,
    )
    .select_from(Slot)
    .join(_OWN, _OWN.c.slot_id == Slot.id)
    .join(Post, Post.id == Slot.post_id)
    .join(Activity, Activity.id == Post.activity_id)
    .join(Unit, Unit.id == Activity.unit_id)
    .outerjoin(Arrival, Arrival.id == _OWN.c.arrival_id)
    .order_by(Slot.starts_at, Slot.id)
)  # fmt: skip
_SOME = _DUTIES.where(Slot.public_id.in_(sa.bindparam("slots", expanding=True)))


def enclose(member_id: int, person: Recipient, slots: Sequence[str], now: datetime) -> list[Enclosure]:
    """An invitation to each of these slots that the person has, or a cancellation where they had it. One statement."""
    rows = run(_SOME, {"owner_id": member_id, "slots": list(slots)}).all()
    language = person.language if person.language in LANGUAGES else DEFAULT
    writer = Writer(language, Detail.FULL, current_app.config["SETTINGS"], is_own=True)
    with force_locale(language):
        return [_enclosure(row, writer, person, now) for row in rows]


def all_duties(member_id: int, language: str) -> bytes:
    """A calendar of every duty that the person ever had a seat in: those that are off are in it as cancelled. The
    entries are those of the person's feed. One statement."""
    settings: Settings = current_app.config["SETTINGS"]
    rows = run(_DUTIES, {"owner_id": member_id})
    writer = Writer(language, Detail.FULL, settings, is_own=True)
    with force_locale(language):
        return rules.render_calendar(settings.school, settings.time_zone, [writer.event(row) for row in rows])


def _enclosure(row: sa.Row[Any], writer: Writer, person: Recipient, now: datetime) -> Enclosure:
    settings: Settings = current_app.config["SETTINGS"]
    method = Method.REQUEST if row.state is SlotState.OPEN else Method.CANCEL
    attendee = Party(person.name, str(person.email))
    school = Party(settings.school, settings.mail_from)
    organizer = rules_itip.organizer_of(row.mailbox, row.activity, school, attendee.email)
    calendar = rules_itip.message(method, writer.event(row), organizer, attendee, settings.time_zone, now)
    return Enclosure(method, calendar, organizer.email)
