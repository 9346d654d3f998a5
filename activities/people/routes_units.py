"""The tree of units."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_refusal
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people import queries, rules, service_units
from activities.people.blueprint import people
from activities.people.forms import UnitForm, shown_unit
from activities.people.models import Unit

MANAGE = Permission.MANAGE_PEOPLE


@people.get("/people/units")
@access(MANAGE)
def units() -> Any:
    mine = queries.units_for(current_user, MANAGE)
    return render_template("people/units.html", units=mine, top=min(u.depth for u in mine), sizes=queries.sizes(mine))


@people.get("/people/units/new")
@access(MANAGE)
def new_unit() -> Any:
    form = UnitForm(queries.units_for(current_user, MANAGE), parent=request.args.get("below", ""))
    return render_template("people/unit.html", form=form, unit=None)


@people.post("/people/units/new")
@access(MANAGE)
def new_unit_post() -> Any:
    form = UnitForm(queries.units_for(current_user, MANAGE))
    if not form.validate():
        return invalid("people/unit.html", form=form, unit=None)
    try:
        name, parent = str(form.name.data), form.parent.unit.id
        service_units.create_unit(current_user.id, parent, form.unit_level, name, clock.now())
    except (rules.NameTaken, rules.WrongPlace) as refusal:
        return _refused(form, refusal, None)
    return done(_("%(name)s is a unit now.", name=name), url_for(".units"))


@people.get("/people/units/<public_id>")
@access(MANAGE)
def unit(public_id: str) -> Any:
    unit = queries.unit_for(current_user, MANAGE, public_id)
    return render_template("people/unit.html", form=_form(unit), unit=unit)


@people.post("/people/units/<public_id>")
@access(MANAGE)
def unit_post(public_id: str) -> Any:
    unit = queries.unit_for(current_user, MANAGE, public_id)
    form = _form(unit)
    if not form.validate():
        return invalid("people/unit.html", form=form, unit=unit)
    try:
        _change(unit, form)
    except ChangedMeanwhile:
        unit = queries.unit_for(current_user, MANAGE, public_id)
        present = shown_unit(unit, form.parent.units.values() if form.parent else ())
        form.revision.data = present["revision"]
        return invalid("people/unit.html", form=form, unit=unit, changed=differences(form, present))
    except (rules.NameTaken, rules.WrongPlace) as refusal:
        return _refused(form, refusal, queries.unit_for(current_user, MANAGE, public_id))
    return done(_("Saved."), url_for(".units"))


def _change(unit: Unit, form: UnitForm) -> None:
    parent, name = form.parent.unit.id if form.parent else unit.parent_id, str(form.name.data)
    revision = form.revision.data or 0
    service_units.change_unit(current_user.id, unit.id, revision, parent, form.unit_level, name, clock.now())


def _form(unit: Unit) -> UnitForm:
    """The unit may move below any other of mine; the topmost of mine keeps its place."""
    mine = queries.units_for(current_user, MANAGE)
    is_below_mine = any(u.id == unit.parent_id for u in mine)
    return UnitForm([u for u in mine if not u.is_within(unit.path)] if is_below_mine else [], unit)


def _refused(form: UnitForm, refusal: rules.NameTaken | rules.WrongPlace, unit: Unit | None) -> Any:
    field = form.name if isinstance(refusal, rules.NameTaken) else form.level
    field.errors = [say_refusal(refusal)]
    return invalid("people/unit.html", form=form, unit=unit)
