"""A mail server, a connection to it, and words to send."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from activities.outbox.mail import Mailer
from activities.outbox.words import WORDS, words
from tests.outbox.mailbox import Inbox, serving


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[str]:
    with serving(inbox, enable_SMTPUTF8=True) as place:
        yield f"smtp://{place}"


@pytest.fixture
def mailer(server: str) -> Iterator[Mailer]:
    with Mailer(server) as mailer:
        yield mailer


@pytest.fixture(autouse=True)
def own_words() -> Iterator[None]:
    words("test.plain", "Hello %(name)s", "See %(name)s.")
    yield
    del WORDS["test.plain"]
