"""Posts, and the rows of slots planned for them: looked at with GET, created as shown with POST."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.duties import planning, queries, service
from activities.duties.forms import CopyForm, CopyWeekForm, PlanForm, PostForm
from activities.duties.models import Activity, Post, Slot
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
from activities.terms import queries as terms

# Which field of the plan's form a refusal speaks of; every other one speaks of the last day.
FIELDS = {"InThePast": "first", "NoWeekday": "weekdays", "NoLength": "ends"}
WHY = {
    Why.HOLIDAY: N_("holiday"),
    Why.OTHER_TIMETABLE: N_("make-up workday with another day's timetable"),
    Why.EXISTS: N_("already planned"),
    Why.PAST: N_("already over"),
    Why.NO_SUCH_TIME: N_("the clocks are changed at this time"),
}


def add_to(duties: Blueprint) -> None:
    get_and_post = ("GET", "POST")
    duties.add_url_rule("/organize/activities/<public_id>/posts/new", view_func=new_post, methods=get_and_post)
    duties.add_url_rule("/organize/posts/<public_id>/plan", view_func=plan, methods=get_and_post)
    duties.add_url_rule("/organize/activities/<public_id>/copy-week", view_func=copy_week, methods=get_and_post)
    duties.add_url_rule("/organize/activities/<public_id>/copy", view_func=copy_activity, methods=get_and_post)


@access(Permission.ORGANIZE)
def new_post(public_id: str) -> Any:
    activity = queries.activity_to_organize(current_user, public_id)
    form = PostForm()
    page = {"form": form, "activity": activity, "post": None, "changed": None}
    if not form.is_submitted():
        return render_template("duties/post_form.html", **page)
    if not form.validate():
        return invalid("duties/post_form.html", **page)
    post_id = service.add_post(current_user.id, activity.id, form.values(), clock.now())
    return done(_("The post is there. Now plan its slots."), url_for(".plan", public_id=post_id))


# ── rows of slots ───────────────────────────────────────────────────────────


@access(Permission.ORGANIZE)
def plan(public_id: str) -> Any:
    post = queries.post_to_organize(current_user, public_id)
    if request.method == "POST":
        return _confirm_plan(post)
    if "first" not in request.args:
        return _plan_page(post, PlanForm(None, post, _example(post)))
    form = PlanForm(request.args, post, is_asked=True)
    if not form.validate():
        return _plan_page(post, form), 422
    return _preview(post, form)


def _confirm_plan(post: Post) -> Any:
    form = PlanForm(request.form, post)
    if not form.validate():
        return _plan_page(post, form), 422
    digest = request.form.get("digest", "")
    try:
        count = service.plan_slots(current_user.id, post.id, form.wish(), digest, clock.zone(), clock.now())
    except PlanChanged as refusal:
        return _preview(post, form, refusal)
    except Refusal as refusal:
        return _refused(post, form, refusal)
    return _created(post.activity, count)


def _preview(post: Post, form: PlanForm, changed: PlanChanged | None = None) -> Any:
    try:
        shown = planning.plan(post.id, form.wish(), clock.zone(), clock.now())
    except Refusal as refusal:
        return _refused(post, form, refusal)
    return _plan_page(post, form, shown, changed), 409 if changed else 200


def _refused(post: Post, form: PlanForm, refusal: Refusal) -> Any:
    refuse(form, FIELDS.get(refusal.key, "last"), refusal)
    return _plan_page(post, form), 422


def _plan_page(post: Post, form: PlanForm, shown: Plan | None = None, changed: PlanChanged | None = None) -> str:
    weeks = terms.weeks_of({slot.day for slot in shown.slots}) if shown else {}
    return render_template(
        "duties/plan.html", post=post, activity=post.activity, form=form, plan=shown, changed=changed, why=WHY,
        weeks=weeks,
    )  # fmt: skip


def _example(post: Post) -> Slot | None:
    """The slot whose times the form starts with."""
    like = request.args.get("like")
    slot = queries.slot_to_organize(current_user, like) if like else None
    return slot if slot and slot.post_id == post.id else None


def _created(activity: Activity, count: int) -> Any:
    message = ngettext("%(num)s slot is planned.", "%(num)s slots are planned.", count)
    return done(message, url_for(".activity", public_id=activity.public_id))


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
            count = service.copy_week(current_user.id, activity.id, monday, times, digest, zone, now)
            return _created(activity, count)
    except PlanChanged as refusal:
        changed = refusal
    shown = planning.week_copies(activity.id, monday, times, zone, now)
    weeks = terms.weeks_of({slot.day for slot in shown.slots})
    page |= {"plan": shown, "changed": changed, "weeks": weeks, "posts": {p.id: p for p in activity.posts}}
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
            copy, count = service.copy_activity(current_user.id, activity.id, name, stretch, digest, zone, now)
            message = ngettext("The copy is there, with %(num)s slot.", "The copy is there, with %(num)s slots.", count)
            return done(message, url_for(".activity", public_id=copy))
    except PlanChanged as refusal:
        page["changed"] = refusal
    page["plan"] = shown = planning.activity_copies(activity.id, stretch, zone, now)
    page["weeks"] = terms.weeks_of({slot.day for slot in shown.slots})
    page |= {"stretch": stretch, "posts": {post.id: post for post in activity.posts}}
    return render_template("duties/copy_activity.html", **page), 409 if page["changed"] else 200
