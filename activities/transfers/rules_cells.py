"""What the cells of a file of hours mean: headings, days, times of day, lengths. Pure, on the text of one cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import ClassVar

from activities.duties.kinds import Ledger
from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.people.day_cells import SERIAL
from activities.people.roster_cells import compact, tidy
from activities.people.roster_words import fold
from activities.people.tables import by_word

MIDNIGHT = time(0)
WHOLE_DAY = (MIDNIGHT, MIDNIGHT)
MOST_MINUTES = 24 * 60
_FRACTION = re.compile(r"0(\.\d+)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.0+)?)?", re.ASCII)
_HOURS = re.compile(
    r"(?:(\d{1,3}(?:\.\d+)?)(?:小时|小時|时|時|h|hours?))?(?:(\d{1,4})(?:分钟|分鐘|分|m|min|minutes?))?", re.I
)
_DASH = re.compile(r"[-–—~～至到]+")


class Field(StrEnum):
    NUMBER = "number"
    NAME = "name"
    DAY = "day"
    SPAN = "span"
    START = "start"
    END = "end"
    MINUTES = "minutes"
    HOURS = "hours"
    ACTIVITY = "activity"
    PLACE = "place"
    LEDGER = "ledger"


LABELS = {
    Field.NUMBER: Word(N_("Student or staff number")),
    Field.NAME: Word(N_("Full name")),
    Field.DAY: Word(N_("Day")),
    Field.SPAN: Word(N_("From – to in one column")),
    Field.START: Word(N_("From")),
    Field.END: Word(N_("To")),
    Field.MINUTES: Word(N_("Minutes")),
    Field.HOURS: Word(N_("Hours")),
    Field.ACTIVITY: Word(N_("Activity")),
    Field.PLACE: Word(N_("Place")),
    Field.LEDGER: Word(N_("Kind of time")),
}
_HEADINGS = {
    Field.NUMBER: "学号 工号 编号 学工号 学號 學號 工號 學工號 学号工号"
    " number studentnumber studentid staffnumber staffid",
    Field.NAME: "姓名 名字 志愿者姓名 志愿者 name fullname volunteer studentname",
    Field.DAY: "日期 服务日期 活动日期 时间日期 服務日期 活動日期 day date servicedate",
    Field.SPAN: "时间段 服务时间 起止时间 活动时间 時段 时段 服務時間 起訖時間 time period fromto",
    Field.START: "开始 开始时间 起 开始时刻 起始时间 開始 開始時間 from start starttime begin",
    Field.END: "结束 结束时间 止 终止时间 結束 結束時間 to end endtime",
    Field.MINUTES: "分钟 时长分钟 服务分钟 分鐘 服务时长分钟 minutes mins",
    Field.HOURS: "小时 时长 服务时长 服务时数 志愿时长 小時 時數 時長 服務時數 服務時長 hours servicehours duration",
    Field.ACTIVITY: "活动 活动名称 项目 项目名称 服务内容 服务项目 活動 活動名稱 項目 項目名稱"
    " activity activityname project",
    Field.PLACE: "地点 服务地点 活动地点 場所 地點 服務地點 活動地點 place location",
    Field.LEDGER: "类别 类型 时长类型 服务类别 類別 類型 ledger type category",
}
HEADINGS = by_word(_HEADINGS)
_LEDGERS = {
    Ledger.SERVICE: "志愿服务 志愿 志願服務 志願 公益 volunteer volunteerservice service",
    Ledger.DUTY: "岗位履职 岗位 值班 履职 崗位 崗位履職 duty postduty",
    Ledger.LEARNING: "学习 学时 理论学习 培训 學習 學時 培訓 study learning training",
    Ledger.ORGANISATION: "组织生活 党务 会议 組織生活 會議 organisation organisationallife meeting",
}
LEDGERS = by_word(_LEDGERS)


@refusal
class NeedsClock(Refusal):
    sentence: ClassVar[str] = N_("A time of day such as 14:00.")


@refusal
class NeedsSpan(Refusal):
    sentence: ClassVar[str] = N_("A time from – to such as 14:00–16:00.")


@refusal
class NeedsLength(Refusal):
    sentence: ClassVar[str] = N_("A length of more than nothing and at most a day.")


@refusal
class NeedsLedger(Refusal):
    sentence: ClassVar[str] = N_("A kind of time, such as volunteer service or study.")


def guess(heading: Mapping[int, str]) -> dict[Field, int]:
    """Which column holds what, as far as the headings say; of two that say the same the first."""
    found: dict[Field, int] = {}
    for column, text in sorted(heading.items()):
        field = HEADINGS.get(fold(text, asides=True)) or HEADINGS.get(fold(text))
        if field and field not in found:
            found[field] = column
    return found


def read_clock(text: str) -> time:
    """A time of day, also as the fraction of a day that spreadsheets keep; 24:00 is midnight. Raises NeedsClock."""
    text = tidy(text).replace("：", ":")
    if _FRACTION.fullmatch(text) or SERIAL.fullmatch(text):
        minutes = round(float(text) % 1 * MOST_MINUTES)
        return time(minutes // 60 % 24, minutes % 60)
    match = _CLOCK.search(text)
    if match is None or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > MOST_MINUTES:
        raise NeedsClock
    return time(int(match[1]) % 24, int(match[2]))


def read_span(text: str) -> tuple[time, time]:
    """Raises NeedsSpan."""
    parts = _DASH.split(tidy(text))
    try:
        starts, ends = parts
        return read_clock(starts), read_clock(ends)
    except (ValueError, NeedsClock):
        raise NeedsSpan from None


def read_hours(text: str) -> int:
    """Minutes of "2.5", "2:30" or "2小时30分", to the nearest minute. Raises NeedsLength."""
    text = compact(text)
    if match := _CLOCK.fullmatch(text):
        return _length(Decimal(int(match[1]) * 60 + int(match[2])))
    if (match := _HOURS.fullmatch(text)) and text:
        return _length(Decimal(match[1] or 0) * 60 + Decimal(match[2] or 0))
    return _length(_number(text) * 60)


def read_minutes(text: str) -> int:
    """Raises NeedsLength."""
    return _length(_number(re.sub(r"(分钟|分鐘|分|min)$", "", compact(text))))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NeedsLength from None
    if not number.is_finite() or not 0 < number <= MOST_MINUTES:
        raise NeedsLength
    return number


def _length(minutes: Decimal) -> int:
    whole = int(minutes.quantize(Decimal(1), ROUND_HALF_UP))
    if not 0 < whole <= MOST_MINUTES:
        raise NeedsLength
    return whole


def read_ledger(text: str) -> Ledger:
    """Raises NeedsLedger."""
    ledger = LEDGERS.get(fold(text))
    if ledger is None:
        raise NeedsLedger
    return ledger
