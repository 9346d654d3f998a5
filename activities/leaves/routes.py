"""Asking for leave on a slot's page, and the organizers' list of requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import N_
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.leaves import queries, rules, service
from activities.leaves.forms import AnswerForm, AskForm
from activities.leaves.rules import ANSWER_NAMES, Answer
from activities.people.users import Viewer
from activities.signups import engagements, facts
from activities.signups.cards import Card
from activities.signups.panels import Panel, panel, roster_note
from activities.signups.queries import slot_of

SAID = {
    Answer.ACCEPTED: N_("Leave accepted; the person is told."),
    Answer.DECLINED: N_("Declined; the person is told."),
}

leaves = Blueprint("leaves", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(leaves)


@panel
def too_late(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> Panel | None:  # noqa: ARG001
    """For who has a seat and cannot withdraw from it any more: the way to ask for leave, or how it stands."""
    if not (card.is_seated and card.mine) or slot.starts_at <= now or card.withdraw_refusal is None:
        return None
    return Panel("leaves/_too_late.html", {"leave": queries.latest_of(card.mine.id), "names": ANSWER_NAMES})


@roster_note
def asks(slot: Slot, now: datetime) -> Iterator[tuple[int, str]]:  # noqa: ARG001
    for leave in queries.of_slot(slot.id):
        yield leave.sign_up_id, _("asks for leave: %(reason)s", reason=leave.reason)


@leaves.route("/slots/<public_id>/leave", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def ask(public_id: str) -> Any:
    slot, now, form = slot_of(current_user, public_id), clock.now(), AskForm()
    if not form.is_submitted():
        offer = facts.offer_of(slot)
        mine, _busy = engagements.around(current_user.id, offer)
        if refusal := rules.why_not_ask(offer, mine and mine.state, False, now):
            raise refusal
        return render_template("leaves/ask.html", slot=slot, form=form)
    if not form.validate():
        return invalid("leaves/ask.html", slot=slot, form=form)
    service.ask(current_user.id, slot.id, form.reason.data or "", now)
    return done(_("You have asked for leave. Until it is answered the seat is yours."), _slot(public_id))


@leaves.get("/organize/leaves")
@access(Permission.ORGANIZE)
def requests() -> Any:
    return render_template("leaves/requests.html", **_lists(), form=AnswerForm(formdata=None), wrong=None)


@leaves.post("/organize/leaves/<public_id>")
@access(Permission.ORGANIZE)
def answer(public_id: str) -> Any:
    leave, form = queries.leave_to_answer(current_user, public_id), AnswerForm()
    if not form.validate():
        return invalid("leaves/requests.html", **_lists(), form=form, wrong=leave)
    said = Answer.ACCEPTED if "accept" in request.form else Answer.DECLINED
    service.answer(current_user.id, leave.id, said, form.word.data or "", clock.now())
    return done(_(SAID[said]), url_for(".requests"))


def _lists() -> dict[str, Any]:
    return {
        "open": queries.to_answer(current_user, clock.now()), "answered": queries.answered(current_user),
        "names": ANSWER_NAMES,
    }  # fmt: skip


def _slot(public_id: str) -> str:
    return url_for("signups.slot", public_id=public_id)
