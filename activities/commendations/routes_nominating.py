"""Nominating somebody, changing that or taking it back, and the nominated person's own word."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.commendations import nominating, queries, rules
from activities.commendations import rules_refusals as refusals
from activities.commendations.forms import NominateForm, NumberForm, SeenForm
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import done, invalid
from activities.people.limits import person, requests

NOMINATE = "commendations/nominate.html"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    of_one = "/commendations/<public_id>/nominations/<nomination>"
    blueprint.route("/commendations/<public_id>/nominate", methods=("GET", "POST"))(nominate)
    blueprint.route(of_one, methods=("GET", "POST"))(rewrite)
    blueprint.post(f"{of_one}/take-back")(take_back)
    blueprint.get("/commendations/mine/<public_id>")(mine)
    blueprint.post("/commendations/mine/<public_id>/agree")(agree)
    blueprint.post("/commendations/mine/<public_id>/decline")(decline)


@access(Permission.TAKE_PART)
@requests(person, "60 per minute")
def nominate(public_id: str) -> Any:
    """First whom, by number in the address; then why."""
    one = queries.round_seen(current_user, public_id)
    if not queries.may_nominate(current_user, one):
        raise NotFound
    number = clean_line(request.args.get("number"))[:32]
    found = queries.nominee(current_user, one.unit, one, number) if number else None
    who = NumberForm(formdata=None, data={"number": number})
    if number and found is None:
        who.number.errors = [_("Nobody whom you can nominate here has this number.")]
    page: dict[str, Any] = {"round": one, "who": who, "member": found, "nomination": None}
    if found is None:
        return (invalid if number or request.method == "POST" else render_template)(NOMINATE, **page)
    sees_all = queries.sees_records(current_user, found)
    form = NominateForm(queries.known_of(current_user.id, found.id, one.year, sees_all=sees_all))
    page |= {"form": form, "sees_all": sees_all}
    if not form.is_submitted():
        return render_template(NOMINATE, **page)
    if not form.validate():
        return invalid(NOMINATE, **page)
    try:
        nominating.nominate(
            current_user.id, one.id, number, form.reasons.data or "", form.evidence.data or [], clock.now()
        )
    except (refusals.NotNominating, refusals.OwnNomination, refusals.NominatedAlready) as refusal:
        refuse(form, "reasons", refusal)
        return invalid(NOMINATE, **page)
    return done(_("%(name)s is asked whether they agree.", name=found.name), url_for(".show", public_id=public_id))


@access(Permission.TAKE_PART)
def rewrite(public_id: str, nomination: str) -> Any:
    """Give other reasons, or take one's nomination back, as long as the committee has not decided."""
    one = queries.round_seen(current_user, public_id)
    found = queries.made_nomination(current_user.id, one, nomination)
    sees_all = queries.sees_records(current_user, found.member)
    known = queries.known_of(current_user.id, found.member_id, one.year, sees_all=sees_all)
    form = NominateForm(known, found)
    page = {
        "round": one, "nomination": found, "member": found.member, "form": form, "sees_all": sees_all,
        "is_stale": False, "may_change": rules.why_not_change(state=one.state, nomination=found.state) is None,
    }  # fmt: skip
    if not form.is_submitted():
        return render_template(NOMINATE, **page)
    if not form.validate():
        return invalid(NOMINATE, **page)
    try:
        nominating.rewrite(
            current_user.id, found.id, form.seen.data or 0, form.reasons.data or "", form.evidence.data or [],
            clock.now(),
        )  # fmt: skip
    except ChangedMeanwhile:
        form.seen.data = found.revision
        return invalid(NOMINATE, **page | {"is_stale": True})
    message = _("The reasons are kept, and %(name)s is asked whether they agree to them.", name=found.member.name)
    return done(message, url_for(".show", public_id=public_id))


@access(Permission.TAKE_PART)
def take_back(public_id: str, nomination: str) -> Any:
    one = queries.round_seen(current_user, public_id)
    found = queries.made_nomination(current_user.id, one, nomination)
    nominating.take_back(current_user.id, found.id, clock.now())
    message = _("The nomination of %(name)s is taken back, and they are told.", name=found.member.name)
    return done(message, url_for(".show", public_id=public_id))


@access(Permission.TAKE_PART)
def mine(public_id: str) -> Any:
    found = queries.own_nomination(current_user.id, public_id)
    why_not = partial(rules.why_not_answer, round_state=found.round.state, state=found.state)
    return render_template(
        "commendations/mine.html", nomination=found, round=found.round,
        may_agree=why_not(agrees=True) is None, may_decline=why_not(agrees=False) is None,
        form=SeenForm(formdata=None, data={"seen": found.revision}),
    )  # fmt: skip


@access(Permission.TAKE_PART)
def agree(public_id: str) -> Any:
    found, form = queries.own_nomination(current_user.id, public_id), SeenForm()
    form.validate()
    nominating.agree(current_user.id, found.id, form.seen.data or 0, clock.now())
    return done(_("You agree: the nomination goes to the committee."), url_for(".mine", public_id=public_id))


@access(Permission.TAKE_PART)
def decline(public_id: str) -> Any:
    found = queries.own_nomination(current_user.id, public_id)
    nominating.decline(current_user.id, found.id, clock.now())
    return done(_("You decline: nothing of it is published."), url_for(".mine", public_id=public_id))
