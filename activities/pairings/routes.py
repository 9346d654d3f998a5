"""Who cares for which class, for secretaries: the classes, one with its people, somebody more, and the end of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.pairings import queries, service
from activities.pairings.forms import EndForm, PairForm
from activities.pairings.models import Pairing
from activities.pairings.rules import CARES, IN_CARE, EnoughCare, NotBegun, NotInCare, PairedUntil
from activities.pairings.service import OfClass, OfPerson
from activities.people import queries as people
from activities.people.forms import indented
from activities.people.models import Member, Unit
from activities.people.rules import STAGE_NAMES

pairings = Blueprint("pairings", __name__)
PAIR = Permission.PAIR
PAGE = 60
# Beside which field a refusal stands; the others beside who is chosen.
FIELDS: dict[type[Refusal], str] = {NotBegun: "first", PairedUntil: "first", EnoughCare: "sort", NotInCare: "sort"}


def init_app(app: Flask) -> None:
    app.register_blueprint(pairings)
    app.jinja_env.globals.update(cares_names=CARES, in_care_stages=IN_CARE)


@pairings.context_processor
def names() -> dict[str, Any]:
    return {"stage_names": STAGE_NAMES}


@pairings.get("/pairings/")
@access(PAIR)
def all_classes() -> Any:
    units, page = people.units_for(current_user, PAIR), asked_page()
    unit, alone = request.args.get("unit", ""), bool(request.args.get("alone"))
    chosen = [one for one in units if one.public_id == unit] or units
    found = queries.classes([one for one in units if one.is_within(chosen[0].path)] if unit else units)
    nobody = sum(one.has_nobody for one in found)
    shown = [one for one in found if one.has_nobody or not alone]
    return render_template(
        "pairings/classes.html", classes=shown[(page - 1) * PAGE : page * PAGE], more=len(shown) > page * PAGE,
        page=page, number=len(found), nobody=nobody, alone=alone, unit=unit, units=indented(units),
    )  # fmt: skip


@pairings.get("/pairings/classes/<unit>")
@access(PAIR)
def of_class(unit: str) -> Any:
    where = people.unit_for(current_user, PAIR, unit)
    name = clean_line(request.args.get("class"))[:50]
    found, wards = queries.of_class(where.id, name), queries.people_of(where.id, name)
    if not found and not wards and name not in [one.name for one in queries.classes([where])]:
        raise NotFound
    return render_template("pairings/class.html", unit=where, name=name, pairings=found, people=wards)


@pairings.route("/pairings/classes/<unit>/new", methods=("GET", "POST"))
@access(PAIR)
def pair(unit: str) -> Any:
    """Somebody for a class or, where the address names one, for a single person in it."""
    where = people.unit_for(current_user, PAIR, unit)
    name, ward = clean_line(request.args.get("class"))[:50], _ward(where, request.args.get("person", ""))
    text = clean_line(request.values.get("q"))[:100]
    form = PairForm(of_person=ward is not None, data={"first": clock.local_day(clock.now())})
    page: dict[str, Any] = {
        "unit": where, "name": name, "ward": ward, "form": form, "text": text,
        "found": queries.people_named(where.path, text) if text else None,
    }  # fmt: skip
    if not form.is_submitted():
        return render_template("pairings/pair.html", **page)
    if not form.validate():
        return invalid("pairings/pair.html", **page)
    carer = next((one for one in page["found"] or () if one.number == form.number.data), None)
    if carer is None:
        form.number.errors = [_("Choose a person.")]
        return invalid("pairings/pair.html", **page)
    whom = OfPerson(ward.id) if ward else OfClass(where.id, name)
    try:
        assert form.first.data
        service.pair(current_user.id, carer.id, form.chosen, whom, form.first.data, clock.now())
    except Refusal as refusal:
        refuse(form, FIELDS.get(type(refusal), "number"), refusal)
        return invalid("pairings/pair.html", **page)
    message = _("%(name)s is told.", name=carer.name)
    return done(message, _class_page(where, name))


@pairings.route("/pairings/<public_id>/end", methods=("GET", "POST"))
@access(PAIR)
def end(public_id: str) -> Any:
    one = queries.pairing_for(current_user, public_id)
    form = EndForm(data={"last": clock.local_day(clock.now())})
    page = {"one": one, "form": form, "back": _back(one)}
    if not form.is_submitted():
        return render_template("pairings/end.html", **page)
    if not form.validate():
        return invalid("pairings/end.html", **page)
    try:
        assert form.last.data
        service.end(current_user.id, public_id, form.last.data, form.reason.data or "", clock.now())
    except Refusal as refusal:
        refuse(form, "last", refusal)
        return invalid("pairings/end.html", **page)
    return done(_("It has ended, and %(name)s is told.", name=one.member.name), _back(one))


def _ward(unit: Unit, public_id: str) -> Member | None:
    """Somebody of the unit, where the address names one."""
    if not public_id:
        return None
    found = people.person_for(current_user, PAIR, public_id)
    if found.unit_id != unit.id:
        raise NotFound
    return found


def _back(one: Pairing) -> str:
    """The page of the class that it is about."""
    person = one.person
    unit = person.unit if person else one.unit
    assert unit is not None  # it is of a class, or of a person who is in a unit
    return _class_page(unit, person.class_name if person else one.class_name)


def _class_page(unit: Unit, name: str) -> str:
    query: dict[str, Any] = {"class": name}
    return url_for(".of_class", unit=unit.public_id, **query)
