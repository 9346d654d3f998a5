"""A series: what it is, and what is done to all of it. A change is looked at with GET and done as shown with POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties import board
from activities.duties.models import Series
from activities.duties.planning import monday_of
from activities.duties.planning_routes import FIELDS, WHY
from activities.duties.queries import series_to_organize
from activities.duties.rules import PlanChanged
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import N_, Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_day, done, invalid
from activities.series import planning, queries, service
from activities.series.forms import SeriesForm
from activities.series.rules import Edit, Kept, NoReason
from activities.signups.organize_forms import CancelForm
from activities.terms import queries as terms

series_room = Blueprint("series", __name__)
KEPT = {
    Kept.BY_HAND: N_("changed by hand"),
    Kept.PAST: N_("the new time is over"),
    Kept.SLOT_THERE: N_("the post has another slot at the new time"),
    Kept.ELSEWHERE: N_("somebody with a seat has another duty then"),
    Kept.BOUND: N_("who has a seat could not withdraw any more"),
    Kept.MORE_PEOPLE: N_("more people have a seat than there would be"),
    Kept.ARRIVALS: N_("people come later than it would end, or nobody could come any more"),
}
LONGEST_REASON = 200


def init_app(app: Flask) -> None:
    app.register_blueprint(series_room)


@series_room.get("/organize/series/<public_id>")
@access(Permission.ORGANIZE)
def series(public_id: str) -> Any:
    series = series_to_organize(current_user, public_id)
    now, rule, by_week = clock.now(), series.days, queries.weeks(series.id)
    days = {rule.first, rule.last, *(week.monday for week in by_week)}
    return render_template(
        "series/series.html", series=series, activity=series.activity, rule=rule, count=queries.count(series.id, now),
        by_week=by_week, weeks=terms.weeks_of(days), this_week=monday_of(clock.local_day(now)),
        changed=queries.changed_by_hand(series.id, now),
        has_all=len(series.posts) == queries.post_count(series.activity_id),
    )  # fmt: skip


@series_room.post("/organize/series/<public_id>/undo")
@access(Permission.ORGANIZE)
def undo(public_id: str) -> Any:
    series = series_to_organize(current_user, public_id)
    address = url_for("duties.activity", public_id=series.activity.public_id)
    count = service.undo(current_user.id, series.id, clock.now())
    return done(ngettext("%(num)s slot is deleted again.", "%(num)s slots are deleted again.", count), address)


@series_room.route("/organize/series/<public_id>/edit", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def edit(public_id: str) -> Any:
    series = series_to_organize(current_user, public_id)
    is_confirmed, is_asked = request.method == "POST", "starts" in request.args
    typed = request.form if is_confirmed else request.args if is_asked else None
    posts = board.posts(series.activity)
    form = SeriesForm(typed, series, posts, asked_day("day"), is_asked=not is_confirmed)
    periods = terms.periods_on(clock.local_day(clock.now()))
    page = {**_page(series), "form": form, "posts": {post.id: post for post in posts}, "periods": periods}
    if typed is None:
        return render_template("series/edit.html", **page)
    if not form.validate():
        return invalid("series/edit.html", **page)
    try:
        return _edit(series, form, page, is_confirmed=is_confirmed)
    except Refusal as refusal:
        refuse(form, FIELDS.get(refusal.key, "last"), refusal)
        return invalid("series/edit.html", **page)


def _edit(series: Series, form: SeriesForm, page: dict[str, Any], *, is_confirmed: bool) -> Any:
    now, zone, wish = clock.now(), clock.zone(), form.wish()

    def look() -> Edit:
        own = planning.holding(series.id, wish.rule.first)
        return planning.edit(own, wish, planning.occurrences(own.id, wish.rule.first), zone, now)

    def confirm(digest: str, reason: str) -> service.Done:
        return service.edit(current_user.id, series.id, wish, digest, reason, zone, now)

    page["unconfirmed"] = terms.unconfirmed_years(max(wish.rule.first, clock.local_day(now)), wish.rule.last)
    return _as_shown("series/edit.html", page, look, confirm, is_confirmed=is_confirmed)


@series_room.route("/organize/series/<public_id>/end", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def end(public_id: str) -> Any:
    series = series_to_organize(current_user, public_id)
    now, zone = clock.now(), clock.zone()
    page = {**_page(series), "posts": {post.id: post for post in board.posts(series.activity)}}

    def look() -> Edit:
        return planning.ending(series, planning.occurrences(series.id, series.days.first), now)

    def confirm(digest: str, reason: str) -> service.Done:
        return service.end(current_user.id, series.id, digest, reason, zone, now)

    return _as_shown("series/end.html", page, look, confirm, is_confirmed=request.method == "POST")


def _page(series: Series) -> dict[str, Any]:
    return {
        "series": series, "activity": series.activity, "rule": series.days, "change": None, "changed": None,
        "cancelling": CancelForm(), "why": WHY, "kept": KEPT, "unconfirmed": [],
    }  # fmt: skip


def _as_shown(
    template: str,
    page: dict[str, Any],
    look: Callable[[], Edit],
    confirm: Callable[[str, str], service.Done],
    *,
    is_confirmed: bool,
) -> Any:
    """Do what was shown, or show what would be done: where that is asked for, has changed, or lacks its reason."""
    code = 200
    try:
        if is_confirmed:
            reason = clean_line(request.form.get("reason"))[:LONGEST_REASON]
            return _done(confirm(request.form.get("digest", ""), reason))
    except PlanChanged as refusal:
        page["changed"], code = refusal, 409
    except NoReason as refusal:
        refuse(page["cancelling"], "reason", refusal)
        code = 422
    change = look()
    page |= {"change": change, "people": queries.people_told(change), "on": queries.slots_told(change)}
    return render_template(template, **page), code


def _done(what: service.Done) -> Any:
    if not what.slots:
        message = _("The series is saved; no slot had to change.")
    elif what.told:
        message = ngettext(
            "%(slots)s slots are changed; %(num)s person is told.",
            "%(slots)s slots are changed; %(num)s people are told.", what.told, slots=what.slots,
        )  # fmt: skip
    else:
        message = ngettext("%(num)s slot is changed.", "%(num)s slots are changed.", what.slots)
    return done(message, url_for(".series", public_id=what.series))
