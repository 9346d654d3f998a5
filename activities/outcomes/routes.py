"""What was achieved: entered on a slot's page, added up for who runs an activity and who reviews a year."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.kinds import KINDS, PHOTO_MOMENT_NAMES, PhotoMoment
from activities.duties.models import Activity, Slot
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_moment
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.kit.web import done, hand_over, invalid
from activities.outcomes import files, gallery, pages, photo_routes, queries, service
from activities.outcomes.forms import OutcomeForm, TargetForm
from activities.outcomes.rules import MoreThanAll, OwnAmount, Stretch, WhyCorrected, side_by_side, write_amount
from activities.people.users import Viewer
from activities.records import sheets
from activities.records.rules import why_not_open
from activities.reviews.rules import FIRST_YEAR, LAST_YEAR
from activities.signups.cards import Card
from activities.signups.panels import Panel, panel
from activities.terms import queries as terms

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"
FORM = "<any(xlsx, csv):form>"

outcomes = Blueprint("outcomes", __name__)
photo_routes.add_to(outcomes)


def init_app(app: Flask) -> None:
    app.register_blueprint(outcomes)
    app.jinja_env.globals.update(write_amount=write_amount, moment_names=PHOTO_MOMENT_NAMES)


@panel
def achieved(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> Panel | None:  # noqa: ARG001
    """What was achieved, for who may see it, once the slot has begun."""
    kind = slot.post.activity.kind
    if not kind.measures or slot.starts_at > now or why_not_open(sheets.session(slot), now):
        return None
    sight = queries.sight_of(viewer, slot)
    if not sight.may_see:
        return None
    held = {cell: entry.amount for cell, entry in queries.entries(slot.id).items() if entry.amount is not None}
    sums = [
        (measure, sum(amounts))
        for measure in kind.measures
        if (amounts := [amount for cell, amount in held.items() if cell.measure == measure.key])
    ]
    return Panel("outcomes/_panel.html", {"sums": sums, "sight": sight})


# ── one slot ────────────────────────────────────────────────────────────────


@outcomes.get("/slots/<public_id>/outcomes")
@access(Permission.TAKE_PART)
def slot(public_id: str) -> Any:
    slot, sight = queries.slot_seen(current_user, public_id)
    return render_template("outcomes/slot.html", **_page(slot, sight))


@outcomes.post("/slots/<public_id>/outcomes")
@access(Permission.TAKE_PART)
def enter(public_id: str) -> Any:
    slot, sight = queries.slot_seen(current_user, public_id)
    if not sight.may_enter:
        raise NotAllowed
    form = _form(slot, sight, typed=True)
    if not form.validate():
        return invalid("outcomes/slot.html", **_page(slot, sight, form))
    try:
        count = service.enter(
            current_user.id, slot.id, form.changed, clock.now(), seen=form.seen, reason=form.reason
        )  # fmt: skip
    except (WhyCorrected, MoreThanAll, OwnAmount) as refusal:
        slot, sight = queries.slot_seen(current_user, public_id)
        form.refuse("reason" if isinstance(refusal, WhyCorrected) else "amounts", refusal)
        return invalid("outcomes/slot.html", **_page(slot, sight, form))
    except ChangedMeanwhile:
        slot, sight = queries.slot_seen(current_user, public_id)
        return invalid("outcomes/slot.html", **_page(slot, sight, form) | {"changed": _meanwhile(slot, form)})
    said = ngettext("%(num)s amount is saved.", "%(num)s amounts are saved.", count)
    return done(said if count else _("There was nothing new to save."), url_for(".slot", public_id=public_id))


def _form(slot: Slot, sight: queries.Sight, *, typed: bool = False) -> OutcomeForm:
    kind = slot.post.activity.kind
    people = sheets.sheet(slot.id) if any(measure.is_each for measure in kind.measures) else []
    if not sight.is_whole:
        people = [line for line in people if line.member_id == current_user.id]
    hold = {cell: entry.amount for cell, entry in queries.entries(slot.id).items()}
    return OutcomeForm(kind.measures, people, hold, request.form if typed else None)


def _page(slot: Slot, sight: queries.Sight, form: OutcomeForm | None = None) -> dict[str, Any]:
    rows = [row for row in queries.history(slot.id) if sight.is_whole or row.member_id in (None, current_user.id)]
    photos = gallery.of_slot(slot.id) if slot.post.activity.kind.photos else []
    now = clock.now()
    return {
        "may_add": sight.may_enter and gallery.has_opened(slot, now),
        "pairs": side_by_side([(one.moment, one) for one in photos]),
        "photos": [one for one in photos if one.moment is PhotoMoment.DURING],
        "slot": slot, "sight": sight, "form": form or _form(slot, sight), "rows": rows, "changed": None,
        "refusal": why_not_open(sheets.session(slot), now),
        "needs_reason": any(row.is_current and row.amount is not None for row in rows),
    }  # fmt: skip


def _meanwhile(slot: Slot, form: OutcomeForm) -> list[tuple[str, str]]:
    """What holds by now where something else was typed; the form goes on from there."""
    hold = {cell: entry.amount for cell, entry in queries.entries(slot.id).items()}
    found = []
    for entry in form.entries:
        now = write_amount(hold.get(entry.cell))
        if now != entry.was:
            if entry.typed == entry.was:
                entry.typed = now
            elif entry.typed != now:
                found.append((entry.label, now))
            entry.was = now
    return found


# ── one activity ────────────────────────────────────────────────────────────


@outcomes.get("/organize/activities/<public_id>/outcomes")
@access(Permission.ORGANIZE)
def activity(public_id: str) -> Any:
    activity, among, stretch = _activity(public_id)
    day, post = queries.by_day(activity.id, stretch), queries.by_post(activity.id, stretch)
    targets = {} if stretch.is_long else queries.targets(activity.id, stretch.first)
    shown = pages.figures(activity.kind, stretch, day, post, {key: one.amount for key, one in targets.items()})
    return render_template(
        "outcomes/activity.html", activity=activity, among=among, stretch=stretch, figures=shown,
        has_terms=any(not one.is_long for one in among),
    )  # fmt: skip


@outcomes.get(f"/organize/activities/<public_id>/outcomes.{FORM}")
@access(Permission.ORGANIZE)
def activity_file(public_id: str, form: str) -> Any:
    activity, _among, stretch = _activity(public_id)
    rows = pages.rows([(activity.kind, queries.by_post(activity.id, stretch))])
    return _file(form, rows, [(_("Activity"), activity.name), (_("Time"), stretch.name)])


@outcomes.route("/organize/activities/<public_id>/targets/<day:starts_on>", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def targets(public_id: str, starts_on: date) -> Any:
    activity, term = duties.activity_to_organize(current_user, public_id), terms.term_from(starts_on)
    if not activity.kind.measures:
        raise NotFound
    kept = {key: target.amount for key, target in queries.targets(activity.id, starts_on).items()}
    form = TargetForm(activity.kind.measures, kept, request.form if request.method == "POST" else None)
    page = {"activity": activity, "term": term, "form": form}
    if request.method == "GET":
        return render_template("outcomes/targets.html", **page)
    if not form.validate():
        return invalid("outcomes/targets.html", **page)
    service.set_targets(current_user.id, activity.id, starts_on, form.amounts, clock.now())
    return done(_("The targets are saved."), url_for(".activity", public_id=public_id, time=starts_on.isoformat()))


def _activity(public_id: str) -> tuple[Activity, list[Stretch], Stretch]:
    """The activity, what can be looked at of it, and what is."""
    activity = duties.activity_to_organize(current_user, public_id)
    if not activity.kind.measures:
        raise NotFound
    today = clock.local_day(clock.now())
    first, _last = queries.first_and_last(Activity.id == activity.id)
    among = pages.stretches(terms.all_terms(), today, first)
    return activity, among, pages.chosen(among, request.args.get("time"), today)


# ── a year ──────────────────────────────────────────────────────────────────


@outcomes.get("/review/outcomes")
@access(Permission.REVIEW)
def now() -> Any:
    return redirect(url_for(".year", year=clock.local_day(clock.now()).year))


@outcomes.get(f"/review/{YEAR}/outcomes")
@access(Permission.REVIEW)
def year(year: int) -> Any:
    which, stretch = queries.reviewed_by(current_user), pages.year_stretch(year)
    days, names = queries.by_kind_and_day(which, stretch), queries.by_activity(which, stretch)
    first, _last = queries.first_and_last(which)
    today = clock.local_day(clock.now())
    shown = [
        (kind, figures)
        for kind in KINDS.values()
        if (
            figures := pages.figures(
                kind,
                stretch,
                {(day, key): each for (of, day, key), each in days.items() if of == kind.key},
                {(name, key): each for (of, name, key), each in names.items() if of == kind.key},
                {},
            )
        )
    ]
    years = sorted({year, *range(first.year if first else today.year, today.year + 1)}, reverse=True)
    return render_template("outcomes/year.html", year=year, years=years, kinds=shown)


@outcomes.get(f"/review/{YEAR}/outcomes.{FORM}")
@access(Permission.REVIEW)
def year_file(year: int, form: str) -> Any:
    names = queries.by_activity(queries.reviewed_by(current_user), pages.year_stretch(year))
    rows = pages.rows(
        (kind, {(name, key): each for (of, name, key), each in names.items() if of == kind.key})
        for kind in KINDS.values()
    )
    return _file(form, rows, [(_("Year"), str(year))])


def _file(form: str, rows: list[pages.Row], facts: list[tuple[str, str]]) -> Response:
    now = clock.now()
    name = _("outcomes %(day)s", day=clock.local_day(now).isoformat())
    file = files.write(form, rows, [*facts, (_("As of"), say_moment(now))])
    return hand_over(file, files.MEDIA_TYPES[form], f"{name}.{form}")
