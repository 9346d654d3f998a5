"""People in somebody's care: for who cares, for whom it is about, and for those who hold the review."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.cares import asking, hooks, kept_queries, pages, queries, service
from activities.cares.forms import CareForm
from activities.cares.queries import Line
from activities.cares.rules import NoDraftAgain, NothingWritten
from activities.cycles import queries as cycles
from activities.cycles.waits import WAITS, why_not_wait
from activities.duties.kinds import LEDGER_NAMES
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.pairings import queries as pairings
from activities.people.rules import STAGE_NAMES
from activities.reviews.rules import LEDGERS

cares = Blueprint("cares", __name__)
HOLD = Permission.HOLD_REVIEW


def init_app(app: Flask) -> None:
    app.register_blueprint(cares)


@cares.context_processor
def names() -> dict[str, Any]:
    return {"stage_names": STAGE_NAMES, "ledgers": [(n, LEDGER_NAMES[one]) for n, one in enumerate(LEDGERS)]}


# ── for who cares ───────────────────────────────────────────────────────────


@cares.get("/in-my-care/")
@access(Permission.TAKE_PART)
def mine() -> Any:
    return render_template("cares/mine.html", **pages.of_carer(current_user, clock.now()))


@cares.route("/in-my-care/<cycle>/<person>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def write(cycle: str, person: str) -> Any:
    line = queries.one_of_mine(current_user.id, cycle, person)
    form = CareForm(data=_kept(line))
    page = pages.of_line(current_user, line, clock.now()) | {"form": form, "meanwhile": False}
    if not form.is_submitted():
        return render_template("cares/write.html", **page)
    if not form.validate():
        return invalid("cares/write.html", **page)
    try:
        service.write(
            current_user.id, cycle, person, form.revision.data or 0, form.text.data or "", clock.now(),
            hand_in=form.hands_in,
        )  # fmt: skip
    except (NothingWritten, NoDraftAgain) as refusal:
        refuse(form, "text", refusal)
        return invalid("cares/write.html", **page)
    except ChangedMeanwhile:
        line = queries.one_of_mine(current_user.id, cycle, person)
        form.revision.data = line.written.revision if line.written else 0
        page |= pages.of_line(current_user, line, clock.now())
        return invalid("cares/write.html", **page | {"meanwhile": True})
    if form.hands_in:
        return done(_("Your opinion on %(name)s is handed in.", name=line.person.name), url_for(".mine"))
    return done(_("Your draft is kept."), url_for(".write", cycle=cycle, person=person))


def _kept(line: Line) -> dict[str, Any]:
    one = line.written
    return {"text": one.text if one else "", "revision": one.revision if one else 0}


# ── whom it is about ────────────────────────────────────────────────────────


@cares.get("/in-my-care/about-me")
@access(Permission.TAKE_PART)
def about_me() -> Any:
    """Who cares for one, and what was written of one in reviews that are closed."""
    carers = pairings.carers_of(current_user.id)
    return render_template("cares/about_me.html", carers=carers, written=queries.about(current_user.id))


# ── for those who hold the review ───────────────────────────────────────────


@cares.get("/cycles/<public_id>/activists")
@access(HOLD)
def kept(public_id: str) -> Any:
    cycle = cycles.seen_by(current_user, public_id)
    refusal = why_not_wait(WAITS[hooks.KEY], cycle.windows, clock.local_day(clock.now()))
    return render_template(
        "cares/kept.html", cycle=cycle, units=kept_queries.progress(current_user, cycle), wait=hooks.KEY,
        may_remind=cycle.is_open and refusal is None,
    )  # fmt: skip


@cares.get("/cycles/<public_id>/activists/units/<unit>")
@access(HOLD)
def kept_unit(public_id: str, unit: str) -> Any:
    cycle = cycles.seen_by(current_user, public_id)
    where = kept_queries.unit_for(current_user, cycle, unit)
    people = kept_queries.of_unit(current_user, cycle, where)
    return render_template("cares/kept_unit.html", cycle=cycle, unit=where, people=people)


@cares.get("/cycles/<public_id>/activists/people/<member>")
@access(HOLD)
def kept_person(public_id: str, member: str) -> Any:
    cycle = cycles.seen_by(current_user, public_id)
    unit, about = kept_queries.person_for(current_user, cycle, member)
    return render_template("cares/kept_person.html", cycle=cycle, unit=unit, about=about)


@cares.post("/cycles/<public_id>/units/<unit>/ask")
@access(HOLD)
def ask_all(public_id: str, unit: str) -> Any:
    """Of all members of a unit, those who care for their classes are asked for an opinion."""
    cycle = cycles.seen_by(current_user, public_id)
    where = kept_queries.unit_for(current_user, cycle, unit)
    count = asking.ask_all(current_user.id, cycle.id, where.id, clock.now())
    said = ngettext("%(num)s opinion is asked for.", "%(num)s opinions are asked for.", count)
    nobody = _("Nobody is left to ask: all who are paired with these classes were asked, or nobody is.")
    return done(said if count else nobody, url_for("grades.unit_people", public_id=public_id, unit=unit))
