"""A unit's people in a review, one of them with opinion and grade, and opinions of those who are asked for one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.cycles import queries as cycles
from activities.cycles.rules import Standing, standing
from activities.cycles.rules_refusals import NoRoom, StepNotOpen, StepOver
from activities.cycles.service import remove_person
from activities.evidence import pages as evidence
from activities.grades import pages, queries, service
from activities.grades.forms import AskOpinionForm, GradeForm, LeaveForm, OpinionForm
from activities.grades.queries import ORDERS, PAGE, Asked
from activities.grades.rules import AskedAlready, NoneLeft, OwnOpinion, SayWhy
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid

grades = Blueprint("grades", __name__)

TEMPLATE = "grades/person.html"


def init_app(app: Flask) -> None:
    app.register_blueprint(grades)


@grades.get("/cycles/<public_id>/units/<unit>")
@access(Permission.HOLD_REVIEW)
def unit_people(public_id: str, unit: str) -> Any:
    cycle = cycles.seen_by(current_user, public_id)
    counter = queries.unit_for(current_user, cycle, unit)
    search, sort = clean_line(request.args.get("search"))[:100], request.args.get("sort", "")
    asked = Asked(search, request.args.get("only", ""), sort if sort in ORDERS else "number", asked_page())
    lines = queries.lines(current_user, counter, asked)
    points = evidence.of_unit(cycle, [line.part for line in lines[:PAGE]], clock.now())
    return render_template(
        "grades/unit.html", cycle=cycle, counter=counter, lines=lines[:PAGE], more=len(lines) > PAGE, asked=asked,
        points=points, own=cycles.own_excellent(current_user, cycle.id),
    )  # fmt: skip


@grades.get("/cycles/<public_id>/people/<member>")
@access(Permission.HOLD_REVIEW)
def person(public_id: str, member: str) -> Any:
    return render_template(TEMPLATE, **_page(public_id, member))


@grades.post("/cycles/<public_id>/people/<member>/grade")
@access(Permission.HOLD_REVIEW)
def give(public_id: str, member: str) -> Any:
    page = _page(public_id, member)
    part, form = page["part"], GradeForm(page["part"], page["versions"])
    page["form"] = form
    if not form.validate():
        return invalid(TEMPLATE, **page)
    try:
        service.give(
            current_user.id, part.cycle_id, part.member_id, form.seen.data or 0, form.chosen, form.opinion.data or "",
            form.reason.data or "", clock.now(),
        )  # fmt: skip
    except (NoneLeft, StepOver, StepNotOpen) as refusal:
        refuse(form, "grade", refusal)
        return invalid(TEMPLATE, **page)
    except SayWhy as refusal:
        refuse(form, "reason", refusal)
        return invalid(TEMPLATE, **page)
    except ChangedMeanwhile:
        page = _page(public_id, member) | {"form": form, "is_stale": True}
        form.seen.data = len(page["versions"])
        return invalid(TEMPLATE, **page)
    name = part.member.name
    message = _("Opinion and grade of %(name)s are kept.", name=name)
    if "next" in request.form:
        if following := queries.next_undecided(current_user, part):
            return done(message, url_for(".person", public_id=public_id, member=following))
        message = _(
            "Opinion and grade of %(name)s are kept. Nobody else of the unit waits for you.", name=part.member.name
        )
    return done(message, url_for(".unit_people", public_id=public_id, unit=part.unit.public_id))


@grades.post("/cycles/<public_id>/people/<member>/ask")
@access(Permission.HOLD_REVIEW)
def ask_opinion(public_id: str, member: str) -> Any:
    page = _page(public_id, member)
    part, form = page["part"], AskOpinionForm()
    page["ask"] = form
    if not form.validate():
        return invalid(TEMPLATE, **page)
    found = queries.of_school(form.number.data or "", part.unit.path)
    if found is None:
        form.number.errors = [_("Nobody in the school has this number.")]
        return invalid(TEMPLATE, **page)
    try:
        service.ask_opinion(current_user.id, part.cycle_id, part.member_id, found.id, clock.now())
    except (AskedAlready, OwnOpinion) as refusal:
        refuse(form, "number", refusal)
        return invalid(TEMPLATE, **page)
    message = _("%(name)s is asked for an opinion, and told.", name=found.name)
    return done(message, url_for(".person", public_id=public_id, member=member))


@grades.post("/cycles/<public_id>/people/<member>/remove")
@access(Permission.HOLD_REVIEW)
def remove(public_id: str, member: str) -> Any:
    page = _page(public_id, member)
    part, form = page["part"], LeaveForm()
    page["leave"] = form
    if not form.validate():
        return invalid(TEMPLATE, **page)
    try:
        remove_person(current_user.id, part.cycle_id, part.member_id, form.reason.data or "", clock.now())
    except NoRoom as refusal:
        refuse(form, "reason", refusal)
        return invalid(TEMPLATE, **page)
    address = url_for(".unit_people", public_id=public_id, unit=part.unit.public_id)
    return done(_("%(name)s takes part no more, and is told.", name=part.member.name), address)


@grades.route("/my-review/opinions/<public_id>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def opinion(public_id: str) -> Any:
    found = queries.opinion_of(current_user.id, public_id)
    form = OpinionForm(data={"text": found.text})
    windows = found.participant.cycle.windows
    is_over = standing("grade", windows, clock.local_day(clock.now())) is Standing.OVER
    page = {
        "opinion": found,
        "part": found.participant,
        "form": form,
        "is_over": is_over,
        "last": windows["grade"].last,
    }
    if not form.is_submitted():
        return render_template("grades/opinion.html", **page)
    if not form.validate():
        return invalid("grades/opinion.html", **page)
    service.write_opinion(current_user.id, found.id, form.text.data or "", clock.now())
    return done(
        _("Your opinion is kept. You can change it until the grades are given."),
        url_for(".opinion", public_id=public_id),
    )


def _page(public_id: str, member: str) -> dict[str, Any]:
    cycle = cycles.seen_by(current_user, public_id)
    part, now = queries.part_for(current_user, cycle, member), clock.now()
    page = pages.of_person(current_user, cycle, part, now)
    return page | {
        "form": GradeForm(page["part"], page["versions"], formdata=None), "is_stale": False,
        "ask": AskOpinionForm(formdata=None), "leave": LeaveForm(formdata=None),
    }  # fmt: skip
