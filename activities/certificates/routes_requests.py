"""Asking for certificates, and the secretaries' list of what was asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.certificates import queries, requests, rules_refusals
from activities.certificates.forms import AnswerForm, AskForm
from activities.duties.kinds import Ledger
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.norms import queries as norms
from activities.norms.rules import star_standing
from activities.records.queries import given_until

# Beside which field a refusal stands.
FIELDS: dict[type[Refusal], str] = {
    rules_refusals.WrongWayRound: "last", rules_refusals.StillToCome: "last", rules_refusals.NothingToCertify: "first",
    rules_refusals.CertifiedAlready: "first", rules_refusals.AskedAlready: "ledger",
}  # fmt: skip


def add_to(certificates: Blueprint) -> None:
    certificates.add_url_rule("/certificates", view_func=mine, methods=("GET", "POST"))
    certificates.add_url_rule("/certify/requests", view_func=asked_for)
    certificates.add_url_rule("/certify/requests/<public_id>", view_func=answer, methods=("POST",))


@access(Permission.TAKE_PART)
def mine() -> Any:
    """One's own certificates, what one has asked for, and the form to ask."""
    form = AskForm()
    if not form.is_submitted():
        return render_template("certificates/mine.html", **_own(form))
    if not form.validate():
        return invalid("certificates/mine.html", **_own(form))
    assert form.first.data  # asked for by the form
    assert form.last.data
    try:
        requests.ask(current_user.id, Ledger(form.ledger.data), form.first.data, form.last.data, clock.now())
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("certificates/mine.html", **_own(form))
    return done(_("You have asked for a certificate. You are told when it is answered."), url_for(".mine"))


@access(Permission.CERTIFY)
def asked_for() -> Any:
    person, contact = queries.last_contact(current_user.id) or (current_user.name, "")
    form = AnswerForm(formdata=None, data={"person": person, "contact": contact})
    return render_template("certificates/requests.html", **_asked(form))


@access(Permission.CERTIFY)
def answer(public_id: str) -> Any:
    found, form, now = queries.request_to_answer(current_user, public_id), AnswerForm(), clock.now()
    if not form.validate_answer(is_declined="decline" in request.form):
        return invalid("certificates/requests.html", **_asked(form), wrong=found)
    if "decline" in request.form:
        requests.decline(current_user.id, found.id, form.reason.data or "", now)
        return done(_("Declined; the person is told."), url_for(".asked_for"))
    made = requests.grant(current_user.id, found.id, form.person.data or "", form.contact.data or "", now)
    return done(_("The certificate is issued; the person is told."), url_for(".certificate", public_id=made))


def _own(form: AskForm) -> dict[str, Any]:
    return {
        "certificates": queries.mine(current_user.id), "requests": queries.requests_of(current_user.id), "form": form,
        "star_standing": star_standing(
            given_until(current_user.id, Ledger.SERVICE, clock.local_day(clock.now())), norms.in_force()[0].stars
        ),
    }  # fmt: skip


def _asked(form: AnswerForm) -> dict[str, Any]:
    return {"requests": queries.to_answer(current_user), "form": form, "most": queries.PAGE}
