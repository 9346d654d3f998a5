"""The outbox's delivery, to a real mail server."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from activities.kit.i18n import say_moment, say_span
from activities.outbox import delivery
from activities.outbox.delivery import GAPS, Outcome, Recipient, deliver_due, deliver_one
from activities.outbox.models import Notice
from activities.outbox.words import WORDS, words
from activities.outbox.worker import Mailer
from activities.people.queries import recipient
from activities.people.service_accounts import invite
from activities.signups.leaving import deactivate
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW
from tests.house.test_races import race
from tests.outbox.mailbox import notices, post


def test_what_is_due_arrives_once(ctx, cast, mailer, inbox):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    assert deliver_due(NOW, mailer.send, recipient) == 1
    assert deliver_due(NOW + DAY, mailer.send, recipient) == 0
    (letter,) = inbox.letters
    assert inbox.recipients == ["lin@example.edu"]
    assert letter["To"].addresses[0].display_name == "林可欣"
    assert "东湖北岸" in letter["Subject"]
    body = letter.get_content()
    assert say_span(cast.slot.starts_at, cast.slot.ends_at) in body
    assert body.startswith("林可欣")
    assert f"http://localhost/slots/{cast.slot.public_id}" in body
    assert notices()[0].sent_at == NOW


def test_what_is_not_due_yet_waits(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")
    assert deliver_one(NOW - timedelta(seconds=1), mailer.send, recipient) is Outcome.NOTHING_DUE
    assert inbox.letters == []


def test_a_letter_is_written_in_the_language_of_who_gets_it(ctx, cast):
    words("test.lang", "Choose a new password", "%(when)s")
    notice = Notice(id=1, topic="test.lang", params={"when": NOW.isoformat()}, created_at=NOW)
    bodies = {
        language: delivery.render(notice, Recipient("林", "lin@example.edu", language)).get_content()
        for language in ("en", "zh_Hans", None, "xx")
    }
    del WORDS["test.lang"]
    assert "Wed 25 Nov 12:00" in bodies["en"]
    assert "周三" in bodies["zh_Hans"]
    assert bodies[None] == bodies["xx"] == bodies["zh_Hans"]


def test_the_address_of_an_invitation_is_made_when_it_is_mailed(ctx, cast, mailer, inbox, client):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    deliver_due(NOW, mailer.send, recipient)
    body = inbox.letters[0].get_content()
    assert "http://localhost/enter/" in body
    assert say_moment(link.expires_at) in body
    assert "http" not in str(notices()[0].params)


@pytest.mark.parametrize("name", ["x\r\nBcc: evil@example.edu", "x\nTo: evil@example.edu\n\nbody", "\0", "😀" * 300])
def test_no_text_becomes_a_header(ctx, cast, mailer, inbox, name):
    post(cast.lin.id, name=name)
    deliver_due(NOW, mailer.send, lambda _: Recipient(f"林{name}", "lin@example.edu", "en"))
    assert inbox.recipients == ["lin@example.edu"]
    assert inbox.letters[0]["Bcc"] is None
    assert len(inbox.letters[0].get_all("To")) == 1


def test_who_has_no_address_gets_nothing_and_is_not_tried_again(ctx, cast, mailer, inbox):
    post(cast.wang.id, name="x")
    post(cast.lin.id, name="x")
    deactivate(cast.gu.id, cast.lin.id, NOW)
    assert deliver_due(NOW, mailer.send, recipient) == 0
    assert [(n.due_at, n.sent_at, n.trouble) for n in notices()] == [(None, None, "no address")] * 2


@pytest.mark.parametrize(
    ("topic", "params", "address"),
    [("no.such.topic", {}, "lin@example.edu"), ("test.plain", {}, "lin@example.edu"),
     ("people.reset", {"until": "x"}, "lin@example.edu"), ("test.plain", {"name": "x"}, "no address"),
     ("test.plain", {"name": "x"}, "a@b@c"), ("test.plain", {"name": "x"}, "x\r\nBcc: y@example.edu"),
     ("test.plain", {"name": "x"}, "<>")],
)  # fmt: skip
def test_a_notice_that_cannot_be_written_does_not_stop_the_others(ctx, cast, mailer, inbox, topic, params, address):
    post(cast.wang.id, topic, **params)
    post(cast.lin.id, name="x")
    people = {cast.wang.id: Recipient("王", address, "en"), cast.lin.id: Recipient("林", "lin@example.edu", "en")}
    assert deliver_due(NOW, mailer.send, people.get) == 1
    bad, good = notices()
    assert (bad.sent_at, bad.tries, good.sent_at) == (None, 1, NOW)
    assert bad.trouble
    assert address not in bad.trouble


def test_a_refused_letter_is_tried_again_with_growing_gaps_and_then_given_up(ctx, cast, mailer, inbox):
    inbox.answer = "550 5.1.1 lin@example.edu unknown, secret=abc"
    post(cast.lin.id, name="x")
    now = NOW
    for gap in GAPS:
        assert deliver_one(now, mailer.send, recipient) is Outcome.CLOSED
        (notice,) = notices()
        assert notice.due_at == now + timedelta(minutes=gap)
        now = notice.due_at
    assert list(GAPS) == sorted(GAPS)
    deliver_one(now, mailer.send, recipient)
    (notice,) = notices()
    assert (notice.due_at, notice.tries, notice.sent_at) == (None, len(GAPS) + 1, None)
    assert notice.trouble == "SMTPRecipientsRefused"
    assert deliver_one(now + 365 * DAY, mailer.send, recipient) is Outcome.NOTHING_DUE


def test_one_refused_letter_does_not_hold_up_the_rest(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")
    inbox.answer = "550 no"
    assert deliver_one(NOW, mailer.send, recipient) is Outcome.CLOSED
    inbox.answer = "250 OK"
    post(cast.lin.id, name="y")
    assert deliver_due(NOW, mailer.send, recipient) == 1


def test_a_server_that_is_down_ends_the_round_and_costs_no_letter(ctx, cast, mailer, inbox):
    for n in range(3):
        post(cast.lin.id, name=str(n))
    with Mailer("smtp://127.0.0.1:9") as nobody:
        assert deliver_due(NOW, nobody.send, recipient) == 0
    assert [n.tries for n in notices()] == [1, 0, 0]
    assert deliver_due(NOW + HOUR, mailer.send, recipient) == 3
    assert sorted(letter["Subject"] for letter in inbox.letters) == ["Hello 0", "Hello 1", "Hello 2"]


def test_a_letter_sent_again_after_a_crash_is_recognisable(ctx, cast, mailer, inbox, monkeypatch):
    post(cast.lin.id, name="x")

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_mark_sent", crash)
        with pytest.raises(KeyboardInterrupt):
            deliver_one(NOW, mailer.send, recipient)
    assert deliver_one(NOW, mailer.send, recipient) is Outcome.NOTHING_DUE
    assert deliver_one(NOW + HOUR, mailer.send, recipient) is Outcome.SENT
    first, second = inbox.letters
    assert first["Message-ID"] == second["Message-ID"]
    post(cast.lin.id, name="x")
    deliver_due(NOW, mailer.send, recipient)
    assert inbox.letters[2]["Message-ID"] != first["Message-ID"]


def test_nothing_is_locked_while_a_letter_goes_out(app, ctx, cast):
    """A mail server that takes its time holds up nobody who signs up."""
    post(cast.lin.id, name="x")

    def slow(_: EmailMessage) -> None:
        race(app, [lambda: post(cast.lin.id, name="meanwhile")])

    assert deliver_one(NOW, slow, recipient) is Outcome.SENT


def test_several_workers_send_each_letter_once(app, ctx, cast):
    for n in range(12):
        post(cast.lin.id, name=str(n))
    sent: list[str] = []
    race(app, [lambda: deliver_due(NOW, lambda letter: sent.append(letter["Subject"]), recipient)] * 4)
    assert sorted(sent) == sorted(f"Hello {n}" for n in range(12))
