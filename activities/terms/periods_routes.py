"""Keeping the class periods."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully, say_refusal
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.terms import queries, service
from activities.terms.forms import PeriodsForm
from activities.terms.periods import USUAL, fingerprint


def add_to(terms: Blueprint) -> None:
    get_and_post = ("GET", "POST")
    terms.add_url_rule("/terms/periods", view_func=periods)
    terms.add_url_rule("/terms/periods/new", view_func=new_periods, methods=get_and_post)
    terms.add_url_rule("/terms/periods/<day:since>", view_func=edit_periods, methods=get_and_post)
    terms.add_url_rule("/terms/periods/<day:since>/remove", view_func=remove_periods, methods=get_and_post)


@access(Permission.TAKE_PART)
def periods() -> Any:
    today, entered = clock.local_day(clock.now()), queries.all_periods()
    in_force = max((since for since in entered if since <= today), default=None)
    return render_template("terms/periods.html", entered=entered, in_force=in_force, usual=USUAL)


@access(Permission.KEEP_CALENDAR)
def new_periods() -> Any:
    form = PeriodsForm(queries.periods_on(clock.local_day(clock.now())))
    page = {"form": form, "since": None, "changed": None}
    if not form.is_submitted():
        return render_template("terms/periods_form.html", **page)
    if not form.validate():
        return invalid("terms/periods_form.html", **page)
    try:
        service.add_periods(current_user.id, form.first_day(), form.periods(), clock.now())
    except Refusal as refusal:
        _refuse(form, refusal)
        return invalid("terms/periods_form.html", **page)
    return done(_("The class periods are entered."), url_for(".periods"))


@access(Permission.KEEP_CALENDAR)
def edit_periods(since: date) -> Any:
    form = PeriodsForm(queries.periods_since(since), since)
    page = {"form": form, "since": since, "changed": None}
    if not form.is_submitted():
        return render_template("terms/periods_form.html", **page)
    if not form.validate():
        return invalid("terms/periods_form.html", **page)
    try:
        service.change_periods(current_user.id, since, form.fingerprint.data or "", form.periods(), clock.now())
    except ChangedMeanwhile as refusal:
        present = queries.periods_since(since)
        form.fingerprint.data = fingerprint(present)
        return invalid("terms/periods_form.html", **page | {"changed": present, "refusal": say_refusal(refusal)})
    except Refusal as refusal:
        _refuse(form, refusal)
        return invalid("terms/periods_form.html", **page)
    return done(_("Saved."), url_for(".periods"))


@access(Permission.KEEP_CALENDAR)
def remove_periods(since: date) -> Any:
    present = queries.periods_since(since)
    if request.method == "GET":
        page = {"since": since, "periods": present, "fingerprint": fingerprint(present)}
        return render_template("terms/remove_periods.html", **page)
    service.remove_periods(current_user.id, since, request.form.get("fingerprint", ""), clock.now())
    return done(_("The class periods are removed."), url_for(".periods"))


def _refuse(form: PeriodsForm, refusal: Refusal) -> None:
    """Show a refusal at the row it speaks of, or at the first day."""
    row = refusal.facts().get("row")
    at = form.typed_rows()[row].starts if row is not None else form.since if form.since else form.rows[0].starts
    at.errors = [*at.errors, say_fully(refusal)]
