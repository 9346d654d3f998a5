"""Ballots for who votes and who is appraised; what secretaries do with them is in `kept_routes`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask_login import current_user

from activities.ballots import kept_routes, pages, queries, voting
from activities.ballots.forms import vote_form
from activities.ballots.rules import STATE_NAMES, VotedAlready, why_not_vote
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import done, invalid

ballots = Blueprint("ballots", __name__, url_prefix="/ballots")
kept_routes.add_to(ballots)


def init_app(app: Flask) -> None:
    app.register_blueprint(ballots)
    app.jinja_env.globals.update(ballot_states=STATE_NAMES, say_choice=pages.say_choice)


@ballots.get("/")
@access(Permission.TAKE_PART)
def all_mine() -> Any:
    now = clock.now()
    return render_template(
        "ballots/all_mine.html", votes=queries.my_votes(current_user, now), results=queries.my_results(current_user)
    )


@ballots.route("/<public_id>/vote", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def vote(public_id: str) -> Any:
    """The paper, or why there is none. Whoever sends it twice, or goes back to it, reads that they have voted."""
    ballot, has_voted = queries.my_vote(current_user, public_id)
    refusal = why_not_vote(ballot.state, ballot.ends_at, has_voted, clock.now())
    if refusal:
        return render_template("ballots/voted.html", ballot=ballot, refusal=refusal, has_voted=has_voted)
    people = queries.but_own(queries.on_form(ballot.id), current_user.id)
    form = vote_form(people, ballot.choices)
    page = {"ballot": ballot, "form": form, "people": people, "is_preview": False}
    if not form.is_submitted():
        return render_template("ballots/vote.html", **page)
    if not form.validate():
        return invalid("ballots/vote.html", **page)
    here = url_for(".vote", public_id=public_id)
    try:
        voting.vote(current_user.id, ballot.id, form.ticks, clock.now())
    except VotedAlready:
        return redirect(here, 303)
    return done(_("Your paper is in the box."), here)


@ballots.get("/<public_id>/mine")
@access(Permission.TAKE_PART)
def mine(public_id: str) -> Any:
    """What came of it about oneself."""
    ballot = queries.my_result(current_user, public_id)
    return render_template(
        "ballots/mine.html", ballot=ballot, results=pages.own_results(ballot, current_user.id),
        names=pages.names_of(ballot), legend=pages.legend(ballot),
    )  # fmt: skip
