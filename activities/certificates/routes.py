"""Certificates: one's own, those a secretary issues, and their verification by anyone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_login import current_user

from activities.certificates import (
    files,
    joining,  # noqa: F401 - it sees to certificates of joined accounts
    queries,
    routes_batches,
    routes_notice,
    routes_requests,
    rules,
    rules_notice,
    rules_refusals,
    service,
    verifying,
)
from activities.certificates.forms import CodeForm, CompareForm, FileForm, OrderForm, ReasonForm, suggested
from activities.certificates.models import Certificate
from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.norms import queries as norms
from activities.people.limits import address, at_least, failures, person, requests
from activities.people.queries import person_by_number

certificates = Blueprint("certificates", __name__)
routes_requests.add_to(certificates)
routes_batches.add_to(certificates)
routes_notice.add_to(certificates)

# Beside which field of an order a refusal stands.
FIELDS: dict[type[Refusal], str] = {
    rules_refusals.NobodyHere: "number", rules_refusals.OwnCertificate: "number", rules_refusals.OnlyYourWord: "number",
    rules_refusals.WrongWayRound: "last", rules_refusals.StillToCome: "last", rules_refusals.NothingToCertify: "first",
    rules_refusals.CertifiedAlready: "first",
}  # fmt: skip
# An answer takes as long for a code that is none as for one that is.
SECONDS = 0.1


def init_app(app: Flask) -> None:
    app.register_blueprint(certificates)


@certificates.context_processor
def names() -> dict[str, Any]:
    return {"answer_names": rules.ANSWER_NAMES, "grouped": rules.grouped, "masked": rules.masked}


# ── one's own ───────────────────────────────────────────────────────────────


@certificates.get("/certificates/<public_id>.pdf")
@access(Permission.TAKE_PART)
@requests(person, "60 per minute")
def download(public_id: str) -> Any:
    found = queries.to_download(current_user, public_id)
    if not found.is_valid:
        raise rules_refusals.NotValid(found.number)
    if not verifying.is_as_issued(found):
        raise rules_refusals.NotAsIssued(found.number)
    number = found.number
    answer = Response(files.hand_out(files.paper_of(found)), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="certificate-{number}.pdf"'
    return answer


# ── a secretary's ───────────────────────────────────────────────────────────


@certificates.get("/certify")
@access(Permission.CERTIFY)
def issued() -> Any:
    text, page = clean_line(request.args.get("q"))[:32], asked_page()
    found = queries.issued(current_user, text, page)
    more = len(found) > queries.PAGE
    return render_template(
        "certificates/issued.html", certificates=found[: queries.PAGE], text=text, page=page, has_more=more
    )


@certificates.route("/certify/issue", methods=("GET", "POST"))
@access(Permission.CERTIFY)
def issue() -> Any:
    number = clean_line(request.args.get("number"))[:32]
    form = OrderForm(data=suggested(number, queries.last_contact(current_user.id), current_user.name))
    if not form.is_submitted():
        return render_template("certificates/issue.html", form=form)
    if not form.validate():
        return invalid("certificates/issue.html", form=form)
    try:
        member = person_by_number(current_user, Permission.CERTIFY, form.number.data or "")
        if member is None:
            raise rules_refusals.NobodyHere(form.number.data or "")
        public_id = service.issue(current_user.id, member.id, form.order(), clock.now())
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("certificates/issue.html", form=form)
    return done(_("The certificate is issued; the person is told."), url_for(".certificate", public_id=public_id))


@certificates.get("/certify/<public_id>")
@access(Permission.CERTIFY)
def certificate(public_id: str) -> Any:
    found = queries.to_keep(current_user, public_id)
    return render_template("certificates/certificate.html", **_page(found, ReasonForm(formdata=None)))


@certificates.post("/certify/<public_id>")
@access(Permission.CERTIFY)
def end(public_id: str) -> Any:
    found, form, now = queries.to_keep(current_user, public_id), ReasonForm(), clock.now()
    if not form.validate():
        return invalid("certificates/certificate.html", **_page(found, form))
    reason = form.reason.data or ""
    if "replace" in request.form:
        successor = service.supersede(current_user.id, found.id, reason, now)
        return done(_("Replaced; the person is told."), url_for(".certificate", public_id=successor))
    service.revoke(current_user.id, found.id, reason, now)
    return done(_("Revoked; the person is told."), url_for(".certificate", public_id=public_id))


def _page(found: Certificate, form: ReasonForm) -> dict[str, Any]:
    """A certificate, and in what the records say something else by now."""
    facts = found.facts
    present = queries.lines(found.member_id, found.ledger, found.first_day, found.last_day)
    is_other = (facts.name, facts.member) != (found.member.name, found.member.number)
    return {
        "certificate": found, "facts": facts, "form": form, "is_other_person": is_other,
        "differences": rules.differences(facts.lines, present), "present": sum(line.minutes for line in present),
    }  # fmt: skip


# ── anyone's ────────────────────────────────────────────────────────────────


@certificates.route("/verify", methods=("GET", "POST"))
@access.public
@requests(address, "300 per 15 minutes")
def verify() -> Any:
    form = CodeForm()
    if not form.is_submitted():
        return render_template("certificates/verify.html", **_ask(form))
    if not form.validate():
        return invalid("certificates/verify.html", **_ask(form))
    return redirect(url_for(".verified", code=rules.read_code(form.code.data or "") or "unknown"), 303)


@certificates.post("/verify/file")
@access.public
@failures(address, "60 per 15 minutes")
@requests(address, "60 per 15 minutes")
def verify_file() -> Any:
    """What was issued under the code in a file, and whether the file is that."""
    form = FileForm()
    data = form.read() if form.validate() else None
    if data is None:
        return invalid("certificates/verify.html", **_ask(CodeForm(formdata=None), form))
    with at_least(SECONDS):
        code = files.code_in(data)
        found = verifying.by_code(code) if code else None
    if found is None:
        page = {"unknown": code or _("no code"), "is_file": True}
        return render_template("certificates/verify.html", **_ask(CodeForm(formdata=None)) | page), 404
    return _said(found, is_file=files.is_ours(found.certificate, data) if _is_shown(found) else None)


@certificates.route("/verify/<code>", methods=("GET", "POST"))
@access.public
@failures(address, "60 per 15 minutes")
@requests(address, "300 per 15 minutes")
def verified(code: str) -> Any:
    with at_least(SECONDS):
        found = verifying.by_code(rules.read_code(code))
    if found is None:
        page = _ask(CodeForm(formdata=None)) | {"unknown": code[:64]}
        return render_template("certificates/verify.html", **page), 404
    return _said(found, CompareForm())


def _ask(form: CodeForm, file: FileForm | None = None) -> dict[str, Any]:
    return {"form": form, "file_form": file or FileForm(formdata=None), "unknown": None, "is_file": False}


def _is_shown(found: verifying.Checked) -> bool:
    return found.is_as_issued and not found.is_forgotten


def _said(found: verifying.Checked, form: CompareForm | None = None, *, is_file: bool | None = None) -> Any:
    """The page of what was issued, where that can be shown; of a file also whether it is that."""
    if found.is_forgotten:
        return render_template("certificates/forgotten.html", number=found.certificate.number)
    if not found.is_as_issued:
        security.note("certificate not as issued", number=found.certificate.number)
        return render_template("certificates/changed.html", number=found.certificate.number)
    facts, now = found.certificate.facts, clock.now()
    page = {
        "certificate": found.certificate, "facts": facts, "form": form or CompareForm(formdata=None),
        "file_form": FileForm(formdata=None), "is_same": None, "is_file": is_file,
        "has_unit": verifying.is_there(facts.unit), "now": now,
        "notice_until": rules_notice.notice_until(found.certificate.issued_at, norms.in_force()[0].notice_days),
    }  # fmt: skip
    if form is None or not form.is_submitted():
        return render_template("certificates/verified.html", **page)
    if not form.validate():
        return invalid("certificates/verified.html", **page)
    is_same = rules.is_same(facts, form.number.data or "", form.name.data or "")
    return render_template("certificates/verified.html", **page | {"is_same": is_same})
