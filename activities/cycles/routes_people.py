"""A unit's people in a review, one of them with opinion and grade, and opinions of those who are asked for one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.cycles import grading, pages, pages_evidence, past_queries, queries, service
from activities.cycles import people_queries as people
from activities.cycles.forms_keeping import ReasonForm
from activities.cycles.forms_people import AskOpinionForm, GradeForm, OpinionForm
from activities.cycles.people_queries import ORDERS, PAGE, Asked
from activities.cycles.rules import Standing, standing
from activities.cycles.rules_grades import NoneLeft, SayWhy
from activities.cycles.rules_opinions import AskedAlready, OwnOpinion
from activities.cycles.rules_refusals import NoRoom, StepNotOpen, StepOver
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid

TEMPLATE = "cycles/person.html"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/cycles/<public_id>/units/<unit>")(unit_people)
    blueprint.get("/cycles/<public_id>/people/<member>")(person)
    blueprint.post("/cycles/<public_id>/people/<member>/grade")(grade)
    blueprint.post("/cycles/<public_id>/people/<member>/ask")(ask_opinion)
    blueprint.post("/cycles/<public_id>/people/<member>/remove")(remove)
    blueprint.route("/my-review/opinions/<public_id>", methods=("GET", "POST"))(opinion)


@access(Permission.HOLD_REVIEW)
def unit_people(public_id: str, unit: str) -> Any:
    cycle = queries.seen_by(current_user, public_id)
    counter = people.unit_for(current_user, cycle, unit)
    search, sort = clean_line(request.args.get("search"))[:100], request.args.get("sort", "")
    asked = Asked(search, request.args.get("only", ""), sort if sort in ORDERS else "number", asked_page())
    lines = people.lines(current_user, counter, asked)
    points = pages_evidence.of_unit(cycle, [line.part for line in lines[:PAGE]], clock.now())
    return render_template(
        "cycles/unit.html", cycle=cycle, counter=counter, lines=lines[:PAGE], more=len(lines) > PAGE, asked=asked,
        points=points,
    )  # fmt: skip


@access(Permission.HOLD_REVIEW)
def person(public_id: str, member: str) -> Any:
    return render_template(TEMPLATE, **_page(public_id, member))


@access(Permission.HOLD_REVIEW)
def grade(public_id: str, member: str) -> Any:
    page = _page(public_id, member)
    part, form = page["part"], GradeForm(page["part"], page["versions"])
    page["form"] = form
    if not form.validate():
        return invalid(TEMPLATE, **page)
    try:
        grading.give(
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
    address = url_for(".unit_people", public_id=public_id, unit=part.unit.public_id)
    return done(_("Opinion and grade of %(name)s are kept.", name=part.member.name), address)


@access(Permission.HOLD_REVIEW)
def ask_opinion(public_id: str, member: str) -> Any:
    page = _page(public_id, member)
    part, form = page["part"], AskOpinionForm()
    page["ask"] = form
    if not form.validate():
        return invalid(TEMPLATE, **page)
    found = people.of_school(form.number.data or "", part.unit.path)
    if found is None:
        form.number.errors = [_("Nobody in the school has this number.")]
        return invalid(TEMPLATE, **page)
    try:
        grading.ask_opinion(current_user.id, part.cycle_id, part.member_id, found.id, clock.now())
    except (AskedAlready, OwnOpinion) as refusal:
        refuse(form, "number", refusal)
        return invalid(TEMPLATE, **page)
    message = _("%(name)s is asked for an opinion, and told.", name=found.name)
    return done(message, url_for(".person", public_id=public_id, member=member))


@access(Permission.HOLD_REVIEW)
def remove(public_id: str, member: str) -> Any:
    page = _page(public_id, member)
    part, form = page["part"], ReasonForm()
    page["leave"] = form
    if not form.validate():
        return invalid(TEMPLATE, **page)
    try:
        service.remove_person(current_user.id, part.cycle_id, part.member_id, form.reason.data or "", clock.now())
    except NoRoom as refusal:
        refuse(form, "reason", refusal)
        return invalid(TEMPLATE, **page)
    address = url_for(".unit_people", public_id=public_id, unit=part.unit.public_id)
    return done(_("%(name)s takes part no more, and is told.", name=part.member.name), address)


@access(Permission.TAKE_PART)
def opinion(public_id: str) -> Any:
    found = people.opinion_of(current_user.id, public_id)
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
        return render_template("cycles/opinion.html", **page)
    if not form.validate():
        return invalid("cycles/opinion.html", **page)
    grading.write_opinion(current_user.id, found.id, form.text.data or "", clock.now())
    return done(
        _("Your opinion is kept. You can change it until the grades are given."),
        url_for(".opinion", public_id=public_id),
    )


def _page(public_id: str, member: str) -> dict[str, Any]:
    cycle = queries.seen_by(current_user, public_id)
    part, now = people.part_for(current_user, cycle, member), clock.now()
    page = pages.of_person(cycle, part, now) | pages_evidence.of_person(current_user, part, now)
    return page | {
        "form": GradeForm(page["part"], page["versions"], formdata=None), "is_stale": False,
        "ask": AskOpinionForm(formdata=None), "leave": ReasonForm(formdata=None),
        "earlier": past_queries.earlier(page["part"].member_id, cycle.year),
    }  # fmt: skip
