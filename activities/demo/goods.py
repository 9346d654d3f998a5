"""The graduation donation drive: lots as they came, who keeps them, what went to the shop and was signed for, one aid
to a person that waits for its signature, and something counted wrongly. Aid to students from what alumni gave. And
photos: shores before and after, and what was done elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from activities.demo import pictures
from activities.demo.ways import free_day, plan
from activities.duties.kinds import PhotoMoment
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import WayIn
from activities.goods import queries
from activities.goods.models import GoodsDelivery, Lot
from activities.goods.service import Part, Where, add_receipt, correct, deliver, pass_on, sign, take_in
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.outcomes import gallery
from activities.people.models import Member
from activities.photos.apart import Picture
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
AID_IS = "校友捐来的冬衣冬鞋，由学生资助中心发给家庭困难的同学。谁领了什么，只有经手人知道。"
GIVEN = (("clothes", 80, "校友捐赠 羽绒服"), ("shoes", 20, "校友捐赠 棉鞋"))

# What a photo shows, how it is drawn, and in words.
Photo = tuple[PhotoMoment, Callable[[], Picture], str]


def _pair(leaves: int, before: str, after: str) -> tuple[Photo, ...]:
    swept = leaves // 30
    return (
        (PhotoMoment.BEFORE, lambda: pictures.shore(leaves), before),
        (PhotoMoment.AFTER, lambda: pictures.shore(swept), after),
    )


PHOTOS: dict[str, tuple[tuple[Photo, ...], ...]] = {
    "cleaning": (
        _pair(420, "落叶盖住步道", "步道扫净，落叶装袋"),
        _pair(260, "广场西侧有落叶和纸屑", "广场清扫完毕"),
        _pair(340, "风后湖边满地枝叶", "枝叶清走，步道露出"),
    ),
    "energy": (
        ((PhotoMoment.DURING, lambda: pictures.room(is_lit=True), "晚自习后三盏灯没有关"),),
        ((PhotoMoment.DURING, lambda: pictures.room(is_lit=False), "离开前灯和投影都已关闭"),),
    ),
    "donation": (((PhotoMoment.DURING, pictures.boxes, "装箱待运的衣物和书籍"),),),
}


def play(now: datetime) -> None:
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    _drive(people["organizer"], people["secretary"], people["member"], now)
    _aid(people["organizer"], people["secretary"], now)
    for kind, slots in PHOTOS.items():
        _photos(kind, slots, now)


def _aid(organizer: int, secretary: int, now: datetime) -> None:
    """Winter clothes from alumni: some given and signed for, some that wait, most still in the store."""
    day, today = free_day(now + timedelta(days=8)), local_day(now)
    slot_id = plan(
        organizer, "困难学生冬衣帮扶", "aid", WayIn.FIRST_COME, "学生资助中心", 6, day, now, description=AID_IS,
        risks="搬运物品。", safeguards="受助同学的情况不外传；领取时一人一次。",
    )  # fmt: skip
    activity_id = db.session.get_one(Slot, slot_id).post.activity_id
    begun = today - timedelta(days=10)
    for category, quantity, label in GIVEN:
        take_in(organizer, activity_id, category, quantity, label, organizer, begun, now - timedelta(hours=3))
    lots = dict(db.session.execute(sa.select(Lot.label, Lot.id).where(Lot.activity_id == activity_id)).all())
    coats, shoes = (lots[label] for _, _, label in GIVEN)
    pass_on(organizer, coats, organizer, secretary, 40, begun, "存放党总支库房", now - timedelta(hours=3))
    for days, signer in ((6, secretary), (2, None)):
        parts = [Part(coats, organizer, 2), Part(shoes, organizer, 1)]
        where = Where("学生资助中心", f"编号 {days:02} 的同学", note="本人领取")
        for delivery_id in _delivered(organizer, activity_id, parts, where, today - timedelta(days=days), now):
            if signer:
                sign(signer, delivery_id, 0, now)


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


def _photos(kind: str, slots: tuple[tuple[Photo, ...], ...], now: datetime) -> None:
    """Of what was recorded last, each slot's."""
    query = (
        sa.select(Record.slot_id, sa.func.min(Record.recorded_by_id), Slot.ends_at, sa.func.max(Record.recorded_at))
        .join(Slot, Slot.id == Record.slot_id)
        .join(Slot.post)
        .join(Post.activity)
        .where(Activity.kind_key == kind, Slot.ends_at <= now)
        .group_by(Record.slot_id, Slot.ends_at)
        .order_by(sa.func.max(Record.recorded_at).desc(), Record.slot_id)
        .limit(len(slots))
    )
    for (slot_id, organizer, ended_at, recorded_at), photos in zip(
        db.session.execute(query).all(), slots, strict=False
    ):
        for moment, picture, caption in photos:
            at = max(ended_at, recorded_at)
            gallery.add(organizer, slot_id, moment, picture(), caption, People.NOBODY, at)
