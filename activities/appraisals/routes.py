"""The ballots of a review's units: opening them, and how far they are."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.appraisals import queries, service
from activities.appraisals.forms import BallotsForm
from activities.cycles import queries as cycles
from activities.cycles.rules import why_not_now
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import ngettext
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import done

appraisals = Blueprint("appraisals", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(appraisals)


@appraisals.route("/cycles/<public_id>/ballots", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def keep(public_id: str) -> Any:
    """The ballots of the units, and opening them."""
    cycle = cycles.seen_by(current_user, public_id)
    form = BallotsForm()
    may_open = cycle.is_open and current_user.may(Permission.HOLD_REVIEW, cycle.unit.path)
    if request.method == "POST":
        if not may_open:
            raise NotFound
        count = service.open_all(current_user.id, cycle.id, clock.now(), asks_masses=bool(form.asks_masses.data))
        message = ngettext("%(num)s ballot is open.", "%(num)s ballots are open.", count)
        return done(message, url_for(".keep", public_id=public_id))
    return render_template(
        "appraisals/keep.html", cycle=cycle, form=form, may_open=may_open,
        why_not=why_not_now("ballot", cycle.windows, clock.local_day(clock.now())),
        ballots=queries.of_cycle(cycle.id, current_user.paths(Permission.HOLD_REVIEW)),
    )  # fmt: skip
