"""Every way in which somebody takes a duty asks once about what speaks against it, at the time that they would get:
soft rules × ways, in the verbs and on the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from activities.admissions.service import assign
from activities.duties.models import Slot
from activities.duties.rules import WayIn
from activities.exchanges import covers, swaps
from activities.exchanges.models import Swap
from activities.holders import service as holders
from activities.holders.models import Holder
from activities.kit.db import db, transaction
from activities.norms.models import NormsVersion
from activities.norms.rules import NORMS, Limit, Strictness
from activities.signups import teams
from activities.signups.arrival_verbs import come_at, set_quotas
from activities.signups.links import token
from activities.signups.models import SignUp, Team
from activities.signups.rules import SignUpState
from activities.signups.rules_soft import AskFirst, Consent
from activities.signups.service import accept, sign_up, withdraw
from activities.signups.wishes import wait_for_any
from activities.timetables import service as timetables
from activities.timetables.models import Timetable
from activities.timetables.rules import Span
from tests.cast import DAY, HOUR, NOW, Visitor, english, make_holder, make_post, make_room, make_slot, store
from tests.signups.test_arrivals_ways import arrival, fresh, make_drive

# What speaks against coming an hour after the drive's start, and not at its start.
LATER = timedelta(hours=1)


def elsewhere(cast, drive: Slot) -> None:
    """Lin has a duty elsewhere just before, so that the way there is short."""
    duty = make_slot(make_post(cast.sweeping, "西岸", capacity=9), drive.starts_at + LATER + HOUR)
    db.session.commit()
    sign_up(cast.lin.id, duty.id, NOW)


def rest(cast, drive: Slot) -> None:
    norms = NORMS._replace(travel=Limit(0, Strictness.ASK), gap=Limit(30, Strictness.ASK))
    store(NormsVersion(norms=norms, set_at=NOW, set_by_id=cast.gu.id))
    elsewhere(cast, drive)


def at_most(**limits):
    """The school allows less than a visit takes."""

    def make(cast, drive: Slot) -> None:
        norms = NORMS._replace(**{name: Limit(minutes, Strictness.ASK) for name, minutes in limits.items()})
        store(NormsVersion(norms=norms, set_at=NOW, set_by_id=cast.gu.id))
        db.session.commit()

    return make


def in_class(cast, drive: Slot) -> None:
    """Lin's timetable has something then."""
    lesson = Span(drive.starts_at + LATER, drive.starts_at + LATER + HOUR)
    with transaction():
        timetable = store(Timetable(member_id=cast.lin.id))
        timetables.keep(timetable, [lesson], Span(NOW - 30 * DAY, NOW + 200 * DAY), NOW)


RULES = {
    "TooFarApart": elsewhere, "TooLittleRest": rest, "ClashesWithTimetable": in_class,
    "TooMuchADay": at_most(day=30), "TooMuchAWeek": at_most(week=30),
}  # fmt: skip
# What each would tell of the rest of Lin's day.
DETAILS = {
    "TooFarApart": ("西岸", "东湖责任区清扫"), "TooLittleRest": ("东湖责任区清扫",), "ClashesWithTimetable": ("13:00",),
    "TooMuchADay": ("1 hours",), "TooMuchAWeek": ("1 hours",),
}  # fmt: skip


@dataclass
class Way:
    """A way to a seat of a drive an hour after its start: what is done beforehand, and the verb."""

    before: object
    act: object
    page: object = None


def full(cast, drive):
    """Wang has the only place."""
    sign_up(cast.wang.id, drive.id, NOW)


def with_cover(cast, drive):
    full(cast, drive)
    covers.ask_cover(cast.wang.id, drive.id, "", NOW)


def turn(cast, drive):
    full(cast, drive)
    drive.post.activity.offer_minutes = 600
    db.session.commit()
    sign_up(cast.lin.id, drive.id, NOW, or_wait=True)
    covers.ask_cover(cast.wang.id, drive.id, "", NOW)


def held(cast, drive):
    full(cast, drive)
    drive.post.activity.offer_minutes = 600
    db.session.commit()
    sign_up(cast.lin.id, drive.id, NOW, or_wait=True)
    withdraw(cast.wang.id, drive.id, NOW)


def assigned(cast, drive):
    activity = drive.post.activity
    activity.way_in, activity.offer_minutes = WayIn.ASSIGNMENT, 600
    db.session.commit()
    assign(cast.ou.id, drive.id, [cast.lin.id], NOW)


def to_swap(cast, drive):
    full(cast, drive)
    own = make_slot(make_post(cast.sweeping, "南岸"), drive.starts_at + 2 * DAY)
    db.session.commit()
    sign_up(cast.lin.id, own.id, NOW)
    swaps.offer_seat(cast.wang.id, drive.id, "", NOW)


def own_slot(cast, drive) -> Slot:
    query = sa.select(Slot).join(SignUp).where(SignUp.member_id == cast.lin.id, Slot.starts_at > drive.starts_at + DAY)
    return db.session.scalars(query).one()


