"""The outbox's delivery, to a real mail server."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from activities.kit.db import db
from activities.kit.i18n import say_moment, say_span
from activities.outbox import delivery, letters
from activities.outbox.delivery import by_mail, deliver
from activities.outbox.letters import Recipient
from activities.outbox.mail import Mailer
from activities.outbox.models import Delivery, Notice
from activities.outbox.planning import plan
from activities.outbox.rules import GAPS, LEASE, Channel, DeliveryState
from activities.outbox.service import post_once
from activities.outbox.words import WORDS, words
from activities.people.queries import recipients
from activities.people.service_accounts import invite
from activities.signups.leaving import deactivate
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, make_member
from tests.house.test_races import race
from tests.outbox.mailbox import deliveries, notices, post, send


def states() -> list[str]:
    return [d.state for d in deliveries()]


def test_what_is_due_arrives_once(ctx, cast, mailer, inbox):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    assert send(NOW, mailer.send).sent == 1
    assert send(NOW + DAY, mailer.send).sent == 0
    (letter,) = inbox.letters
    assert inbox.recipients == ["lin@example.edu"]
    assert letter["To"].addresses[0].display_name == "林可欣"
    assert "东湖北岸" in letter["Subject"]
    body = letter.get_content()
    assert say_span(cast.slot.starts_at, cast.slot.ends_at) in body
    assert body.startswith("林可欣")
    assert f"http://localhost/slots/{cast.slot.public_id}" in body
    (sent,) = deliveries()
    assert (sent.channel, sent.state, sent.sent_at, sent.tries) == (Channel.MAIL, DeliveryState.SENT, NOW, 0)


def test_without_a_mail_server_a_notice_stays_in_the_inbox_and_no_letter_waits(ctx, cast):
    post(cast.lin.id, name="x")
    assert plan(NOW, recipients, mails=False) == 1
    assert (deliveries(), notices()[0].planned_at) == ([], NOW)


def test_what_is_not_due_yet_waits(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")
    plan(NOW, recipients, mails=True)
    early = NOW - timedelta(seconds=1)
    assert deliver(lambda: early, Channel.MAIL, by_mail(mailer.send, recipients)).sent == 0
    assert inbox.letters == []


def test_a_letter_is_written_in_the_language_of_who_gets_it(ctx, cast):
    words("test.lang", "Choose a new password", "%(when)s")
    notice = Notice(id=1, topic="test.lang", params={"when": NOW.isoformat()}, created_at=NOW)
    bodies = {
        language: letters.render(notice, Recipient("林", "lin@example.edu", language)).get_content()
        for language in ("en", "zh_Hans", None, "xx")
    }
    del WORDS["test.lang"]
    assert "Wed 25 Nov 12:00" in bodies["en"]
    assert "周三" in bodies["zh_Hans"]
    assert bodies[None] == bodies["xx"] == bodies["zh_Hans"]


def test_the_address_of_an_invitation_is_made_when_it_is_mailed(ctx, cast, mailer, inbox, client):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    send(NOW, mailer.send)
    body = inbox.letters[0].get_content()
    assert "http://localhost/enter/" in body
    assert say_moment(link.expires_at) in body
    assert "http" not in str(notices()[0].params)


@pytest.mark.parametrize("name", ["x\r\nBcc: evil@example.edu", "x\nTo: evil@example.edu\n\nbody", "\0", "😀" * 300])
def test_no_text_becomes_a_header(ctx, cast, mailer, inbox, name):
    post(cast.lin.id, name=name)
    lin = Recipient(f"林{name}", "lin@example.edu", "en")
    send(NOW, mailer.send, lambda ids: dict.fromkeys(ids, lin))
    assert inbox.recipients == ["lin@example.edu"]
    assert inbox.letters[0]["Bcc"] is None
    assert len(inbox.letters[0].get_all("To")) == 1


def test_who_has_no_address_or_has_left_finds_it_in_the_inbox_alone(ctx, cast, mailer, inbox):
    post(cast.wang.id, name="x")
    post(cast.lin.id, name="x")
    deactivate(cast.gu.id, cast.lin.id, NOW)
    assert send(NOW, mailer.send).sent == 0
    assert deliveries() == []


def test_who_leaves_before_the_letter_goes_out_is_not_written_to(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")
    plan(NOW, recipients, mails=True)
    deactivate(cast.gu.id, cast.lin.id, NOW)
    send(NOW, mailer.send)
    assert (states(), inbox.letters) == (["dropped"], [])


def test_whose_address_is_taken_away_before_the_letter_goes_out_is_told_of(ctx, cast, mailer):
    post(cast.lin.id, name="x")
    plan(NOW, recipients, mails=True)
    send(NOW, mailer.send, lambda _: {cast.lin.id: Recipient("林", None, "en")})
    assert [(d.state, d.trouble) for d in deliveries()] == [("failed", "no address")]


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
    assert send(NOW, mailer.send, lambda _: people).sent == 1
    bad, good = deliveries()
    assert (bad.state, bad.tries, good.state) == ("waiting", 1, "sent")
    assert bad.trouble
    assert address not in bad.trouble


def test_a_refused_letter_is_tried_again_with_growing_gaps_and_then_given_up(ctx, cast, mailer, inbox):
    inbox.answer = "550 5.1.1 lin@example.edu unknown, secret=abc"
    post(cast.lin.id, name="x")
    now = NOW
    for gap in GAPS:
        assert not send(now, mailer.send).trouble
        (tried,) = deliveries()
        assert tried.due_at == now + gap
        now = tried.due_at
    assert list(GAPS) == sorted(GAPS)
    send(now, mailer.send)
    (tried,) = deliveries()
    assert (tried.state, tried.tries, tried.sent_at) == ("failed", len(GAPS) + 1, None)
    assert tried.trouble == "SMTPRecipientsRefused"
    assert send(now + 365 * DAY, mailer.send).sent == 0


def test_one_refused_letter_does_not_hold_up_the_rest(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")
    inbox.answer = "550 no"
    assert not send(NOW, mailer.send).trouble
    inbox.answer = "250 OK"
    post(cast.lin.id, name="y")
    assert send(NOW, mailer.send).sent == 1


def test_a_server_that_is_down_ends_the_round_and_costs_no_letter(ctx, cast, mailer, inbox):
    for n in range(3):
        post(cast.lin.id, name=str(n))
    with Mailer("smtp://127.0.0.1:9") as nobody:
        fared = send(NOW, nobody.send)
    assert (fared.sent, fared.trouble) == (0, True)
    assert [d.tries for d in deliveries()] == [1, 0, 0]
    assert send(NOW + HOUR, mailer.send).sent == 3
    assert sorted(letter["Subject"] for letter in inbox.letters) == ["Hello 0", "Hello 1", "Hello 2"]


class Crash(BaseException):
    """The process dies."""


def test_a_letter_sent_again_after_a_crash_is_recognisable(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")

    def send_and_die(letter: EmailMessage) -> None:
        mailer.send(letter)
        raise Crash

    with pytest.raises(Crash):
        send(NOW, send_and_die)
    assert send(NOW, mailer.send).sent == 0
    assert send(NOW + LEASE, mailer.send).sent == 1
    first, second = inbox.letters
    assert first["Message-ID"] == second["Message-ID"]
    post(cast.lin.id, name="x")
    send(NOW, mailer.send)
    assert inbox.letters[2]["Message-ID"] != first["Message-ID"]


def test_a_crash_before_a_letter_is_taken_loses_nothing_and_counts_no_try(ctx, cast, mailer, inbox):
    post(cast.lin.id, name="x")

    def die(_: EmailMessage) -> None:
        raise Crash

    for n in range(20):
        with pytest.raises(Crash):
            send(NOW + n * LEASE, die)
    assert send(NOW + 20 * LEASE, mailer.send).sent == 1
    assert deliveries()[0].tries == 0


def test_a_worker_that_is_told_to_stop_notes_the_letter_in_hand_and_takes_no_other(ctx, cast, mailer, inbox):
    for n in range(3):
        post(cast.lin.id, name=str(n))
    plan(NOW, recipients, mails=True)
    fared = deliver(lambda: NOW, Channel.MAIL, by_mail(mailer.send, recipients), lambda: bool(inbox.letters))
    assert fared.sent == len(inbox.letters) == 1
    assert states() == ["sent", "waiting", "waiting"]
    assert send(NOW, mailer.send).sent == 2


def test_what_no_longer_holds_is_dropped(ctx, cast, mailer, inbox):
    words("test.holds", "Hello", "Hello", holds=lambda params, now: params["holds"])
    post(cast.lin.id, "test.holds", holds=True)
    post(cast.lin.id, "test.holds", holds=False)
    send(NOW, mailer.send)
    del WORDS["test.holds"]
    assert (states(), len(inbox.letters)) == (["sent", "dropped"], 1)


def test_of_one_key_a_person_is_told_once(app, ctx, cast):
    @delivery.transactional
    def tell(key: str) -> None:
        post_once(NOW, "test.plain", [(cast.lin.id, key, {"name": key}), (cast.wang.id, key, {"name": key})])

    tell("a")
    tell("a")
    race(app, [lambda: tell("b")] * 4)
    assert sorted((n.member_id, n.key) for n in notices()) == sorted(
        (member.id, key) for member in (cast.lin, cast.wang) for key in "ab"
    )


def test_the_database_lets_nothing_go_out_twice_by_the_same_way(ctx, cast, mailer):
    post(cast.lin.id, name="x")
    send(NOW, mailer.send)
    (there,) = deliveries()
    db.session.add(Delivery(notice_id=there.notice_id, channel=there.channel, due_at=NOW))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_nothing_is_locked_while_a_letter_goes_out(app, ctx, cast):
    """A mail server that takes its time holds up nobody who signs up."""
    post(cast.lin.id, name="x")

    def slow(_: EmailMessage) -> None:
        race(app, [lambda: post(cast.lin.id, name="meanwhile")])

    assert send(NOW, slow).sent == 1


def test_several_workers_plan_and_send_each_letter_once(app, ctx, cast):
    for n in range(12):
        post(cast.lin.id, name=str(n))
    sent: list[str] = []
    race(app, [lambda: send(NOW, lambda letter: sent.append(letter["Subject"]))] * 4)
    send(NOW, lambda letter: sent.append(letter["Subject"]))
    assert sorted(sent) == sorted(f"Hello {n}" for n in range(12))


def test_planning_many_takes_the_same_statements(ctx, cast, statements):
    people = [make_member(f"9{n:03}", f"成员{n}", cast.first, email=f"m{n}@example.edu") for n in range(30)]
    db.session.commit()
    counts = []
    for some in (people[:1], people):
        for member in some:
            post(member.id, name="x")
        with statements.count() as counted:
            plan(NOW, recipients, mails=True)
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 7


def test_a_letter_takes_a_fixed_number_of_statements(ctx, cast, statements):
    """The last one's outcome, the next one and its claim; then its person."""
    counts = []
    for many in (2, 12):
        for n in range(many):
            post(cast.lin.id, name=str(n))
        plan(NOW, recipients, mails=True)
        with statements.count() as counted:
            deliver(lambda: NOW, Channel.MAIL, by_mail(lambda _: None, recipients))
        counts.append(len(counted))
    assert counts[1] - counts[0] == 10 * 4


def test_the_next_letter_is_the_first_of_its_index_however_many_are_due_at_one_moment(app, ctx, cast):
    """One plan gives hundreds the same moment: to sort them would be to read them all for every letter."""
    with db.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        if explain == "EXPLAIN":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # as where tables are long
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            connection.exec_driver_sql("SET LOCAL enable_mergejoin = off")
        due = delivery._DUE.params(now=NOW, channel=Channel.MAIL)
        statement = str(due.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}"))
    assert "ix_delivery_due" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
