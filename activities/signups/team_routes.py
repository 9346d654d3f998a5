"""Teams: making one, joining it by its address, signing it up, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.address import absolute
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.limits import failures, person, requests
from activities.signups import queries_together, teams, together_pages
from activities.signups.forms import consent_of
from activities.signups.models import Team
from activities.signups.queries import slot_of
from activities.signups.rules_soft import AskFirst, RisksNotRead
from activities.signups.together_forms import WHOLE, InviteForm, TeamForm


def add_to(signups: Blueprint) -> None:
    signups.add_url_rule("/slots/<public_id>/team", view_func=new_team, methods=("GET", "POST"))
    signups.add_url_rule("/teams/<public_id>", view_func=team)
    for name, view in (("join", join_team), ("leave", leave_team), ("invite", invite), ("sign-up", sign_team_up)):
        signups.add_url_rule(f"/teams/<public_id>/{name}", view_func=view, methods=("POST",))
    signups.add_url_rule("/teams/<public_id>/dissolve", view_func=dissolve_team, methods=("GET", "POST"))


@access(Permission.TAKE_PART)
def new_team(public_id: str) -> Any:
    slot = slot_of(current_user, public_id)
    form = TeamForm()
    card, _person = together_pages.card_of(current_user.id, slot, clock.now())
    page = {"form": form, "slot": slot, "card": card}
    if not form.is_submitted():
        return render_template("signups/team_form.html", asked_again=None, **page)
    if not form.validate():
        return invalid("signups/team_form.html", asked_again=None, **page)
    try:
        made = teams.make_team(
            current_user.id,
            slot.id,
            str(form.name.data),
            form.seats.data == WHOLE,
            clock.now(),
            consent=consent_of(request.form),
        )
    except (RisksNotRead, AskFirst) as refusal:
        return invalid("signups/team_form.html", asked_again=refusal, **page)
    return done(_("The team is there. Hand its address to the others."), url_for(".team", public_id=made))


@access(Permission.TAKE_PART)
def team(public_id: str) -> Any:
    return team_page(queries_together.team_for(current_user, public_id), InviteForm())


@access(Permission.TAKE_PART)
def join_team(public_id: str) -> Any:
    found = queries_together.team_for(current_user, public_id)
    try:
        teams.join(current_user.id, found.id, clock.now(), consent=consent_of(request.form))
    except (RisksNotRead, AskFirst) as refusal:
        return team_page(found, InviteForm(), asked_again=refusal), 422
    return done(_("You are in the team, and will be signed up with it."), _address(found))


@access(Permission.TAKE_PART)
def leave_team(public_id: str) -> Any:
    found = queries_together.team_for(current_user, public_id)
    teams.leave(current_user.id, found.id, clock.now())
    return done(_("You are not in the team."), url_for(".slot", public_id=found.slot.public_id))


@access(Permission.TAKE_PART)
@failures(person, "20 per hour")  # numbers are not to be tried one by one
@requests(person, "60 per hour")
def invite(public_id: str) -> Any:
    found, form = queries_together.team_for(current_user, public_id), InviteForm()
    if form.validate():
        try:
            teams.invite(current_user.id, found.id, str(form.number.data), clock.now())
            return done(_("The person is asked to join."), _address(found))
        except Refusal as refusal:
            refuse(form, "number", refusal)
    return team_page(found, form), 422


@access(Permission.TAKE_PART)
def sign_team_up(public_id: str) -> Any:
    found = queries_together.team_for(current_user, public_id)
    form = request.form
    try:
        seats = teams.sign_up_team(
            current_user.id, found.id, clock.now(), at_once="at_once" in form, consent=consent_of(form)
        )
    except AskFirst as refusal:
        return team_page(found, InviteForm(formdata=None), asked_again=refusal), 422
    message = ngettext(
        "The team is signed up: %(num)s has a seat.", "The team is signed up: %(num)s have a seat.", seats
    )
    return done(message if seats else _("The team is on the waiting list."), _address(found))


@access(Permission.TAKE_PART)
def dissolve_team(public_id: str) -> Any:
    found = queries_together.team_for(current_user, public_id)
    if request.method == "GET":
        people = queries_together.people_of_team(found.id)
        return render_template("signups/dissolve_team.html", team=found, people=len(people))
    teams.dissolve(current_user.id, found.id, clock.now())
    return done(_("The team is dissolved."), url_for(".slot", public_id=found.slot.public_id))


def team_page(found: Team, form: InviteForm, *, asked_again: Refusal | None = None) -> str:
    view = together_pages.team_view(current_user, found, clock.now())
    address = absolute("signups.team", public_id=found.public_id)
    return render_template(
        "signups/team.html", team=found, slot=found.slot, card=view.card, view=view, form=form, address=address,
        asked_again=asked_again,
    )  # fmt: skip


def _address(found: Team) -> str:
    return url_for(".team", public_id=found.public_id)
