"""Writing to everyone on some slots: of the board, of one slot, of an activity; and what was written before."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.board import chosen, rules, service
from activities.board.bulk_forms import MessageForm
from activities.board.bulk_routes import back, ticked
from activities.board.changes import NothingChosen
from activities.board.rules import AUDIENCE_NAMES, Audience
from activities.duties import queries as duties
from activities.duties.models import Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import asked_page, done, invalid


def add_to(board: Blueprint) -> None:
    board.add_url_rule("/organize/board/message", view_func=message, methods=("POST",))
    board.add_url_rule("/organize/slots/<public_id>/message", view_func=message_slot)
    board.add_url_rule("/organize/activities/<public_id>/message", view_func=message_activity)
    board.add_url_rule("/organize/messages", view_func=messages)


@access(Permission.ORGANIZE)
def message_slot(public_id: str) -> Any:
    slot = duties.slot_to_organize(current_user, public_id)
    return _ask([slot], MessageForm(), url_for("signups.roster", public_id=public_id))


@access(Permission.ORGANIZE)
def message_activity(public_id: str) -> Any:
    activity = duties.activity_to_organize(current_user, public_id)
    slots = chosen.coming(current_user, activity, clock.now())
    if not slots:
        raise NothingChosen
    return _ask(slots, MessageForm(), url_for("duties.activity", public_id=public_id))


@access(Permission.ORGANIZE)
def message() -> Any:
    """Asked, shown as it will be read, and sent when it is confirmed."""
    slots, form = ticked(), MessageForm()
    if not form.is_asked or "edit" in request.form:
        return _ask(slots, form, back())
    if not form.validate():
        return invalid("board/message.html", **_page(slots, form))
    people = chosen.people_of([slot.id for slot in slots], Audience(form.audience.data))
    sent_today = chosen.sent_since(current_user.id, clock.now() - rules.PER)
    if refusal := rules.why_not_send(len(people), sent_today):
        refuse(form, "audience", refusal)
        return invalid("board/message.html", **_page(slots, form))
    changed = None
    if "digest" in request.form:
        try:
            return _send(slots, form)
        except ChangedMeanwhile as refusal:
            changed = refusal
    page = _page(slots, form) | {"people": len(people), "digest": rules.fingerprint(people), "changed": changed}
    return render_template("board/message_preview.html", **page), 409 if changed else 200


def _ask(slots: list[Slot], form: MessageForm, back: str) -> Any:
    return render_template("board/message.html", **_page(slots, form) | {"back": back})


def _send(slots: list[Slot], form: MessageForm) -> Any:
    audience, subject, text = Audience(form.audience.data), str(form.subject.data), str(form.text.data)
    ids, digest = [slot.id for slot in slots], request.form["digest"]
    count = service.send(current_user.id, ids, audience, subject, text, digest, clock.now())
    said = ngettext("The message goes to %(num)s person.", "The message goes to %(num)s people.", count)
    return done(said, back())


def _page(slots: list[Slot], form: MessageForm) -> dict[str, Any]:
    crowd = chosen.crowd([slot.id for slot in slots])
    return {"slots": slots, "form": form, "crowd": crowd._asdict(), "audiences": _audiences(), "back": back()}


def _audiences() -> dict[str, str]:
    return {str(key): _(name) for key, name in AUDIENCE_NAMES.items()}


@access(Permission.ORGANIZE)
def messages() -> Any:
    page = asked_page()
    found = chosen.messages(current_user, page)
    return render_template(
        "board/messages.html", messages=found[: chosen.PAGE], has_more=len(found) > chosen.PAGE, page=page,
        audiences=_audiences(),
    )  # fmt: skip
