"""Who is responsible for a post: the organizer's list and proposals, the member's answer, and days of absence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties.models import Activity, Slot
from activities.duties.queries import activity_to_organize, post_to_organize
from activities.holders import pages, queries, rules, service
from activities.holders.forms import AbsenceForm, DaysForm, DeclineForm, EndForm, ProposeForm, ProposeManyForm, span_of
from activities.holders.rules import HolderState
from activities.holders.service import Proposal
from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_number
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.refusal import N_, Refusal
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import asked_day, done, invalid
from activities.people.users import Viewer
from activities.signups.cards import Card
from activities.signups.panels import Panel, panel
from activities.signups.rules_soft import AskFirst

holders = Blueprint("holders", __name__)
GET_AND_POST = ("GET", "POST")
# Which field of its form a refusal speaks of.
FIELDS = {"HoldsAlready": "member", "ProposedAlready": "first"}

BUSY = N_("another duty of theirs is at this time, or too near")
# Why there is no seat for somebody, as those who run the activity read it.
WHY = {
    "Full": N_("the seat is somebody else's"), "Overlaps": BUSY, "TooFarApart": BUSY, "TooLittleRest": BUSY,
    "TooMuchADay": BUSY, "TooMuchAWeek": BUSY,
}  # fmt: skip
OTHERWISE = N_("the slot is not open to them")


def init_app(app: Flask) -> None:
    app.register_blueprint(holders)


@panel
def held_here(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> Panel | None:  # noqa: ARG001
    """Who answers for the post, and what the viewer is asked about it."""
    if not slot.post.activity.kind.has_standing_holder:
        return None
    mine = next((one for one in queries.of_member(viewer.id, now) if one.post_id == slot.post_id), None)
    holder = queries.holder_of(slot.post_id, slot.starts_at)
    is_asked = mine is not None and mine.state is HolderState.PROPOSED
    shown = {"holder": holder, "mine": mine, "is_asked": is_asked}
    return Panel("holders/_panel.html", shown, is_first=is_asked) if holder or mine else None


# ── organizers ──────────────────────────────────────────────────────────────


@holders.get("/organize/activities/<public_id>/holders")
@access(Permission.ORGANIZE)
def board(public_id: str) -> Any:
    activity = _held_activity(public_id)
    now = clock.now()
    first, last = pages.usual_days(clock.local_day(now))
    first, last = asked_day("first") or first, asked_day("last") or last
    shown = pages.board_of(activity, first, max(first, last), now)
    return render_template("holders/board.html", activity=activity, board=shown)


@holders.route("/organize/activities/<public_id>/holders/propose", methods=GET_AND_POST)
@access(Permission.ORGANIZE)
def propose_many(public_id: str) -> Any:
    activity = _held_activity(public_id)
    form = ProposeManyForm(data=_usual())
    page: dict[str, Any] = {"activity": activity, "form": form, "faults": []}
    if not form.is_submitted():
        return render_template("holders/propose_many.html", **page)
    if not form.validate() or _wrong_days(form):
        return invalid("holders/propose_many.html", **page)
    proposals, page["faults"] = pages.read_list(activity, form.rows.data or "", span_of(*form.days()), clock.now())
    if page["faults"]:
        return invalid("holders/propose_many.html", **page)
    try:
        count = service.propose(current_user.id, activity.id, proposals, clock.now())
    except Refusal as refusal:
        refuse(form, "rows", refusal)
        return invalid("holders/propose_many.html", **page)
    message = ngettext("%(num)s person is asked.", "%(num)s people are asked.", count)
    return done(message, url_for(".board", public_id=public_id))


@holders.route("/organize/posts/<public_id>/holder", methods=GET_AND_POST)
@access(Permission.ORGANIZE)
def propose(public_id: str) -> Any:
    post = post_to_organize(current_user, public_id)
    activity = _held_activity(post.activity.public_id)
    now, text = clock.now(), clean_line(request.values.get("q"))[:100]
    form = ProposeForm(data=_usual())
    held = [one for one in queries.of_activity(activity.id, now) if one.post_id == post.id]
    page: dict[str, Any] = {
        "post": post, "activity": activity, "form": form, "text": text, "held": held,
        "found": queries.people_named(activity, text) if text else None,
    }  # fmt: skip
    if not form.is_submitted():
        return render_template("holders/propose.html", **page)
    if not form.validate() or _wrong_days(form):
        return invalid("holders/propose.html", **page)
    people = queries.by_numbers(activity, [form.member.data or ""])
    if not people:
        form.member.errors = [_("Choose a person.")]
        return invalid("holders/propose.html", **page)
    [member] = people.values()
    try:
        service.propose(current_user.id, activity.id, [Proposal(post.id, member.id, span_of(*form.days()))], now)
    except Refusal as refusal:
        refuse(form, FIELDS.get(refusal.key, "last"), refusal)
        return invalid("holders/propose.html", **page)
    return done(_("%(name)s is asked.", name=member.name), url_for(".board", public_id=activity.public_id))


@holders.get("/organize/holders/<public_id>")
@access(Permission.ORGANIZE)
def seats(public_id: str) -> Any:
    """In which of the post's slots there is no seat for who holds it, without the names of other duties."""
    holder = queries.to_organize(current_user, public_id)
    found = pages.what_it_means(holder, clock.now())
    missed = [(offer, WHY.get(reason.key, OTHERWISE)) for offer, reason in found.missed]
    [standing] = pages.standing_of([holder], clock.now())
    return render_template(
        "holders/seats.html", holder=holder, activity=holder.post.activity, found=found, missed=missed,
        standing=standing,
    )  # fmt: skip