def proposed(cast, drive):
    to_swap(cast, drive)
    swaps.propose(cast.wang.id, drive.id, cast.lin.id, own_slot(cast, drive).id, NOW)


def swap(cast) -> Swap:
    return db.session.scalars(sa.select(Swap)).one()


def team(cast, drive):
    teams.make_team(cast.wang.id, drive.id, "营销", True, NOW)


def another(cast, drive):
    full(cast, drive)
    make_slot(drive.post, drive.starts_at + 9 * DAY, capacity=0)
    db.session.commit()


def several(cast, drive) -> list[Slot]:
    return [drive, *db.session.scalars(sa.select(Slot).where(Slot.post_id == drive.post_id, Slot.id != drive.id))]


def nothing(cast, drive):
    pass


def at_its_start(cast, drive):
    """Lin comes at its start."""
    set_quotas(cast.ou.id, drive.id, fresh(drive).revision, {0: 1, 60: 1}, NOW)
    sign_up(cast.lin.id, drive.id, NOW)


def led(cast, drive):
    """Lin leads a team, in which is Wang, too."""
    teams.make_team(cast.lin.id, drive.id, "会计", True, NOW)
    teams.join(cast.wang.id, team_id(), NOW)


def team_id() -> int:
    return db.session.scalars(sa.select(Team.id)).one()


def asked_to_hold(cast, drive):
    """Lin is asked to be responsible for a classroom that wants somebody at that time."""
    room = make_room(cast)
    make_slot(room, drive.starts_at + LATER)
    make_holder(room, cast.lin)
    db.session.commit()


def post() -> str:
    return db.session.scalars(sa.select(Holder.public_id)).one()


