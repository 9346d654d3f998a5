"""Send what is due.

Each transaction says how the last letter fared and takes the next, so that nothing is held while a letter goes out, and
between the moment a server has taken a letter and the moment this is known there is one commit. Whoever takes a letter
has it for a while (`LEASE`); if we die underway it comes up again after that, and its Message-ID shows that it is the
same one. Two workers never take one letter at the same time.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa

from activities.kit import clock
from activities.kit.columns import UtcDateTime
from activities.kit.db import db, run, transactional
from activities.outbox.letters import Enclosure, Recipient, render
from activities.outbox.models import Delivery, Notice, Wishes
from activities.outbox.planning import DIGEST, Recipients
from activities.outbox.rules import (
    LEASE,
    Channel,
    DeliveryState,
    Group,
    Quiet,
    Way,
    Wish,
    after_quiet,
    next_try,
    way_of,
)
from activities.outbox.words import WORDS, still_holds

# Trouble with this one letter. Any other OSError of smtplib is trouble with the server.
LETTER_TROUBLE = (
    smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError,
    ValueError,
)  # fmt: skip
NO_ADDRESS = "no address"
# A notice that cannot be put into words.
WORDLESS = (LookupError, MessageError, TypeError, ValueError)

Taken = sa.Row[*tuple[Any, ...]]
Now = Callable[[], datetime]


@dataclass(frozen=True)
class Done:
    """How a delivery fared. `ends_round`: the server is in trouble, so that the others are spared the try."""

    id: int
    values: Mapping[str, Any]
    ends_round: bool = False

    @property
    def is_sent(self) -> bool:
        return self.values["state"] is DeliveryState.SENT


@dataclass(frozen=True)
class Round:
    """How many went out, and whether the server failed."""

    sent: int
    trouble: bool


# Takes a notice out, at this moment; raises what sending raises.
Carry = Callable[[Taken, datetime], None]
# The invitations to a person's duties, by their public ids, as these are at the moment.
Enclose = Callable[[int, Recipient, Sequence[str], datetime], Sequence[Enclosure]]

_NOW = sa.bindparam("now", type_=UtcDateTime())
_CHANNEL = sa.bindparam("channel", type_=sa.String())
_DUE = (
    sa.select(
        Delivery.id.label("delivery_id"), Delivery.tries, Notice.id, Notice.member_id, Notice.hook_id, Notice.topic,
        Notice.params, Notice.created_at, Wishes.quiet_from, Wishes.quiet_to, Wishes.ways,
    )
    .join(Notice, Notice.id == Delivery.notice_id)
    .outerjoin(Wishes, Wishes.member_id == Notice.member_id)
    .where(
        Delivery.state == sa.literal_column(f"'{DeliveryState.WAITING}'"),
        sa.type_coerce(Delivery.channel, sa.String) == _CHANNEL,
        Delivery.due_at <= _NOW,
    )
    .order_by(Delivery.due_at, Delivery.id)
    .limit(1)
    .with_for_update(of=Delivery, skip_locked=True)
)  # fmt: skip
_ITS = sa.update(Delivery).where(Delivery.id == sa.bindparam("its"))
_CLAIM = _ITS.values(due_at=sa.bindparam("until", type_=UtcDateTime()))
_ITEMS = (
    sa.select(Notice.id, Notice.topic, Notice.params, Notice.created_at)
    .where(Notice.digest_id == sa.bindparam("its"))
    .order_by(Notice.id)
)


def deliver(now: Now, channel: Channel, carry: Carry, stopping: Callable[[], bool] = lambda: False) -> Round:
    """Carry out what is due on a channel until nothing is, the server fails, or we are told to stop."""
    sent, done = 0, None
    while taken := _next(done, None if stopping() else now(), channel):
        done = _carried(taken, carry, now())
        sent += done.is_sent
        if done.ends_round:
            _next(done, None, channel)
            return Round(sent, trouble=True)
    return Round(sent, trouble=False)


@transactional
def _next(done: Done | None, now: datetime | None, channel: Channel) -> Taken | None:
    """Say how the last one fared, and take the one that has been due for longest; without a time take none."""
    if done:
        run(_ITS.values(**done.values), {"its": done.id})
    if now is None:
        return None
    taken = run(_DUE, {"now": now, "channel": channel}).one_or_none()
    if taken:
        run(_CLAIM, {"its": taken.delivery_id, "until": now + LEASE})
    return taken


def _carried(taken: Taken, carry: Carry, now: datetime) -> Done:
    try:
        if not still_holds(taken.topic, taken.params, now):
            return Done(taken.delivery_id, {"state": DeliveryState.DROPPED})
        carry(taken, now)
    except NoAddress:
        return Done(taken.delivery_id, {"state": DeliveryState.FAILED, "trouble": NO_ADDRESS})
    except NobodyThere:
        return Done(taken.delivery_id, {"state": DeliveryState.DROPPED})
    except (*LETTER_TROUBLE, *WORDLESS) as error:
        return Done(taken.delivery_id, _failed(taken, error, now))
    except OSError as error:
        return Done(taken.delivery_id, _failed(taken, error, now), ends_round=True)
    return Done(taken.delivery_id, {"state": DeliveryState.SENT, "sent_at": now, "trouble": ""})


def _failed(taken: Taken, error: Exception, now: datetime) -> dict[str, Any]:
    """Tried once more in vain: the next try, in no quiet hour, or none any more."""
    tries = taken.tries + 1
    again = next_try(tries, now)
    if again is None:
        return {"state": DeliveryState.FAILED, "tries": tries, "trouble": _say(error)}
    words, quiet = WORDS.get(taken.topic), None
    waits = words and words.group is not Group.ACCOUNT and not words.is_urgent(taken.params, now)
    if waits and taken.quiet_from is not None:
        quiet = Quiet(taken.quiet_from, taken.quiet_to)
    return {"tries": tries, "trouble": _say(error), "due_at": after_quiet(again, quiet, clock.zone()),
            "state": DeliveryState.WAITING}  # fmt: skip


def _say(error: Exception) -> str:
    """What went wrong, without what the server or the letter said: that may hold an address or a secret."""
    code = getattr(error, "smtp_code", getattr(error, "code", ""))
    return f"{type(error).__name__} {code}".strip()


# ── letters ─────────────────────────────────────────────────────────────────


class NoAddress(Exception):  # noqa: N818
    """There is somebody, but no address to mail to."""


class NobodyThere(Exception):  # noqa: N818
    """Whoever was to be told has left, or there is nothing to tell them any more."""


def nothing_enclosed(*_: object) -> Sequence[Enclosure]:
    return ()


def by_mail(send: Callable[[EmailMessage], None], recipients: Recipients, enclose: Enclose = nothing_enclosed) -> Carry:
    """Carry a notice to its person as a letter. `enclose` makes the invitations that go along with it from duties as
    they are when it goes out, so that a letter that comes late or again tells of no duty that is over."""

    def carry(taken: Taken, now: datetime) -> None:
        person = recipients([taken.member_id]).get(taken.member_id)
        if person is None:
            raise NobodyThere
        if not person.email:
            raise NoAddress
        slots, items = _duties(taken), _items(taken, now)
        if taken.topic == DIGEST and not items:
            raise NobodyThere
        letter = render(taken, person, items, enclose(taken.member_id, person, slots, now) if slots else ())
        db.session.rollback()  # what was read is read: nothing is held while it goes out
        send(letter)

    return carry


def _duties(taken: Taken) -> Sequence[str]:
    """The duties that a notice is about, if its person wants invitations to them."""
    words = WORDS[taken.topic]
    wants = words.duties and way_of(Wish(taken.ways or {}), words.group) is Way.INVITED
    return words.duties(taken.params) if words.duties and wants else ()


def _items(taken: Taken, now: datetime) -> list[Any]:
    """What stands in the day's letter, as far as it is still true when that goes out."""
    found = run(_ITEMS, {"its": taken.id}) if taken.topic == DIGEST else ()
    return [one for one in found if still_holds(one.topic, one.params, now)]


__all__ = ["Channel", "Recipient", "Round", "by_mail", "deliver", "render"]
