"""When people come to a slot: each their own time, and the organizer how many at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties.models import Slot
from activities.duties.queries import slot_to_organize
from activities.duties.rules import MOST_SEATS, minutes_of, spread
from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_number
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_clock, say_fully
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.signups import arrival_verbs, arrivals, queries
from activities.signups.forms import consent_of
from activities.signups.one_slot import slot_page
from activities.signups.rules_arrivals import ArrivalMissing
from activities.signups.rules_soft import AskFirst

Errors = list[tuple[str, str, str]]


def add_to(signups: Blueprint) -> None:
    signups.add_url_rule("/slots/<public_id>/arrival", view_func=come_at, methods=("POST",))
    signups.add_url_rule("/organize/slots/<public_id>/arrivals", view_func=quotas, methods=("GET", "POST"))


@access(Permission.TAKE_PART)
def come_at(public_id: str) -> Any:
    slot = queries.slot_of(current_user, public_id)
    chosen = read_number(request.form.get("arrival"))
    if not chosen:
        raise ArrivalMissing
    consent = consent_of(request.form)
    try:
        arrival_verbs.come_at(current_user.id, slot.id, chosen, clock.now(), consent=consent)
    except AskFirst as refusal:
        return slot_page(queries.slot_of(current_user, public_id), asked_again=refusal), 422
    return done(_("Saved."), url_for(".slot", public_id=public_id))


@dataclass(frozen=True)
class QuotaRow:
    """A time and how many may come then, as typed."""

    minute: int
    at: datetime
    taken: int
    typed: str

    @property
    def wrong(self) -> bool:
        return not (self.typed.isascii() and self.typed.isdigit() and int(self.typed) <= MOST_SEATS)


@access(Permission.ORGANIZE)
def quotas(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    if not slot.post.activity.kind.has_timed_arrival:
        raise NotFound
    rows = _rows(slot)
    if request.method == "GET" or "spread" in request.form:
        return render_template("signups/quotas.html", slot=slot, rows=rows, errors=[])
    errors: Errors = [
        (f"q-{row.minute}", say_clock(row.at), _("Enter a whole number up to %(most)s.", most=MOST_SEATS))
        for row in rows
        if row.wrong
    ]
    if errors:
        return invalid("signups/quotas.html", slot=slot, rows=rows, errors=errors)
    wanted = {row.minute: int(row.typed) for row in rows}
    try:
        arrival_verbs.set_quotas(
            current_user.id, slot.id, read_number(request.form.get("revision")), wanted, clock.now()
        )
    except Refusal as refusal:
        slot = slot_to_organize(current_user, public_id)
        return invalid("signups/quotas.html", slot=slot, rows=rows, errors=[("main", "", say_fully(refusal))])
    return done(_("Saved."), url_for(".roster", public_id=public_id))


def _rows(slot: Slot) -> list[QuotaRow]:
    """The times of a slot with what was typed, or else with what is there, or else with its seats spread evenly."""
    zero = slot.starts_at
    present = {(time.at - zero) // timedelta(minutes=1): time for time in arrivals.times(slot.id, zero)}
    kept = {minute: time.quota for minute, time in present.items()}
    if "spread" in request.form or not present:
        kept = spread(slot.capacity, slot.minutes)
    typed = {} if "spread" in request.form else request.form
    return [
        QuotaRow(
            minute,
            zero + timedelta(minutes=minute),
            present[minute].taken if minute in present else 0,
            typed.get(f"q-{minute}", str(kept.get(minute, 0))).strip()[:5],
        )
        for minute in minutes_of(slot.minutes)
    ]
