"""Take goods in, pass them on, deliver them, correct what was wrong, and sign. Everything appends. The lot is locked
before what it holds is asked, several in the order of their ids, so that who is second learns what the first left."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties.models import Activity
from activities.duties.queries import must_organize, organizes
from activities.duties.service import WITH_UNIT
from activities.goods import notices, queries, rules
from activities.goods.models import GoodsDelivery, Lot, Movement, Stock
from activities.goods.rules import Move
from activities.goods.sealing import seal, unseal
from activities.kit.clock import local_day
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound, Refusal
from activities.kit.roles import Permission
from activities.people.models import Member
from activities.people.persons import same_person
from activities.people.queries import within
from activities.people.service import acting
from activities.people.users import Viewer
from activities.photos import service as photos
from activities.photos.apart import Picture
from activities.photos.rules import People


class Part(NamedTuple):
    """So many of a lot that somebody gives."""

    lot_id: int
    giver_id: int
    quantity: int


@dataclass(frozen=True)
class Where:
    """Where a delivery goes. `recipient` is whoever it is for, in words, and `recipient_id` where that is a member;
    both are known to the handler alone."""

    point: str
    recipient: str = ""
    recipient_id: int | None = None
    note: str = ""


@transactional
def take_in(
    actor_id: int, activity_id: int, category: str, quantity: int, label: str, holder_id: int, day: date, now: datetime
) -> str:
    """Make a lot of things that came in and are in somebody's hands. Return its public id."""
    activity = lock(Activity, activity_id, WITH_UNIT)
    actor = _must_organize(actor_id, activity)
    if activity.kind.good(category) is None:
        raise rules.NoSuchGoods
    _can_hold(actor, holder_id)
    lot = Lot(activity_id=activity_id, category=category, label=label, created_at=now)
    db.session.add(lot)
    db.session.flush()
    audit.leave(now, actor_id, "take in", Lot, lot.id, after={"category": category, "label": label})
    _append(actor_id, lot, [Move(rules.checked(quantity), None, holder_id, day)], now)
    _tell(actor, activity, lot, holder_id, quantity, now)
    return lot.public_id


@transactional
def pass_on(
    actor_id: int, lot_id: int, giver_id: int, taker_id: int, quantity: int, day: date, note: str, now: datetime
) -> None:
    """Enter that things of a lot went from one person to another. Raises NotThatMany."""
    lot = lock(Lot, lot_id)
    activity = _activity(lot.activity_id)
    actor = _must_organize(actor_id, activity)
    _can_hold(actor, taker_id)
    _append(actor_id, lot, [Move(rules.checked(quantity), giver_id, taker_id, day)], now, note=note)
    _tell(actor, activity, lot, taker_id, quantity, now)


@transactional
def deliver(actor_id: int, activity_id: int, parts: Sequence[Part], where: Where, day: date, now: datetime) -> str:
    """Enter that things were handed over; all of it or nothing. Whoever enters it is the handler. Return its public id.
    Raises NotThatMany, OwnAid."""
    activity = _activity(activity_id)
    actor = _must_organize(actor_id, activity)
    if not parts:
        raise rules.NothingGiven
    _not_their_own(actor, where)
    delivery = GoodsDelivery(
        activity_id=activity_id, point=where.point, day=day, note=where.note, recipient=seal(where.recipient),
        recipient_id=where.recipient_id, is_personal=bool(where.recipient), handler_id=actor_id, recorded_at=now,
    )  # fmt: skip
    db.session.add(delivery)
    db.session.flush()
    # Whom it was for stands in no trail.
    facts = {"point": where.point, "day": day, "is_personal": delivery.is_personal}
    audit.leave(now, actor_id, "deliver", GoodsDelivery, delivery.id, after=facts)
    for lot_id in sorted({part.lot_id for part in parts}):
        lot = lock(Lot, lot_id)
        if lot.activity_id != activity_id:
            raise NotFound
        moves = [
            Move(rules.checked(part.quantity), part.giver_id, None, day) for part in parts if part.lot_id == lot_id
        ]
        _append(actor_id, lot, moves, now, delivery_id=delivery.id)
    return delivery.public_id


