"""A series: what it is, and what can be done to all of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import ngettext
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.series import queries, service
from activities.terms.queries import weeks_of

series_room = Blueprint("series", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(series_room)


@series_room.get("/organize/series/<public_id>")
@access(Permission.ORGANIZE)
def series(public_id: str) -> Any:
    series = queries.series_to_organize(current_user, public_id)
    now, rule = clock.now(), series.days
    return render_template(
        "series/series.html", series=series, activity=series.activity, rule=rule, count=queries.count(series.id, now),
        weeks=weeks_of({rule.first, rule.last}), changed=queries.changed_by_hand(series.id, now),
        has_all=len(series.posts) == queries.post_count(series.activity_id),
    )  # fmt: skip


@series_room.post("/organize/series/<public_id>/undo")
@access(Permission.ORGANIZE)
def undo(public_id: str) -> Any:
    series = queries.series_to_organize(current_user, public_id)
    address = url_for("duties.activity", public_id=series.activity.public_id)
    count = service.undo(current_user.id, series.id, clock.now())
    return done(ngettext("%(num)s slot is deleted again.", "%(num)s slots are deleted again.", count), address)
