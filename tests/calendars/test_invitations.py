"""Invitations by mail: what is sent for a duty, and what a mail program makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage

import icalendar
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import vCalAddress

from activities.calendars.invitations import enclose
from activities.duties.models import Activity, Slot
from activities.duties.service import edit_activity
from activities.exchanges.models import Swap
from activities.exchanges.swaps import agree, propose
from activities.holders import service as holding
from activities.holders.models import Holder
from activities.holders.rules import Span
from activities.holders.service import Proposal
from activities.kit.db import db
from activities.kit.refusal import Refusal
from activities.notices.service import choose
from activities.outbox.models import Delivery, Notice
from activities.outbox.rules import Group
from activities.outbox.words import WORDS
from activities.people.models import Member
from activities.signups.arrival_verbs import come_at, set_quotas
from activities.signups.arrivals import times
from activities.signups.organize import cancel_slot, edit_post, edit_slot
from activities.signups.rules_soft import Consent
from activities.signups.service import accept, sign_up, withdraw
from tests.calendars.mail_program import MailProgram, Shown, calendar_of, event_of, invitations, shown
from tests.calendars.reading import address_of, fetch
from tests.cast import DAY, HOUR, NOW, Cast, make_activity, make_member, make_post, make_room, make_slot
from tests.outbox.mailbox import Inbox
from tests.outbox.mailbox import send as send_round

LIN = "lin@example.edu"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def send(mailer):
    """One round of the worker, with invitations."""
    return lambda now=NOW, by=mailer.send: send_round(now, by, enclose=enclose)


def feed(app, client, member: Member, at: datetime = NOW) -> dict[str, Shown]:
    """The confirmed entries of a person's feed."""
    answer = fetch(client, address_of(app, member), at)
    found = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(event["UID"]): shown(event) for event in found if str(event["STATUS"]) == "CONFIRMED"}


def program(letters: list[EmailMessage], address: str = LIN) -> MailProgram:
    reader = MailProgram(address)
    for letter in letters:
        reader.receive(letter)
    return reader


def methods(inbox: Inbox) -> list[list[str]]:
    """What each letter asks the calendar to do."""
    return [[str(calendar_of(part)["METHOD"]) for part in invitations(letter)] for letter in inbox.letters]


def late_moves(cast: Cast, slot: Slot, by: timedelta, now: datetime) -> None:
    fresh = db.session.get_one(Slot, slot.id, populate_existing=True)
    edit_slot(cast.ou.id, slot.id, fresh.revision, fresh.starts_at + by, fresh.ends_at + by, fresh.capacity, now)


# ── one letter ──────────────────────────────────────────────────────────────


def test_a_letter_about_a_seat_is_built_as_mail_programs_want_it(ctx, cast, send, inbox):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    (letter,) = inbox.letters
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/calendar", "application/ics",
    ]  # fmt: skip
    _, _, plain, calendar, file = letter.walk()
    assert "东湖北岸" in plain.get_content()
    assert calendar["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST"}
    assert (calendar.get_content_disposition(), calendar["Content-Transfer-Encoding"]) == (None, "base64")
    assert (file.get_filename(), file.get_content_disposition()) == ("invite.ics", "attachment")
    assert calendar.get_payload(decode=True) == file.get_content()


def test_every_line_of_an_invitation_ends_as_it_must_and_is_short_enough(ctx, cast, send, inbox):
    post = make_post(cast.sweeping, "东湖北岸的石阶与栈道，" * 9)
    slot = make_slot(post, NOW + 3 * DAY)
    db.session.commit()
    sign_up(cast.lin.id, slot.id, NOW)
    send()
    (part,) = invitations(inbox.letters[0])
    octets = part.get_payload(decode=True)
    lines = octets.split(b"\r\n")
    assert lines.pop() == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert str(event_of(part)["SUMMARY"]).endswith(post.name)
    for line in lines:
        line.decode()


def test_the_member_is_the_only_attendee_and_is_asked_for_no_answer(ctx, cast, send, inbox):
    sign_up(cast.wang.id, cast.slot.id, NOW)
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    (letter,) = inbox.letters
    event = event_of(invitations(letter)[0])
    assert isinstance(event["ATTENDEE"], vCalAddress)
    assert event["ATTENDEE"] == f"mailto:{LIN}"
    assert event["ATTENDEE"].params == {
        "CN": "林可欣", "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE",
    }  # fmt: skip
    assert cast.wang.name not in str(letter.as_bytes(), "utf-8")
    assert cast.wang.name.encode() not in invitations(letter)[0].get_payload(decode=True)


