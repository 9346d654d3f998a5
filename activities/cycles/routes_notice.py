"""Grades on notice within a unit, objections to them, and the answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.cycles import notice_queries, objecting, rules
from activities.cycles.forms_notice import AnswerForm, GradeObjectionForm
from activities.cycles.models import Cycle
from activities.cycles.notice_queries import PAGE
from activities.cycles.rules import Standing
from activities.cycles.rules_notice import VERDICT_NAMES, Involved, JudgedAlready, ObjectedAlready, Verdict
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/my-review/<public_id>/notice")(on_notice)
    blueprint.route("/my-review/<public_id>/notice/<member>", methods=("GET", "POST"))(object_to)
    blueprint.get("/cycles/objections")(objections)
    blueprint.route("/cycles/objections/<public_id>", methods=("GET", "POST"))(judge)


@access(Permission.TAKE_PART)
def on_notice(public_id: str) -> Any:
    cycle, units = _standing(public_id)
    page = asked_page()
    found = notice_queries.on_notice(cycle.id, units, page)
    return render_template(
        "cycles/notice.html", cycle=cycle, people=found[:PAGE], more=len(found) > PAGE, page=page,
        window=cycle.windows["notice"], raised=notice_queries.raised_by(current_user.id, cycle.id),
        verdict_names=VERDICT_NAMES,
    )  # fmt: skip


@access(Permission.TAKE_PART)
def object_to(public_id: str, member: str) -> Any:
    cycle, units = _standing(public_id)
    part, form = notice_queries.standing(cycle.id, units, member), GradeObjectionForm()
    page = {"cycle": cycle, "part": part, "form": form}
    if not form.is_submitted():
        return render_template("cycles/object.html", **page)
    if not form.validate():
        return invalid("cycles/object.html", **page)
    try:
        objecting.object_to(current_user.id, cycle.id, part.member_id, form.reason.data or "", clock.now())
    except ObjectedAlready as refusal:
        refuse(form, "reason", refusal)
        return invalid("cycles/object.html", **page)
    message = _("Your objection is with those who hold the review. You are told of the answer.")
    return done(message, url_for(".on_notice", public_id=public_id))


@access(Permission.HOLD_REVIEW)
def objections() -> Any:
    return render_template(
        "cycles/objections.html", open=notice_queries.to_judge(current_user),
        judged=notice_queries.judged(current_user), verdict_names=VERDICT_NAMES,
    )  # fmt: skip


@access(Permission.HOLD_REVIEW)
def judge(public_id: str) -> Any:
    found, form = notice_queries.objection_to_judge(current_user, public_id), AnswerForm()
    page = {"one": found, "form": form, "verdict_names": VERDICT_NAMES}
    if not form.is_submitted():
        return render_template("cycles/judge.html", **page)
    if not form.validate():
        return invalid("cycles/judge.html", **page)
    verdict = Verdict.UPHELD if "uphold" in request.form else Verdict.REJECTED
    try:
        objecting.answer(current_user.id, found.id, verdict, form.word.data or "", clock.now())
    except (Involved, JudgedAlready) as refusal:
        refuse(form, "word", refusal)
        return invalid("cycles/judge.html", **page)
    if verdict is Verdict.UPHELD:
        return done(_("Upheld: the grade is taken away and decided anew; both are told."), url_for(".objections"))
    return done(_("Rejected: the grade stays, and who objected is told."), url_for(".objections"))


def _standing(public_id: str) -> tuple[Cycle, list[int]]:
    """The cycle and the units whose grades stand on notice for who asks."""
    cycle, units = notice_queries.cycle_for(current_user, public_id)
    if rules.standing("notice", cycle.windows, clock.local_day(clock.now())) is not Standing.OPEN:
        raise NotFound
    return cycle, units
