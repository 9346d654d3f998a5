"""What a feed may be of, how much it may say, and which kinds of programs ask for it. Plain values only."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal


class Scope(StrEnum):
    DUTIES = "duties"
    OPEN = "open"
    ORGANIZED = "organized"
    UNIT = "unit"
    ACTIVITY = "activity"
    POST = "post"
    SEARCH = "search"
    SITE = "site"


class Detail(StrEnum):
    """How much a feed says to whoever has its address."""

    BUSY = "busy"
    TITLE = "title"
    FULL = "full"


DETAIL_NAMES = {
    Detail.BUSY: N_("Only that I am busy"),
    Detail.TITLE: N_("Title and time"),
    Detail.FULL: N_("Everything: title, place, what it is about"),
}


class Client(StrEnum):
    GOOGLE = "google"
    APPLE = "apple"
    OUTLOOK = "outlook"
    THUNDERBIRD = "thunderbird"
    ICSX5 = "icsx5"
    VDIRSYNCER = "vdirsyncer"
    OTHER = "other"


CLIENT_NAMES = {
    Client.GOOGLE: N_("Google Calendar"),
    Client.APPLE: N_("an Apple calendar"),
    Client.OUTLOOK: N_("Outlook"),
    Client.THUNDERBIRD: N_("Thunderbird"),
    Client.ICSX5: N_("ICSx5"),
    Client.VDIRSYNCER: N_("vdirsyncer"),
    Client.OTHER: N_("another program"),
}
# By what stands in the names that programs give themselves.
_SIGNS = (
    (Client.GOOGLE, "google"),
    (Client.ICSX5, "icsx5"),
    (Client.VDIRSYNCER, "vdirsyncer"),
    (Client.THUNDERBIRD, "thunderbird|lightning"),
    (Client.OUTLOOK, "outlook|microsoft|msoffice|exchange"),
    (Client.APPLE, "dataaccessd|calendaragent|calendarstore|accountsd|^ios/|mac ?os(?! x.*applewebkit)|icloud"),
)
_CLIENTS = tuple((client, re.compile(signs)) for client, signs in _SIGNS)


def client_of(agent: str) -> Client:
    """Which kind of program calls itself so."""
    name = agent[:200].lower()
    return next((client for client, signs in _CLIENTS if signs.search(name)), Client.OTHER)


# So many feeds one person may have at once: every one of them is asked for every hour.
MOST_FEEDS = 20


@refusal
class TooManyFeeds(Refusal):
    most: int = MOST_FEEDS
    sentence: ClassVar[str] = N_("You have %(most)s calendar addresses, and no more are given.")
    remedy: ClassVar[str] = N_("Stop one that you do not need any more.")
