"""What units ask: the list, a set with its versions, a new one, and the next version of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people import queries as people
from activities.requirements import pages, queries, service
from activities.requirements.forms import AskedForm, NewForm, TakeBackForm
from activities.requirements.rules import FIRST_YEAR, LAST_YEAR, SORTS, NothingChanged, Overlaps, ToldAlready, Whom

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/requirements/")(sets_now)
    blueprint.get(f"/requirements/{YEAR}")(sets)
    blueprint.route(f"/requirements/{YEAR}/new", methods=("GET", "POST"))(new)
    blueprint.get("/requirements/sets/<public_id>")(show)
    blueprint.route("/requirements/sets/<public_id>/edit", methods=("GET", "POST"))(edit)
    blueprint.route("/requirements/sets/<public_id>/take-back", methods=("GET", "POST"))(take_back)


@access(Permission.SET_REQUIREMENTS)
def sets_now() -> Any:
    return redirect(url_for(".sets", year=clock.local_day(clock.now()).year))


@access(Permission.SET_REQUIREMENTS)
def sets(year: int) -> Any:
    paths = current_user.paths(Permission.SET_REQUIREMENTS)
    before = queries.around(paths, year - 1)
    return render_template(
        "requirements/sets.html", year=year, versions=queries.around(paths, year),
        before=[one for one in before if current_user.may(Permission.SET_REQUIREMENTS, one.of.unit.path)],
    )  # fmt: skip


@access(Permission.SET_REQUIREMENTS)
def new(year: int) -> Any:
    """From nothing, or like a set of another year. What is shown is looked at before it is put in force."""
    units = people.units_for(current_user, Permission.SET_REQUIREMENTS)
    like = request.args.get("like")
    form = NewForm(units, year, queries.set_to_change(current_user, like) if like else None)
    page = {"form": form, "year": year, "sorts": SORTS, "like": like, "concerned": None}
    if not form.is_submitted():
        return render_template("requirements/new.html", **page)
    if not form.validate():
        return invalid("requirements/new.html", **page)
    unit = next(unit for unit in units if unit.id == form.unit_id.data)
    whom = Whom(unit.path, form.chosen_stages, form.chosen_standings)
    if not form.is_looked_at:
        return render_template("requirements/new.html", **page | {"concerned": pages.concerned(whom, year)})
    try:
        public_id = service.ask(
            current_user.id, unit.id, year, whom.stages, whom.standings, form.asked, form.reason.data or "",
            clock.now(),
        )  # fmt: skip
    except Overlaps as refusal:
        refuse(form, "unit_id", refusal)
        return invalid("requirements/new.html", **page)
    return done(_("It is asked from now on."), url_for(".show", public_id=public_id))


@access(Permission.TAKE_PART)
def show(public_id: str) -> Any:
    """For everyone of whom it is asked; how many these are, for who reviews them."""
    version = queries.set_seen_by(current_user, public_id)
    path = version.of.unit.path
    reviews = current_user.may(Permission.REVIEW, path)
    return render_template(
        "requirements/set.html", version=version, versions=queries.versions(version.set_id), sorts=SORTS,
        concerned=pages.concerned(version.of.whom, version.of.year) if reviews else None,
        may_change=current_user.may(Permission.SET_REQUIREMENTS, path),
    )  # fmt: skip


@access(Permission.SET_REQUIREMENTS)
def edit(public_id: str) -> Any:
    version = queries.set_to_change(current_user, public_id)
    one = version.of
    form = AskedForm(one.year, version.asked, version.id)
    page = {"form": form, "version": version, "sorts": SORTS, "concerned": None, "is_stale": False}
    if not form.is_submitted():
        return render_template("requirements/edit.html", **page)
    if not form.validate():
        return invalid("requirements/edit.html", **page)
    if not form.is_looked_at:
        return render_template("requirements/edit.html", **page | {"concerned": pages.concerned(one.whom, one.year)})
    try:
        service.change(current_user.id, one.id, form.version.data or 0, form.asked, form.reason.data or "", clock.now())
    except NothingChanged as refusal:
        refuse(form, "due", refusal)
        return invalid("requirements/edit.html", **page)
    except ChangedMeanwhile:
        form.version.data = queries.newest(one.id).id
        return invalid("requirements/edit.html", **page | {"is_stale": True})
    return done(
        _("The new version is in force; the earlier ones stay to be read."), url_for(".show", public_id=public_id)
    )


@access(Permission.SET_REQUIREMENTS)
def take_back(public_id: str) -> Any:
    """As if it had never been, as long as nobody was told what they owe by it."""
    version = queries.set_to_change(current_user, public_id)
    form = TakeBackForm(data={"version": version.id})
    page = {"form": form, "version": version, "concerned": pages.concerned(version.of.whom, version.of.year)}
    if not form.is_submitted():
        return render_template("requirements/take_back.html", **page)
    if not form.validate():
        return invalid("requirements/take_back.html", **page)
    try:
        service.take_back(
            current_user.id, version.set_id, form.version.data or 0, form.reason.data or "", clock.now()
        )  # fmt: skip
    except (ToldAlready, ChangedMeanwhile) as refusal:
        refuse(form, "reason", refusal)
        return invalid("requirements/take_back.html", **page)
    return done(_("It is taken back; nothing is asked by it any more."), url_for(".sets", year=version.of.year))
