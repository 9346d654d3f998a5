"""The organizer's door: what I run, and its activities and posts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import IntFlag
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties import board, planning_routes, queries, service
from activities.duties.forms import ActivityForm, shown
from activities.duties.kinds import KINDS, LEDGER_NAMES
from activities.duties.models import Activity
from activities.duties.planning import monday_of
from activities.duties.rules import (
    WAY_NAMES,
    WAY_SENTENCES,
    KindInUse,
    NeverAssigned,
    NoOrganizer,
    NotBelow,
    NoTimeToAnswer,
    WayInUse,
    at_risk,
)
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_day, asked_page, done, invalid
from activities.people.queries import units_below, units_for
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stages, Standings
from activities.terms import queries as terms
from activities.trainings import queries as trainings

duties = Blueprint("duties", __name__)
planning_routes.add_to(duties)
# Which field of the activity's form a refusal speaks of.
FIELDS = {
    KindInUse: "kind_key", NotBelow: "eligible_unit_id", NeverAssigned: "way_in", NoTimeToAnswer: "offer_hours",
    WayInUse: "way_in",
}  # fmt: skip


def init_app(app: Flask) -> None:
    app.register_blueprint(duties)


@duties.get("/organize/")
@access(Permission.ORGANIZE)
def organize() -> Any:
    now = clock.now()
    text, kind = clean_line(request.args.get("q"))[:50], request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    page = asked_page()
    lines = board.activities(current_user, text, kind, page, now)
    ahead = board.ahead(current_user, now)
    days = {clock.local_day(entry.slot.starts_at) for entry in ahead}
    return render_template(
        "duties/organize.html", lines=lines[: board.PAGE], has_more=len(lines) > board.PAGE, page=page, text=text,
        kind=kind, kinds=KINDS.values(), ahead=ahead, weeks=terms.weeks_of(days), at=now,
        risks=sum(entry.at_risk for entry in ahead), requests=queries.to_decide(current_user, now),
    )  # fmt: skip


# ── activities ──────────────────────────────────────────────────────────────


@duties.route("/organize/activities/new", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def new_activity() -> Any:
    form = _activity_form()
    page = {"form": form, "activity": None, "kinds": KINDS, "ways": WAY_SENTENCES, "changed": None}
    if not form.is_submitted():
        return render_template("duties/activity_form.html", **page)
    if not form.validate():
        return invalid("duties/activity_form.html", **page)
    try:
        public_id = service.create_activity(current_user.id, form.values(), clock.now())
    except (NotBelow, NeverAssigned, NoTimeToAnswer) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("duties/activity_form.html", **page)
    return done(_("The activity is there. Now add its posts."), url_for(".activity", public_id=public_id))


@duties.get("/organize/activities/<public_id>")
@access(Permission.ORGANIZE)
def activity(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    now, page = clock.now(), asked_page()
    monday = monday_of(asked_day("week") or clock.local_day(now))
    return render_template(
        "duties/activity.html", activity=activity, posts=board.posts(activity), ledger=LEDGER_NAMES, at=now, page=page,
        view=board.week_view(activity, monday, page, clock.zone()), week=terms.week_of(monday),
        special=terms.special_days(monday, monday + timedelta(days=6)), at_risk=at_risk,
        candidates=board.candidates(current_user, activity), ways=WAY_NAMES,
        stages=_names(STAGE_NAMES, Stages, activity.stages),
        standings=_names(STANDING_NAMES, Standings, activity.standings),
        series=board.series_to_come(activity, now), may_copy=current_user.may(Permission.ORGANIZE, activity.unit.path),
    )  # fmt: skip


@duties.route("/organize/activities/<public_id>/edit", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def edit_activity(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    form = _activity_form(activity)
    page = {"form": form, "activity": activity, "kinds": KINDS, "ways": WAY_SENTENCES, "changed": None}
    if not form.is_submitted():
        return render_template("duties/activity_form.html", **page)
    if not form.validate():
        return invalid("duties/activity_form.html", **page)
    try:
        service.edit_activity(current_user.id, activity.id, form.revision.data or 0, form.values(), clock.now())
    except ChangedMeanwhile:
        present = shown(queries.activity_to_organize(current_user, public_id))
        form.revision.data = present["revision"]
        return invalid("duties/activity_form.html", **page | {"changed": differences(form, present)})
    except (KindInUse, NotBelow, NeverAssigned, NoTimeToAnswer, WayInUse) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("duties/activity_form.html", **page)
    return done(_("The activity is changed."), url_for(".activity", public_id=public_id))


@duties.post("/organize/activities/<public_id>/organizers")
@access(Permission.ORGANIZE)
def name_organizer(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    typed = request.form.get("member")
    member = next((person for person in board.candidates(current_user, activity) if person.public_id == typed), None)
    if member is None:
        raise NoOrganizer
    service.name_organizer(current_user.id, activity.id, member.id, clock.now())
    return done(_("%(name)s runs this activity now.", name=member.name), url_for(".activity", public_id=public_id))


@duties.post("/organize/activities/<public_id>/organizers/remove")
@access(Permission.ORGANIZE)
def remove_organizer(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    typed = request.form.get("member")
    member = next((person for person in activity.organizers if person.public_id == typed), None)
    if member is None:
        raise NotFound
    service.remove_organizer(current_user.id, activity.id, member.id, clock.now())
    message = _("%(name)s does not run this activity any more.", name=member.name)
    return done(message, url_for(".activity", public_id=public_id))


def _names(names: Mapping[Any, str], flags: type[IntFlag], chosen: IntFlag) -> list[str]:
    return [_(name) for key, name in names.items() if flags[key.name] in chosen]


def _activity_form(activity: Activity | None = None) -> ActivityForm:
    units = units_for(current_user, Permission.ORGANIZE)
    eligible = units
    if activity and activity.unit not in units:  # named by someone else's unit: it stays there
        units, eligible = [activity.unit], units_below(activity.unit.path)
    return ActivityForm(units, eligible, trainings.every(), activity)
