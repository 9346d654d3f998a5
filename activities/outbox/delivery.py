"""Take what is due out of the outbox and send it.

Taking a notice books its next try in the same transaction, so that nothing is held while the mail goes out: if we die
underway, the notice comes up again later, and its Message-ID shows that it is the same one. Two workers never take one
notice at the same time.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from activities.config import Settings
from activities.kit.address import absolute
from activities.kit.db import db, transactional
from activities.kit.i18n import DEFAULT, LANGUAGES, force_locale, say_moment, say_span
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.outbox.models import Notice
from activities.outbox.words import WORDS

# Minutes until the next try; after the last one nobody tries again.
GAPS = (1, 5, 15, 60, 3 * 60, 12 * 60, 24 * 60)
# Trouble with this one letter. Any other OSError of smtplib is trouble with the server.
LETTER_TROUBLE = (
    smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError,
    ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Recipient:
    """To whom a notice goes. Without an address there is nothing to send."""

    name: str
    email: str | None
    language: str | None


Send = Callable[[EmailMessage], None]
Lookup = Callable[[int], Recipient | None]


class Outcome(Enum):
    NOTHING_DUE = "nothing due"
    SENT = "sent"
    CLOSED = "closed"  # nothing to send, or not this one
    SERVER_TROUBLE = "server trouble"


def deliver_due(now: datetime, send: Send, recipient: Lookup) -> int:
    """Send what is due until nothing is or the server fails. Return how many went out."""
    sent = 0
    while (outcome := deliver_one(now, send, recipient)) in (Outcome.SENT, Outcome.CLOSED):
        sent += outcome is Outcome.SENT
    return sent


def deliver_one(now: datetime, send: Send, recipient: Lookup) -> Outcome:
    """Take the notice that has been due for longest, and send it."""
    taken = _take(now, recipient)
    if taken is None:
        return Outcome.NOTHING_DUE
    notice_id, message = taken
    if message is None:
        return Outcome.CLOSED
    try:
        send(message)
    except LETTER_TROUBLE as error:
        _note_trouble(notice_id, error)
        return Outcome.CLOSED
    except OSError as error:
        _note_trouble(notice_id, error)
        return Outcome.SERVER_TROUBLE
    _mark_sent(notice_id, now)
    return Outcome.SENT


@transactional
def _take(now: datetime, recipient: Lookup) -> tuple[int, EmailMessage | None] | None:
    query = (
        sa.select(Notice)
        .where(Notice.sent_at.is_(None), Notice.due_at <= now)
        .order_by(Notice.due_at, Notice.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    notice = db.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if notice is None:
        return None
    person = recipient(notice.member_id)
    if person is None or not person.email:
        notice.due_at, notice.trouble = None, "no address"
        return notice.id, None
    notice.due_at = now + timedelta(minutes=GAPS[notice.tries]) if notice.tries < len(GAPS) else None
    notice.tries += 1
    try:
        return notice.id, render(notice, person)
    except (LookupError, MessageError, TypeError, ValueError) as error:
        notice.trouble = _say(error)
        return notice.id, None


@transactional
def _mark_sent(notice_id: int, now: datetime) -> None:
    db.session.execute(sa.update(Notice).where(Notice.id == notice_id).values(sent_at=now, trouble=""))


@transactional
def _note_trouble(notice_id: int, error: Exception) -> None:
    db.session.execute(sa.update(Notice).where(Notice.id == notice_id).values(trouble=_say(error)))


def _say(error: Exception) -> str:
    """What went wrong, without what the server or the letter said: that may hold an address or a secret."""
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()


# ── letters ─────────────────────────────────────────────────────────────────


def render(notice: Notice, person: Recipient) -> EmailMessage:
    """The notice as a letter in the person's language. Raises what `_take` catches where it cannot be."""
    settings: Settings = current_app.config["SETTINGS"]
    words = WORDS[notice.topic]
    message = EmailMessage()
    with force_locale(person.language if person.language in LANGUAGES else DEFAULT):
        facts = {name: _say_fact(value) for name, value in notice.params.items()}
        message["Subject"] = clean_line(_(words.subject) % facts)
        lines = [person.name, "", _(words.body) % facts]
        if words.page:
            endpoint, values = words.page(notice.params)
            lines += ["", absolute(endpoint, **values)]
        message.set_content("\n".join([*lines, "", settings.school, ""]))
    message["From"] = Address(settings.school, addr_spec=settings.mail_from)
    message["To"] = Address(clean_line(person.name), addr_spec=str(person.email))
    message["Date"] = format_datetime(notice.created_at)
    host = urlsplit(settings.base_url).hostname
    message["Message-ID"] = f"<notice.{notice.id}.{notice.created_at:%Y%m%d%H%M%S}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _say_fact(value: Any) -> Any:
    """A moment, or a pair of them, as people say it; anything else as it is."""
    moments = [_moment(v) for v in value] if isinstance(value, list) else [_moment(value)]
    match moments:
        case [datetime() as starts, datetime() as ends]:
            return say_span(starts, ends)
        case [datetime() as moment]:
            return say_moment(moment)
    return value


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
