"""The words of notices: each room declares its own, the outbox finds them by topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# An endpoint and the values of its address.
Page = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Words:
    subject: str
    body: str
    page: Callable[[Mapping[str, Any]], Page] | None = None


WORDS: dict[str, Words] = {}


def words(topic: str, subject: str, body: str, page: Callable[[Mapping[str, Any]], Page] | None = None) -> None:
    """Declare a topic's subject and body, both translatable and filled from the notice's params, and the page it is
    about, whose address stands below the body."""
    WORDS[topic] = Words(subject, body, page)
