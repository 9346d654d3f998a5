"""Ballots in the hands of secretaries: prepared, looked at, opened, extended, closed, cancelled, and their results."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.ballots import ending, pages, queries, rules, service
from activities.ballots.forms import ExtendForm, NewForm, PlanForm, ReasonForm, vote_form
from activities.ballots.models import Ballot
from activities.ballots.prospects import prospects
from activities.ballots.rules import BallotState, NotLater
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.people.queries import units_for


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/kept")(kept)
    blueprint.route("/new", methods=("GET", "POST"))(new)
    blueprint.get("/<public_id>")(show)
    blueprint.route("/<public_id>/edit", methods=("GET", "POST"))(edit)
    blueprint.route("/<public_id>/people", methods=("GET", "POST"))(people)
    blueprint.get("/<public_id>/preview")(preview)
    blueprint.post("/<public_id>/open")(open_now)
    blueprint.route("/<public_id>/extend", methods=("GET", "POST"))(extend)
    blueprint.route("/<public_id>/close", methods=("GET", "POST"))(close)
    blueprint.route("/<public_id>/cancel", methods=("GET", "POST"))(cancel)


@access(Permission.REVIEW)
def kept() -> Any:
    page = asked_page()
    found = queries.all_kept(current_user, page)
    shown = found[: queries.PAGE]
    return render_template(
        "ballots/kept.html", ballots=shown, progress=queries.progress([one.id for one in shown]), now=clock.now(),
        page=page, more=len(found) > queries.PAGE,
    )  # fmt: skip


@access(Permission.REVIEW)
def new() -> Any:
    form = NewForm(units_for(current_user, Permission.REVIEW))
    if not form.is_submitted():
        return render_template("ballots/new.html", form=form)
    if not form.validate():
        return invalid("ballots/new.html", form=form)
    public_id = service.prepare(current_user.id, form.unit_id.data, form.plan, clock.now())
    return done(_("Prepared. Look at it, then open it."), url_for(".show", public_id=public_id))


@access(Permission.REVIEW)
def show(public_id: str) -> Any:
    ballot = queries.to_keep(current_user, public_id)
    now = clock.now()
    page = {"ballot": ballot, "now": now, "progress": queries.progress([ballot.id])[ballot.id]}
    if ballot.state is BallotState.DRAFT:
        people = queries.on_form(ballot.id)
        [prospect] = prospects([(ballot, [one.member_id for one in people])], now)
        page |= {"people": people, "expected": prospect}
    elif ballot.state is BallotState.COUNTED:
        without = None if ballot.shows_own else current_user.id
        page |= {
            "results": pages.results(ballot, without), "names": pages.names_of(ballot), "legend": pages.legend(ballot),
        }  # fmt: skip
    if ballot.opened_at:
        page["units"] = queries.by_unit(ballot.id)
    return render_template("ballots/show.html", **page)


@access(Permission.REVIEW)
def edit(public_id: str) -> Any:
    ballot = _draft(public_id)
    form = PlanForm(ballot)
    page = {"ballot": ballot, "form": form, "meanwhile": None}
    if not form.is_submitted():
        return render_template("ballots/edit.html", **page)
    if not form.validate():
        return invalid("ballots/edit.html", **page)
    try:
        service.change(current_user.id, ballot.id, form.revision.data or 0, form.plan, clock.now())
    except ChangedMeanwhile:
        present = PlanForm(ballot)
        form.revision.data = ballot.revision
        there = {name: present[name].object_data for name in ballot.plan._fields}
        return invalid("ballots/edit.html", **page | {"meanwhile": differences(form, there)})
    return done(_("Saved."), url_for(".show", public_id=public_id))


@access(Permission.REVIEW)
def people(public_id: str) -> Any:
    """Who is appraised, of everybody in the ballot's units."""
    ballot = _draft(public_id)
    if request.method == "POST":
        count = service.choose(current_user.id, ballot.id, set(request.form.getlist("who")), clock.now())
        message = ngettext("%(num)s person is appraised.", "%(num)s people are appraised.", count)
        return done(message, url_for(".show", public_id=public_id))
    return render_template(
        "ballots/people.html", ballot=ballot, people=queries.everybody([ballot]),
        chosen={one.member_id for one in queries.on_form(ballot.id)},
    )  # fmt: skip


@access(Permission.REVIEW)
def preview(public_id: str) -> Any:
    """The paper as voters see it."""
    ballot = queries.to_keep(current_user, public_id)
    people = queries.on_form(ballot.id)
    form = vote_form(people, ballot.choices)
    return render_template("ballots/vote.html", ballot=ballot, form=form, people=people, is_preview=True)


@access(Permission.REVIEW)
def open_now(public_id: str) -> Any:
    ballot = queries.to_keep(current_user, public_id)
    count = service.open_one(current_user.id, ballot.id, clock.now())
    message = ngettext("Open: %(num)s person is asked.", "Open: %(num)s people are asked.", count)
    return done(message, url_for(".show", public_id=public_id))


@access(Permission.REVIEW)
def extend(public_id: str) -> Any:
    ballot = _going_on(public_id)
    form = ExtendForm(data={"ends_at": ballot.ends_at})
    if not form.is_submitted():
        return render_template("ballots/extend.html", ballot=ballot, form=form)
    if not form.validate():
        return invalid("ballots/extend.html", ballot=ballot, form=form)
    assert form.ends_at.data
    try:
        ending.extend(current_user.id, ballot.id, form.ends_at.data, form.reason.data or "", clock.now())
    except NotLater as refusal:
        refuse(form, "ends_at", refusal)
        return invalid("ballots/extend.html", ballot=ballot, form=form)
    return done(_("Extended; who has not voted yet is told."), url_for(".show", public_id=public_id))


@access(Permission.REVIEW)
def close(public_id: str) -> Any:
    ballot, form = _going_on(public_id), ReasonForm()
    page = _ending_page(ballot, form, is_cancelling=False)
    if not form.is_submitted():
        return render_template("ballots/end.html", **page)
    if not form.validate():
        return invalid("ballots/end.html", **page)
    ending.close(current_user.id, ballot.id, form.reason.data or "", clock.now())
    return done(_("Closed and counted."), url_for(".show", public_id=public_id))


@access(Permission.REVIEW)
def cancel(public_id: str) -> Any:
    ballot, form = queries.to_keep(current_user, public_id), ReasonForm()
    if ballot.state is not BallotState.DRAFT:
        _going_on(public_id)
    page = _ending_page(ballot, form, is_cancelling=True)
    if not form.is_submitted():
        return render_template("ballots/end.html", **page)
    if not form.validate():
        return invalid("ballots/end.html", **page)
    ending.cancel(current_user.id, ballot.id, form.reason.data or "", clock.now())
    return done(_("Cancelled; all papers are destroyed."), url_for(".show", public_id=public_id))


def _ending_page(ballot: Ballot, form: ReasonForm, *, is_cancelling: bool) -> dict[str, Any]:
    progress = queries.progress([ballot.id])[ballot.id]
    return {"ballot": ballot, "form": form, "progress": progress, "is_cancelling": is_cancelling}


def _draft(public_id: str) -> Ballot:
    ballot = queries.to_keep(current_user, public_id)
    if ballot.state is not BallotState.DRAFT:
        raise rules.NotPrepared
    return ballot


def _going_on(public_id: str) -> Ballot:
    ballot = queries.to_keep(current_user, public_id)
    if refusal := rules.why_not_going_on(ballot.state, ballot.ends_at, clock.now()):
        raise refusal
    return ballot
