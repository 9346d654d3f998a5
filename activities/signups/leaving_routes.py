"""Deactivating a person, which gives the person's seats back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.people.queries import person_for
from activities.signups import engagements, leaving


def add_to(signups: Blueprint) -> None:
    signups.add_url_rule("/people/<public_id>/deactivate", view_func=deactivate, methods=("GET", "POST"))


@access(Permission.MANAGE_PEOPLE)
def deactivate(public_id: str) -> Any:
    member = person_for(current_user, Permission.MANAGE_PEOPLE, public_id)
    if request.method == "GET":
        seats = engagements.busy_of(engagements.engagements_to_come(member.id, clock.now()))
        return render_template("signups/deactivate.html", member=member, seats=len(seats))
    count = leaving.deactivate(current_user.id, member.id, clock.now())
    security.note("account deactivated", member=public_id, by=current_user.public_id)
    message = _("The account of %(name)s is deactivated.", name=member.name)
    if count:
        message += " " + ngettext("%(num)s seat is given back.", "%(num)s seats are given back.", count)
    return done(message, url_for("people.person", public_id=public_id))
