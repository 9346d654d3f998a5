"""What waits for a second person, and countersigning it: chosen, counted, confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_moment
from activities.kit.i18n import ngettext, say_fully, say_hours
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.records import countersigning
from activities.records.queries import PAGE
from activities.records.rules_evidence import NobodyChosen


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/countersign", view_func=to_countersign)
    records.add_url_rule("/slots/<public_id>/countersign", view_func=countersign, methods=("GET", "POST"))


@access(Permission.COUNTERSIGN)
def to_countersign() -> Any:
    page = asked_page()
    piles = countersigning.piles(current_user, page)
    return render_template("records/to_countersign.html", piles=piles[:PAGE], more=len(piles) > PAGE, page=page)


@access(Permission.COUNTERSIGN)
def countersign(public_id: str) -> Any:
    slot = countersigning.slot_to_sign(current_user, public_id)
    template, chosen = "records/countersign.html", _chosen()
    lines = countersigning.waiting(slot.id, current_user.id)
    if request.method == "GET":
        return render_template(template, slot=slot, lines=lines, chosen=None)
    about = [line for line in lines if chosen.get(line.public_id) == line.changed_at]
    if "confirmed" not in request.form and about and len(about) == len(chosen):
        return render_template("records/countersign_sure.html", slot=slot, lines=about)
    try:
        if not chosen:
            raise NobodyChosen
        signed = countersigning.countersign(current_user.id, slot.id, chosen, clock.now())
    except Refusal as refusal:
        lines = countersigning.waiting(slot.id, current_user.id)
        return invalid(template, slot=slot, lines=lines, chosen=set(chosen), wrong=say_fully(refusal))
    hours = say_hours(signed.minutes)
    said = ngettext(
        "The hours of %(num)s person are final now: %(hours)s.",
        "The hours of %(num)s people are final now: %(hours)s.",
        signed.people,
        hours=hours,
    )
    return done(said, url_for(".to_countersign"))


def _chosen() -> dict[str, datetime]:
    """What is ticked: records by public id, each with when it had last changed."""
    pairs = (key.partition("@") for key in request.form.getlist("record"))
    return {public_id: moment for public_id, _, text in pairs if (moment := read_moment(text))}
