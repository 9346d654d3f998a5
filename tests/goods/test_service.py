"""Goods from hand to hand: what is refused, what is written, who is told, and what nobody learns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from activities.audit.models import AuditEntry
from activities.duties.kinds import KINDS, Good, Kind, Ledger, declare, kind_of
from activities.goods import queries, rules, service
from activities.goods.models import GoodsDelivery, Movement, Stock
from activities.goods.rules import RecipientLost
from activities.goods.service import Part, Where
from activities.kit.db import db, transaction
from activities.kit.refusal import ChangedMeanwhile, NotAllowed, NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.joining import join
from activities.people.models import Member, Unit
from activities.photos.models import Photo
from activities.photos.rules import People
from tests.cast import DAY, NOW, grant, make_activity, make_member
from tests.goods.conftest import PICTURE, TODAY, YESTERDAY

SHOP = Where("爱心超市")
SECRET = "周小雨"


def pass_on(cast, drive, quantity, giver=None, taker=None, day=TODAY):
    giver, taker = giver or cast.ou, taker or cast.lin
    service.pass_on(cast.ou.id, drive.lot_id, giver.id, taker.id, quantity, day, "", NOW)


def deliver(cast, drive, quantity=15, where=SHOP, giver=None, actor=None, day=TODAY) -> GoodsDelivery:
    part = Part(drive.lot_id, (giver or cast.ou).id, quantity)
    public_id = service.deliver((actor or cast.ou).id, drive.id, [part], where, day, NOW)
    return db.session.scalars(sa.select(GoodsDelivery).where(GoodsDelivery.public_id == public_id)).one()


def receipt(cast, delivery, actor=None):
    service.add_receipt((actor or cast.ou).id, delivery.id, PICTURE, "签收单", People.NOBODY, NOW)


def hands(drive) -> dict[str, int]:
    return {one.holder: one.quantity for one in queries.holdings(drive.id)}


def balance(drive, day=None) -> list[tuple[str, int, int]]:
    return [(one.good.key, one.came, one.went) for one in queries.balances(kind_of("donation"), drive.id, day)]


def last_movement(drive) -> Movement:
    return queries.movements(drive.lot_id)[-1]


def told(topic: str) -> set[int]:
    return set(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == topic)))


def test_goods_come_in_are_passed_on_and_delivered(ctx, cast, drive):
    pass_on(cast, drive, 25)
    deliver(cast, drive, 10, giver=cast.lin)
    assert hands(drive) == {"欧阳慧敏": 15, "林可欣": 15}
    assert balance(drive) == [("clothes", 40, 10)]
    assert balance(drive, YESTERDAY) == [("clothes", 40, 0)]
    assert balance(drive, YESTERDAY - timedelta(days=1)) == []
    assert told("goods.given") == {cast.lin.id}  # Ou entered the first, and knows


def test_what_goes_out_never_exceeds_what_came_in(ctx, cast, drive):
    for quantity, giver in ((41, cast.ou), (1, cast.lin)):
        with pytest.raises(rules.NotThatMany):
            deliver(cast, drive, quantity, giver=giver)
        with pytest.raises(rules.NotThatMany):
            pass_on(cast, drive, quantity, giver, cast.wang)
    with pytest.raises(rules.NotThatMany):  # before they came
        deliver(cast, drive, 1, day=YESTERDAY - timedelta(days=1))
    assert db.session.scalar(sa.select(sa.func.count(GoodsDelivery.id))) == 0
    assert hands(drive) == {"欧阳慧敏": 40}


@pytest.mark.parametrize("quantity", [0, -5, 100_001])
def test_no_other_quantity_is_taken(ctx, cast, drive, quantity):
    with pytest.raises((rules.NoQuantity, rules.TooMuchAtOnce)):
        service.take_in(cast.ou.id, drive.id, "books", quantity, "x", cast.ou.id, TODAY, NOW)
    with pytest.raises((rules.NoQuantity, rules.TooMuchAtOnce)):
        pass_on(cast, drive, quantity)
    with pytest.raises((rules.NoQuantity, rules.TooMuchAtOnce)):
        deliver(cast, drive, quantity)


def test_a_delivery_is_entered_whole_or_not_at_all(ctx, cast, drive):
    parts = [Part(drive.lot_id, cast.ou.id, 5), Part(drive.lot_id, cast.lin.id, 5)]
    with pytest.raises(rules.NotThatMany):
        service.deliver(cast.ou.id, drive.id, parts, SHOP, TODAY, NOW)
    with pytest.raises(rules.NothingGiven):
        service.deliver(cast.ou.id, drive.id, [], SHOP, TODAY, NOW)
    assert db.session.scalar(sa.select(sa.func.count(GoodsDelivery.id))) == 0


def test_who_keeps_goods_and_in_whose_hands_they_may_be(ctx, cast, drive):
    for actor in (cast.lin, cast.chen, cast.zhao):
        with pytest.raises(NotAllowed):
            service.take_in(actor.id, drive.id, "books", 1, "x", actor.id, TODAY, NOW)
        with pytest.raises(NotAllowed):
            deliver(cast, drive, 1, actor=actor)
    with pytest.raises(NotFound):  # Zhao is of another branch
        pass_on(cast, drive, 1, taker=cast.zhao)
    with pytest.raises(rules.NoSuchGoods):
        service.take_in(cast.ou.id, drive.id, "gold", 1, "x", cast.ou.id, TODAY, NOW)
    with pytest.raises(NotFound):  # cleaning has no goods
        service.deliver(cast.ou.id, cast.sweeping.id, [Part(drive.lot_id, cast.ou.id, 1)], SHOP, TODAY, NOW)


def test_a_lot_of_another_activity_is_not_given_away(ctx, cast, drive):
    second = make_activity("另一次捐赠", db.session.get_one(Unit, cast.first.id), "donation")
    db.session.commit()
    service.take_in(cast.ou.id, second.id, "books", 3, "x", cast.ou.id, TODAY, NOW)
    with pytest.raises(NotFound):
        service.deliver(cast.ou.id, second.id, [Part(drive.lot_id, cast.ou.id, 1)], SHOP, TODAY, NOW)
    assert hands(drive) == {"欧阳慧敏": 40}


# ── corrections ─────────────────────────────────────────────────────────────


def test_a_correction_stands_beside_what_it_corrects_and_counts_on_its_day(ctx, cast, drive):
    service.correct(cast.ou.id, last_movement(drive).id, 30, "数错了", NOW)
    found = [(one.quantity, one.giver_id, one.taker_id, one.day) for one in queries.movements(drive.lot_id)]
    ou = cast.ou.id
    assert found == [(40, None, ou, YESTERDAY), (40, ou, None, YESTERDAY), (30, None, ou, YESTERDAY)]
    assert balance(drive, YESTERDAY) == balance(drive) == [("clothes", 30, 0)]
    first, *_ = queries.movements(drive.lot_id)
    with pytest.raises(rules.UndoneAlready):
        service.correct(cast.ou.id, first.id, 20, "x", NOW)
    with pytest.raises(rules.UndoneAlready):  # what undoes is not undone: what stands in its place is
        service.correct(cast.ou.id, queries.movements(drive.lot_id)[1].id, 20, "x", NOW)
    for quantity, reason, refused in ((30, "x", rules.SameAsBefore), (20, "", rules.WhyUndone)):
        with pytest.raises(refused):
            service.correct(cast.ou.id, last_movement(drive).id, quantity, reason, NOW)


def test_what_was_given_on_since_is_not_corrected_away(ctx, cast, drive):
    came = last_movement(drive)
    pass_on(cast, drive, 25)
    for quantity in (0, 24):
        with pytest.raises(rules.NotThatMany):
            service.correct(cast.ou.id, came.id, quantity, "x", NOW)
    service.correct(cast.ou.id, came.id, 25, "x", NOW)
    assert hands(drive) == {"林可欣": 25}


def test_a_delivery_that_is_corrected_needs_another_signature(ctx, cast, drive):
    delivery = deliver(cast, drive)
    receipt(cast, delivery)
    service.sign(cast.chen.id, delivery.id, 0, NOW)
    service.correct(cast.ou.id, last_movement(drive).id, 10, "少送了一袋", NOW)
    db.session.refresh(delivery)
    assert (delivery.signed_by_id, delivery.revision) == (None, 1)
    with pytest.raises(ChangedMeanwhile):  # what was seen was the delivery of fifteen
        service.sign(cast.chen.id, delivery.id, 0, NOW)
    service.sign(cast.chen.id, delivery.id, 1, NOW)
    assert balance(drive) == [("clothes", 40, 10)]
    verbs = db.session.scalars(
        sa.select(AuditEntry.verb).where(AuditEntry.subject == "goods_delivery").order_by(AuditEntry.id)
    )
    expected = ["deliver", "add receipt", "sign delivery", "correct delivery", "sign delivery"]
    assert list(verbs) == expected


@pytest.mark.parametrize(
    "statement", [sa.update(Movement).values(quantity=1), sa.delete(Movement)], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_a_movement(ctx, cast, drive, statement):
    with pytest.raises(DBAPIError, match="never overwritten"), transaction():
        db.session.execute(statement)


def test_the_database_refuses_what_no_rule_lets_through(ctx, cast, drive):
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(Stock).values(quantity=-1))
    delivery = deliver(cast, drive)
    for values in (
        {"signed_by_id": cast.ou.id, "signed_at": NOW}, {"signed_by_id": cast.chen.id},
        {"signed_by_id": cast.chen.id, "signed_at": NOW}, {"recipient_id": cast.ou.id}, {"point": ""},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(sa.update(GoodsDelivery).where(GoodsDelivery.id == delivery.id).values(**values))


# ── signatures ──────────────────────────────────────────────────────────────


def test_who_must_sign_is_told_when_there_is_something_to_sign(ctx, cast, drive):
    second = make_member("T009", "方明", db.session.get_one(Unit, cast.first.id))
    grant(second, Role.ORGANIZER, second.unit)
    db.session.commit()
    delivery = deliver(cast, drive)
    assert told("goods.to_sign") == set()
    receipt(cast, delivery)
    assert told("goods.to_sign") == {cast.chen.id, second.id}
    service.sign(second.id, delivery.id, 0, NOW)
    assert told("goods.signed") == {cast.ou.id}
    with pytest.raises(rules.SignedAlready):
        service.sign(cast.chen.id, delivery.id, 0, NOW)


def test_nothing_is_signed_without_a_receipt_or_by_who_recorded_it(ctx, cast, drive):
    delivery = deliver(cast, drive)
    with pytest.raises(rules.NoReceipt):
        service.sign(cast.chen.id, delivery.id, 0, NOW)
    receipt(cast, delivery)
    with pytest.raises(rules.ReceiptThere):
        receipt(cast, delivery)
    with pytest.raises(rules.OwnDelivery):
        service.sign(cast.ou.id, delivery.id, 0, NOW)
    for actor in (cast.lin, cast.gu):
        with pytest.raises(NotAllowed):
            service.sign(actor.id, delivery.id, 0, NOW)


def test_a_second_account_of_the_same_person_signs_nothing(ctx, cast, drive):
    double = make_member("T010", "欧阳慧敏", db.session.get_one(Unit, cast.first.id))
    grant(double, Role.ORGANIZER, double.unit)
    db.session.commit()
    join(cast.gu.id, cast.ou.id, double.id, NOW)
    delivery = deliver(cast, drive)
    receipt(cast, delivery)
    assert told("goods.to_sign") == {cast.chen.id}
    with pytest.raises(rules.OwnDelivery):
        service.sign(double.id, delivery.id, 0, NOW)


def test_whoever_is_given_aid_neither_hands_it_out_nor_signs(ctx, cast, drive):
    for where in (
        Where("资助中心", cast.ou.name),
        Where("资助中心", "x", cast.ou.id),
        Where("资助中心", cast.ou.number),
    ):
        with pytest.raises(rules.OwnAid):
            deliver(cast, drive, 1, where)
    for where in (Where("资助中心", cast.chen.name), Where("资助中心", "x", cast.chen.id)):
        delivery = deliver(cast, drive, 1, where)
        receipt(cast, delivery)
        with pytest.raises(rules.OwnAid):
            service.sign(cast.chen.id, delivery.id, 0, NOW)


def test_a_receipt_is_changed_until_it_is_signed(ctx, cast, drive):
    delivery = deliver(cast, drive)
    receipt(cast, delivery)
    with pytest.raises(NotAllowed):
        service.remove_receipt(cast.chen.id, delivery.id, "x", NOW)
    service.remove_receipt(cast.ou.id, delivery.id, "模糊", NOW)
    receipt(cast, delivery)
    service.sign(cast.chen.id, delivery.id, 0, NOW)
    with pytest.raises(rules.SignedAlready):
        service.remove_receipt(cast.ou.id, delivery.id, "x", NOW)
    there = db.session.scalars(sa.select(Photo.removed_at.is_(None)).order_by(Photo.id))
    assert list(there) == [False, True]


def test_nothing_is_signed_of_which_nothing_is_left(ctx, cast, drive):
    delivery = deliver(cast, drive)
    receipt(cast, delivery)
    service.correct(cast.ou.id, last_movement(drive).id, 0, "没有送出", NOW)
    with pytest.raises(rules.NothingToSign):
        service.sign(cast.chen.id, delivery.id, 1, NOW)
    assert hands(drive) == {"欧阳慧敏": 40}


# ── who is helped ───────────────────────────────────────────────────────────


def test_the_handler_alone_learns_whom_it_was_for_and_every_look_leaves_a_trail(ctx, cast, drive):
    delivery = deliver(cast, drive, 1, Where("资助中心", SECRET, cast.wang.id))
    for name in ("lin", "wang", "zhao", "chen", "gu"):
        with pytest.raises(NotFound):
            service.recipient_of(getattr(cast, name).id, delivery.id, NOW)
    assert service.recipient_of(cast.ou.id, delivery.id, NOW + DAY) == SECRET
    looks = db.session.execute(
        sa.select(AuditEntry.actor_id, AuditEntry.at).where(AuditEntry.verb == "look at recipient")
    ).all()
    assert [tuple(look) for look in looks] == [(cast.ou.id, NOW + DAY)]


def test_nobody_reads_in_the_database_whom_it_was_for(app, ctx, cast, drive, monkeypatch):
    delivery = deliver(cast, drive, 1, Where("资助中心", SECRET))
    assert SECRET not in str(db.session.execute(sa.text("SELECT * FROM goods_delivery")).all())
    elsewhere = replace(app.config["SETTINGS"], secret_key="another key of the service")
    monkeypatch.setitem(app.config, "SETTINGS", elsewhere)
    with pytest.raises(RecipientLost):
        service.recipient_of(cast.ou.id, delivery.id, NOW)


def test_a_handler_who_runs_nothing_any_more_learns_nothing(ctx, cast, drive):
    delivery = deliver(cast, drive, 1, Where("资助中心", SECRET))
    db.session.execute(sa.text("DELETE FROM role_grant"))
    db.session.commit()
    with pytest.raises(NotAllowed):
        service.recipient_of(cast.ou.id, delivery.id, NOW)


def test_a_recipient_stands_in_no_trail_and_no_notice(ctx, cast, drive):
    delivery = deliver(cast, drive, 1, Where("资助中心", SECRET, cast.wang.id))
    receipt(cast, delivery)
    service.sign(cast.chen.id, delivery.id, 0, NOW)
    service.recipient_of(cast.ou.id, delivery.id, NOW)
    written = [str(row) for row in db.session.execute(sa.text("SELECT verb, before, after, reason FROM audit_entry"))]
    written += [str(row) for row in db.session.execute(sa.text("SELECT params FROM notice"))]
    assert written
    assert not [text for text in written if SECRET in text or f"recipient_id': {cast.wang.id}" in text]
    assert cast.wang.id not in told("goods.to_sign") | told("goods.signed")


def test_what_was_given_to_a_person_is_told_without_its_point(ctx, cast, drive):
    deliver(cast, drive, 3)
    deliver(cast, drive, 1, Where("七号楼301室", SECRET))
    told_of = [
        (point, [(good.key, n) for good, n in goods]) for point, goods in queries.points(kind_of("donation"), drive.id)
    ]
    assert told_of == [("", [("clothes", 1)]), ("爱心超市", [("clothes", 3)])]


def test_whoever_holds_goods_and_leaves_still_holds_them(ctx, cast, drive):
    pass_on(cast, drive, 5)
    db.session.execute(sa.update(Member).where(Member.id == cast.lin.id).values(active=False))
    db.session.commit()
    with pytest.raises(NotFound):
        pass_on(cast, drive, 1)
    pass_on(cast, drive, 5, cast.lin, cast.ou)
    assert hands(drive) == {"欧阳慧敏": 40}


def test_a_kind_that_declares_goods_of_its_own_needs_nothing_else(ctx, cast):
    kind = Kind(
        key="seeds", name="Seeds", seal="Se", colour="team", ledger=Ledger.SERVICE,
        goods=(Good("acorns", "Acorns", "acorns"),),
    )  # fmt: skip
    declare(kind)
    try:
        activity = make_activity("播种", db.session.get_one(Unit, cast.first.id), "seeds")
        db.session.commit()
        service.take_in(cast.ou.id, activity.id, "acorns", 7, "橡果", cast.ou.id, TODAY, NOW)
        assert [(one.good.key, one.there) for one in queries.balances(kind, activity.id)] == [("acorns", 7)]
        with pytest.raises(rules.NoSuchGoods):
            service.take_in(cast.ou.id, activity.id, "clothes", 7, "x", cast.ou.id, TODAY, NOW)
    finally:
        del KINDS["seeds"]