@pytest.mark.parametrize(
    ("mailbox", "organizer", "answers"),
    [("", "mailto:activities@localhost", "activities@localhost"), ("lake@example.edu", "mailto:lake@example.edu",
     "lake@example.edu"), (LIN.upper(), "mailto:activities@localhost", "activities@localhost")],
    ids=["the school's", "its own", "the reader's own"],
)  # fmt: skip
def test_who_invites_is_the_activity_or_the_school_but_never_the_reader(
    ctx, cast, send, inbox, mailbox, organizer, answers
):
    edit_activity(cast.ou.id, cast.sweeping.id, 0, {"mailbox": mailbox}, NOW)
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    (letter,) = inbox.letters
    assert event_of(invitations(letter)[0])["ORGANIZER"] == organizer
    assert letter["Reply-To"] == answers
    assert letter["From"].addresses[0].addr_spec == "activities@localhost"


@pytest.mark.parametrize(
    "name", ['"; CN=x:mailto:evil@example.edu', "a\r\nATTENDEE:mailto:evil@example.edu", "名；,\\:'", "人" * 100]
)
def test_no_name_becomes_a_property(ctx, cast, send, inbox, name):
    lin = db.session.get_one(Member, cast.lin.id)
    lin.name = name
    activity = db.session.get_one(Activity, cast.sweeping.id)
    activity.name, activity.mailbox = name, "lake@example.edu"
    db.session.commit()
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    event = event_of(invitations(inbox.letters[0])[0])
    assert event["ATTENDEE"] == f"mailto:{LIN}"
    assert event["ORGANIZER"] == "mailto:lake@example.edu"
    assert inbox.recipients == [LIN]


@pytest.mark.parametrize(
    ("email", "uri"),
    [("li+n@example.edu", "mailto:li+n@example.edu"), ("a&b?c=d%e@example.edu", "mailto:a%26b%3Fc=d%25e@example.edu")],
)
def test_an_address_is_written_as_an_address(ctx, cast, send, inbox, email, uri):
    db.session.get_one(Member, cast.lin.id).email = email
    db.session.commit()
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    assert event_of(invitations(inbox.letters[0])[0])["ATTENDEE"] == uri


# ── the feed and the mail ───────────────────────────────────────────────────


def test_the_mail_and_the_feed_tell_of_the_same_entry(app, cast, client, send, inbox):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
        send()
    (part,) = invitations(inbox.letters[0])
    in_feed = fetch(client, address_of(app, cast.lin)).data.decode().replace("\r\n ", "")
    mailed = part.get_payload(decode=True).decode().replace("\r\n ", "")
    own = ("DTSTAMP:", "ORGANIZER", "ATTENDEE")
    lines = [line for line in _event_lines(mailed) if not line.startswith(own)]
    assert lines == [line for line in _event_lines(in_feed) if not line.startswith(own)]
    assert program(inbox.letters).entries == feed(app, client, cast.lin)


def _event_lines(calendar: str) -> list[str]:
    lines = calendar.split("\r\n")
    return lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")]


def test_who_comes_at_a_time_of_their_own_is_invited_for_that_time(app, cast, client, send, inbox):
    with app.app_context():
        drive = make_activity("献血", cast.first, "blood", withdraw_minutes=0)
        slot = make_slot(make_post(drive, "体育馆", capacity=8), NOW + 2 * DAY)
        db.session.commit()
        set_quotas(cast.ou.id, slot.id, 0, {0: 4, 15: 2, 30: 2}, NOW)
        quarters = times(slot.id, slot.starts_at)
        sign_up(cast.lin.id, slot.id, NOW, consent=Consent(arrival_id=quarters[1].id))
        send()
        first = event_of(invitations(inbox.letters[0])[0])
        assert first.start == quarters[1].at
        come_at(cast.lin.id, slot.id, quarters[2].id, NOW + MINUTE)
        send(NOW + MINUTE)
        second = event_of(invitations(inbox.letters[1])[0])
        assert second.start == quarters[2].at
        assert second["SEQUENCE"] > first["SEQUENCE"]
    assert program(inbox.letters).entries == feed(app, client, cast.lin)


def test_who_waits_or_is_offered_a_seat_is_invited_when_they_have_it(ctx, cast, send, inbox):
    asked = make_activity("敬老院", cast.first, offer_minutes=12 * 60, withdraw_minutes=0)
    slot = make_slot(make_post(asked, "大厅", capacity=1), NOW + 3 * DAY)
    db.session.commit()
    sign_up(cast.wang.id, slot.id, NOW)
    sign_up(cast.lin.id, slot.id, NOW, or_wait=True)
    send()
    withdraw(cast.wang.id, slot.id, NOW + MINUTE)
    send(NOW + MINUTE)
    assert methods(inbox) == [[], []]
    accept(cast.lin.id, slot.id, NOW + 2 * MINUTE)
    send(NOW + 2 * MINUTE)
    assert methods(inbox)[2:] == [["REQUEST"]]


