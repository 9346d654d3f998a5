"""Certificates on notice within the school, objections to them, and the answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.certificates import notice_queries as queries
from activities.certificates import objections, rules_notice, rules_refusals
from activities.certificates.forms import ObjectionForm, VerdictForm
from activities.certificates.models import Objection
from activities.certificates.queries import PAGE
from activities.certificates.rules_notice import Verdict
from activities.corrections.uninvolved import names
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.norms import queries as norms
from activities.people import consents
from activities.people.limits import person, requests
from activities.people.rules_consents import Purpose


def add_to(certificates: Blueprint) -> None:
    certificates.add_url_rule("/certificates/notice", view_func=on_notice)
    certificates.add_url_rule("/certificates/notice/<public_id>", view_func=object_to, methods=("GET", "POST"))
    certificates.add_url_rule("/certify/objections", view_func=objections_page, endpoint="objections")
    certificates.add_url_rule("/certify/objections/<public_id>", view_func=judge, methods=("POST",))


@access(Permission.TAKE_PART)
def on_notice() -> Any:
    page, days, now = asked_page(), norms.in_force()[0].notice_days, clock.now()
    found = queries.on_notice(current_user, days, page, now)
    return render_template(
        "certificates/notice.html", certificates=found[:PAGE], page=page, more=len(found) > PAGE, days=days,
        raised=queries.raised_by(current_user.id), verdict_names=rules_notice.VERDICT_NAMES,
        until=lambda one: rules_notice.notice_until(one.issued_at, days),
        named=consents.agreeing(Purpose.NAME_ON_NOTICE, {one.member_id for one in found} - {current_user.id}),
    )  # fmt: skip


@access(Permission.TAKE_PART)
@requests(person, "60 per minute")
def object_to(public_id: str) -> Any:
    """Say what is wrong about one that stands on notice."""
    days, now = norms.in_force()[0].notice_days, clock.now()
    found, form = queries.standing(current_user, public_id, days, now), ObjectionForm()
    named = consents.agreeing(Purpose.NAME_ON_NOTICE, {found.member_id})
    page = {"certificate": found, "facts": found.facts, "form": form, "named": named}
    if not form.is_submitted():
        return render_template("certificates/object.html", **page)
    if not form.validate():
        return invalid("certificates/object.html", **page)
    try:
        objections.object_to(current_user.id, found.id, form.reason.data or "", now)
    except (
        rules_notice.OwnObjection,
        rules_notice.ObjectedAlready,
        rules_refusals.NotValid,
        rules_notice.NoticeOver,
    ) as refusal:
        refuse(form, "reason", refusal)
        return invalid("certificates/object.html", **page)
    return done(_("Your objection is with the secretaries. You are told of the answer."), url_for(".on_notice"))


@access(Permission.CERTIFY)
def objections_page() -> Any:
    return render_template("certificates/objections.html", **_waiting(VerdictForm(formdata=None)))


@access(Permission.CERTIFY)
def judge(public_id: str) -> Any:
    found, form = queries.objection_to_judge(current_user, public_id), VerdictForm()
    if not form.validate():
        return invalid("certificates/objections.html", **_waiting(form, found))
    verdict = Verdict.UPHELD if "uphold" in request.form else Verdict.REJECTED
    objections.answer(current_user.id, found.id, verdict, form.word.data or "", clock.now())
    if verdict is Verdict.UPHELD:
        return done(_("Upheld: the certificate is revoked, and both are told."), url_for(".objections"))
    return done(_("Rejected: the certificate stays, and who objected is told."), url_for(".objections"))


def _waiting(form: VerdictForm, wrong: Objection | None = None) -> dict[str, Any]:
    of_others = queries.of_others(current_user)
    judges = queries.judges(of_others)
    return {
        "of_others": of_others, "judges": judges, "names": names(judges.values()),
        "open": queries.to_judge(current_user), "judged": queries.judged(current_user), "form": form, "wrong": wrong,
        "most": PAGE, "verdict_names": rules_notice.VERDICT_NAMES,
    }  # fmt: skip
