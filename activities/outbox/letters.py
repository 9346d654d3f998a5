"""Notices in words: as a letter, as a group's message, as an entry of the inbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app

from activities.config import Settings
from activities.kit.address import absolute
from activities.kit.asked import read_day
from activities.kit.i18n import DEFAULT, LANGUAGES, force_locale, say_day, say_end, say_moment, say_span
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.outbox.words import WORDS, Words

# A reason that somebody typed often ends with a full stop, and so does the sentence in which it stands.
STOPS = re.compile(r"(?<![.。])([.。])[.。](?![.。])")


@dataclass(frozen=True)
class Recipient:
    """To whom a notice goes. Without an address there is nothing to mail."""

    name: str
    email: str | None
    language: str | None


@dataclass(frozen=True)
class Enclosure:
    """An iTIP message (RFC 5546) that goes along: its method, its octets, and whom to write to about it."""

    method: str
    calendar: bytes
    organizer: str


class Told(Protocol):
    """What of a notice is put into words."""

    @property
    def id(self) -> int: ...
    @property
    def topic(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True)
class Said:
    """A notice in the language that is being spoken. `address`: of the page it is about."""

    subject: str
    body: str
    address: str | None


def say(notice: Told) -> Said:
    """The notice in words. LookupError or TypeError where its topic or a fact is missing."""
    words = WORDS[notice.topic]
    address = None
    if words.page:
        endpoint, values = words.page(notice.params)
        address = absolute(endpoint, **values)
    return Said(*filled(words, notice.params), address)


def filled(words: Words, params: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body with their facts."""
    facts = {name: _say_fact(value, say_end if name == "until" else say_moment) for name, value in params.items()}
    facts |= words.said(params) if words.said else {}
    return clean_line(_(words.subject) % facts), STOPS.sub(r"\1", _(words.body) % facts)


def render(
    notice: Told, person: Recipient, items: Sequence[Told] = (), enclosures: Sequence[Enclosure] = ()
) -> EmailMessage:
    """The notice as a letter in the person's language; with `items`, the day's letter in which these stand. Raises
    what `delivery` catches where it cannot be."""
    settings: Settings = current_app.config["SETTINGS"]
    message = EmailMessage(policy=SMTP)
    with force_locale(person.language if person.language in LANGUAGES else DEFAULT):
        said = [say(notice), *map(say, items)]
    message["Subject"] = said[0].subject
    parts = [person.name, *("\n".join(_lines(one, first=n == 0)) for n, one in enumerate(said)), settings.school]
    message.set_content("\n\n".join(parts) + "\n")
    message["From"], message["Auto-Submitted"] = _in_all(settings.school, settings.mail_from)
    message["To"] = Address(clean_line(person.name), addr_spec=str(person.email))
    message["Date"] = notice.created_at
    host = urlsplit(settings.base_url).hostname
    message["Message-ID"] = f"<notice.{notice.id}.{notice.created_at:%Y%m%d%H%M%S}@{host}>"
    _enclose(message, enclosures)
    return message


@lru_cache(maxsize=8)
def _in_all(school: str, mail_from: str) -> tuple[str, str]:
    """From and Auto-Submitted, which are the same in all letters: to parse the headers of one takes longer than to say
    what stands in it, and these are parsed once."""
    sender = Address(school, addr_spec=mail_from)
    return SMTP.header_factory("From", sender), SMTP.header_factory("Auto-Submitted", "auto-generated")


def _enclose(message: EmailMessage, enclosures: Sequence[Enclosure]) -> None:
    """Add invitations as RFC 6047 wants them: each a part of its own that names its method, as in the calendar itself.

    A single one is the last alternative to the text, where Gmail, Outlook and Apple Mail look for it and offer it
    beside the letter, and once more a file, for programs that show files only. Of several no alternative could be the
    letter: each is a part beside the text, which a program opens by itself.
    """
    if len(organizers := {one.organizer for one in enclosures}) == 1:
        message["Reply-To"] = Address(addr_spec=organizers.pop())
    match enclosures:
        case [one]:
            message.add_alternative(
                one.calendar.decode(), subtype="calendar", params={"method": one.method}, cte="base64"
            )
            message.add_attachment(one.calendar, maintype="application", subtype="ics", filename="invite.ics")
        case several:
            for number, one in enumerate(several, start=1):
                message.add_attachment(
                    one.calendar.decode(), subtype="calendar", params={"method": one.method}, cte="base64",
                    filename=f"invite-{number}.ics",
                )  # fmt: skip


def for_group(notice: Told, language: str) -> str:
    """The notice as one text for a chat group."""
    with force_locale(language if language in LANGUAGES else DEFAULT):
        return "\n".join(_lines(say(notice), first=False))


def _lines(said: Said, *, first: bool) -> list[str]:
    """What stands in a letter's text: its own subject is in its head already."""
    if first:
        return [said.body, *(["", said.address] if said.address else [])]
    return [said.subject, said.body, *([said.address] if said.address else [])]


def _say_fact(value: Any, say: Callable[[datetime], str] = say_moment) -> Any:
    """A day, a moment, or a pair of moments, as people say it; several slots, each on a line of its own;
    anything else as it is."""
    if isinstance(value, str) and (day := read_day(value)):
        return say_day(day, year=True)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "\n".join(_say_line(one) for one in value)
    moments = [_moment(v) for v in value] if isinstance(value, list) else [_moment(value)]
    match moments:
        case [datetime() as starts, datetime() as ends]:
            return say_span(starts, ends)
        case [datetime() as moment]:
            return say(moment)
    return value


def _say_line(one: Mapping[str, Any]) -> str:
    """When, what and where; a place that the name says already is not said again."""
    where = [one["where"]] if one["where"] not in one["what"] else []
    return "·".join([str(_say_fact(one["when"])), one["what"], *where])


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