def test_who_leaves_the_waiting_list_has_nothing_to_cancel(ctx, cast, send, inbox):
    slot = make_slot(make_post(cast.sweeping, "南岸", capacity=1), NOW + 3 * DAY)
    db.session.commit()
    sign_up(cast.wang.id, slot.id, NOW)
    sign_up(cast.lin.id, slot.id, NOW, or_wait=True)
    withdraw(cast.lin.id, slot.id, NOW)
    send()
    assert methods(inbox) == [[], []]


# ── what becomes of it ──────────────────────────────────────────────────────


def test_confirmed_moved_and_cancelled_follow_each_other(app, cast, client, send, inbox):
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
        send()
        late_moves(cast, cast.slot, HOUR, NOW + MINUTE)
        send(NOW + MINUTE)
    assert program(inbox.letters).entries == feed(app, client, cast.lin)
    with app.app_context():
        cancel_slot(cast.ou.id, cast.slot.id, "暴雨", NOW + 2 * MINUTE)
        send(NOW + 2 * MINUTE)
    assert methods(inbox) == [["REQUEST"], ["REQUEST"], ["CANCEL"]]
    sequences = [event_of(part)["SEQUENCE"] for letter in inbox.letters for part in invitations(letter)]
    assert sequences == sorted(set(sequences))
    assert program(inbox.letters).entries == feed(app, client, cast.lin) == {}


def test_a_letter_that_was_held_up_tells_of_the_duty_as_it_is(ctx, cast, send, inbox):
    """Signing up and withdrawing are both told, but neither letter puts the duty into a calendar."""
    sign_up(cast.lin.id, cast.slot.id, NOW)
    withdraw(cast.lin.id, cast.slot.id, NOW)
    send()
    assert methods(inbox) == [["CANCEL"], ["CANCEL"]]


def test_a_letter_that_goes_out_again_resurrects_nothing(ctx, cast, send, inbox, mailer):
    class Crash(BaseException):
        pass

    def send_and_die(letter: EmailMessage) -> None:
        mailer.send(letter)
        raise Crash

    sign_up(cast.lin.id, cast.slot.id, NOW - HOUR)
    with pytest.raises(Crash):
        send(NOW - HOUR, send_and_die)
    withdraw(cast.lin.id, cast.slot.id, NOW)
    send()
    assert sorted(methods(inbox)) == [["CANCEL"], ["CANCEL"], ["REQUEST"]]
    assert program(inbox.letters).entries == {}


def test_a_swap_takes_one_out_and_puts_the_other_in(app, cast, client, send, inbox):
    with app.app_context():
        wang = db.session.get_one(Member, cast.wang.id)
        wang.email = "wang@example.edu"
        one, other = (make_slot(cast.lake, NOW + hours * HOUR, capacity=1) for hours in (5, 8))
        db.session.commit()
        sign_up(cast.lin.id, one.id, NOW - DAY)
        sign_up(cast.wang.id, other.id, NOW - DAY)
        send()
        propose(cast.lin.id, one.id, cast.wang.id, other.id, NOW)
        agree(cast.wang.id, db.session.scalars(sa.select(Swap.id)).one(), NOW)
        send(NOW + MINUTE)
    for member, address in ((cast.lin, LIN), (cast.wang, "wang@example.edu")):
        theirs = [letter for letter in inbox.letters if letter["To"].addresses[0].addr_spec == address]
        assert program(theirs, address).entries == feed(app, client, member)
        assert sorted(map(len, map(invitations, theirs)))[-1] == 2


def test_who_holds_a_post_gets_one_letter_with_all_its_duties(app, cast, client, send, inbox):
    with app.app_context():
        room = make_room(cast)
        for day in range(1, 6):
            make_slot(room, NOW + day * DAY + HOUR)
        db.session.commit()
        holding.propose(cast.ou.id, room.activity_id, [Proposal(room.id, cast.lin.id, Span(NOW, NOW + 9 * DAY))], NOW)
        holder = db.session.scalars(sa.select(Holder)).one()
        holder_id = holder.id
        holding.accept(cast.lin.id, holder.public_id, 0, NOW)
        send()
        assert methods(inbox) == [[], ["REQUEST"] * 5]
        names = [part.get_filename() for part in invitations(inbox.letters[1])]
        assert names == [f"invite-{n}.ics" for n in range(1, 6)]
    assert program(inbox.letters).entries == feed(app, client, cast.lin)
    with app.app_context():
        holding.end(cast.ou.id, holder_id, NOW + 3 * DAY, NOW + MINUTE)
        send(NOW + MINUTE)
    assert program(inbox.letters).entries == feed(app, client, cast.lin)
    assert len(program(inbox.letters).entries) == 2


# ── what a person chose ─────────────────────────────────────────────────────