@holders.route("/organize/holders/<public_id>/end", methods=GET_AND_POST)
@access(Permission.ORGANIZE)
def end(public_id: str) -> Any:
    holder = queries.to_organize(current_user, public_id)
    now = clock.now()
    form = EndForm(data={"last": clock.local_day(now)})
    [standing] = pages.standing_of([holder], now)
    page = {"form": form, "holder": holder, "standing": standing, "activity": holder.post.activity}
    if not form.is_submitted():
        return render_template("holders/end.html", **page)
    if not form.validate():
        return invalid("holders/end.html", **page)
    try:
        assert form.last.data
        given = service.end(current_user.id, holder.id, span_of(form.last.data, form.last.data).ends_at, now)
    except Refusal as refusal:
        refuse(form, "last", refusal)
        return invalid("holders/end.html", **page)
    said = [_("The proposal is taken back.") if standing.is_asked else _("Saved."), *_given_back(given)]
    return done(" ".join(said), url_for(".board", public_id=holder.post.activity.public_id))


# ── whom it is about ────────────────────────────────────────────────────────


@holders.get("/holders/<public_id>")
@access(Permission.TAKE_PART)
def holding(public_id: str) -> Any:
    holder = queries.own(current_user, public_id)
    return render_template("holders/holding.html", **_page(holder, DeclineForm(), AbsenceForm(formdata=None)))


@holders.post("/holders/<public_id>/accept")
@access(Permission.TAKE_PART)
def accept(public_id: str) -> Any:
    holder, form = queries.own(current_user, public_id), request.form
    try:
        risks, known = read_number(form.get("risks")), form.getlist("known")
        service.accept(current_user.id, public_id, risks, clock.now(), known=known)
    except AskFirst as refusal:
        page = _page(holder, DeclineForm(formdata=None), AbsenceForm(formdata=None))
        return invalid("holders/holding.html", asked_again=refusal, **page)
    return done(_("You are responsible for the post."), url_for(".holding", public_id=public_id))


@holders.post("/holders/<public_id>/decline")
@access(Permission.TAKE_PART)
def decline(public_id: str) -> Any:
    holder = queries.own(current_user, public_id)
    form = DeclineForm()
    if not form.validate():
        return invalid("holders/holding.html", **_page(holder, form, AbsenceForm(formdata=None)))
    service.decline(current_user.id, public_id, form.reason.data or "", clock.now())
    return done(_("You have declined."), url_for("home.my_duties"))


@holders.post("/holders/<public_id>/absence")
@access(Permission.TAKE_PART)
def absence(public_id: str) -> Any:
    holder = queries.own(current_user, public_id)
    form = AbsenceForm()
    page = _page(holder, DeclineForm(formdata=None), form)
    if not form.validate() or _wrong_days(form):
        return invalid("holders/holding.html", **page)
    span = span_of(*form.days())
    try:
        asked = service.be_absent(current_user.id, public_id, span, form.reason.data or "", clock.now())
    except Refusal as refusal:
        refuse(form, "first", refusal)
        return invalid("holders/holding.html", **page)
    message = ngettext("Cover is looked for in %(num)s slot.", "Cover is looked for in %(num)s slots.", asked)
    return done(message, url_for(".holding", public_id=public_id))


@holders.post("/holders/<public_id>/absence/<int:absence_id>/back")
@access(Permission.TAKE_PART)
def come_after_all(public_id: str, absence_id: int) -> Any:
    back = service.come_after_all(current_user.id, public_id, absence_id, clock.now())
    message = ngettext(
        "Cover is looked for no more in %(num)s slot.", "Cover is looked for no more in %(num)s slots.", back
    )
    return done(message, url_for(".holding", public_id=public_id))


def _page(holder: Any, decline_form: DeclineForm, absence_form: AbsenceForm) -> dict[str, Any]:
    now = clock.now()
    [standing] = pages.standing_of([holder], now)
    is_standing = holder.state in queries.STANDING and holder.ends_at > now
    return {
        "holder": holder, "post": holder.post, "activity": holder.post.activity, "standing": standing,
        "found": pages.what_it_means(holder, now) if is_standing else None, "is_standing": is_standing,
        "decline_form": decline_form, "absence_form": absence_form,
        "before": [h for h in queries.overlapping(holder.post_id, holder.span) if h.id != holder.id],
    }  # fmt: skip


def _held_activity(public_id: str) -> Activity:
    """An activity that the person organizes, whose posts can be held."""
    activity = activity_to_organize(current_user, public_id)
    if reason := rules.why_not_held(activity.kind):
        raise reason
    return activity


def _usual() -> dict[str, date]:
    first, last = pages.usual_days(clock.local_day(clock.now()))
    return {"first": first, "last": last}


def _wrong_days(form: DaysForm) -> bool:
    """Show what speaks against the days at their fields."""
    reason = rules.why_not_days(*form.days(), clock.local_day(clock.now()))
    if reason:
        refuse(form, "last", reason)
    return reason is not None


def _given_back(count: int) -> list[str]:
    return [ngettext("%(num)s seat is given back.", "%(num)s seats are given back.", count)] if count else []
