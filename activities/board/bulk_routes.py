"""What is done to the ticked slots: looked at first, done as shown, and taken back for a while. The ticks come with
POST, because a week of a building is more than an address holds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.board import chosen, service
from activities.board.bulk_forms import ActForm, CancelForm, MoveForm, SeatsForm
from activities.board.changes import NothingChosen, Plan
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid, safe_next


def add_to(board: Blueprint) -> None:
    for view in (seats, move, cancel):
        board.add_url_rule(f"/organize/board/{view.__name__}", view_func=view, methods=("POST",))
    board.add_url_rule("/organize/board/changes/<public_id>/undo", view_func=undo, methods=("POST",))


@access(Permission.ORGANIZE)
def seats() -> Any:
    return _act(SeatsForm())


@access(Permission.ORGANIZE)
def move() -> Any:
    return _act(MoveForm())


@access(Permission.ORGANIZE)
def cancel() -> Any:
    return _act(CancelForm())


@access(Permission.ORGANIZE)
def undo(public_id: str) -> Any:
    count = service.undo(current_user.id, public_id, clock.now())
    message = ngettext("%(num)s slot is as it was.", "%(num)s slots are as they were.", count)
    return done(message, back())


def _act(form: ActForm) -> Any:
    """Ask what is to be done, show what that changes, do it when it is confirmed."""
    slots = ticked()
    page: dict[str, Any] = {"form": form, "slots": slots, "plan": None, "changed": None, "back": back()}
    is_valid = form.is_asked and form.validate()
    if is_valid or form.shows_at_once:
        page |= _shown(slots, form)
    if form.is_asked and not is_valid:
        return invalid("board/bulk.html", **page)
    if "digest" not in request.form or not is_valid:
        return render_template("board/bulk.html", **page)
    try:
        return _do(slots, form)
    except ChangedMeanwhile as refusal:
        slots = ticked()
        return render_template("board/bulk.html", **page | _shown(slots, form) | {"changed": refusal}), 409
    except Refusal as refusal:
        refuse(form, form.name, refusal)
        return invalid("board/bulk.html", **page)


def _shown(slots: list[Slot], form: ActForm) -> dict[str, Any]:
    plan = _plan(slots, form)
    return {"plan": plan, "crowd": chosen.crowd([change.slot.id for change in plan.changes])}


def _plan(slots: list[Slot], form: ActForm) -> Plan:
    return service.planned(slots, form.act(), clock.now())


def _do(slots: list[Slot], form: ActForm) -> Any:
    ids, digest = [slot.id for slot in slots], request.form["digest"]
    made = service.apply(current_user.id, ids, form.act(), form.value, digest, clock.now())
    if made.act == "cancel":
        message = ngettext("%(num)s slot is cancelled.", "%(num)s slots are cancelled.", made.slots)
    else:
        message = ngettext("%(num)s slot is changed.", "%(num)s slots are changed.", made.slots)
    return done(message, back())


def back() -> str:
    """The board as it was when the slots were ticked."""
    return safe_next(url_for(".week"))


def ticked() -> list[Slot]:
    """The ticked slots that this person runs. NothingChosen, TooManyChosen."""
    slots = chosen.slots(current_user, {key[:16] for key in request.form.getlist("s")})
    if not slots:
        raise NothingChosen
    return slots