WAYS = {
    "sign up": Way(
        nothing,
        lambda cast, drive, known: sign_up(
            cast.lin.id, drive.id, NOW, consent=known._replace(arrival_id=arrival(drive, 60))
        ),
        lambda cast, drive: (f"/slots/{drive.public_id}/sign-up", {"arrival": str(arrival(drive, 60))}),
    ),
    "wait": Way(
        full,
        lambda cast, drive, known: sign_up(cast.lin.id, drive.id, NOW, or_wait=True, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/sign-up", {"wait": "1"}),
    ),
    "wait for any": Way(
        another,
        lambda cast, drive, known: wait_for_any(
            cast.lin.id, [one.id for one in several(cast, drive)], NOW, consent=known
        ),
        lambda cast, drive: (
            f"/slots/any?activity={drive.post.activity.public_id}",
            {"slot": [one.public_id for one in several(cast, drive)]},
        ),
    ),
    "make a team": Way(
        nothing,
        lambda cast, drive, known: teams.make_team(cast.lin.id, drive.id, "会计", True, NOW, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/team", {"name": "会计", "seats": "whole"}),
    ),
    "join a team": Way(
        team,
        lambda cast, drive, known: teams.join(
            cast.lin.id, db.session.scalars(sa.select(Team.id)).one(), NOW, consent=known
        ),
        lambda cast, drive: (f"/teams/{db.session.scalars(sa.select(Team.public_id)).one()}/join", {}),
    ),
    "take over": Way(
        with_cover,
        lambda cast, drive, known: covers.take_over(cast.lin.id, drive.id, NOW, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/take-over", {}),
    ),
    "take over at one's turn": Way(
        turn,
        lambda cast, drive, known: covers.take_over(cast.lin.id, drive.id, NOW, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/take-over", {}),
    ),
    "propose a swap": Way(
        to_swap,
        lambda cast, drive, known: swaps.propose(
            cast.lin.id, own_slot(cast, drive).id, cast.wang.id, drive.id, NOW, consent=known
        ),
        lambda cast, drive: (
            f"/slots/{own_slot(cast, drive).public_id}/swap",
            {"slot": drive.public_id, "member": cast.wang.public_id},
        ),
    ),
    "agree to a swap": Way(
        proposed,
        lambda cast, drive, known: swaps.agree(cast.lin.id, swap(cast).id, NOW, consent=known),
        lambda cast, drive: (f"/swaps/{swap(cast).public_id}/agree", {}),
    ),
    "accept an offer": Way(
        held,
        lambda cast, drive, known: accept(cast.lin.id, drive.id, NOW, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/accept", {}),
    ),
    "accept from the letter": Way(
        held,
        lambda cast, drive, known: accept(cast.lin.id, drive.id, NOW, consent=known),
        lambda cast, drive: (f"/offers/{mine(cast, drive)}", {"accept": "1"}),
    ),
    "accept an assignment": Way(
        assigned,
        lambda cast, drive, known: accept(cast.lin.id, drive.id, NOW, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/accept", {}),
    ),
    "come at another time": Way(
        at_its_start,
        lambda cast, drive, known: come_at(cast.lin.id, drive.id, arrival(drive, 60), NOW, consent=known),
        lambda cast, drive: (f"/slots/{drive.public_id}/arrival", {"arrival": str(arrival(drive, 60))}),
    ),
    "sign a team up": Way(
        led,
        lambda cast, drive, known: teams.sign_up_team(cast.lin.id, team_id(), NOW, consent=known),
        lambda cast, drive: (f"/teams/{db.session.scalars(sa.select(Team.public_id)).one()}/sign-up", {}),
    ),
    "accept a post": Way(
        asked_to_hold,
        lambda cast, drive, known: holders.accept(cast.lin.id, post(), 0, NOW, known=known.known),
        lambda cast, drive: (f"/holders/{post()}/accept", {}),
    ),
}


def mine(cast, drive) -> str:
    query = sa.select(SignUp).where(SignUp.member_id == cast.lin.id, SignUp.slot_id == drive.id)
    one = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return token(one.id, one.revision)


def the_drive(cast, way: str) -> Slot:
    return make_drive(cast, {0: 0, 60: 2 if "team" in way else 1})


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("way", WAYS)
def test_every_way_asks_once_about_the_time_that_comes(ctx, cast, way, rule):
    drive = the_drive(cast, way)
    WAYS[way].before(cast, drive)
    RULES[rule](cast, drive)
    with pytest.raises(AskFirst) as asked:
        WAYS[way].act(cast, drive, Consent())
    assert [reason.key for reason in asked.value.reasons] == [rule]
    db.session.rollback()
    WAYS[way].act(cast, drive, Consent(known=frozenset({rule})))


@pytest.mark.parametrize("way", WAYS)
def test_every_page_asks_once(app, cast, way):
    with time_machine.travel(NOW, tick=False), app.app_context():
        drive = the_drive(cast, way)
        WAYS[way].before(cast, drive)
        elsewhere(cast, drive)
        lin = english(app, cast.lin)
        address, form = WAYS[way].page(cast, drive)
        asked = lin.submit(address, **form)
        page = asked.get_data(as_text=True)
        assert asked.status_code == 422
        assert 'role="alert"' in page
        assert "less than 15 minutes" in page
        assert 'name="known" value="TooFarApart"' in page
        assert lin.submit(address, **form, known="TooFarApart").status_code == 303


# ── what nobody else reads ──────────────────────────────────────────────────

BARE = {
    "TooFarApart": "Another of your duties is elsewhere", "TooLittleRest": "Between this and another of your duties",
    "ClashesWithTimetable": "Clashes with your timetable.", "TooMuchADay": "more than the 0.5 hours",
    "TooMuchAWeek": "more than the 0.5 hours",
}  # fmt: skip


def nobody_known(app) -> Visitor:
    """Somebody who has not logged in and reads English."""
    visitor = Visitor(app, app.response_class)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visitor


def test_who_leads_a_team_is_not_told_what_speaks_against_it_for_the_others(ctx, cast):
    drive = the_drive(cast, "sign a team up")
    led(cast, drive)
    duty = make_slot(make_post(cast.sweeping, "西岸", capacity=9), drive.starts_at + LATER + HOUR)
    db.session.commit()
    sign_up(cast.wang.id, duty.id, NOW)
    assert teams.sign_up_team(cast.lin.id, team_id(), NOW, consent=Consent()) == 2


@pytest.mark.parametrize("rule", RULES)
def test_the_page_of_the_letter_says_the_rule_and_nothing_of_the_rest_of_ones_day(app, cast, rule):
    """Whoever holds the link need not be the person."""
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            drive = the_drive(cast, "accept from the letter")
            held(cast, drive)
            RULES[rule](cast, drive)
            address, slot = f"/offers/{mine(cast, drive)}", f"/slots/{drive.public_id}"
        anybody = nobody_known(app)
        pages = [anybody.get(address).text, anybody.submit(address, accept="1").text]
        for page in pages:
            assert BARE[rule] in page
            assert not [detail for detail in DETAILS[rule] if detail in page]
        own = english(app, cast.lin).get(slot).text
        assert all(detail in own for detail in DETAILS[rule])


def test_nor_does_it_name_the_duty_that_stands_in_the_way(app, cast):
    with time_machine.travel(NOW, tick=False), app.app_context():
        drive = the_drive(cast, "accept from the letter")
        held(cast, drive)
        in_the_way = make_slot(make_post(cast.sweeping, "西岸", capacity=9), drive.starts_at + LATER)
        db.session.add(SignUp(
            slot_id=in_the_way.id, member_id=cast.lin.id, state=SignUpState.SEATED, ticket=1, revision=0,
            signed_up_at=NOW, changed_at=NOW, seated_at=NOW,
        ))  # fmt: skip
        db.session.commit()
        answer = nobody_known(app).submit(f"/offers/{mine(cast, drive)}", accept="1")
        assert answer.status_code == 409
        assert "This overlaps with another of your duties." in answer.text
        assert "西岸" not in answer.text
        assert "东湖责任区清扫" not in answer.text
