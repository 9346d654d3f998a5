"""The graduation donation drive: lots as they came, who keeps them, what went to the shop and was signed for, one aid
to a person that waits for its signature, and something counted wrongly. And a shore before and after."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.demo import pictures
from activities.duties.kinds import PhotoMoment
from activities.duties.models import Activity, Post, Slot
from activities.goods import queries
from activities.goods.models import GoodsDelivery, Lot
from activities.goods.service import Part, Where, add_receipt, correct, deliver, pass_on, sign, take_in
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.outcomes import gallery
from activities.people.models import Member
from activities.photos.rules import People
from activities.records.models import Record

LOTS = (
    ("clothes", 126, "一号宿舍楼 冬衣"),
    ("books", 340, "一号宿舍楼 教材与小说"),
    ("bedding", 38, "三号宿舍楼 被褥"),
    ("shoes", 24, "三号宿舍楼 鞋"),
    ("clothes", 87, "五号宿舍楼 夏衣"),
    ("other_things", 52, "五号宿舍楼 台灯、水壶等"),
)
DELIVERED = {"一号宿舍楼 冬衣": 100, "一号宿舍楼 教材与小说": 340, "三号宿舍楼 被褥": 30}
SHOP = Where("扶贫爱心超市", note="店长当面点清。")
AID = Where("学生资助中心", "物流2302班 一名同学", note="换季衣物")
RECEIPT = "盖章的签收单"
BEFORE, AFTER = "落叶盖住步道", "步道扫净，落叶装袋"


def play(now: datetime) -> None:
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    _drive(people["organizer"], people["secretary"], people["member"], now)
    _shore(now)


def _drive(organizer: int, secretary: int, member: int, now: datetime) -> None:
    for activity_id, day in _last_day():
        later = min(day + timedelta(days=3), local_day(now))
        for category, quantity, label in LOTS:
            take_in(organizer, activity_id, category, quantity, label, organizer, day, now - timedelta(hours=9))
        lots = dict(db.session.execute(sa.select(Lot.label, Lot.id).where(Lot.activity_id == activity_id)).all())
        counted = queries.movements(lots["三号宿舍楼 鞋"])[0]
        correct(organizer, counted.id, 23, "有一只不成双。", now - timedelta(hours=8))
        kept = lots["五号宿舍楼 夏衣"]
        pass_on(organizer, kept, organizer, member, 40, later, "暂存党员活动室", now - timedelta(hours=7))
        parts = [Part(lots[label], organizer, quantity) for label, quantity in DELIVERED.items()]
        for delivery_id in _delivered(organizer, activity_id, parts, SHOP, later, now - timedelta(hours=6)):
            sign(secretary, delivery_id, 0, now - timedelta(hours=5))
        _delivered(organizer, activity_id, [Part(kept, member, 3)], AID, later, now - timedelta(hours=4))


def _last_day() -> list[tuple[int, date]]:
    """The donation drive and the last day on which somebody was recorded in it; nothing where it is still to come."""
    query = (
        sa.select(Activity.id, sa.func.max(Record.day))
        .join(Post, Post.activity_id == Activity.id)
        .join(Slot, Slot.post_id == Post.id)
        .join(Record, Record.slot_id == Slot.id)
        .where(Activity.kind_key == "donation")
        .group_by(Activity.id)
    )
    return [(activity_id, day) for activity_id, day in db.session.execute(query)]


def _delivered(
    organizer: int, activity_id: int, parts: list[Part], where: Where, day: date, now: datetime
) -> list[int]:
    """The delivery, with its receipt."""
    public_id = deliver(organizer, activity_id, parts, where, day, now)
    ids = list(db.session.scalars(sa.select(GoodsDelivery.id).where(GoodsDelivery.public_id == public_id)))
    for delivery_id in ids:
        add_receipt(organizer, delivery_id, pictures.receipt(), RECEIPT, People.NOBODY, now)
    return ids


def _shore(now: datetime) -> None:
    """Of the cleaning that was recorded last."""
    query = (
        sa.select(Record.slot_id, Record.recorded_by_id, Record.recorded_at)
        .join(Slot, Slot.id == Record.slot_id)
        .join(Slot.post)
        .join(Post.activity)
        .where(Activity.kind_key == "cleaning", Record.recorded_at <= now)
        .order_by(Record.recorded_at.desc(), Record.id)
        .limit(1)
    )
    for slot_id, organizer, at in db.session.execute(query).all():
        for moment, leaves, caption in ((PhotoMoment.BEFORE, 420, BEFORE), (PhotoMoment.AFTER, 12, AFTER)):
            gallery.add(organizer, slot_id, moment, pictures.shore(leaves), caption, People.NOBODY, at)
