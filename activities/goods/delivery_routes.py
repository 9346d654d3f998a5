"""A delivery: its receipt, its signature by another person, and whom it was for, which its handler alone may ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_login import current_user

from activities.goods import queries, service
from activities.goods.models import GoodsDelivery
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.photos.answers import PICTURE, answer
from activities.photos.forms import PhotoForm, RemovalForm
from activities.photos.models import Photo


def add_to(goods: Blueprint) -> None:
    address = "/goods/deliveries/<public_id>"
    goods.add_url_rule("/goods/to-sign", view_func=to_sign)
    goods.add_url_rule(address, view_func=delivery)
    goods.add_url_rule(f"{address}/sign", view_func=sign, methods=("POST",))
    goods.add_url_rule(f"{address}/recipient", view_func=recipient, methods=("POST",))
    goods.add_url_rule(f"{address}/receipt/new", view_func=new_receipt, methods=("GET", "POST"))
    goods.add_url_rule(f"{address}/receipt/{PICTURE}", view_func=receipt)
    goods.add_url_rule(f"{address}/receipt/remove", view_func=remove_receipt, methods=("GET", "POST"))


@access(Permission.COUNTERSIGN)
def to_sign() -> Any:
    return render_template("goods/to_sign.html", deliveries=queries.to_sign(current_user))


@access(Permission.COUNTERSIGN)
def delivery(public_id: str) -> Any:
    return render_template("goods/delivery.html", **_page(queries.delivery_to_sign(current_user, public_id)))


@access(Permission.COUNTERSIGN)
def sign(public_id: str) -> Any:
    found = queries.delivery_to_sign(current_user, public_id)
    seen = request.form.get("revision", "")
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    service.sign(current_user.id, found.id, revision, clock.now())
    return done(_("Signed under your name."), url_for(".delivery", public_id=public_id))


@access(Permission.COUNTERSIGN)
def recipient(public_id: str) -> Any:
    """Answered to the POST itself, so that it stands in no address and no history."""
    found = queries.delivery_to_sign(current_user, public_id)
    known = service.recipient_of(current_user.id, found.id, clock.now())
    return render_template("goods/delivery.html", **_page(found), recipient=known)


@access(Permission.COUNTERSIGN)
def new_receipt(public_id: str) -> Any:
    found = _handled(public_id)
    form = PhotoForm()
    page = {"delivery": found, "activity": found.activity, "form": form}
    if not form.is_submitted():
        return render_template("goods/new_receipt.html", **page)
    if not form.validate() or not (picture := form.read(current_app.config["SETTINGS"].photo_side)):
        return invalid("goods/new_receipt.html", **page)
    try:
        service.add_receipt(current_user.id, found.id, picture, now=clock.now(), **form.said())
    except Refusal as refusal:
        form.refuse(refusal)
        return invalid("goods/new_receipt.html", **page)
    return done(_("The receipt is added; those who may sign are told."), url_for(".delivery", public_id=public_id))


@access(Permission.COUNTERSIGN)
def receipt(public_id: str, size: str) -> Response:
    found = queries.delivery_to_sign(current_user, public_id)
    photo = _receipt(found)
    if photo is None:
        raise NotFound
    return answer(photo, size)


@access(Permission.COUNTERSIGN)
def remove_receipt(public_id: str) -> Any:
    found = _handled(public_id)
    if found.receipt is None:
        raise NotFound
    form = RemovalForm()
    page = {"delivery": found, "activity": found.activity, "form": form}
    if not form.is_submitted():
        return render_template("goods/remove_receipt.html", **page)
    if not form.validate():
        return invalid("goods/remove_receipt.html", **page)
    service.remove_receipt(current_user.id, found.id, form.reason.data or "", clock.now())
    return done(_("The photo is removed."), url_for(".delivery", public_id=public_id))


def _handled(public_id: str) -> GoodsDelivery:
    """A delivery that this person recorded; NotFound otherwise."""
    found = queries.delivery_to_sign(current_user, public_id)
    if found.handler_id != current_user.id:
        raise NotFound
    return found


def _receipt(found: GoodsDelivery) -> Photo | None:
    """The receipt, as far as this person may see it: what a person was given is signed for by name."""
    return found.receipt if not found.is_personal or found.handler_id == current_user.id else None


def _page(found: GoodsDelivery) -> dict[str, Any]:
    return {
        "delivery": found, "activity": found.activity, "lines": queries.delivered_lines(found.id),
        "is_handler": found.handler_id == current_user.id, "receipt": _receipt(found),
        "refusal": service.why_not_sign(current_user, found),
    }  # fmt: skip
