"""The words of notices: each room declares its own, the outbox finds them by topic."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {}


def words(topic: str, subject: str, body: str) -> None:
    """Declare a topic's subject and body, both translatable, filled from the notice's params."""
    WORDS[topic] = (subject, body)
