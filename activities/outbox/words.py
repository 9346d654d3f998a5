"""The words of notices: each room declares its own, the outbox finds them by topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activities.kit.asked import read_moment
from activities.outbox.rules import Group

# An endpoint and the values of its address.
Page = tuple[str, dict[str, Any]]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """`urgent`: what it speaks of (`when`) begins so soon, or its answer is due so soon (`until`), that it waits for
    nothing. `mail_only`: it is shown nowhere,
    because its address lets in whoever has it. `holds`: whether it is still true when it is about to go out. `duties`:
    the slots, by public id, that its reader has now or has no more; calendar invitations of them may go along.
    `said`: what of its facts has words of its own, asked in the reader's language."""

    subject: str
    body: str
    page: Callable[[Params], Page] | None = None
    group: Group = Group.DUTIES
    urgent: timedelta | None = None
    mail_only: bool = False
    holds: Callable[[Params, datetime], bool] | None = None
    duties: Callable[[Params], Sequence[str]] | None = None
    said: Callable[[Params], Mapping[str, str]] | None = None

    def is_urgent(self, params: Params, now: datetime) -> bool:
        """Whether it begins, or asks for an answer, within `urgent` from now."""
        if self.urgent is None:
            return False
        span = params.get("when")
        moments = map(read_moment, (params.get("until"), span[0] if isinstance(span, list) and span else None))
        return any(moment - now <= self.urgent for moment in moments if moment)


def of_slot(params: Params) -> Sequence[str]:
    """The `duties` of a notice about one slot."""
    return [params["slot"]]


def is_past(moment: str, now: datetime) -> bool:
    """Whether a moment of the params, as they hold it, has come."""
    return datetime.fromisoformat(moment) <= now


WORDS: dict[str, Words] = {}


def words(
    topic: str,
    subject: str,
    body: str,
    page: Callable[[Params], Page] | None = None,
    group: Group = Group.DUTIES,
    urgent: timedelta | None = None,
    mail_only: bool = False,
    holds: Callable[[Params, datetime], bool] | None = None,
    duties: Callable[[Params], Sequence[str]] | None = None,
    said: Callable[[Params], Mapping[str, str]] | None = None,
) -> None:
    """Declare a topic's subject and body, both translatable and filled from the notice's params, and the page it is
    about, whose address stands below the body. The rest as in `Words`."""
    WORDS[topic] = Words(subject, body, page, group, urgent, mail_only, holds, duties, said)


def still_holds(topic: str, params: Params, now: datetime) -> bool:
    """Whether a notice is still true, as far as its topic can be over at all."""
    words = WORDS.get(topic)
    return words is None or words.holds is None or words.holds(params, now)
