"""Who is told what of an exemplary story."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words


def _story(params: Mapping[str, Any]) -> Page:
    return "commendations.story", {"public_id": params["story"]}


def _all(_: Mapping[str, Any]) -> Page:
    return "commendations.all_stories", {}


words(
    "stories.asked",
    N_("A story about you waits for your word"),
    N_("%(by)s wrote it. It is published in the school only if you agree to this text and these pictures."),
    _story, Group.ANSWERS,
)  # fmt: skip
words(
    "stories.published",
    N_("Published: %(title)s"),
    N_("The person has agreed to it. It stands among the stories."),
    _story, Group.ANSWERS,
)  # fmt: skip
words(
    "stories.withdrawn",
    N_("Withdrawn: %(title)s"),
    N_("The person does not want it published. It is taken down."),
    _story, Group.ANSWERS,
)  # fmt: skip
words(
    "stories.changed",
    N_("The story about you is being changed"),
    N_("It is taken down until you have agreed to the new text and pictures."),
    _all, Group.RECORDS,
)  # fmt: skip
words(
    "stories.taken_down",
    N_("Taken down: %(title)s"),
    N_("It is read by the school no more. Reason: %(reason)s"),
    _story, Group.RECORDS,
)  # fmt: skip
words(
    "stories.again",
    N_("Published again: %(title)s"),
    N_("It is the text and the pictures that you agreed to. You can take it down there at any time."),
    _story, Group.RECORDS,
)  # fmt: skip


def asked(member_id: int, story: str, by: str, now: datetime) -> None:
    outbox.post(now, [member_id], "stories.asked", story=story, by=by)


def published(by_id: int, story: str, title: str, now: datetime) -> None:
    outbox.post(now, [by_id], "stories.published", story=story, title=title)


def withdrawn(by_id: int, story: str, title: str, now: datetime) -> None:
    outbox.post(now, [by_id], "stories.withdrawn", story=story, title=title)


def changed(member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "stories.changed")


def taken_down(member_ids: Collection[int], story: str, title: str, reason: str, now: datetime) -> None:
    outbox.post(now, member_ids, "stories.taken_down", story=story, title=title, reason=reason)


def again(member_id: int, story: str, title: str, now: datetime) -> None:
    outbox.post(now, [member_id], "stories.again", story=story, title=title)
