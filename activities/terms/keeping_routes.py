"""Keeping the school's calendar: terms and special days, each by its own page."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.terms import queries, service
from activities.terms.forms import DayForm, TermForm, shown_day, shown_term
from activities.terms.rules import FIRST_YEAR, LAST_YEAR, fingerprint

# Which field of its form a refusal speaks of.
OF_TERM = {"WrongYear": "starts_on", "NotAMonday": "starts_on", "TermsOverlap": "starts_on", "WrongWeeks": "weeks"}
OF_DAY = {"WrongYear": "day", "DayTaken": "day", "WrongDayName": "name"}


def add_to(terms: Blueprint) -> None:
    get_and_post = ("GET", "POST")
    terms.add_url_rule("/terms/new", view_func=new_term, methods=get_and_post)
    terms.add_url_rule("/terms/<day:starts_on>", view_func=edit_term, methods=get_and_post)
    terms.add_url_rule("/terms/<day:starts_on>/remove", view_func=remove_term, methods=get_and_post)
    terms.add_url_rule("/terms/days/new", view_func=new_day, methods=get_and_post)
    terms.add_url_rule("/terms/days/<day:day>", view_func=edit_day, methods=get_and_post)
    terms.add_url_rule("/terms/days/<day:day>/remove", view_func=remove_day, methods=get_and_post)
    years = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"
    terms.add_url_rule(f"/terms/years/{years}/fill", view_func=fill_year, methods=("POST",))


# ── terms ───────────────────────────────────────────────────────────────────


@access(Permission.KEEP_CALENDAR)
def new_term() -> Any:
    form = TermForm()
    page = {"form": form, "term": None, "changed": None}
    if not form.is_submitted():
        return render_template("terms/term.html", **page)
    if not form.validate():
        return invalid("terms/term.html", **page)
    try:
        service.add_term(current_user.id, form.term(), clock.now())
    except Refusal as refusal:
        refuse(form, OF_TERM.get(refusal.key, "name"), refusal)
        return invalid("terms/term.html", **page)
    return done(_("The term is entered."), url_for(".calendar"))


@access(Permission.KEEP_CALENDAR)
def edit_term(starts_on: date) -> Any:
    term = queries.term_from(starts_on)
    form = TermForm(term)
    page = {"form": form, "term": term, "changed": None}
    if not form.is_submitted():
        return render_template("terms/term.html", **page)
    if not form.validate():
        return invalid("terms/term.html", **page)
    try:
        service.change_term(current_user.id, starts_on, form.fingerprint.data or "", form.term(), clock.now())
    except ChangedMeanwhile:
        present = shown_term(queries.term_from(starts_on))
        form.fingerprint.data = present["fingerprint"]
        return invalid("terms/term.html", **page | {"changed": differences(form, present)})
    except Refusal as refusal:
        refuse(form, OF_TERM.get(refusal.key, "name"), refusal)
        return invalid("terms/term.html", **page)
    return done(_("Saved."), url_for(".calendar"))


@access(Permission.KEEP_CALENDAR)
def remove_term(starts_on: date) -> Any:
    term = queries.term_from(starts_on)
    if request.method == "GET":
        return render_template("terms/remove_term.html", term=term, fingerprint=fingerprint(term))
    service.remove_term(current_user.id, starts_on, request.form.get("fingerprint", ""), clock.now())
    return done(_("The term “%(name)s” is removed.", name=term.name), url_for(".calendar"))


# ── holidays and make-up workdays ───────────────────────────────────────────


@access(Permission.KEEP_CALENDAR)
def new_day() -> Any:
    form = DayForm()
    page = {"form": form, "day": None, "changed": None}
    if not form.is_submitted():
        return render_template("terms/day.html", **page)
    if not form.validate():
        return invalid("terms/day.html", **page)
    try:
        service.add_day(current_user.id, form.when(), form.special(), clock.now())
    except Refusal as refusal:
        refuse(form, OF_DAY.get(refusal.key, "acts_as"), refusal)
        return invalid("terms/day.html", **page)
    return done(_("The day is entered."), url_for(".calendar", year=form.when().year))


@access(Permission.KEEP_CALENDAR)
def edit_day(day: date) -> Any:
    form = DayForm(queries.special_day(day))
    page = {"form": form, "day": day, "changed": None}
    if not form.is_submitted():
        return render_template("terms/day.html", **page)
    if not form.validate():
        return invalid("terms/day.html", **page)
    try:
        service.change_day(current_user.id, day, form.fingerprint.data or "", form.special(), clock.now())
    except ChangedMeanwhile:
        present = shown_day(queries.special_day(day))
        form.fingerprint.data = present["fingerprint"]
        return invalid("terms/day.html", **page | {"changed": differences(form, present)})
    except Refusal as refusal:
        refuse(form, OF_DAY.get(refusal.key, "acts_as"), refusal)
        return invalid("terms/day.html", **page)
    return done(_("Saved."), url_for(".calendar", year=day.year))


@access(Permission.KEEP_CALENDAR)
def remove_day(day: date) -> Any:
    special = queries.special_day(day)
    if request.method == "GET":
        return render_template("terms/remove_day.html", day=day, special=special, fingerprint=fingerprint(special))
    service.remove_day(current_user.id, day, request.form.get("fingerprint", ""), clock.now())
    return done(_("The day is removed."), url_for(".calendar", year=day.year))


@access(Permission.KEEP_CALENDAR)
def fill_year(year: int) -> Any:
    changed = service.fill_days(current_user.id, year, clock.now())
    message = ngettext("%(num)s day changed.", "%(num)s days changed.", changed)
    if queries.is_unconfirmed(year):
        message += " " + _("The notice for this year is not known yet: only the feast days are entered, unconfirmed.")
    return done(message, url_for(".calendar", year=year))
