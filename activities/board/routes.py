"""The organizer's board: a week of posts and days, and what follows from it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.board import bulk_routes, chosen, list_routes, message_routes, pages
from activities.board.forms import Filters
from activities.board.rules import HISTORY_WEEKS, how_many_to_ask
from activities.duties.kinds import KINDS
from activities.duties.queries import slot_to_organize
from activities.duties.rules import at_risk, why_not_touch
from activities.invitations.service import invite as ask_people
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.roles import Permission
from activities.kit.web import done, safe_next

board = Blueprint("board", __name__)
bulk_routes.add_to(board)
message_routes.add_to(board)
list_routes.add_to(board)


def init_app(app: Flask) -> None:
    app.register_blueprint(board)


@board.get("/organize/board")
@access(Permission.ORGANIZE)
def week() -> Any:
    now = clock.now()
    filters = Filters.read(request.args, clock.local_day(now))
    view = pages.board(current_user, filters, now)
    return render_template(
        "board/week.html", view=view, filters=filters, at_risk=at_risk, one_week=pages.WEEK,
        history_weeks=HISTORY_WEEKS, kind_names=[(kind.key, _(kind.name)) for kind in KINDS.values()],
        undoable=chosen.latest_change(current_user.id, now),
        activity_names=[(part.public_id, part.name) for part in view.all],
    )  # fmt: skip


@board.post("/organize/slots/<public_id>/invite")
@access(Permission.ORGANIZE)
def invite(public_id: str) -> Any:
    slot, now = slot_to_organize(current_user, public_id), clock.now()
    if refusal := why_not_touch(slot.state, slot.starts_at, now):
        raise refusal
    count = ask_people(current_user.id, slot.id, how_many_to_ask(slot.left), now)
    if count:
        message = ngettext("%(num)s person is asked to help.", "%(num)s people are asked to help.", count)
    else:
        message = _("Nobody could be asked: who may come has no time, or has been asked often enough.")
    return done(message, safe_next(url_for(".week")))
