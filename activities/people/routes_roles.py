"""Who holds which role. Secretaries appoint organizers here, administrators anyone."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import ROLE_NAMES, Permission, Role
from activities.kit.web import done, invalid, safe_next
from activities.people import queries, rules, service
from activities.people.blueprint import people
from activities.people.forms import GrantForm

GRANT = Permission.GRANT_ROLES


@people.get("/people/roles")
@access(GRANT)
def roles() -> Any:
    return render_template("people/roles.html", form=_form(), held=_held())


@people.post("/people/roles/grant")
@access(GRANT)
def grant() -> Any:
    form = _form()
    if not form.validate():
        return invalid("people/roles.html", form=form, held=_held())
    member = queries.person_by_number(current_user, GRANT, str(form.number.data))
    if member is None:
        form.number.errors = [_("Nobody in your units has this number.")]
        return invalid("people/roles.html", form=form, held=_held())
    role, unit = Role(form.role.data), form.unit.unit
    service.grant(current_user.id, member.id, role, unit.id, clock.now())
    security.note("role granted", role=role, unit=unit.public_id, member=member.public_id, by=current_user.public_id)
    message = _("%(name)s is now %(role)s of %(unit)s.", name=member.name, role=_(ROLE_NAMES[role]), unit=unit.name)
    return done(message, safe_next(url_for(".roles")))


@people.post("/people/roles/revoke")
@access(GRANT)
def revoke() -> Any:
    member = queries.person_for(current_user, GRANT, request.form.get("member", ""))
    unit = queries.unit_for(current_user, GRANT, request.form.get("unit", ""))
    role = next((role for role in Role if role == request.form.get("role")), None)
    if role is None:
        raise NotFound
    service.revoke(current_user.id, member.id, role, unit.id, clock.now())
    security.note("role revoked", role=role, unit=unit.public_id, member=member.public_id, by=current_user.public_id)
    message = _(
        "%(name)s is no longer %(role)s of %(unit)s.", name=member.name, role=_(ROLE_NAMES[role]), unit=unit.name
    )
    return done(message, safe_next(url_for(".roles")))


def _form() -> GrantForm:
    return GrantForm(rules.grantable(current_user.holdings), queries.units_for(current_user, GRANT))


def _held() -> list[tuple[Any, bool]]:
    """The roles held in my units, each with whether I may take it."""
    own = current_user.holdings
    return [(held, rules.may_grant(own, held.role, held.unit.path)) for held in queries.role_holders(current_user)]
