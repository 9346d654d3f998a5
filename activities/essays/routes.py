"""A member's self-review: written, handed in, taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.cycles import queries as cycles
from activities.cycles.models import Participant
from activities.essays import pages, queries, service
from activities.essays.forms import EssayForm
from activities.essays.models import Essay
from activities.essays.rules import FarTooLong, TooLong, TooShort
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_clock
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid

essays = Blueprint("essays", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(essays)


@essays.get("/my-review/<public_id>/essay")
@access(Permission.TAKE_PART)
def show(public_id: str) -> Any:
    part = cycles.own_part(current_user.id, public_id)
    written = queries.own_essay(part.id)
    return render_template("essays/show.html", **_page(part, written, _filled(written)))


@essays.post("/my-review/<public_id>/essay")
@access(Permission.TAKE_PART)
def save(public_id: str) -> Any:
    """The draft's own button."""
    part = cycles.own_part(current_user.id, public_id)
    answer = _kept(part)[1]
    return answer or done(_("Your draft is kept."), url_for(".show", public_id=public_id))


@essays.post("/my-review/<public_id>/hand-in")
@access(Permission.TAKE_PART)
def hand_in(public_id: str) -> Any:
    """What was typed is kept in any case; then it is handed in."""
    part = cycles.own_part(current_user.id, public_id)
    form, answer = _kept(part)
    if answer:
        return answer
    try:
        service.hand_in(current_user.id, part.cycle_id, form.revision.data or 0, clock.now())
    except (TooShort, TooLong) as refusal:
        refuse(form, "text", refusal)
        return invalid("essays/show.html", **_page(part, queries.own_essay(part.id), form))
    return done(_("Your self-review is handed in."), url_for("cycles.my_part", public_id=public_id))


@essays.post("/my-review/<public_id>/draft")
@access(Permission.TAKE_PART)
def draft(public_id: str) -> Any:
    """The same without leaving the page: its script keeps what is typed while it is typed."""
    part = cycles.own_part(current_user.id, public_id)
    form, answer = _kept(part)
    if answer:
        return {"revision": None}, 409
    return {"revision": form.revision.data, "said": _("Kept at %(time)s", time=say_clock(clock.now()))}


@essays.post("/my-review/<public_id>/take-back")
@access(Permission.TAKE_PART)
def take_back(public_id: str) -> Any:
    part = cycles.own_part(current_user.id, public_id)
    service.take_back(current_user.id, part.cycle_id, clock.now())
    return done(_("It is a draft again; hand it in before the step ends."), url_for(".show", public_id=public_id))


def _filled(written: Essay | None) -> EssayForm:
    return EssayForm(data={"text": written.text if written else "", "revision": written.revision if written else 0})


def _kept(part: Participant) -> tuple[EssayForm, Any]:
    """Keep what was typed. The form with its new revision, and the answer where it could not be kept."""
    form = EssayForm(data={"revision": 0})
    if not form.validate():
        return form, invalid("essays/show.html", **_page(part, queries.own_essay(part.id), form))
    text, revision = form.text.data or "", form.revision.data or 0
    try:
        form.revision.data = service.save(current_user.id, part.cycle_id, revision, text, clock.now())
    except FarTooLong as refusal:
        refuse(form, "text", refusal)
    except ChangedMeanwhile:
        present = queries.own_essay(part.id)
        form.revision.data = present.revision if present else 0
        return form, invalid("essays/show.html", **_page(part, present, form) | {"meanwhile": present})
    if form.text.errors:
        return form, invalid("essays/show.html", **_page(part, queries.own_essay(part.id), form))
    return form, None


def _page(part: Participant, written: Essay | None, form: EssayForm) -> dict[str, Any]:
    return pages.of_essay(part, written, clock.now()) | {"form": form, "meanwhile": None}
