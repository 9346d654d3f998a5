"""Saying that a slot ran on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_number
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import done, invalid
from activities.records import extending

MOST_REASON = 500


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/slots/<public_id>/extend", view_func=extend, methods=("GET", "POST"))


@access(Permission.ORGANIZE)
def extend(public_id: str) -> Any:
    slot, template = duties.slot_to_organize(current_user, public_id), "records/extend.html"
    if request.method == "GET":
        return render_template(template, slot=slot, typed={"minutes": slot.extra_minutes or ""})
    typed = {"minutes": clean_line(request.form.get("minutes"))[:8], "reason": _reason()}
    if not typed["minutes"].isascii() or not typed["minutes"].isdigit():
        return invalid(template, slot=slot, typed=typed, wrong=("minutes", _("Enter a whole number.")))
    minutes, seen = read_number(typed["minutes"]), read_number(request.form.get("seen"))
    try:
        changed = extending.extend(current_user.id, slot.id, minutes, seen, typed["reason"], clock.now())
    except Refusal as refusal:
        slot = duties.slot_to_organize(current_user, public_id)
        return invalid(template, slot=slot, typed=typed, wrong=("minutes", say_fully(refusal)))
    said = _("Saved. What is recorded from now on may count so long.")
    if changed:
        said += " " + ngettext(
            "%(num)s record follows when its person checked out.",
            "%(num)s records follow when their people checked out.",
            changed,
        )
    return done(said, url_for(".attendance", public_id=public_id))


def _reason() -> str:
    return clean_line(request.form.get("reason"))[:MOST_REASON]
