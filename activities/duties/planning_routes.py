"""Posts, and the rows of slots planned for them: looked at with GET, created as shown with POST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties import board, planning, queries, service, service_plans
from activities.duties.forms import CopyForm, CopyWeekForm, PostForm
from activities.duties.models import Activity, Post
from activities.duties.plan_forms import ALL, PlanForm, in_next_term, like_slot
from activities.duties.plans import Plan, Why
from activities.duties.rules import LastBeforeFirst, PlanChanged, TooFar, TooManySlots
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import N_, Refusal
from activities.kit.roles import Permission
from activities.kit.web import asked_day, done, invalid
from activities.sites.queries import usable
from activities.terms import queries as terms
from activities.terms.rules import Span

# Which field of the plan's form a refusal speaks of; every other one speaks of the last day.
FIELDS = {
    "NoPost": "posts", "NoFirstDay": "first", "InThePast": "first", "NoWeekday": "weekdays", "NoLength": "ends",
    "TooManyVisitors": "capacity", "TooManyGroups": "starts",
}  # fmt: skip
WHY = {
    Why.HOLIDAY: N_("holiday"),
    Why.EXCLUDED: N_("left out"),
    Why.OTHER_TIMETABLE: N_("make-up workday with another day's timetable"),
    Why.BY_HAND: N_("taken out by hand"),
    Why.EXISTS: N_("already planned"),
    Why.PAST: N_("already over"),
    Why.NO_SUCH_TIME: N_("the clocks are changed at this time"),
}


def add_to(duties: Blueprint) -> None:
    get_and_post = ("GET", "POST")
    duties.add_url_rule("/organize/activities/<public_id>/posts/new", view_func=new_post, methods=get_and_post)
    duties.add_url_rule("/organize/activities/<public_id>/plan", view_func=plan, methods=get_and_post)
    duties.add_url_rule("/organize/activities/<public_id>/copy-week", view_func=copy_week, methods=get_and_post)
    duties.add_url_rule("/organize/activities/<public_id>/copy", view_func=copy_activity, methods=get_and_post)


@access(Permission.ORGANIZE)
def new_post(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    form = PostForm(usable(activity.unit.path))
    page = {"form": form, "activity": activity, "post": None, "changed": None}
    if not form.is_submitted():
        return render_template("duties/post_form.html", **page)
    if not form.validate():
        return invalid("duties/post_form.html", **page)
    post = service.add_post(current_user.id, activity.id, form.values(), clock.now())
    return done(_("The post is there. Now plan its slots."), url_for(".plan", public_id=public_id, post=post))


# ── rows of slots ───────────────────────────────────────────────────────────


@access(Permission.ORGANIZE)
def plan(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    is_confirmed, is_asked = request.method == "POST", "starts" in request.args
    typed = request.form if is_confirmed else request.args if is_asked else None
    posts = board.posts(activity)
    to_come = _terms()
    form = PlanForm(typed, posts, to_come, {} if typed else _usual(posts, to_come), is_asked=not is_confirmed)
    page: dict[str, Any] = {"activity": activity, "form": form, "posts": {p.id: p for p in posts}, "plan": None}
    page["periods"] = terms.periods_on(clock.local_day(clock.now()))
    if typed is None:
        return render_template("duties/plan.html", **page)
    if not form.validate():
        return invalid("duties/plan.html", **page)
    try:
        return _plan(activity, form, page, is_confirmed=is_confirmed)
    except Refusal as refusal:
        refuse(form, FIELDS.get(refusal.key, "last"), refusal)
        return invalid("duties/plan.html", **page)


def _plan(activity: Activity, form: PlanForm, page: dict[str, Any], *, is_confirmed: bool) -> Any:
    """The series created, or what it would be where that is asked for or has changed."""
    now, zone, changed = clock.now(), clock.zone(), None
    wishes = form.wishes(clock.local_day(now))
    try:
        if is_confirmed:
            digest = request.form.get("digest", "")
            series, count = service_plans.plan_series(current_user.id, activity.id, wishes, digest, zone, now)
            return _created(activity, count, series)
    except PlanChanged as refusal:
        changed = refusal
    shown, _parts = planning.plan(activity.id, wishes, zone, now)
    page |= {"plan": shown, "changed": changed, "why": WHY, "weeks": terms.weeks_of({s.day for s in shown.slots})}
    page |= {"unconfirmed": terms.unconfirmed_years(wishes[0].rule.first, wishes[0].rule.last)}
    return render_template("duties/plan.html", **page), 409 if changed else 200


def _unconfirmed(plan: Plan) -> list[int]:
    """The years of a plan whose holidays may still change."""
    days = [slot.day for slot in plan.slots] + [out.day for out in plan.falls_out]
    return terms.unconfirmed_years(min(days), max(days)) if days else []


def _terms() -> list[Span]:
    """The terms that a row may still fill, the nearest first."""
    today = clock.local_day(clock.now())
    return [term for term in reversed(terms.all_terms()) if term.ends_on >= today]


def _usual(posts: Sequence[Post], to_come: Sequence[Span]) -> dict[str, Any]:
    """What the form starts with: the values of a slot or a series like it, of one post, or all posts."""
    chosen = request.args.get("post")
    named = [post.public_id for post in posts if post.public_id == chosen or len(posts) == 1]
    usual: dict[str, Any] = {"posts": named or [ALL]}
    if to_come:
        usual["term"] = to_come[0].starts_on.isoformat()
    if like := request.args.get("like"):
        usual |= like_slot(queries.slot_to_organize(current_user, like))
    if series := request.args.get("series"):
        usual |= in_next_term(queries.series_to_organize(current_user, series), terms.all_terms())
    return usual


def _created(activity: Activity, count: int, series: Sequence[str] = ()) -> Any:
    message = ngettext("%(num)s slot is planned.", "%(num)s slots are planned.", count)
    if len(series) == 1:
        return done(message, url_for("series.series", public_id=series[0]))
    anchor = "series" if series else None
    return done(message, url_for(".activity", public_id=activity.public_id, _anchor=anchor))


@access(Permission.ORGANIZE)
def copy_week(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    now, zone = clock.now(), clock.zone()
    monday = planning.monday_of(asked_day("week") or clock.local_day(now))
    is_confirmed, is_asked = request.method == "POST", "times" in request.args
    typed = request.form if is_confirmed else request.args if is_asked else None
    form = CopyWeekForm(typed, is_asked=not is_confirmed)
    page: dict[str, Any] = {"activity": activity, "form": form, "monday": monday, "why": WHY, "plan": None}
    if typed is None:
        return render_template("duties/copy_week.html", **page)
    if not form.validate():
        return invalid("duties/copy_week.html", **page)
    times, changed = form.times.data or 1, None
    try:
        if is_confirmed:
            digest = request.form.get("digest", "")
            count = service_plans.copy_week(current_user.id, activity.id, monday, times, digest, zone, now)
            return _created(activity, count)
    except PlanChanged as refusal:
        changed = refusal
    shown = planning.week_copies(activity.id, monday, times, zone, now)
    weeks = terms.weeks_of({slot.day for slot in shown.slots})
    page |= {"plan": shown, "changed": changed, "weeks": weeks, "posts": {p.id: p for p in activity.posts}}
    page["unconfirmed"] = _unconfirmed(shown)
    return render_template("duties/copy_week.html", **page), 409 if changed else 200


# ── a copy of an activity ───────────────────────────────────────────────────


@access(Permission.ORGANIZE)
def copy_activity(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    is_confirmed = request.method == "POST"
    typed = request.form if is_confirmed else request.args if "name" in request.args else None
    usual = {"name": activity.name, **planning.usual_stretch(activity.id, clock.zone())}
    form = CopyForm(typed, usual, is_asked=not is_confirmed)
    page: dict[str, Any] = {"activity": activity, "form": form, "why": WHY, "plan": None, "changed": None}
    if typed is None:
        return render_template("duties/copy_activity.html", **page)
    if not form.validate():
        return invalid("duties/copy_activity.html", **page)
    try:
        return _copy(activity, form, page, is_confirmed=is_confirmed)
    except (LastBeforeFirst, TooFar, TooManySlots) as refusal:
        refuse(form, "start" if isinstance(refusal, TooFar) else "last", refusal)
        return invalid("duties/copy_activity.html", **page)


def _copy(activity: Activity, form: CopyForm, page: dict[str, Any], *, is_confirmed: bool) -> Any:
    """The copy, or what it would be where that is asked for or has changed."""
    stretch, zone, now = form.stretch(), clock.zone(), clock.now()
    try:
        if is_confirmed:
            name, digest = str(form.name.data), request.form.get("digest", "")
            copy, count = service_plans.copy_activity(current_user.id, activity.id, name, stretch, digest, zone, now)
            message = ngettext("The copy is there, with %(num)s slot.", "The copy is there, with %(num)s slots.", count)
            return done(message, url_for(".activity", public_id=copy))
    except PlanChanged as refusal:
        page["changed"] = refusal
    page["plan"] = shown = planning.activity_copies(activity.id, stretch, zone, now)[0]
    page["weeks"] = terms.weeks_of({slot.day for slot in shown.slots})
    page |= {"stretch": stretch, "posts": {post.id: post for post in activity.posts}}
    page["unconfirmed"] = _unconfirmed(shown)
    return render_template("duties/copy_activity.html", **page), 409 if page["changed"] else 200
