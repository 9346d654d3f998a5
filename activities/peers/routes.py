"""Peer review: drawn and kept by who holds the review, written by members, told in sums."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.cycles import queries as cycles
from activities.cycles.models import Participant
from activities.cycles.rules import Standing, standing, why_not_now
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_clock
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.peers import filling, queries, service, verifying
from activities.peers.forms import DrawForm, ReviewForm, review_form
from activities.peers.models import PeerReview
from activities.peers.queries import PAGE
from activities.peers.rules import MARKS, MOST_CHARACTERS, NO_MARK, MarksMissing, TooFewEach, TooManyEach
from activities.peers.words import say_criterion, say_verdict

peers = Blueprint("peers", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(peers)


# ── for who holds the review ────────────────────────────────────────────────


@peers.route("/cycles/<public_id>/peers", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def keep(public_id: str) -> Any:
    """How it is drawn, and who is waited for; never who wrote what."""
    cycle = cycles.seen_by(current_user, public_id)
    draw = queries.draw_of(cycle.id)
    form, asks = DrawForm(draw), request.form.get("do")
    may_change = cycle.is_open and current_user.may(Permission.HOLD_REVIEW, cycle.unit.path)
    stands, number = standing("peers", cycle.windows, clock.local_day(clock.now())), asked_page()
    waited = queries.waited_for(cycle.id, current_user.paths(Permission.HOLD_REVIEW), number)
    page = {
        "cycle": cycle, "draw": draw, "form": form, "may_change": may_change, "standing": stands,
        "has_begun": queries.has_begun(cycle.id), "waited": waited[:PAGE], "page": number,
        "more": len(waited) > PAGE, "gap": filling.gap_of(draw) if draw and stands is not Standing.OVER else None,
        "verdict": verifying.verify(draw) if draw and "check" in request.args else None, "say_verdict": say_verdict,
    }  # fmt: skip
    if request.method == "GET":
        return render_template("peers/keep.html", **page)
    if not may_change:
        raise NotFound
    if asks == "fill":
        count = filling.fill(current_user.id, cycle.id, clock.now())
        message = ngettext("%(num)s more review is asked for.", "%(num)s more reviews are asked for.", count)
        return done(message, url_for(".keep", public_id=public_id))
    if not form.validate():
        return invalid("peers/keep.html", **page)
    try:
        count = service.draw(current_user.id, cycle.id, form.rule, clock.now())
    except (TooFewEach, TooManyEach) as refusal:
        refuse(form, "each", refusal)
        return invalid("peers/keep.html", **page)
    message = ngettext("%(num)s review is asked for.", "%(num)s reviews are asked for.", count)
    return done(message, url_for(".keep", public_id=public_id))


# ── for who takes part ──────────────────────────────────────────────────────


@peers.get("/my-review/<public_id>/peers")
@access(Permission.TAKE_PART)
def mine(public_id: str) -> Any:
    """Whom one reviews, and once it is over what came of it about oneself."""
    part = cycles.own_part(current_user.id, public_id)
    draw = queries.draw_of(part.cycle_id)
    stands = standing("peers", part.cycle.windows, clock.local_day(clock.now()))
    is_over = stands is Standing.OVER
    told = queries.results(draw, [part.id]).get(part.id) if draw and is_over else None
    reviews = queries.mine(part.id)
    left = [one for one in reviews if one.handed_in_at is None] if stands is Standing.OPEN else []
    return render_template(
        "peers/mine.html", part=part, cycle=part.cycle, draw=draw, reviews=reviews, left=left, is_over=is_over,
        told=told, marks=MARKS, say_criterion=say_criterion,
    )  # fmt: skip


@peers.route("/my-review/<public_id>/peers/<person>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def review(public_id: str, person: str) -> Any:
    """What one writes of somebody: a draft, or handed in."""
    part = cycles.own_part(current_user.id, public_id)
    written, draw = queries.one_of_mine(part.id, person), queries.draw_of(part.cycle_id)
    assert draw  # by which the review was drawn
    form = review_form(written, draw.criteria)
    page = _page(part, written, form) | {"least": draw.least}
    if request.method == "GET":
        return render_template("peers/review.html", **page)
    if not form.validate():
        return invalid("peers/review.html", **page)
    hand_in, given = "hand_in" in request.form, (form.marks, form.comment.data or "")
    try:
        service.write(current_user.id, written.id, form.revision.data or 0, *given, clock.now(), hand_in=hand_in)
    except MarksMissing as refusal:
        for field in form.criteria:
            if not field.data:
                refuse(form, field.name, refusal)
        return invalid("peers/review.html", **page)
    except ChangedMeanwhile:
        present = queries.one_of_mine(part.id, person)
        form.revision.data = present.revision
        return invalid("peers/review.html", **page | {"meanwhile": present})
    message = _("Your review is handed in.") if hand_in else _("Your draft is kept.")
    return done(message, url_for(".mine", public_id=public_id))


@peers.post("/my-review/<public_id>/peers/<person>/draft")
@access(Permission.TAKE_PART)
def draft(public_id: str, person: str) -> Any:
    """The same without leaving the page: its script keeps what is typed while it is typed."""
    part = cycles.own_part(current_user.id, public_id)
    written, draw = queries.one_of_mine(part.id, person), queries.draw_of(part.cycle_id)
    assert draw  # by which the review was drawn
    form, now = review_form(written, draw.criteria), clock.now()
    if not form.validate():
        return {"revision": None}, 422
    revision, given = form.revision.data or 0, (form.marks, form.comment.data or "")
    try:
        revision = service.write(current_user.id, written.id, revision, *given, now, hand_in=False)
    except ChangedMeanwhile:
        return {"revision": None}, 409
    return {"revision": revision, "said": _("Kept at %(time)s", time=say_clock(now))}


def _page(part: Participant, written: PeerReview, form: ReviewForm) -> dict[str, Any]:
    why_not = why_not_now("peers", part.cycle.windows, clock.local_day(clock.now()))
    return {
        "part": part, "cycle": part.cycle, "written": written, "form": form, "why_not": why_not, "meanwhile": None,
        "marks": MARKS, "most": MOST_CHARACTERS, "no_mark": NO_MARK,
    }  # fmt: skip
