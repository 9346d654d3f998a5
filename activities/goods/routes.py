"""Goods for who keeps them: what is there, taken in, passed on, delivered, corrected; and for everybody a summary."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask_login import current_user

from activities.duties import queries as duties
from activities.duties.models import Activity
from activities.goods import delivery_routes, files, queries, rules, service
from activities.goods.forms import CorrectForm, DeliverForm, PassOnForm, TakeInForm
from activities.goods.service import Where
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_moment
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import XLSX, asked_day, done, hand_over, invalid
from activities.people.queries import person_by_number

FIELDS: dict[type[Refusal], str] = {
    rules.DayNotYet: "day", rules.SameHands: "taker", rules.SameAsBefore: "quantity", rules.WhyUndone: "reason",
    rules.OwnAid: "recipient", rules.NotThatMany: "quantity",
}  # fmt: skip

goods = Blueprint("goods", __name__)
delivery_routes.add_to(goods)


def init_app(app: Flask) -> None:
    app.register_blueprint(goods)


def _activity(public_id: str) -> Activity:
    return queries.with_goods(duties.activity_to_organize(current_user, public_id))


def _member_id(number: str | None) -> int | None:
    """Whoever has this number among the person's people, or the person."""
    if number == current_user.number:
        return int(current_user.id)
    found = person_by_number(current_user, Permission.ORGANIZE, number or "")
    return found.id if found else None


@goods.get("/activities/<public_id>/goods")
@access(Permission.TAKE_PART)
def summary(public_id: str) -> Any:
    """What came and where it went, for whoever sees the activity, and what one holds oneself."""
    activity = queries.with_goods(duties.activity_for(current_user, public_id))
    mine = [one for one in queries.holdings(activity.id) if one.member_id == current_user.id]
    return render_template(
        "goods/summary.html", activity=activity, balances=queries.balances(activity.kind, activity.id),
        points=queries.points(activity.kind, activity.id), mine=mine,
    )  # fmt: skip


@goods.get("/organize/activities/<public_id>/goods")
@access(Permission.ORGANIZE)
def activity(public_id: str) -> Any:
    activity = _activity(public_id)
    day = asked_day("on")
    items: dict[int, list[queries.Item]] = {}
    for item in queries.items(activity.id):
        items.setdefault(item.delivery_id, []).append(item)
    return render_template(
        "goods/activity.html", activity=activity, day=day, balances=queries.balances(activity.kind, activity.id, day),
        holdings=queries.holdings(activity.id), deliveries=queries.deliveries(activity.id), items=items,
    )  # fmt: skip


@goods.get("/organize/activities/<public_id>/goods.xlsx")
@access(Permission.ORGANIZE)
def workbook(public_id: str) -> Response:
    activity, now = _activity(public_id), clock.now()
    file = files.workbook(
        activity.kind, [(_("Activity"), activity.name), (_("As of"), say_moment(now))],
        queries.balances(activity.kind, activity.id), queries.holdings(activity.id),
        queries.all_movements(activity.id),
    )  # fmt: skip
    name = _("goods %(day)s", day=clock.local_day(now).isoformat())
    return hand_over(file, XLSX, f"{name}.xlsx")


@goods.route("/organize/activities/<public_id>/goods/new", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def take_in(public_id: str) -> Any:
    activity, now = _activity(public_id), clock.now()
    form = TakeInForm(activity.kind, current_user.number, clock.local_day(now))
    page = {"activity": activity, "form": form}
    if not form.is_submitted():
        return render_template("goods/take_in.html", **page)
    if not form.validate():
        return invalid("goods/take_in.html", **page)
    holder_id = _member_id(form.holder.data)
    if holder_id is None:
        form.holder.errors = [_("Nobody with this number is in your units.")]
        return invalid("goods/take_in.html", **page)
    try:
        lot = service.take_in(
            current_user.id, activity.id, form.category.data, form.quantity.data or 0, form.label.data or "",
            holder_id, form.on(), now,
        )  # fmt: skip
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("goods/take_in.html", **page)
    return done(_("The lot is entered."), url_for(".lot", public_id=lot))


@goods.get("/organize/goods/lots/<public_id>")
@access(Permission.ORGANIZE)
def lot(public_id: str) -> Any:
    lot = queries.lot_to_organize(current_user, public_id)
    movements = queries.movements(lot.id)
    undone = {one.undoes_id for one in movements}
    return render_template(
        "goods/lot.html", lot=lot, activity=lot.activity, movements=movements, undone=undone,
        holdings=queries.holdings(lot.activity_id, lot.id),
    )  # fmt: skip


@goods.route("/organize/goods/lots/<public_id>/pass-on", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def pass_on(public_id: str) -> Any:
    lot, now = queries.lot_to_organize(current_user, public_id), clock.now()
    holdings = queries.holdings(lot.activity_id, lot.id)
    form = PassOnForm(holdings, clock.local_day(now))
    page = {"lot": lot, "activity": lot.activity, "form": form, "holdings": holdings}
    if not form.is_submitted():
        return render_template("goods/pass_on.html", **page)
    if not form.validate():
        return invalid("goods/pass_on.html", **page)
    taker_id = _member_id(form.taker.data)
    if taker_id is None:
        form.taker.errors = [_("Nobody with this number is in your units.")]
        return invalid("goods/pass_on.html", **page)
    giver_id = next(one.member_id for one in holdings if one.number == form.giver.data)
    try:
        service.pass_on(
            current_user.id, lot.id, giver_id, taker_id, form.quantity.data or 0, form.on(), form.note.data or "",
            now,
        )  # fmt: skip
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("goods/pass_on.html", **page)
    return done(_("Entered; whoever has them now is told."), url_for(".lot", public_id=public_id))


@goods.route("/organize/goods/movements/<public_id>/correct", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def correct(public_id: str) -> Any:
    movement = queries.movement_to_correct(current_user, public_id)
    form = CorrectForm()
    page = {"one": movement, "lot": movement.lot, "activity": movement.lot.activity, "form": form}
    if not form.is_submitted():
        return render_template("goods/correct.html", **page)
    if not form.validate():
        return invalid("goods/correct.html", **page)
    try:
        service.correct(current_user.id, movement.id, form.quantity.data or 0, form.reason.data or "", clock.now())
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("goods/correct.html", **page)
    return done(_("Corrected; what stood there is kept beside it."), url_for(".lot", public_id=movement.lot.public_id))


@goods.route("/organize/activities/<public_id>/goods/deliver", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def deliver(public_id: str) -> Any:
    activity, now = _activity(public_id), clock.now()
    form = DeliverForm(queries.holdings(activity.id), request.form, clock.local_day(now))
    page = {"activity": activity, "form": form}
    if not form.is_submitted():
        return render_template("goods/deliver.html", **page)
    if not form.validate():
        return invalid("goods/deliver.html", **page)
    number, recipient_id = form.recipient_number.data, _member_id(form.recipient_number.data)
    if number and recipient_id is None:
        form.recipient_number.errors = [_("Nobody with this number is in your units.")]
        return invalid("goods/deliver.html", **page)
    where = Where(
        form.point.data or "", form.recipient.data or number or "", recipient_id, form.note.data or ""
    )  # fmt: skip
    try:
        delivery = service.deliver(current_user.id, activity.id, form.parts, where, form.on(), now)
    except (rules.NotThatMany, rules.NothingGiven) as refusal:
        form.refuse_lines(refusal)
        return invalid("goods/deliver.html", **page)
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("goods/deliver.html", **page)
    return done(_("Entered. Now add the photo of the receipt."), url_for(".delivery", public_id=delivery))
