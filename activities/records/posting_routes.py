"""The sheet with a code that is hung up at a place, and what a phone opens that has scanned it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.kit import clock
from activities.kit.access import access
from activities.kit.address import absolute
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.norms import queries as norms
from activities.people.limits import address, failures
from activities.records import posting
from activities.records.checking_routes import picture, redirect_with
from activities.records.rules_codes import NothingOn, PostedCodeIsOver, PostedMeanwhile


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/posts/<public_id>/code", view_func=posted)
    records.add_url_rule("/posts/<public_id>/code", view_func=posted_post, methods=("POST",))
    records.add_url_rule("/at/<code>", view_func=scan_posted)


@access(Permission.ORGANIZE)
def posted(public_id: str) -> Any:
    return render_template("records/posted.html", **_page(public_id))


@access(Permission.ORGANIZE)
def posted_post(public_id: str) -> Any:
    post, seen, now = duties.post_to_organize(current_user, public_id), request.form.get("seen", ""), clock.now()
    try:
        if "withdraw" in request.form:
            posting.withdraw_code(current_user.id, post.id, seen, now)
            said = _("The code is taken away: it holds no more.")
        else:
            posting.post_code(current_user.id, post.id, seen, now)
            said = _("The code holds from now on. Print it, and hang it up.")
    except PostedMeanwhile as refusal:
        return invalid("records/posted.html", **_page(public_id), wrong=say_fully(refusal))
    return done(said, url_for(".posted", public_id=public_id))


@access.public
@failures(address, "300 per 5 minutes")
def scan_posted(code: str) -> Any:
    try:
        scans = posting.scanned(code, clock.now())
    except (PostedCodeIsOver, NothingOn) as refusal:
        return render_template("records/check_in.html", arriving=None, refusal=refusal), 404
    return redirect_with(*scans)


def _page(public_id: str) -> dict[str, Any]:
    post = duties.post_to_organize(current_user, public_id)
    kept = posting.code_of(post.id)
    drawn = picture(absolute("records.scan_posted", code=kept.code)) if kept else None
    return {"post": post, "kept": kept, "picture": drawn, "norms": norms.in_force()[0]}
