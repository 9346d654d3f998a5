"""Peer review: drawn and kept by who holds the review, written by members, told in sums; and the ballots of units."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.cycles import held_ballots, peers, queries, queries_peers, rules
from activities.cycles.forms_peers import BallotsForm, DrawForm, ReviewForm, review_form
from activities.cycles.models import Participant
from activities.cycles.models_peers import PeerReview
from activities.cycles.queries_peers import PAGE
from activities.cycles.rules import Standing
from activities.cycles.rules_peers import MARKS, MarksMissing, TooFewEach, TooManyEach
from activities.cycles.words_peers import say_criterion
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.route("/cycles/<public_id>/peers", methods=("GET", "POST"))(keep_peers)
    blueprint.route("/cycles/<public_id>/ballots", methods=("GET", "POST"))(keep_ballots)
    blueprint.get("/my-review/<public_id>/peers")(my_peers)
    blueprint.route("/my-review/<public_id>/peers/<person>", methods=("GET", "POST"))(review)


# ── for who holds the review ────────────────────────────────────────────────


@access(Permission.HOLD_REVIEW)
def keep_peers(public_id: str) -> Any:
    """How it is drawn, and who is waited for; never who wrote what."""
    cycle = queries.seen_by(current_user, public_id)
    draw = queries_peers.draw_of(cycle.id)
    form = DrawForm(draw)
    may_change = cycle.is_open and current_user.may(Permission.HOLD_REVIEW, cycle.unit.path)
    number = asked_page()
    waited = queries_peers.waited_for(cycle.id, current_user.paths(Permission.HOLD_REVIEW), number)
    page = {
        "cycle": cycle, "draw": draw, "form": form, "may_change": may_change,
        "has_begun": queries_peers.has_begun(cycle.id), "waited": waited[:PAGE], "page": number,
        "more": len(waited) > PAGE,
    }  # fmt: skip
    if request.method == "GET":
        return render_template("cycles/peers.html", **page)
    if not may_change:
        raise NotFound
    if not form.validate():
        return invalid("cycles/peers.html", **page)
    try:
        count = peers.draw(current_user.id, cycle.id, form.rule, clock.now())
    except (TooFewEach, TooManyEach) as refusal:
        refuse(form, "each", refusal)
        return invalid("cycles/peers.html", **page)
    message = ngettext("%(num)s review is asked for.", "%(num)s reviews are asked for.", count)
    return done(message, url_for(".keep_peers", public_id=public_id))


@access(Permission.HOLD_REVIEW)
def keep_ballots(public_id: str) -> Any:
    """The ballots of the units, and opening them."""
    cycle = queries.seen_by(current_user, public_id)
    form = BallotsForm()
    may_open = cycle.is_open and current_user.may(Permission.HOLD_REVIEW, cycle.unit.path)
    if request.method == "POST":
        if not may_open:
            raise NotFound
        count = held_ballots.open_all(current_user.id, cycle.id, clock.now(), asks_masses=bool(form.asks_masses.data))
        message = ngettext("%(num)s ballot is open.", "%(num)s ballots are open.", count)
        return done(message, url_for(".keep_ballots", public_id=public_id))
    return render_template(
        "cycles/ballots.html", cycle=cycle, form=form, may_open=may_open,
        why_not=rules.why_not_now("ballot", cycle.windows, clock.local_day(clock.now())),
        ballots=held_ballots.of_cycle(cycle.id, current_user.paths(Permission.HOLD_REVIEW)),
    )  # fmt: skip


# ── for who takes part ──────────────────────────────────────────────────────


@access(Permission.TAKE_PART)
def my_peers(public_id: str) -> Any:
    """Whom one reviews, and once it is over what came of it about oneself."""
    part = queries.own_part(current_user.id, public_id)
    draw = queries_peers.draw_of(part.cycle_id)
    is_over = rules.standing("peers", part.cycle.windows, clock.local_day(clock.now())) is Standing.OVER
    told = queries_peers.results(draw, [part.id]).get(part.id) if draw and is_over else None
    return render_template(
        "cycles/my_peers.html", part=part, cycle=part.cycle, draw=draw, reviews=queries_peers.mine(part.id),
        is_over=is_over, told=told, marks=MARKS, say_criterion=say_criterion,
    )  # fmt: skip


@access(Permission.TAKE_PART)
def review(public_id: str, person: str) -> Any:
    """What one writes of somebody: a draft, or handed in."""
    part = queries.own_part(current_user.id, public_id)
    written, draw = queries_peers.one_of_mine(part.id, person), queries_peers.draw_of(part.cycle_id)
    assert draw  # by which the review was drawn
    form = review_form(written, draw.criteria)
    page = _page(part, written, form) | {"least": draw.least}
    if request.method == "GET":
        return render_template("cycles/peer.html", **page)
    if not form.validate():
        return invalid("cycles/peer.html", **page)
    hand_in, given = "hand_in" in request.form, (form.marks, form.comment.data or "")
    try:
        peers.write(current_user.id, written.id, form.revision.data or 0, *given, clock.now(), hand_in=hand_in)
    except MarksMissing as refusal:
        missing = next(field.name for field in form.criteria if not field.data)
        refuse(form, missing, refusal)
        return invalid("cycles/peer.html", **page)
    except ChangedMeanwhile:
        present = queries_peers.one_of_mine(part.id, person)
        form.revision.data = present.revision
        return invalid("cycles/peer.html", **page | {"is_stale": True})
    message = _("Your review is handed in.") if hand_in else _("Your draft is kept.")
    return done(message, url_for(".my_peers", public_id=public_id))


def _page(part: Participant, written: PeerReview, form: ReviewForm) -> dict[str, Any]:
    why_not = rules.why_not_now("peers", part.cycle.windows, clock.local_day(clock.now()))
    return {
        "part": part, "cycle": part.cycle, "written": written, "form": form, "why_not": why_not, "is_stale": False,
    }  # fmt: skip
