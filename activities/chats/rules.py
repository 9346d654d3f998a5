"""What is asked of a chat group, in plain values."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.outbox.rules import News, Vendor, next_time

# When a group is told where people are missing, and for how long ahead.
SHORT_AT = time(12, 0)
SHORT_AHEAD = timedelta(days=2)
# What is younger may still be on its way into the database.
SETTLED = timedelta(minutes=1)

VENDOR_NAMES = {
    Vendor.WECOM: N_("WeCom"),
    Vendor.DINGTALK: N_("DingTalk"),
    Vendor.FEISHU: N_("Feishu"),
}
NEWS_NAMES = {
    News.NEW_SLOTS: N_("New slots"),
    News.SHORT: N_("Where people are missing, at noon"),
    News.CANCELLED: N_("Cancelled slots"),
}


@refusal
class NotARobot(Refusal):
    sentence: ClassVar[str] = N_("This is not the address of such a robot.")
    remedy: ClassVar[str] = N_(
        "Copy it whole from the group's settings; it begins with https:// and the vendor's name."
    )


def is_noon_between(since: datetime, until: datetime, zone: tzinfo) -> bool:
    """Whether the time to tell where people are missing has come since the group was told last."""
    return next_time(since + timedelta(microseconds=1), SHORT_AT, zone) <= until
