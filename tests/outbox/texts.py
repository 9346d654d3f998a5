"""`python -m tests.outbox.texts` (`make texts`): store the texts of all notices anew, to be read before a commit.

One file a language, in `stored/`: every topic with its subject, its text and the page it leads to, filled with facts
that stay the same; then the day's letter as it is mailed.
"""

from __future__ import annotations

import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from activities.app import create_app
from activities.config import Settings
from activities.kit.i18n import LANGUAGES, force_locale
from activities.outbox.letters import Recipient, filled, render
from activities.outbox.models import Notice
from activities.outbox.planning import DIGEST
from activities.outbox.words import WORDS, Words

STORED = Path(__file__).parent / "stored"
AT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
STARTS, ENDS = "2026-11-26T14:00:00+00:00", "2026-11-26T14:30:00+00:00"
FACTS: dict[str, Any] = {
    "when": [STARTS, ENDS], "until": STARTS, "at": AT.isoformat(), "what": "东湖责任区清扫·东湖北岸",
    "where": "东湖北岸", "unit": "第一支部", "name": "王一诺", "purpose": "reset", "day": "2026-11-25",
    "first": "2026-11-25", "last": "2027-11-24", "reason": "暴雨", "word": "", "late": False,
    "owed": [["hours:service", 330], ["times:elder_care", 1]], "of": "hours:service", "year": 2026, "sort": "essay",
    "years": "2024, 2025", "care": "paired", "whom": "营销2301",
    "list": [
        {"when": [STARTS, ENDS], "what": "东湖责任区清扫·东湖北岸", "where": "东湖北岸"},
        {"when": [STARTS, ENDS], "what": "探访护理院", "where": "同心老年护理中心"},
    ],
}  # fmt: skip
NUMBERS = ("count", "seats", "slots", "several", "link", "sign_up", "revision", "days", "misses", "missed", "number",
           "pause", "percent")  # fmt: skip
PLACEHOLDER = re.compile(r"%\((\w+)\)")


class Asked(dict[str, Any]):
    """Facts that note which are asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __missing__(self, name: str) -> Any:
        self.names.add(name)
        return fact(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name]


def fact(name: str) -> Any:
    return FACTS.get(name, 3 if name in NUMBERS else f"‹{name}›")


def example(topic: str, words: Words) -> Notice:
    """A notice of this topic with all the facts that its words ask for."""
    asked = Asked()
    if words.page:
        words.page(asked)
    if words.said:
        words.said(asked)
    names = {*PLACEHOLDER.findall(words.subject + words.body), *asked.names}
    return Notice(id=1, topic=topic, params={name: fact(name) for name in sorted(names)}, created_at=AT)


def texts(app: Flask, language: str) -> str:
    """All texts of a language."""
    parts = []
    topics = {topic: words for topic, words in sorted(WORDS.items()) if not topic.startswith("test.")}
    with app.test_request_context(), force_locale(language):
        for topic, words in topics.items():
            subject, body = filled(words, example(topic, words).params)
            page = words.page(Asked())[0] if words.page else "–"
            parts.append(f"[{topic}] {words.group}\n{subject}\n{body}\n→ {page}\n")
    with app.app_context():
        letter = Notice(id=1, topic=DIGEST, params={"count": 2}, created_at=AT)
        items = [example(topic, WORDS[topic]) for topic in ("signups.seated", "signups.cancelled")]
        mailed = render(letter, Recipient("林可欣", "lin@example.edu", language), items)
    content = mailed.get_content().replace("\r\n", "\n")
    parts.append(f"[the day's letter]\n{mailed['Subject']}\n\n{content}")
    return "\n".join(parts)


def stored(language: str) -> Path:
    return STORED / f"{language}.txt"


def main() -> None:
    STORED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder), database_url=f"sqlite:///{folder}/texts.db", secret_key="only-for-these-texts",
            base_url="http://localhost",
        )  # fmt: skip
        app = create_app(settings)
        for language in LANGUAGES:
            stored(language).write_text(texts(app, language), encoding="utf-8")


if __name__ == "__main__":
    main()