WISHES = {
    "never chosen": (None, [["REQUEST"]]),
    "with invitation": ({}, [["REQUEST"]]),
    "with invitation, quiet now": ({"quiet": True}, []),
    "without": ({"ways": {"duties": "at once"}}, [[]]),
    "in the day's letter": ({"ways": {"duties": "daily"}}, []),
    "none": ({"ways": {"duties": "never"}}, []),
    "none of others": ({"ways": {"answers": "never", "records": "never"}}, [["REQUEST"]]),
}


@pytest.mark.parametrize(("wishes", "expected"), WISHES.values(), ids=WISHES)
def test_a_person_has_mail_with_invitation_mail_without_or_none(ctx, cast, send, inbox, wishes, expected):
    if wishes is not None:
        quiet = {"quiet_from": NOW.time().replace(hour=11), "quiet_to": NOW.time().replace(hour=13)}
        choose(cast.lin.id, {"ways": wishes.get("ways", {}), **(quiet if "quiet" in wishes else {})})
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    assert methods(inbox) == expected


def test_the_day_s_letter_carries_no_invitation(ctx, cast, send, inbox):
    choose(cast.lin.id, {"ways": {"duties": "daily"}})
    sign_up(cast.lin.id, cast.slot.id, NOW)
    send()
    send(NOW + DAY)
    assert [letter.get_content_type() for letter in inbox.letters] == ["text/plain"]


def test_what_is_chosen_holds_when_the_letter_goes_out(ctx, cast, send, inbox):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    choose(cast.lin.id, {"ways": {"duties": "at once"}})
    send()
    assert methods(inbox) == [[]]


def test_only_letters_about_ones_own_duties_can_carry_an_invitation():
    """What a person chooses is said for their duties, so no other group may have them."""
    assert {words.group for words in WORDS.values() if words.duties} == {Group.DUTIES}


def test_a_letter_with_an_invitation_takes_one_statement_more(ctx, cast, send, statements):
    counts = []
    for way in ("at once", "invited"):
        choose(cast.lin.id, {"ways": {"duties": way}})
        sign_up(cast.lin.id, cast.slot.id, NOW)
        with statements.count() as counted:
            send(NOW, lambda _: None)
        counts.append(len(counted))
        db.session.execute(sa.delete(Delivery))
        db.session.execute(sa.delete(Notice))
        db.session.commit()
        withdraw(cast.lin.id, cast.slot.id, NOW)
        db.session.execute(sa.delete(Notice))
        db.session.commit()
    assert counts[1] - counts[0] == 1


# ── whatever happens ────────────────────────────────────────────────────────

STEPS = st.lists(
    st.tuples(st.sampled_from(["seat", "seat", "seat", "other", "move", "cancel", "place", "send", "send"]),
              st.integers(0, 2)),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_a_mail_program_ends_with_what_the_feed_shows(app, cast, client, mailer, inbox, steps, data):
    """Whatever happens to three slots, and in whatever order its letters come, some of them twice."""
    inbox.letters.clear()
    with app.app_context():
        address = f"m{len(db.session.scalars(sa.select(Member.id)).all())}@example.edu"
        lin = make_member(address[:20], "某人", db.session.merge(cast.first), email=address)
        activity = make_activity("清扫", db.session.merge(cast.first), withdraw_minutes=0)
        post = make_post(activity, "北岸", capacity=1)
        slots = [make_slot(post, NOW + (3 + n) * DAY) for n in range(3)]
        db.session.commit()
        now = NOW
        for what, nth in [*steps, ("send", 0)]:
            now += MINUTE
            try:
                happen(cast, lin, slots[nth], what, now)
            except Refusal:
                db.session.rollback()
            if what == "send":
                send_round(now, mailer.send, enclose=enclose)
        theirs = [letter for letter in inbox.letters if letter["To"].addresses[0].addr_spec == address]
        lin_id = lin.id
    shuffled = data.draw(st.permutations(theirs + theirs[::2]))
    assert program(theirs, address).entries == program(shuffled, address).entries
    with app.app_context():
        lin = db.session.get_one(Member, lin_id)
    assert program(shuffled, address).entries == feed(app, client, lin, now)


def happen(cast: Cast, lin: Member, slot: Slot, what: str, now: datetime) -> None:
    fresh = db.session.get_one(Slot, slot.id, populate_existing=True)
    if what in ("seat", "other"):
        member_id = lin.id if what == "seat" else cast.wang.id
        try:
            sign_up(member_id, slot.id, now, or_wait=True)
        except Refusal:
            withdraw(member_id, slot.id, now)
    elif what == "move":
        late_moves(cast, slot, HOUR, now)
    elif what == "cancel":
        cancel_slot(cast.ou.id, slot.id, "雨", now)
    elif what == "place":
        edit_post(cast.ou.id, fresh.post_id, fresh.post.revision, {"place": f"别处{now:%H%M}"}, now)
