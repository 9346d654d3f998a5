"""The organizer's board: a week of posts and days, and what follows from it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request
from flask_login import current_user

from activities.board import bulk_routes, chosen, message_routes, pages
from activities.board.forms import Filters
from activities.board.rules import HISTORY_WEEKS
from activities.duties.kinds import KINDS
from activities.duties.rules import at_risk
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission

board = Blueprint("board", __name__)
bulk_routes.add_to(board)
message_routes.add_to(board)


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
