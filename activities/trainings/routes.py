"""Trainings: one's own for everyone, and for who keeps them the lists of who has passed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_number
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_refusal
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid
from activities.trainings import queries, service
from activities.trainings.forms import PassForm, TrainingForm
from activities.trainings.models import Training
from activities.trainings.rules import NameTaken, PassedInFuture, WrongRows

trainings = Blueprint("trainings", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(trainings)


@trainings.get("/trainings")
@access(Permission.TAKE_PART)
def mine() -> Any:
    today = clock.local_day(clock.now())
    return render_template("trainings/mine.html", trainings=queries.mine(current_user.id), today=today)


@trainings.route("/trainings/new", methods=("GET", "POST"))
@access(Permission.KEEP_TRAININGS)
def new() -> Any:
    form = TrainingForm()
    page = {"form": form, "training": None, "changed": None}
    if not form.is_submitted():
        return render_template("trainings/edit.html", **page)
    if not form.validate():
        return invalid("trainings/edit.html", **page)
    try:
        public_id = service.add_training(current_user.id, form.values(), clock.now())
    except NameTaken as refusal:
        refuse(form, "name", refusal)
        return invalid("trainings/edit.html", **page)
    return done(_("Saved."), url_for(".training", public_id=public_id))


@trainings.route("/trainings/<public_id>/edit", methods=("GET", "POST"))
@access(Permission.EDIT_TRAININGS)
def edit(public_id: str) -> Any:
    found = queries.training(public_id)
    form = TrainingForm(found)
    page = {"form": form, "training": found, "changed": None}
    if not form.is_submitted():
        return render_template("trainings/edit.html", **page)
    if not form.validate():
        return invalid("trainings/edit.html", **page)
    try:
        service.edit_training(current_user.id, found.id, form.revision.data or 0, form.values(), clock.now())
    except ChangedMeanwhile:
        present = queries.training(public_id)
        form.revision.data = present.revision
        values = {"name": present.name, "where": present.where, "months": present.months}
        return invalid("trainings/edit.html", **page | {"changed": differences(form, values)})
    except NameTaken as refusal:
        refuse(form, "name", refusal)
        return invalid("trainings/edit.html", **page)
    return done(_("Saved."), url_for(".training", public_id=public_id))


@trainings.get("/trainings/<public_id>")
@access(Permission.KEEP_TRAININGS)
def training(public_id: str) -> Any:
    return render_template("trainings/training.html", **_page(queries.training(public_id), PassForm()))


@trainings.post("/trainings/<public_id>")
@access(Permission.KEEP_TRAININGS)
def enter(public_id: str) -> Any:
    found, form, now = queries.training(public_id), PassForm(), clock.now()
    if not form.validate():
        return invalid("trainings/training.html", **_page(found, form))
    assert form.passed_on.data  # asked for by the form
    today = clock.local_day(now)
    try:
        count = service.enter_passes(
            current_user.id, found.id, form.numbers.data or "", form.passed_on.data, today, now
        )
    except PassedInFuture as refusal:
        refuse(form, "passed_on", refusal)
        return invalid("trainings/training.html", **_page(found, form))
    except WrongRows as refusal:
        said = [
            _("Line %(line)s, “%(number)s”: %(reason)s.", line=line, number=number[:40], reason=_(reason))
            for line, number, reason in refusal.rows
        ]
        form.numbers.errors = [say_refusal(refusal), *said]
        return invalid("trainings/training.html", **_page(found, form))
    message = ngettext("%(num)s person is entered.", "%(num)s people are entered.", count)
    return done(message, url_for(".training", public_id=public_id))


@trainings.post("/trainings/<public_id>/remove")
@access(Permission.KEEP_TRAININGS)
def remove(public_id: str) -> Any:
    found = queries.training(public_id)
    service.remove_pass(current_user.id, read_number(request.form.get("pass")), clock.now())
    return done(_("The entry is taken back."), url_for(".training", public_id=found.public_id))


def _page(found: Training, form: PassForm) -> dict[str, Any]:
    page = asked_page()
    passes = queries.passes(current_user, found.id, page)
    return {
        "training": found, "form": form, "passes": passes[: queries.PAGE], "page": page,
        "has_more": len(passes) > queries.PAGE, "today": clock.local_day(clock.now()),
    }  # fmt: skip
