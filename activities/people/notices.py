"""What people are told about their account. Notices carry a link's id, never its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.kit.refusal import N_
from activities.kit.roles import Role
from activities.outbox import service as outbox
from activities.outbox.rules import Group
from activities.outbox.words import Page, words
from activities.people import links
from activities.people.models import AccessLink, Member, Unit
from activities.people.rules import LinkPurpose


def _enter(params: Mapping[str, Any]) -> Page:
    return "people.enter", {"token": links.token(params["link"], LinkPurpose(params["purpose"]))}


def _home(_: Mapping[str, Any]) -> Page:
    return "home.my_duties", {}


words(
    "people.invitation",
    N_("Your account for duty posts and practice"),
    N_(
        "Choose a password with the link below. It works once, until %(until)s. Afterwards you log in with your number "
        "%(number)s or this e-mail address."
    ),
    _enter,
    Group.ACCOUNT,
    mail_only=True,
)
words(
    "people.reset",
    N_("Choose a new password"),
    N_("The link below works once, until %(until)s. If you did not ask for it, do nothing: your password stays."),
    _enter,
    Group.ACCOUNT,
    mail_only=True,
)
words(
    "people.password_changed",
    N_("Your password was changed"),
    N_("It was changed %(at)s, and all devices were logged out. If it was not you, tell an administrator at once."),
    group=Group.ACCOUNT,
)
words(
    f"people.granted.{Role.ORGANIZER}",
    N_("You are now an organizer of %(unit)s"),
    N_("You plan and run activities of this unit and of those below it."),
    _home,
    Group.ACCOUNT,
)
words(
    f"people.granted.{Role.SECRETARY}",
    N_("You are now branch secretary of %(unit)s"),
    N_("You see how members of this unit and of those below it take part, and appoint organizers."),
    _home,
    Group.ACCOUNT,
)
words(
    f"people.granted.{Role.ADMINISTRATOR}",
    N_("You are now an administrator of %(unit)s"),
    N_("You manage members, units and roles of this unit and of those below it."),
    _home,
    Group.ACCOUNT,
)


def link_made(link: AccessLink, member: Member, now: datetime) -> None:
    outbox.post(
        now, [member.id], f"people.{link.purpose}",
        link=link.id, purpose=link.purpose, until=link.expires_at.isoformat(), number=member.number,
    )  # fmt: skip


def password_changed(member_id: int, now: datetime) -> None:
    outbox.post(now, [member_id], "people.password_changed", at=now.isoformat())


def granted(member_id: int, role: Role, unit: Unit, now: datetime) -> None:
    outbox.post(now, [member_id], f"people.granted.{role}", unit=unit.name)
