"""The list of requests, choosing people for a slot, and a member's saying why not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.admissions import queries, rules, service
from activities.admissions.forms import MOST_CHOSEN, CannotForm, RefuseForm, ids
from activities.duties.models import Slot
from activities.duties.queries import slot_to_organize
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_page, done, invalid
from activities.people.users import Viewer
from activities.signups import engagements, facts, panels
from activities.signups.cards import Card
from activities.signups.panels import Panel
from activities.signups.queries import name_of, slot_of
from activities.signups.rules_offered import offered_until
from activities.signups.service import withdraw

admissions = Blueprint("admissions", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(admissions)


# ── requests ────────────────────────────────────────────────────────────────


@admissions.get("/organize/requests")
@access(Permission.ORGANIZE)
def requests() -> Any:
    now, page, activity = clock.now(), asked_page(), request.args.get("activity", "")[:16]
    by_slot, has_more = queries.requests(current_user, activity, page, _since(now), now)
    return render_template(
        "admissions/requests.html", by_slot=by_slot, has_more=has_more, page=page, activity=activity,
        days=rules.LOOK_BACK_DAYS,
    )  # fmt: skip


@admissions.post("/organize/requests/approve")
@access(Permission.ORGANIZE)
def approve() -> Any:
    found = service.approve(current_user.id, _ticked(), clock.now())
    parts = []
    if found.seated:
        parts.append(ngettext("%(num)s person has a seat.", "%(num)s people have a seat.", found.seated))
    if found.waiting:
        parts.append(ngettext("%(num)s person waits.", "%(num)s people wait.", found.waiting))
    if found.refused:
        parts.append(
            ngettext(
                "%(num)s request stays: a rule stands against it.",
                "%(num)s requests stay: a rule stands against them.",
                found.refused,
            )
        )
    return done(" ".join(parts), _back())


@admissions.post("/organize/requests/decline")
@access(Permission.ORGANIZE)
def decline_requests() -> Any:
    """Asked without a reason first, it says what would be done to whom."""
    asked = queries.to_decide(current_user, _ticked(), clock.now())
    if not asked:
        raise rules.NothingAsked
    form = RefuseForm()
    page = {"form": form, "asked": asked, "back": _back()}
    if "reason" not in request.form:
        return render_template("admissions/refuse.html", **page)
    if not form.validate():
        return invalid("admissions/refuse.html", **page)
    count = service.decline(current_user.id, [one.id for one in asked], str(form.reason.data), clock.now())
    return done(ngettext("%(num)s request is declined.", "%(num)s requests are declined.", count), _back())


def _ticked() -> list[int]:
    return ids(request.form.getlist("request"))


def _back() -> str:
    return url_for(".requests", activity=request.form.get("activity", "")[:16] or None)


def _since(now: datetime) -> date:
    return clock.local_day(now) - timedelta(days=rules.LOOK_BACK_DAYS)


# ── assignment ──────────────────────────────────────────────────────────────


@admissions.route("/organize/slots/<public_id>/assign", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def assign(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    if refusal := rules.why_not_assign(facts.offer_of(slot)._replace(taken=0), 1):
        raise refusal
    if request.method == "GET":
        return _choosing(slot)
    chosen = request.form.getlist("person")[:MOST_CHOSEN]
    try:
        count = service.assign(current_user.id, slot.id, queries.by_public_id(chosen), clock.now())
    except (rules.NobodyChosen, rules.OwnSeat, rules.TooManyChosen, rules.Unfit) as refusal:
        return _choosing(slot_to_organize(current_user, public_id), refusal), 422
    message = ngettext(
        "%(num)s person is assigned and told.", "%(num)s people are assigned and told.", count
    )  # fmt: skip
    return done(message, url_for("signups.roster", public_id=public_id))


def _choosing(slot: Slot, refusal: Exception | None = None) -> str:
    now, text, page = clock.now(), clean_line(request.args.get("q"))[:50], asked_page()
    people, has_more = queries.candidates(current_user.id, slot, text, page, _since(now), now)
    return render_template(
        "admissions/assign.html", slot=slot, activity=slot.post.activity, people=people, has_more=has_more, page=page,
        text=text, refusal=refusal, chosen=set(request.form.getlist("person")), days=rules.LOOK_BACK_DAYS,
        until=offered_until(slot.starts_at, slot.post.activity.offer_minutes, now),
    )  # fmt: skip


@admissions.route("/slots/<public_id>/decline", methods=("GET", "POST"))
@access(Permission.TAKE_PART)
def decline(public_id: str) -> Any:
    slot = slot_of(current_user, public_id)
    mine, _busy = engagements.around(current_user.id, facts.offer(slot.id))
    if mine is None or mine.assigned_by_id is None:
        raise NotFound
    form = CannotForm()
    page = {"form": form, "slot": slot, "mine": mine, "name": name_of(mine.assigned_by_id)}
    if not form.is_submitted():
        return render_template("admissions/decline.html", **page)
    if not form.validate():
        return invalid("admissions/decline.html", **page)
    withdraw(current_user.id, slot.id, clock.now(), str(form.reason.data))
    return done(_("You have declined. %(name)s is told why.", name=page["name"]), url_for("home.my_duties"))


@panels.panel
def assigned(_viewer: Viewer, _slot: Slot, card: Card, _now: datetime) -> Panel | None:
    """Who chose the person for the slot, and until when to answer."""
    if card.mine is None or card.mine.assigned_by_id is None:
        return None
    return Panel("admissions/_assigned.html", {"name": name_of(card.mine.assigned_by_id)}, is_first=card.is_offered)
