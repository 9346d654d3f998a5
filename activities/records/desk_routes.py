"""The desk, on an organizer's phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import done, invalid
from activities.norms import queries as norms
from activities.records import desk, rules_ticks, sheets
from activities.records.rules import Attendance


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/slots/<public_id>/desk", view_func=desk_page, methods=("GET", "POST"))


@access(Permission.ORGANIZE)
def desk_page(public_id: str) -> Any:
    slot = duties.slot_to_organize(current_user, public_id)
    if not slot.post.activity.kind.takes_walk_ins:
        raise NotFound
    if request.method == "GET":
        return render_template("records/desk.html", **_page(slot, clean_line(request.args.get("q"))[:32]))
    number = clean_line(request.form.get("number"))[:32]
    attendance = Attendance.DEFERRED if "deferred" in request.form else Attendance.PRESENT
    try:
        name, is_extra = desk.arrive(current_user.id, slot.id, number, attendance, clock.now())
    except Refusal as refusal:
        slot = duties.slot_to_organize(current_user, public_id)
        return invalid("records/desk.html", **_page(slot, number), wrong=say_fully(refusal))
    said = _("%(name)s: deferred.", name=name), _("%(name)s has arrived.", name=name)
    message = said[attendance is Attendance.PRESENT]
    if is_extra:
        message += " " + _("All seats are taken, so this is beside them.")
    return done(message, url_for(".desk_page", public_id=public_id))


def _page(slot: Slot, text: str) -> dict[str, Any]:
    now = clock.now()
    return {
        "slot": slot, "text": text, "tally": desk.tally(slot.id), "visitors": desk.visitors(slot, text, now),
        "minute": timedelta(minutes=1), "most": desk.SHOWN,
        "refusal": rules_ticks.why_not_open(sheets.session(slot), norms.in_force()[0], now),
        "defers": slot.post.activity.kind.has_timed_arrival,
    }  # fmt: skip
