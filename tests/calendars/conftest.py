"""A mail server, and a connection to it that also carries what the calendars enclose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from activities.outbox.mail import Mailer
from tests.outbox.mailbox import Inbox, serving


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mailer(inbox: Inbox) -> Iterator[Mailer]:
    with serving(inbox, enable_SMTPUTF8=True) as place, Mailer(f"smtp://{place}") as mailer:
        yield mailer
