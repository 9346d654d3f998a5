"""The exemptions of one's units: the list, a new one, one with its end, and why it was given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotAllowed
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.people.persons import same_person
from activities.people.queries import person_by_number
from activities.requirements import exempting, queries
from activities.requirements.forms_exempting import EndForm, ExemptForm
from activities.requirements.models import Exemption
from activities.requirements.rules_exempting import (
    GROUND_NAMES,
    EndedAlready,
    EndsBeforeItBegins,
    ExemptedAlready,
    NotEarlier,
    OwnExemption,
    may_read_why,
)


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/exemptions")(exemptions)
    blueprint.route("/exemptions/new", methods=("GET", "POST"))(exempt)
    blueprint.get("/exemptions/<public_id>")(exemption)
    blueprint.post("/exemptions/<public_id>")(end_exemption)
    blueprint.post("/exemptions/<public_id>/why")(why_exempted)


@access(Permission.EXEMPT)
def exemptions() -> Any:
    page = asked_page()
    found = queries.all_exemptions(current_user, page)
    return render_template(
        "requirements/exemptions.html", exemptions=found[: queries.PAGE], more=len(found) > queries.PAGE, page=page,
        today=clock.local_day(clock.now()),
    )  # fmt: skip


@access(Permission.EXEMPT)
def exempt() -> Any:
    form = ExemptForm(data={"number": clean_line(request.args.get("number"))[:32]})
    if not form.is_submitted():
        return render_template("requirements/exempt.html", form=form)
    if not form.validate():
        return invalid("requirements/exempt.html", form=form)
    member = person_by_number(current_user, Permission.EXEMPT, form.number.data or "")
    if member is None:
        form.number.errors = [_("Nobody with this number is in your units.")]
        return invalid("requirements/exempt.html", form=form)
    try:
        public_id = exempting.exempt(current_user.id, member.id, form.what, form.why, clock.now())
    except (OwnExemption, EndsBeforeItBegins, ExemptedAlready) as refusal:
        refuse(form, "number" if isinstance(refusal, OwnExemption) else "last", refusal)
        return invalid("requirements/exempt.html", form=form)
    message = _("%(name)s is exempted, and is told from when to when.", name=member.name)
    return done(message, url_for(".exemption", public_id=public_id))


@access(Permission.EXEMPT)
def exemption(public_id: str) -> Any:
    return render_template("requirements/exemption.html", **_page(public_id, EndForm()))


@access(Permission.EXEMPT)
def end_exemption(public_id: str) -> Any:
    form = EndForm()
    page = _page(public_id, form)
    if not form.validate():
        return invalid("requirements/exemption.html", **page)
    one: Exemption = page["exemption"]
    try:
        exempting.end(current_user.id, one.id, form.until.data, form.reason.data or "", clock.now())
    except (NotEarlier, EndedAlready) as refusal:
        refuse(form, "until", refusal)
        return invalid("requirements/exemption.html", **page)
    return done(_("Saved; the person is told."), url_for(".exemption", public_id=public_id))


@access(Permission.EXEMPT)
def why_exempted(public_id: str) -> Any:
    """Asked by a button, because each look stands on the trail."""
    page = _page(public_id, EndForm(formdata=None))
    if not page["may_read"]:
        raise NotAllowed
    why = exempting.why(current_user.id, page["exemption"].id, clock.now())
    return render_template("requirements/exemption.html", **page | {"why": why, "has_looked": True})


def _page(public_id: str, form: EndForm) -> dict[str, Any]:
    one = queries.exemption_to_keep(current_user, public_id)
    paths = current_user.paths(Permission.EXEMPT)
    may_read = may_read_why(same_person(current_user.id, one.given_by_id), paths, one.unit.path)
    return {
        "exemption": one, "form": form, "may_read": may_read, "why": None, "has_looked": False, "grounds": GROUND_NAMES,
    }  # fmt: skip
