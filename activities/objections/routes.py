"""Grades on notice within a unit, objections to them, and the answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user

from activities.certificates.rules_notice import JudgedAlready, Verdict
from activities.corrections.uninvolved import names
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle
from activities.cycles.rules import Standing, standing
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.objections import queries, service
from activities.objections.forms import AnswerForm, GradeObjectionForm
from activities.objections.queries import PAGE
from activities.objections.rules import VERDICT_NAMES, Involved, ObjectedAlready

objections = Blueprint("objections", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(objections)


@objections.get("/my-review/<public_id>/notice")
@access(Permission.TAKE_PART)
def on_notice(public_id: str) -> Any:
    try:
        cycle, units = _standing(public_id)
    except NotFound:
        # The inbox leads here for years: what came of it stands on one's own page.
        windows = cycles.own_part(current_user.id, public_id).cycle.windows
        if standing("notice", windows, clock.local_day(clock.now())) is Standing.TO_COME:
            raise
        return redirect(url_for("cycles.my_part", public_id=public_id))
    page = asked_page()
    found, raised = queries.on_notice(cycle.id, units, page), queries.raised_by(current_user.id, cycle.id)
    return render_template(
        "objections/notice.html", cycle=cycle, people=found[:PAGE], more=len(found) > PAGE, page=page,
        window=cycle.windows["notice"], raised=raised, objected=queries.objected_to(current_user.id, cycle.id),
        verdict_names=VERDICT_NAMES,
    )  # fmt: skip


@objections.route("/my-review/<public_id>/notice/<member>", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def object_to(public_id: str, member: str) -> Any:
    cycle, units = _standing(public_id)
    part, form = queries.standing(cycle.id, units, member), GradeObjectionForm()
    is_there = part.id in queries.objected_to(current_user.id, cycle.id)
    page = {"cycle": cycle, "part": part, "form": form, "objected": ObjectedAlready() if is_there else None}
    if not form.is_submitted():
        return render_template("objections/object.html", **page)
    if not form.validate():
        return invalid("objections/object.html", **page)
    try:
        service.object_to(current_user.id, cycle.id, part.member_id, form.reason.data or "", clock.now())
    except ObjectedAlready as refusal:
        refuse(form, "reason", refusal)
        return invalid("objections/object.html", **page)
    message = _("Your objection is with those who hold the review. You are told of the answer.")
    return done(message, url_for(".on_notice", public_id=public_id))


@objections.get("/cycles/objections")
@access(Permission.HOLD_REVIEW)
def to_judge() -> Any:
    of_others = queries.of_others(current_user)
    judges = queries.judges(of_others)
    return render_template(
        "objections/to_judge.html", open=queries.to_judge(current_user), of_others=of_others, judges=judges,
        names=names(judges.values()), judged=queries.judged(current_user), verdict_names=VERDICT_NAMES,
    )  # fmt: skip


@objections.route("/cycles/objections/<public_id>", methods=("GET", "POST"))
@access(Permission.HOLD_REVIEW)
def judge(public_id: str) -> Any:
    found, form = queries.objection_to_judge(current_user, public_id), AnswerForm()
    page = {"one": found, "form": form, "verdict_names": VERDICT_NAMES}
    if not form.is_submitted():
        return render_template("objections/judge.html", **page)
    if not form.validate():
        return invalid("objections/judge.html", **page)
    verdict = Verdict.UPHELD if "uphold" in request.form else Verdict.REJECTED
    try:
        service.answer(current_user.id, found.id, verdict, form.word.data or "", clock.now())
    except (Involved, JudgedAlready) as refusal:
        refuse(form, "word", refusal)
        return invalid("objections/judge.html", **page)
    if verdict is Verdict.UPHELD:
        return done(_("Upheld: the grade is taken away and decided anew; both are told."), url_for(".to_judge"))
    return done(_("Rejected: the grade stays, and who objected is told."), url_for(".to_judge"))


def _standing(public_id: str) -> tuple[Cycle, list[int]]:
    """The cycle and the units whose grades stand on notice for who asks."""
    cycle, units = queries.cycle_for(current_user, public_id)
    if standing("notice", cycle.windows, clock.local_day(clock.now())) is not Standing.OPEN:
        raise NotFound
    return cycle, units
