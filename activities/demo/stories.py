"""Two stories that people agreed to, with drawn pictures; and one about the member, whose word it waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from activities.commendations import stories, story_photos, story_queries
from activities.commendations.models import Story
from activities.demo import pictures
from activities.duties.models import Activity, Post, Slot
from activities.kit.db import db
from activities.people.models import Member
from activities.people.rules import Standing
from activities.photos.apart import Picture
from activities.photos.rules import People
from activities.records.models import Record
from activities.records.rules import CAME

DAY = timedelta(days=1)


class Told(NamedTuple):
    kind: str
    title: str
    text: str
    photos: tuple[tuple[Callable[[], Picture], str], ...]
    ago: int


TOLD = (
    Told(
        "cleaning", "湖边的落叶，有人一直在扫",
        "东湖北岸的小路，秋天一夜之间就会铺满落叶。轮到清扫的那几天，总能看到同一个身影先到：领工具、分段、从最远的一头扫起。\n"
        "问起来，回答很简单：路干净了，早上跑步的同学就不会滑倒。一个学期下来，责任区的检查评分稳在九十分以上，"
        "同班的几位同学也跟着报了名。\n没有什么特别的事。只是该来的时候，每次都来。",
        (
            (lambda: pictures.shore(140), "清扫前，湖边小路上铺满落叶"),
            (lambda: pictures.shore(8), "清扫后，小路露了出来"),
        ), 12,
    ),
    Told(
        "energy", "最后离开教室的人",
        "晚上十点半，教学楼渐渐安静下来。节能岗的检查从一楼开始：开关、投影、空调、窗户，一间一间看过去，再一间一间记下来。\n"
        "起初常有教室忘了关灯，后来越来越少。值岗的同学说，最有成就感的不是省了多少度电，"
        "而是有一天上去检查，发现前面的人已经随手关好了。",
        (
            (lambda: pictures.room(is_lit=True), "晚自习后，教室的灯还亮着"),
            (lambda: pictures.room(is_lit=False), "检查之后，灯已关好"),
        ), 4,
    ),
)  # fmt: skip
ASKED = Told(
    "",
    "把每一次都做好",
    "这一年里，从清扫到值岗，登记本上的每一次都按时、按要求完成。带新同学时，先讲为什么要做，再讲怎么做。",
    (),
    1,
)


def play(now: datetime) -> None:
    people = dict(db.session.execute(sa.select(Member.number, Member.id)).all())
    organizer, member = people["organizer"], people["member"]
    told = {organizer, member}
    for one in TOLD:
        who = _whoever_came_most(one.kind, told)
        told.add(who)
        _write(organizer, who, one, now - one.ago * DAY)
        stories.agree(who, *_latest(), now - one.ago * DAY + timedelta(hours=5))
    _write(organizer, member, ASKED, now - ASKED.ago * DAY)


def _whoever_came_most(kind: str, but: set[int]) -> int:
    query = (
        sa.select(Record.member_id)
        .join(Slot, Slot.id == Record.slot_id)
        .join(Slot.post)
        .join(Post.activity)
        .join(Member, Member.id == Record.member_id)
        .where(Activity.kind_key == kind, Record.attendance.in_(CAME), Record.is_final, Record.member_id.not_in(but))
        .where(Member.standing == Standing.STUDENT, Member.active)
        .group_by(Record.member_id)
        .order_by(sa.func.count().desc(), Record.member_id)
        .limit(1)
    )
    return db.session.scalars(query).one()


def _write(by: int, who: int, told: Told, moment: datetime) -> None:
    known = story_queries.activities_of(who, stories.since(moment))
    about = [one.id for one in known if told.kind in ("", one.kind_key)]
    stories.write(by, who, told.title, told.text, about, moment)
    for draw, caption in told.photos:
        story_photos.add_photo(by, _latest()[0], draw(), caption, People.NOBODY, moment)
    stories.ask(by, _latest()[0], moment)


def _latest() -> sa.Row[int, int]:
    """The id and the revision of the story that was written last."""
    return db.session.execute(sa.select(Story.id, Story.revision).order_by(Story.id.desc()).limit(1)).one()
