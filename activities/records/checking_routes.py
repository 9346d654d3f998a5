"""The code on an organizer's screen, what a phone opens that has scanned it, and the one tap after that."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import segno
from flask import Blueprint, current_app, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user
from markupsafe import Markup

from activities.duties import queries as duties
from activities.duties.kinds import Evidence
from activities.kit import clock
from activities.kit.access import access
from activities.kit.address import absolute
from activities.kit.asked import read_moment
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.norms import queries as norms
from activities.people.limits import address, failures, person, requests
from activities.records import checking, desk, posting, rules_codes, sheets
from activities.records.rules_codes import SCAN_HOLDS, CodeIsOver, Scan


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/slots/<public_id>/screen", view_func=screen)
    records.add_url_rule("/in/<slot>/<host>/<code>", view_func=scan)
    records.add_url_rule("/check-in", view_func=check_in)
    records.add_url_rule("/check-in", view_func=check_in_post, methods=("POST",))


@access(Permission.ORGANIZE)
def screen(public_id: str) -> Any:
    slot, now = duties.slot_to_organize(current_user, public_id), clock.now()
    refusal = rules_codes.why_not_shown(sheets.session(slot), norms.in_force()[0], now)
    code = rules_codes.code(_secret(), slot.public_id, current_user.public_id, now)
    link = absolute("records.scan", slot=slot.public_id, host=current_user.public_id, code=code)
    return render_template(
        "records/screen.html", slot=slot, refusal=refusal, picture=None if refusal else picture(link),
        tally=desk.tally(slot.id), seconds=rules_codes.seconds_left(now),
    )  # fmt: skip


@access.public
@failures(address, "300 per 5 minutes")
def scan(slot: str, host: str, code: str) -> Any:
    """Take the code out of the address and into the session, where it waits for log-in and the tap. A code that does
    not hold says nothing of its slot."""
    now = clock.now()
    if not rules_codes.holds(code, _secret(), slot, host, now):
        return render_template("records/check_in.html", arriving=None, refusal=CodeIsOver()), 404
    return redirect_with(Scan(slot=slot, host=host, at=now))


def redirect_with(scanned: Scan, *others: Scan) -> Any:
    """Keep what was scanned, which is of one slot or of several, and go on to the page with the button."""
    slots = [one.slot for one in (scanned, *others)]
    session["scanned"] = {**asdict(scanned), "at": scanned.at.isoformat(), "slot": slots}
    answer = make_response(redirect(url_for("records.check_in"), 303))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@access(Permission.TAKE_PART)
def check_in() -> Any:
    scanned = _kept()
    if scanned is None:
        return render_template("records/check_in.html", arriving=None, refusal=None)
    try:
        arriving = checking.arriving(current_user, scanned)
    except CodeIsOver as refusal:
        return render_template("records/check_in.html", arriving=None, refusal=refusal), 404
    return render_template("records/check_in.html", arriving=arriving, scanned=scanned)


@access(Permission.TAKE_PART)
@requests(person, "30 per minute")
def check_in_post() -> Any:
    scanned = _kept()
    if scanned is None:
        return render_template("records/check_in.html", arriving=None, refusal=CodeIsOver()), 422
    verb = checking.check_out if "out" in request.form else checking.check_in
    try:
        verb(current_user.id, scanned, clock.now())
    except Refusal as refusal:
        return render_template("records/check_in.html", arriving=None, refusal=refusal, wrong=say_fully(refusal)), 422
    said = _("You are checked out.") if "out" in request.form else _("You are checked in.")
    return done(said, url_for("records.check_in"))


def picture(link: str) -> Markup:
    """The address as a code for a phone's camera."""
    drawn = segno.make(link, error="m", micro=False).svg_inline(
        scale=1, border=4, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - drawn, not typed


def _kept() -> Scan | None:
    """What was scanned with this browser, as long as it holds."""
    kept = session.get("scanned")
    at = read_moment(kept["at"]) if kept else None
    if kept is None or at is None or clock.now() - at > SCAN_HOLDS:
        return None
    slot = kept["slot"][0] if len(kept["slot"]) == 1 else posting.own(current_user.id, kept["slot"])
    return Scan(slot=slot, host=kept["host"], at=at, evidence=Evidence(kept["evidence"]))


def _secret() -> bytes:
    return str(current_app.config["SECRET_KEY"]).encode()
