"""A member's own review: what is asked of them and by when, and their self-review."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from activities.cycles import essays, pages, pages_evidence, past_queries, queries
from activities.cycles.forms_keeping import EssayForm
from activities.cycles.models import Essay, Participant
from activities.cycles.rules_essays import FarTooLong, TooLong, TooShort
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_clock
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/my-review/")(mine)
    blueprint.get("/my-review/<public_id>")(my_part)
    blueprint.get("/my-review/<public_id>/essay")(essay)
    blueprint.post("/my-review/<public_id>/essay")(save)
    blueprint.post("/my-review/<public_id>/hand-in")(hand_in)
    blueprint.post("/my-review/<public_id>/draft")(draft)
    blueprint.post("/my-review/<public_id>/take-back")(take_back)


@access(Permission.TAKE_PART)
def mine() -> Any:
    """The reviews in which one takes part."""
    now = clock.now()
    imported = past_queries.imported(current_user.id)
    return render_template("cycles/mine.html", parts=pages.own_parts(current_user.id, now), imported=imported)


@access(Permission.TAKE_PART)
def my_part(public_id: str) -> Any:
    part = queries.own_part(current_user.id, public_id)
    now = clock.now()
    return render_template("cycles/my_part.html", **pages.of_part(part, now), **pages_evidence.of_part(part, now))


@access(Permission.TAKE_PART)
def essay(public_id: str) -> Any:
    part = queries.own_part(current_user.id, public_id)
    written = queries.own_essay(part.id)
    return render_template("cycles/essay.html", **_page(part, written, _filled(written)))


@access(Permission.TAKE_PART)
def save(public_id: str) -> Any:
    """The draft's own button."""
    part = queries.own_part(current_user.id, public_id)
    answer = _kept(part)[1]
    return answer or done(_("Your draft is kept."), url_for(".essay", public_id=public_id))


@access(Permission.TAKE_PART)
def hand_in(public_id: str) -> Any:
    """What was typed is kept in any case; then it is handed in."""
    part = queries.own_part(current_user.id, public_id)
    form, answer = _kept(part)
    if answer:
        return answer
    try:
        essays.hand_in(current_user.id, part.cycle_id, form.revision.data or 0, clock.now())
    except (TooShort, TooLong) as refusal:
        refuse(form, "text", refusal)
        return invalid("cycles/essay.html", **_page(part, queries.own_essay(part.id), form))
    return done(_("Your self-review is handed in."), url_for(".my_part", public_id=public_id))


@access(Permission.TAKE_PART)
def draft(public_id: str) -> Any:
    """The same without leaving the page: its script keeps what is typed while it is typed."""
    part = queries.own_part(current_user.id, public_id)
    form, answer = _kept(part)
    if answer:
        return {"revision": None}, 409
    return {"revision": form.revision.data, "said": _("Kept at %(time)s", time=say_clock(clock.now()))}


@access(Permission.TAKE_PART)
def take_back(public_id: str) -> Any:
    part = queries.own_part(current_user.id, public_id)
    essays.take_back(current_user.id, part.cycle_id, clock.now())
    return done(_("It is a draft again; hand it in before the step ends."), url_for(".essay", public_id=public_id))


def _filled(written: Essay | None) -> EssayForm:
    return EssayForm(data={"text": written.text if written else "", "revision": written.revision if written else 0})


def _kept(part: Participant) -> tuple[EssayForm, Any]:
    """Keep what was typed. The form with its new revision, and the answer where it could not be kept."""
    form = EssayForm(data={"revision": 0})
    if not form.validate():
        return form, invalid("cycles/essay.html", **_page(part, queries.own_essay(part.id), form))
    text, revision = form.text.data or "", form.revision.data or 0
    try:
        form.revision.data = essays.save(current_user.id, part.cycle_id, revision, text, clock.now())
    except FarTooLong as refusal:
        refuse(form, "text", refusal)
    except ChangedMeanwhile:
        present = queries.own_essay(part.id)
        form.revision.data = present.revision if present else 0
        return form, invalid("cycles/essay.html", **_page(part, present, form) | {"meanwhile": present})
    if form.text.errors:
        return form, invalid("cycles/essay.html", **_page(part, queries.own_essay(part.id), form))
    return form, None


def _page(part: Participant, written: Essay | None, form: EssayForm) -> dict[str, Any]:
    return pages.of_essay(part, written, clock.now()) | {"form": form, "meanwhile": None}