@transactional
def correct(actor_id: int, movement_id: int, quantity: int, reason: str, now: datetime) -> None:
    """Undo a movement and, unless the quantity is 0, enter it anew with this one; both count on its day. A delivery's
    signature goes, since it was under something else. Raises NotThatMany where what came has been given on since."""
    lot_id = db.session.scalar(sa.select(Movement.lot_id).where(Movement.id == movement_id))
    if lot_id is None:
        raise NotFound
    lot = lock(Lot, lot_id)
    activity = _activity(lot.activity_id)
    actor = _must_organize(actor_id, activity)
    old = db.session.get_one(Movement, movement_id)
    if old.undoes_id is not None or queries.is_undone(old.id):
        raise rules.UndoneAlready
    if not reason:
        raise rules.WhyUndone
    if quantity == old.quantity:
        raise rules.SameAsBefore
    again = [old.move._replace(quantity=rules.checked(quantity))] if quantity else []
    _append(actor_id, lot, [old.move.back, *again], now, delivery_id=old.delivery_id, undoes_id=old.id, note=reason)
    if old.delivery_id is not None:
        _corrected(actor, old.delivery_id, now, reason)


def _append(
    actor_id: int, lot: Lot, moves: Sequence[Move], now: datetime, *, delivery_id: int | None = None,
    undoes_id: int | None = None, note: str = "",
) -> None:  # fmt: skip
    """Write movements of a locked lot, if its history bears them, and what is held after them."""
    known = [one.move for one in db.session.scalars(sa.select(Movement).where(Movement.lot_id == lot.id))]
    if refusal := rules.why_not_move(known, moves, local_day(now)):
        raise refusal
    for move in moves:
        row = Movement(
            lot_id=lot.id, quantity=move.quantity, giver_id=move.giver, taker_id=move.taker, day=move.day, note=note,
            delivery_id=delivery_id, entered_by_id=actor_id, entered_at=now, undoes_id=undoes_id,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        facts = {**move._asdict(), "lot": lot.id, "delivery": delivery_id, "undoes": undoes_id}
        audit.leave(now, actor_id, "move goods", Movement, row.id, after=facts, reason=note)
        undoes_id = None  # the first undoes, what follows stands in its place
    lot.revision += 1
    held = rules.held([*known, *moves])
    stocks = {stock.member_id: stock for stock in db.session.scalars(sa.select(Stock).where(Stock.lot_id == lot.id))}
    for member_id in {*stocks, *held}:
        stock = stocks.get(member_id) or Stock(lot_id=lot.id, member_id=member_id, quantity=0)
        stock.quantity = held.get(member_id, 0)
        db.session.add(stock)
    db.session.flush()


# ── receipts and signatures ─────────────────────────────────────────────────


@transactional
def add_receipt(
    actor_id: int, delivery_id: int, picture: Picture, caption: str, people: People | None, now: datetime
) -> None:
    """Add the photo of the receipt, and tell those who may sign. Its handler alone does this; raises ReceiptThere."""
    delivery = lock(GoodsDelivery, delivery_id)
    if delivery.handler_id != actor_id:
        raise NotAllowed
    actor = _must_organize(actor_id, _activity(delivery.activity_id))
    if delivery.receipt_id is not None:
        raise rules.ReceiptThere
    delivery.receipt_id = photos.keep(actor_id, picture, caption, people, now).id
    audit.leave(now, actor_id, "add receipt", GoodsDelivery, delivery.id, after={"photo": delivery.receipt_id})
    _ask_to_sign(actor, delivery, now)


@transactional
def remove_receipt(actor_id: int, delivery_id: int, reason: str, now: datetime) -> None:
    """Remove the photo for good, so that a better one can be added; not from under a signature."""
    delivery = lock(GoodsDelivery, delivery_id)
    if delivery.handler_id != actor_id:
        raise NotAllowed
    _must_organize(actor_id, _activity(delivery.activity_id))
    if delivery.signed_by_id is not None:
        raise rules.SignedAlready
    if delivery.receipt_id is None:
        raise NotFound
    photos.remove(actor_id, delivery.receipt_id, reason, now)
    before, delivery.receipt_id = delivery.receipt_id, None
    audit.leave(now, actor_id, "remove receipt", GoodsDelivery, delivery.id, before={"photo": before}, reason=reason)


@transactional
def sign(signer_id: int, delivery_id: int, revision: int, now: datetime) -> None:
    """Vouch for a delivery as a second person, who is not whom it was for either. `revision` is the one that was seen;
    raises ChangedMeanwhile where it is another by now, and the rules' reasons."""
    delivery = lock(GoodsDelivery, delivery_id)
    activity, signer = _activity(delivery.activity_id), acting(signer_id)
    if not (organizes(signer, activity) or signer.may(Permission.COUNTERSIGN, activity.unit.path)):
        raise NotAllowed
    if refusal := why_not_sign(signer, delivery):
        raise refusal
    if revision != delivery.revision:
        raise ChangedMeanwhile
    delivery.signed_by_id, delivery.signed_at = signer_id, now
    audit.leave(now, signer_id, "sign delivery", GoodsDelivery, delivery.id, after={"signed_by": signer_id})
    notices.signed(delivery.handler_id, now, what=activity.name, by=signer.name, delivery=delivery.public_id)


def why_not_sign(signer: Viewer, delivery: GoodsDelivery) -> Refusal | None:
    """The first reason against this person's signature, or None. The page asks the same. Where it cannot be read any
    more whom it was for in words, it is not asked."""
    sealed, recipient_id = db.session.execute(
        sa.select(GoodsDelivery.recipient, GoodsDelivery.recipient_id).where(GoodsDelivery.id == delivery.id)
    ).one()
    recipient = ""
    with suppress(rules.RecipientLost):
        recipient = unseal(sealed)
    return rules.why_not_sign(
        is_handler=same_person(signer.id, delivery.handler_id),
        is_recipient=same_person(signer.id, recipient_id) or recipient in (signer.name, signer.number),
        has_receipt=delivery.receipt_id is not None, is_signed=delivery.signed_by_id is not None,
        is_empty=not queries.delivered_lines(delivery.id),
    )  # fmt: skip


@transactional
def recipient_of(actor_id: int, delivery_id: int, now: datetime) -> str:
    """Whom a delivery was for: told to its handler alone, and every look leaves a trail."""
    delivery = lock(GoodsDelivery, delivery_id)
    if delivery.handler_id != actor_id or not delivery.is_personal:
        raise NotFound
    _must_organize(actor_id, _activity(delivery.activity_id))
    audit.leave(now, actor_id, "look at recipient", GoodsDelivery, delivery.id)
    return unseal(db.session.scalars(sa.select(GoodsDelivery.recipient).where(GoodsDelivery.id == delivery_id)).one())


def _corrected(actor: Viewer, delivery_id: int, now: datetime, reason: str) -> None:
    """Take away the signature of a delivery that is another one now, and ask for one anew."""
    delivery = lock(GoodsDelivery, delivery_id)
    before = {"revision": delivery.revision, "signed_by": delivery.signed_by_id}
    delivery.revision += 1
    was_signed, delivery.signed_by_id, delivery.signed_at = delivery.signed_by_id is not None, None, None
    after = {"revision": delivery.revision, "signed_by": None}
    audit.leave(
        now, actor.id, "correct delivery", GoodsDelivery, delivery.id, before=before, after=after, reason=reason
    )
    if was_signed:
        _ask_to_sign(actor, delivery, now)


def _ask_to_sign(actor: Viewer, delivery: GoodsDelivery, now: datetime) -> None:
    activity = _activity(delivery.activity_id)
    others = [one for one in queries.signers(activity) if not same_person(one, delivery.handler_id)]
    notices.to_sign(others, now, what=activity.name, by=actor.name, delivery=delivery.public_id)


# ── who may ─────────────────────────────────────────────────────────────────


def _activity(activity_id: int) -> Activity:
    return db.session.get_one(Activity, activity_id, options=(WITH_UNIT,), populate_existing=True)


def _must_organize(actor_id: int, activity: Activity) -> Viewer:
    actor = acting(actor_id)
    must_organize(actor, activity)
    if not activity.kind.goods:
        raise NotFound
    return actor


def _can_hold(actor: Viewer, member_id: int) -> None:
    """NotFound unless it is the actor or one of the people of the units that the actor organizes."""
    query = (
        sa.select(Member.id)
        .join(Member.unit)
        .where(Member.id == member_id, Member.active, within(actor.paths(Permission.ORGANIZE)))
    )
    if member_id != actor.id and db.session.scalar(query) is None:
        raise NotFound


def _not_their_own(actor: Viewer, where: Where) -> None:
    if same_person(actor.id, where.recipient_id) or where.recipient in (actor.name, actor.number):
        raise rules.OwnAid


def _tell(actor: Viewer, activity: Activity, lot: Lot, member_id: int, quantity: int, now: datetime) -> None:
    """Tell whoever holds goods from now on, unless they entered it themselves."""
    if member_id != actor.id:
        notices.given(
            member_id, now, what=activity.name, label=lot.label, quantity=quantity, by=actor.name,
            activity=activity.public_id,
        )  # fmt: skip
