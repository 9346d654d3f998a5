"""What is odd, on a secretary's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from activities.duties.kinds import Evidence
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, here, invalid
from activities.norms import queries as norms
from activities.records import oddities
from activities.records.queries import PAGE
from activities.records.rules_odd import ODD_NAMES, Odd

MOST_NOTE = 500


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/odd", view_func=odd)
    records.add_url_rule("/odd/<public_id>/<which>", view_func=note_odd, methods=("POST",))


@access(Permission.REVIEW)
def odd() -> Any:
    return render_template("records/odd.html", **_page())


@access(Permission.REVIEW)
def note_odd(public_id: str, which: str) -> Any:
    if which not in tuple(Odd):
        abort(404)
    said = clean_line(request.form.get("note"))[:MOST_NOTE]
    try:
        oddities.note(current_user.id, public_id, Odd(which), said, clock.now())
    except Refusal as refusal:
        typed = {"wrong": say_fully(refusal), "typed": (public_id, which, said)}
        return invalid("records/odd.html", **_page(), **typed)
    return done(_("Put aside. Your note stands on the record's trail."), url_for(".odd", **_filters()))


def _filters() -> dict[str, Any]:
    """What is asked for, where it can be."""
    known = {"odd": tuple(Odd), "evidence": tuple(Evidence)}
    return {name: value for name, values in known.items() if (value := request.args.get(name)) in values}


def _page() -> dict[str, Any]:
    filters, page = _filters(), asked_page()
    kind, evidence = filters.get("odd"), filters.get("evidence")
    rows = oddities.found(
        current_user, clock.now(), page, Odd(kind) if kind else None, Evidence(evidence) if evidence else None
    )
    return {
        "rows": rows[:PAGE], "more": len(rows) > PAGE, "page": page, "filters": filters, "names": ODD_NAMES,
        "norms": norms.in_force()[0], "here": here,
    }  # fmt: skip
