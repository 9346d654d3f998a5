"""Who may call what: every route with every role and with nobody, held against the table below.

Adding a route? Add one line, in the order of the rooms:

    "GET signups.slot": row("login 200 404 200 200 404", slot),

The key is method and endpoint. The six words are the answers to nobody (who is sent to log in), a member (Lin), a
member of another unit (Zhao), an organizer (Ou), a secretary (Chen) and an administrator (Gu); to a POST each on a
fresh database with nobody else having asked before. What fills the address comes from the cast: `slot` and its like,
below; `form=…` is what a POST sends beside its CSRF token. A route without a line fails, and so does a line without a
route.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask, url_for

from activities.calendars.queries import feeds_of
from activities.calendars.service import feed_of
from activities.chats import service as chats
from activities.commendations.models import Nomination, NoticeObjection, Round, Story
from activities.commendations.objections import object_to
from activities.commendations.rules import RoundState
from activities.commendations.story_photos import add_photo
from activities.cycles.models import Cycle, CycleStep
from activities.dossiers.importing import keep as keep_entries
from activities.dossiers.models import Entry
from activities.dossiers.rules import Block, Said
from activities.dossiers.service import enter
from activities.draws.models import Draw
from activities.draws.rules import hash_of
from activities.duties.models import Series
from activities.grades.models import Opinion
from activities.grades.service import ask_opinion
from activities.holders.models import Absence, Holder
from activities.imports import reading
from activities.imports.models import CalendarImport, CalendarUpload
from activities.imports.rules import Event, Time
from activities.kit import clock
from activities.kit.access import PUBLIC, declared
from activities.kit.db import db
from activities.outbox.models import Hook
from activities.packets.models import PointsFormula
from activities.pairings.models import Pairing
from activities.past import service as past
from activities.past.models import PastImport
from activities.people.models import ForgetRequest
from activities.people.roster import keep_upload
from activities.photos.apart import Picture
from activities.photos.rules import People
from activities.requirements.exempting import exempt
from activities.requirements.models import Exemption, RequirementSet
from activities.requirements.rules import Exempted
from activities.requirements.rules_exempting import Ground, Why
from activities.rights.service import ask_to_be_forgotten
from activities.signups.models import Pause, SignUp, Team
from activities.signups.service import sign_up
from activities.signups.teams import make_team
from activities.sites.models import Site
from activities.terms.models import ClassPeriod, SpecialDay, Term
from activities.trainings.models import Training
from activities.transfers import service as hours
from activities.transfers.models import HoursImport
from tests.ballots.held import of_first
from tests.cares.guided import guided
from tests.cast import DAY, NOW, Cast, Visitor, logged_in, make_holder, make_room, make_series, make_site, store
from tests.certificates.orders import asked_for, certified, objected, ordered
from tests.chats.robots import robot
from tests.commendations import rounds
from tests.corrections.requests import correction_of_lin, recorded_of_lin
from tests.cycles.opened import opened, the_cycle
from tests.goods.drives import driven
from tests.outcomes.pictures import photographed
from tests.packets.formulas import reckoned_by
from tests.pairings.paired import CLASS, paired
from tests.peers.reviewing import drawn, reviews
from tests.people.rosters import csv_file, roster
from tests.people.rosters import person as person_row
from tests.photos.files import WEBP
from tests.requirements.asked import SERVICE, asked_by

# Who may enter is no matter of the database; that every page works on each is seen by `test_garbage`.
pytestmark = pytest.mark.any_database
ROLES = {"nobody": None, "member": "lin", "stranger": "zhao", "organizer": "ou", "secretary": "chen", "admin": "gu"}
Values = Callable[[Cast], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    expected: dict[str, str]
    address: Values
    form: dict[str, Any]


@pytest.fixture(autouse=True)
def at_noon():
    """The cast's own time, in which its slot is still to come."""
    with time_machine.travel(NOW, tick=False):
        yield


def requirement_set(cast: Cast) -> dict[str, Any]:
    """What the first branch asks of everyone in it."""
    found = db.session.scalar(sa.select(RequirementSet.public_id))
    if found is None:
        found = asked_by(cast.first, cast.chen, SERVICE).of.public_id
        db.session.commit()
    return {"public_id": found}


def draft_ballot(cast: Cast) -> dict[str, Any]:
    """One of the first branch on Lin."""
    return {"public_id": of_first(cast, "draft")}


def open_ballot(cast: Cast) -> dict[str, Any]:
    return {"public_id": of_first(cast, "open")}


def counted_ballot(cast: Cast) -> dict[str, Any]:
    return {"public_id": of_first(cast, "counted")}


def lins_year(cast: Cast) -> dict[str, Any]:
    return {**year(cast), "public_id": cast.lin.public_id}


def points_formula(cast: Cast) -> dict[str, Any]:
    """By which the first branch reckons points."""
    found = db.session.scalar(sa.select(PointsFormula.public_id))
    return {"public_id": found or reckoned_by(cast.first, cast.chen).public_id}


def first_units_year(cast: Cast) -> dict[str, Any]:
    return {**year(cast), "public_id": cast.first.public_id}


def exemption(cast: Cast) -> dict[str, Any]:
    """Lin's, of the whole year, given by Chen."""
    found = db.session.scalar(sa.select(Exemption.public_id))
    year = Exempted(date(2026, 1, 1), date(2026, 12, 31))
    return {"public_id": found or exempt(cast.chen.id, cast.lin.id, year, Why(Ground.AWAY), NOW)}


def review(cast: Cast) -> dict[str, Any]:
    """The school's, of this year."""
    found = db.session.scalar(sa.select(Cycle.public_id))
    return {"public_id": found or opened(cast)}


def peer_of_lin(cast: Cast) -> dict[str, Any]:
    """Somebody whom Lin reviews and Ou does not, in the review of the school."""
    found = db.session.scalar(sa.select(Cycle.public_id)) or drawn(cast)
    others = {one.reviewed_id for one in reviews(by=cast.ou)}
    one = next(one for one in reviews(by=cast.lin) if one.reviewed_id not in others)
    return {"public_id": found, "person": one.reviewed.member.public_id}


def _round(state: RoundState) -> Round | None:
    return db.session.scalar(sa.select(Round).where(Round.state == state))


def _in_round(state: RoundState) -> dict[str, Any]:
    one = _round(state)
    assert one
    found = db.session.scalars(sa.select(Nomination.public_id).where(Nomination.round_id == one.id)).one()
    return {"public_id": one.public_id, "nomination": found}


def commendation(cast: Cast) -> dict[str, Any]:
    """A round that is open, with Lin before the committee, on which is Gu."""
    if _round(RoundState.OPEN) is None:
        rounds.opened(cast)
        rounds.nominated(cast, cast.lin)
    return {"public_id": _in_round(RoundState.OPEN)["public_id"]}


def to_be_commended(cast: Cast) -> dict[str, Any]:
    commendation(cast)
    return _in_round(RoundState.OPEN)


def with_committee(cast: Cast) -> dict[str, Any]:
    return {**commendation(cast), "member": cast.gu.public_id}


def own_nomination(cast: Cast) -> dict[str, Any]:
    """Lin's, who has agreed."""
    return {"public_id": to_be_commended(cast)["nomination"]}


def not_agreed_yet(cast: Cast) -> dict[str, Any]:
    """Lin's, who has not said anything."""
    rounds.opened(cast)
    found = db.session.get_one(Nomination, rounds.nominated(cast, cast.lin, agrees=False))
    return {"public_id": found.public_id}


def to_be_objected_to(cast: Cast) -> dict[str, Any]:
    """Lin on notice."""
    if _round(RoundState.NOTICE) is None:
        rounds.opened(cast)
        rounds.on_notice(cast, cast.lin)
    return _in_round(RoundState.NOTICE)


def on_notice(cast: Cast) -> dict[str, Any]:
    return {"public_id": to_be_objected_to(cast)["public_id"]}


def objected_commendation(cast: Cast) -> dict[str, Any]:
    """To that of Lin, by Zhao."""
    address = to_be_objected_to(cast)
    found = db.session.scalar(sa.select(NoticeObjection.public_id))
    if found is None:
        found = object_to(cast.zhao.id, db.session.scalars(sa.select(Nomination.id)).one(), "Absent.", NOW)
    return {"public_id": address["public_id"], "objection": found}


def draft(cast: Cast) -> dict[str, Any]:
    """A story about Lin, by Ou."""
    found = db.session.scalar(sa.select(Story.public_id))
    return {"public_id": found or rounds.written_story(cast)}


def draft_photo(cast: Cast) -> dict[str, Any]:
    """A photo of it."""
    address = draft(cast)
    one = rounds.the_story()
    if not one.photos:
        add_photo(cast.ou.id, one.id, Picture(8, 6, WEBP, WEBP), "The shore", People.NOBODY, NOW)
    return {**address, "photo": rounds.the_story().photos[0].public_id}


def draft_picture(cast: Cast) -> dict[str, Any]:
    return {**draft_photo(cast), "size": "small"}


def asked_story(cast: Cast) -> dict[str, Any]:
    """A story about Lin, for which Lin is asked."""
    found = db.session.scalar(sa.select(Story.public_id))
    return {"public_id": found or rounds.asked_story(cast)}


def commended(cast: Cast) -> dict[str, Any]:
    """Lin, to whom it was granted."""
    if _round(RoundState.AWARDED) is None:
        rounds.opened(cast)
        rounds.awarded(cast, cast.lin)
    return _in_round(RoundState.AWARDED)


def review_step(cast: Cast) -> dict[str, Any]:
    return {**review(cast), "key": "essay"}


def review_wait(cast: Cast) -> dict[str, Any]:
    """For whom its self-review waits, which is open by now."""
    found = review(cast)
    db.session.execute(sa.update(CycleStep).where(CycleStep.key == "essay").values(first=NOW.date()))
    db.session.commit()
    return {**found, "key": "essay"}


def a_class(cast: Cast) -> dict[str, Any]:
    """That of Lin and Wang."""
    return {"unit": cast.first.public_id, "class": CLASS}


def pairing(cast: Cast) -> dict[str, Any]:
    """Ou is its class teacher."""
    found = db.session.scalar(sa.select(Pairing.public_id).order_by(Pairing.id))
    return {"public_id": found or paired(cast, cast.ou)}


def care_review(cast: Cast) -> dict[str, Any]:
    """The school's, in which Ou and Gu care for Wang."""
    return {"public_id": db.session.scalar(sa.select(Cycle.public_id)) or guided(cast)}


def care_unit(cast: Cast) -> dict[str, Any]:
    return {**care_review(cast), "unit": cast.first.public_id}


def care_person(cast: Cast) -> dict[str, Any]:
    return {**care_review(cast), "member": cast.wang.public_id}


def wang_in_it(cast: Cast) -> dict[str, Any]:
    return {"cycle": care_review(cast)["public_id"], "person": cast.wang.public_id}


def review_unit(cast: Cast) -> dict[str, Any]:
    return {**review(cast), "unit": cast.first.public_id}


def reviewed(cast: Cast) -> dict[str, Any]:
    """Lin in it."""
    return {**review(cast), "member": cast.lin.public_id}


def asked_opinion(cast: Cast) -> dict[str, Any]:
    """Ou is asked for one on Lin."""
    review(cast)
    found = db.session.scalar(sa.select(Opinion.public_id))
    if found is None:
        ask_opinion(cast.chen.id, the_cycle().id, cast.lin.id, cast.ou.id, NOW)
        found = db.session.scalars(sa.select(Opinion.public_id)).one()
    return {"public_id": found}


def nothing(_: Cast) -> dict[str, Any]:
    return {}


def slot(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.slot.public_id}


def drive(cast: Cast) -> dict[str, Any]:
    """One of the first branch, with a lot in Ou's hands and a delivery by Ou for somebody."""
    return {"public_id": driven(cast).drive}


def lot(cast: Cast) -> dict[str, Any]:
    return {"public_id": driven(cast).lot}


def movement(cast: Cast) -> dict[str, Any]:
    return {"public_id": driven(cast).movement}


def delivery(cast: Cast) -> dict[str, Any]:
    return {"public_id": driven(cast).delivery}


def receipt_picture(cast: Cast) -> dict[str, Any]:
    """There is none yet."""
    return {**delivery(cast), "size": "whole"}


def slot_photo(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.slot.public_id, "photo": photographed(cast.slot, cast.ou)}


def slot_picture(cast: Cast) -> dict[str, Any]:
    return {**slot_photo(cast), "size": "small"}


def activity(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.sweeping.public_id}


def team(cast: Cast) -> dict[str, Any]:
    """One that Wang leads, for the cast's slot."""
    found = db.session.scalar(sa.select(Team.public_id))
    return {"public_id": found or make_team(cast.wang.id, cast.slot.id, "营销2301", True, clock.now())}


def feed(cast: Cast) -> dict[str, Any]:
    return {"token": feed_of(cast.lin.id, NOW)}


def feed_of_lin(cast: Cast) -> dict[str, Any]:
    feed_of(cast.lin.id, NOW)
    return {"public_id": feeds_of(cast.lin.id)[0].public_id}


def feed_of_unit(cast: Cast) -> dict[str, Any]:
    return {"scope": "unit", "subject": cast.first.public_id}


def hours_upload(cast: Cast) -> dict[str, Any]:
    """A file of hours that Chen looks at, whose headings say nothing."""
    return {"public_id": hours.keep(cast.chen.id, cast.school.id, csv_file([("a", "b"), ("1", "2")]), "a.csv", NOW)}


def hours_import(cast: Cast) -> dict[str, Any]:
    """An import of hours by Chen, of which nothing is left."""
    values = {"unit_id": cast.school.id, "imported_by_id": cast.chen.id, "name": "a.csv", "digest": "0" * 64}
    found = db.session.scalar(sa.select(HoursImport)) or store(HoursImport(created_at=NOW, **values))
    db.session.commit()
    return {"public_id": found.public_id}


def person(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.wang.public_id}


def unit(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.first.public_id}


def upload(cast: Cast) -> dict[str, Any]:
    return {"public_id": keep_upload(cast.gu.id, csv_file(roster(person_row())), "roster.csv", clock.now())}


def forged(_: Cast) -> dict[str, Any]:
    return {"token": "WzEsInJlc2V0Il0.forged"}


def post(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.lake.public_id}


def series(cast: Cast) -> dict[str, Any]:
    if (found := db.session.scalar(sa.select(Series))) is None:
        found = make_series(cast.lake, date(2026, 11, 26), date(2026, 12, 17))
        db.session.commit()
    return {"public_id": found.public_id}


def training(_: Cast) -> dict[str, Any]:
    found = db.session.scalar(sa.select(Training)) or store(Training(name="急救", changed_at=NOW))
    db.session.commit()
    return {"public_id": found.public_id}


def pause(cast: Cast) -> dict[str, Any]:
    values = {"begun_at": NOW - DAY, "until": NOW + DAY, "misses": 3, "miss_days": 90}
    found = db.session.scalar(sa.select(Pause)) or store(Pause(member_id=cast.wang.id, **values))
    db.session.commit()
    return {"public_id": found.public_id}


def block(cast: Cast) -> dict[str, Any]:
    return {**person(cast), "block": "training"}


def entry(cast: Cast) -> dict[str, Any]:
    """What Ou has entered for Wang."""
    found = db.session.scalar(sa.select(Entry.public_id))
    said = Said("优秀志愿者", date(2026, 11, 20), unit="校团委")
    return {"public_id": found or enter(cast.ou.id, cast.wang.id, Block.COMMENDATION, said, clock.now())}


def grades_upload(cast: Cast) -> dict[str, Any]:
    """A file that Chen is about to import."""
    file = csv_file([["学号", "年度", "等次"], [cast.lin.number, "2024", "优秀"]])
    return {"public_id": past.keep(cast.chen.id, file, "a.csv", clock.now())}


def grades_import(cast: Cast) -> dict[str, Any]:
    """One that Chen has imported."""
    found = db.session.scalar(sa.select(PastImport.public_id))
    if found is None:
        now = clock.now()
        upload = past.kept(cast.chen.id, grades_upload(cast)["public_id"], now)
        plan = past.plan(cast.chen.id, upload.content, upload.name, now)
        past.confirm(cast.chen.id, upload.id, upload.content, upload.name, plan.fingerprint, now)
        found = db.session.scalars(sa.select(PastImport.public_id)).one()
    return {"public_id": found}


def entries_upload(cast: Cast) -> dict[str, Any]:
    """A file that Ou is about to import."""
    file = csv_file([["学号", "服务质量", "日期"], ["2301002", "优秀", "2026-11-20"]])
    kept = keep_entries(cast.ou.id, Block.APPRAISAL, file, "a.csv", clock.now())
    return {"block": "appraisal", "public_id": kept}


def certificate(cast: Cast) -> dict[str, Any]:
    """One that Chen has issued to Lin."""
    return {"public_id": certified(cast).public_id}


def certificate_request(cast: Cast) -> dict[str, Any]:
    """Lin asks for a certificate."""
    return {"public_id": asked_for(cast)}


def certificate_batch(cast: Cast) -> dict[str, Any]:
    """What Chen has ordered for Lin's class."""
    return {"public_id": ordered(cast)}


def objection(cast: Cast) -> dict[str, Any]:
    """Zhao objects to what was issued to Lin by somebody else than Chen."""
    return {"public_id": objected(cast)}


def forget_request(cast: Cast) -> dict[str, Any]:
    """Wang asks to be forgotten."""
    found = db.session.scalar(sa.select(ForgetRequest.public_id))
    if found is None:
        ask_to_be_forgotten(cast.wang.id, "", NOW)
        found = db.session.scalars(sa.select(ForgetRequest.public_id)).one()
    return {"public_id": found}


def signed_up(cast: Cast) -> dict[str, Any]:
    """Lin has signed up for the slot."""
    if db.session.scalar(sa.select(SignUp.id).where(SignUp.member_id == cast.lin.id)) is None:
        sign_up(cast.lin.id, cast.slot.id, NOW)
    return {"slot_id": cast.slot.public_id, "member_id": cast.lin.public_id}


def member_of_first(cast: Cast) -> dict[str, Any]:
    return {"public_id": cast.wang.public_id}


def exported(_: Cast) -> dict[str, Any]:
    return {"kind": "csv", "first": "2026-01-01", "last": "2026-12-31"}


def purpose(_: Cast) -> dict[str, Any]:
    return {"purpose": "name_on_notice"}


def certificate_code(cast: Cast) -> dict[str, Any]:
    return {"code": certified(cast).code}


def no_record(_: Cast) -> dict[str, Any]:
    return {"public_id": "nobodys"}


def a_record(cast: Cast) -> dict[str, Any]:
    """One of Lin's."""
    return {"public_id": recorded_of_lin(cast).public_id}


def correction(cast: Cast) -> dict[str, Any]:
    """Lin says that a record is wrong."""
    return {"public_id": correction_of_lin(cast)}


def no_code(cast: Cast) -> dict[str, Any]:
    return {"slot": cast.slot.public_id, "host": cast.ou.public_id, "code": "0" * 24}


def chat(cast: Cast) -> dict[str, Any]:
    found = db.session.scalar(sa.select(Hook.public_id))
    return {"public_id": found or chats.add(cast.ou.id, cast.first.id, robot(), NOW)}


def no_delivery(_: Cast) -> dict[str, Any]:
    return {"delivery_id": 1}


def no_notice(_: Cast) -> dict[str, Any]:
    return {"notice_id": 1}


def no_swap(_: Cast) -> dict[str, Any]:
    return {"public_id": "nobodys"}


def year(_: Cast) -> dict[str, Any]:
    return {"year": 2026}


def term(_: Cast) -> dict[str, Any]:
    monday = date(2026, 9, 7)
    if not db.session.scalar(sa.select(Term.id)):
        db.session.add(Term(name="2026 秋", starts_on=monday, weeks=18))
        db.session.commit()
    return {"starts_on": monday}


def activity_csv(cast: Cast) -> dict[str, Any]:
    return {**activity(cast), "form": "csv"}


def activity_term(cast: Cast) -> dict[str, Any]:
    return {**activity(cast), **term(cast)}


def year_csv(_: Cast) -> dict[str, Any]:
    return {"year": 2026, "form": "csv"}


def holiday(_: Cast) -> dict[str, Any]:
    day = date(2026, 10, 1)
    if not db.session.scalar(sa.select(SpecialDay.id)):
        db.session.add(SpecialDay(day=day, name="国庆节", off=True))
        db.session.commit()
    return {"day": day}


def periods(_: Cast) -> dict[str, Any]:
    since = date(2026, 9, 7)
    if not db.session.scalar(sa.select(ClassPeriod.id)):
        db.session.add(ClassPeriod(since=since, starts=time(8), ends=time(8, 45)))
        db.session.commit()
    return {"since": since}


def site(cast: Cast) -> dict[str, Any]:
    found = db.session.scalar(sa.select(Site))
    if found is None:
        found = make_site("护理院", cast.first)
        db.session.commit()
    return {"public_id": found.public_id}


def holder(cast: Cast) -> dict[str, Any]:
    """Lin is proposed for a classroom's switch."""
    found = db.session.scalar(sa.select(Holder.public_id))
    if found is None:
        found = make_holder(make_room(cast), cast.lin).public_id
        db.session.commit()
    return {"public_id": found}


def absence(cast: Cast) -> dict[str, Any]:
    """Days on which Lin, who holds the post, cannot come."""
    found = holder(cast)
    of_lin = db.session.scalars(sa.select(Holder)).one()
    days = {"begins_at": of_lin.begins_at, "ends_at": of_lin.ends_at, "told_at": of_lin.begins_at}
    one = store(Absence(holder_id=of_lin.id, **days))
    db.session.commit()
    return {**found, "absence_id": one.id}


def energy_post(cast: Cast) -> dict[str, Any]:
    holder(cast)
    return {"public_id": db.session.scalars(sa.select(Holder)).one().post.public_id}


def energy_activity(cast: Cast) -> dict[str, Any]:
    holder(cast)
    return {"public_id": db.session.scalars(sa.select(Holder)).one().post.activity.public_id}


def a_draw(cast: Cast) -> dict[str, Any]:
    draw = db.session.scalar(sa.select(Draw).where(Draw.activity_id == cast.sweeping.id))
    if draw is None:
        moments = {"draws_at": NOW, "announced_at": NOW}
        draw = Draw(activity_id=cast.sweeping.id, days=90, seed="5eed", seed_hash=hash_of("5eed"), **moments)
        db.session.add(draw)
        db.session.commit()
    return {"public_id": draw.public_id}


def calendar_upload(cast: Cast) -> dict[str, Any]:
    """What Ou is about to import."""
    found = db.session.scalar(sa.select(CalendarUpload))
    if found is None:
        event = Event("清扫", "东湖", (Time("0" * 64, NOW + DAY, NOW + DAY + DAY / 24),))
        kept = reading.stored(reading.Found([event], [], NOW + 30 * DAY))
        values = {"name": "a.ics", "found": kept, "created_at": NOW}
        found = store(CalendarUpload(member_id=cast.ou.id, activity_id=cast.sweeping.id, **values))
        db.session.commit()
    return {**activity(cast), "upload_id": found.public_id}


def calendar_import(cast: Cast) -> dict[str, Any]:
    found = db.session.scalar(sa.select(CalendarImport))
    found = found or store(CalendarImport(activity_id=cast.sweeping.id, name="a.ics", created_at=NOW))
    db.session.commit()
    return {"public_id": found.public_id}


def row(expected: str, address: Values = nothing, **form: Any) -> Row:
    return Row(dict(zip(ROLES, expected.split(), strict=True)), address, form)


TABLE = {
    # people
    "GET people.log_in": row("200 302 302 302 302 302"),
    "POST people.log_in_post": row("422 422 422 422 422 422"),
    "POST people.log_out": row("login 303 303 303 303 303"),
    "POST people.choose_language": row("303 303 303 303 303 303"),
    "GET people.forgot": row("200 200 200 200 200 200"),
    "POST people.forgot_post": row("422 422 422 422 422 422"),
    "GET people.enter": row("404 404 404 404 404 404", forged),
    "GET people.set_password": row("404 404 404 404 404 404"),
    "POST people.set_password_post": row("404 404 404 404 404 404"),
    "GET people.account": row("login 200 200 200 200 200"),
    "GET people.password": row("login 200 200 200 200 200"),
    "POST people.password_post": row("login 422 422 422 422 422"),
    "POST people.log_out_everywhere": row("login 303 303 303 303 303"),
    "GET people.roster": row("login 404 404 404 404 200"),
    "GET people.import_roster": row("login 404 404 404 404 200"),
    "POST people.import_upload": row("login 404 404 404 404 422"),
    "GET people.import_template": row("login 404 404 404 404 200"),
    "GET people.import_preview": row("login 404 404 404 404 200", upload),
    "GET people.import_report": row("login 404 404 404 404 200", upload),
    "POST people.import_confirm": row("login 404 404 404 404 409", upload),
    "GET people.new_person": row("login 404 404 404 404 200"),
    "POST people.new_person_post": row("login 404 404 404 404 422"),
    "GET people.person": row("login 404 404 404 404 200", person),
    "GET people.edit_person": row("login 404 404 404 404 200", person),
    "POST people.edit_person_post": row("login 404 404 404 404 422", person),
    "POST people.make_link": row("login 404 404 404 404 200", person),
    "POST people.reactivate": row("login 404 404 404 404 303", person),
    "POST people.join_accounts": row("login 404 404 404 404 422", person),
    "POST people.part_account": row("login 404 404 404 404 409", person),
    "GET people.roles": row("login 404 404 404 200 200"),
    "POST people.grant": row("login 404 404 404 422 422"),
    "POST people.revoke": row("login 404 404 404 404 404"),
    "GET people.units": row("login 404 404 404 404 200"),
    "GET people.new_unit": row("login 404 404 404 404 200"),
    "POST people.new_unit_post": row("login 404 404 404 404 422"),
    "GET people.unit": row("login 404 404 404 404 200", unit),
    "POST people.unit_post": row("login 404 404 404 404 422", unit),
    # terms
    "GET norms.show": row("login 200 200 200 200 200"),
    "GET norms.edit": row("login 404 404 404 404 200"),
    "POST norms.edit": row("login 404 404 404 404 422"),
    "GET trainings.mine": row("login 200 200 200 200 200"),
    "GET trainings.new": row("login 404 404 200 404 200"),
    "POST trainings.new": row("login 404 404 422 404 422"),
    "GET trainings.training": row("login 404 404 200 404 200", training),
    "POST trainings.enter": row("login 404 404 422 404 422", training),
    "POST trainings.remove": row("login 404 404 404 404 404", training),
    "GET trainings.edit": row("login 404 404 404 404 200", training),
    "POST trainings.edit": row("login 404 404 404 404 422", training),
    "GET leaves.ask": row("login 409 404 409 409 404", slot),
    "POST leaves.ask": row("login 422 404 422 422 404", slot),
    "GET leaves.requests": row("login 404 404 200 404 404"),
    "POST leaves.answer": row("login 404 404 404 404 404", no_record),
    "GET corrections.ask": row("login 200 404 404 404 404", a_record),
    "POST corrections.ask": row("login 422 404 404 404 404", a_record),
    "GET corrections.mine": row("login 200 200 200 200 200"),
    "POST corrections.withdraw": row("login 303 404 404 404 404", correction),
    "GET corrections.to_answer": row("login 404 404 200 404 404"),
    "POST corrections.answer": row("login 404 404 422 404 404", correction),
    "GET corrections.to_decide": row("login 404 404 404 200 404"),
    "POST corrections.decide": row("login 404 404 404 422 404", correction),
    "GET pauses.all_pauses": row("login 404 404 200 200 404"),
    "GET pauses.lift": row("login 404 404 200 200 404", pause),
    "POST pauses.lift": row("login 404 404 422 422 404", pause),
    "GET timetables.mine": row("login 200 200 200 200 200"),
    "POST timetables.bring_file": row("login 422 422 422 422 422"),
    "POST timetables.bring_address": row("login 422 422 422 422 422"),
    "POST timetables.fetch_now": row("login 404 404 404 404 404"),
    "POST timetables.forget": row("login 303 303 303 303 303"),
    "GET terms.calendar": row("login 200 200 200 200 200"),
    "GET terms.periods": row("login 200 200 200 200 200"),
    "GET terms.new_periods": row("login 404 404 404 404 200"),
    "POST terms.new_periods": row("login 404 404 404 404 422"),
    "GET terms.edit_periods": row("login 404 404 404 404 200", periods),
    "POST terms.edit_periods": row("login 404 404 404 404 422", periods),
    "GET terms.remove_periods": row("login 404 404 404 404 200", periods),
    "POST terms.remove_periods": row("login 404 404 404 404 409", periods),
    # pairings
    "GET pairings.all_classes": row("login 404 404 404 200 404"),
    "GET pairings.of_class": row("login 404 404 404 200 404", a_class),
    "GET pairings.pair": row("login 404 404 404 200 404", a_class),
    "POST pairings.pair": row("login 404 404 404 422 404", a_class),
    "GET pairings.end": row("login 404 404 404 200 404", pairing),
    "POST pairings.end": row("login 404 404 404 422 404", pairing),
    # sites
    "GET sites.all_sites": row("login 404 404 200 404 404"),
    "GET sites.new_site": row("login 404 404 200 404 404"),
    "POST sites.new_site": row("login 404 404 422 404 404"),
    "GET sites.edit_site": row("login 404 404 200 404 404", site),
    "POST sites.edit_site": row("login 404 404 422 404 404", site),
    "POST sites.remove_site": row("login 404 404 303 404 404", site),
    # duties
    "GET duties.organize": row("login 404 404 200 404 404"),
    "GET duties.new_activity": row("login 404 404 200 404 404"),
    "POST duties.new_activity": row("login 404 404 422 404 404"),
    "GET duties.edit_activity": row("login 404 404 200 404 404", activity),
    "POST duties.edit_activity": row("login 404 404 422 404 404", activity),
    "GET duties.copy_activity": row("login 404 404 200 404 404", activity),
    "POST duties.copy_activity": row("login 404 404 409 404 404", activity),
    "GET duties.new_post": row("login 404 404 200 404 404", activity),
    "POST duties.new_post": row("login 404 404 422 404 404", activity),
    "GET duties.plan": row("login 404 404 200 404 404", activity),
    "POST duties.plan": row("login 404 404 422 404 404", activity),
    "GET duties.copy_week": row("login 404 404 200 404 404", activity),
    "POST duties.copy_week": row("login 404 404 422 404 404", activity),
    "GET duties.activity": row("login 404 404 200 404 404", activity),
    "POST duties.name_organizer": row("login 404 404 409 404 404", activity),
    "POST duties.remove_organizer": row("login 404 404 404 404 404", activity),
    # signups
    "GET signups.edit_post": row("login 404 404 200 404 404", post),
    "POST signups.edit_post": row("login 404 404 422 404 404", post),
    "GET signups.activity": row("login 200 404 200 200 404", activity),
    "GET signups.find": row("login 200 200 200 200 200"),
    "GET signups.slot": row("login 200 404 200 200 404", slot),
    "POST signups.sign_up": row("login 303 404 303 303 404", slot),
    "POST signups.accept": row("login 409 404 409 409 404", slot),
    "POST signups.come_at": row("login 409 404 409 409 404", slot),
    "GET signups.quotas": row("login 404 404 404 404 404", slot),
    "POST signups.quotas": row("login 404 404 404 404 404", slot),
    "GET records.desk_page": row("login 404 404 200 404 404", slot),
    "POST records.desk_page": row("login 404 404 422 404 404", slot),
    "POST signups.confirm_risks": row("login 409 404 409 409 404", slot),
    "POST signups.withdraw": row("login 409 404 409 409 404", slot),
    "GET signups.wait_for_any": row("login 200 200 200 200 200"),
    "POST signups.wait_for_any": row("login 422 422 422 422 422"),
    "POST signups.leave_wish": row("login 404 404 404 404 404", no_record),
    "GET signups.new_team": row("login 200 404 200 200 404", slot),
    "POST signups.new_team": row("login 422 404 422 422 404", slot),
    "GET signups.team": row("login 200 404 200 200 404", team),
    "POST signups.join_team": row("login 303 404 303 303 404", team),
    "POST signups.leave_team": row("login 409 404 409 409 404", team),
    "POST signups.invite": row("login 422 404 422 422 404", team, number="2301001"),
    "POST signups.sign_team_up": row("login 409 404 409 409 404", team),
    "GET signups.dissolve_team": row("login 200 404 200 200 404", team),
    "POST signups.dissolve_team": row("login 409 404 409 409 404", team),
    "GET signups.answer": row("404 404 404 404 404 404", forged),
    "POST signups.answer": row("404 404 404 404 404 404", forged),
    "GET signups.roster": row("login 404 404 200 404 404", slot),
    "GET signups.edit_slot": row("login 404 404 200 404 404", slot),
    "POST signups.edit_slot": row("login 404 404 422 404 404", slot),
    "GET signups.cancel_slot": row("login 404 404 200 404 404", slot),
    "POST signups.cancel_slot": row("login 404 404 422 404 404", slot),
    "POST signups.delete_slot": row("login 404 404 303 404 404", slot),
    "GET signups.deactivate": row("login 404 404 404 404 200", person),
    "POST signups.deactivate": row("login 404 404 404 404 303", person),
    # series
    "GET series.series": row("login 404 404 200 404 404", series),
    "GET series.edit": row("login 404 404 200 404 404", series),
    "POST series.edit": row("login 404 404 422 404 404", series),
    "GET series.end": row("login 404 404 200 404 404", series),
    "POST series.end": row("login 404 404 409 404 404", series),
    "POST series.undo": row("login 404 404 303 404 404", series),
    # rights
    "GET rights.mine": row("login 200 200 200 200 200"),
    "POST rights.export_mine": row("login 200 200 200 200 200"),
    "POST rights.agree": row("login 303 303 303 303 303", purpose),
    "POST rights.withdraw": row("login 303 303 303 303 303", purpose),
    "POST rights.forget": row("login 303 303 303 303 303"),
    "POST rights.take_back": row("login 409 409 409 409 409"),
    "GET rights.requests": row("login 404 404 404 404 200"),
    "POST rights.restrict": row("login 404 404 404 404 303", forget_request),
    "GET rights.show_retention": row("login 404 404 404 404 200"),
    "POST rights.do_retention": row("login 404 404 404 404 303"),
    "GET rights.certificate": row("login 200 404 404 200 404", certificate),
    "GET rights.sign_ups": row("login 200 404 200 404 404", signed_up),
    "GET rights.roles": row("login 404 404 404 200 200", member_of_first),
    "GET rights.chain": row("login 404 404 404 404 200"),
    # imports
    "GET imports.start": row("login 404 404 200 404 404", activity),
    "POST imports.upload": row("login 404 404 422 404 404", activity),
    "GET imports.preview": row("login 404 404 200 404 404", calendar_upload),
    "POST imports.preview": row("login 404 404 422 404 404", calendar_upload),
    "POST imports.undo": row("login 404 404 303 404 404", calendar_import),
    # invitations
    "GET invitations.mine": row("login 200 200 200 200 200"),
    "POST invitations.want": row("login 303 303 303 303 303"),
    "POST invitations.decline": row("login 404 404 404 404 404", slot),
    # notices
    "GET notices.inbox": row("login 200 200 200 200 200"),
    "GET notices.open_notice": row("login 404 404 404 404 404", no_notice),
    "POST notices.read": row("login 404 404 404 404 404", no_notice),
    "POST notices.read_all": row("login 303 303 303 303 303"),
    "GET notices.wishes": row("login 200 200 200 200 200"),
    "POST notices.wishes": row("login 422 422 422 422 422"),
    # exchanges
    "GET exchanges.wanted": row("login 200 200 200 200 200"),
    "GET exchanges.cover": row("login 409 404 409 409 404", slot),
    "POST exchanges.ask": row("login 409 404 409 409 404", slot),
    "POST exchanges.take_back": row("login 409 404 409 409 404", slot),
    "POST exchanges.decline_turn": row("login 409 404 409 409 404", slot),
    "POST exchanges.take_over": row("login 409 404 409 409 404", slot),
    "GET notices.undelivered": row("login 404 404 404 404 200"),
    "POST notices.send_again": row("login 404 404 404 404 404", no_delivery),
    "POST notices.send_all_again": row("login 404 404 404 404 303"),
    # chats
    "GET chats.all_chats": row("login 404 404 200 404 200"),
    "GET chats.new": row("login 404 404 200 404 200"),
    "POST chats.new": row("login 404 404 422 404 422"),
    "GET chats.edit": row("login 404 404 200 404 200", chat),
    "POST chats.edit": row("login 404 404 422 404 422", chat),
    "POST chats.try_out": row("login 404 404 303 404 303", chat),
    "GET chats.remove": row("login 404 404 200 404 200", chat),
    "POST chats.remove": row("login 404 404 303 404 303", chat),
    "GET exchanges.swap": row("login 409 404 409 409 404", slot),
    "POST exchanges.propose": row("login 409 404 409 409 404", slot),
    "POST exchanges.offer_seat": row("login 409 404 409 409 404", slot),
    "POST exchanges.keep_seat": row("login 409 404 409 409 404", slot),
    "GET exchanges.swaps": row("login 200 200 200 200 200"),
    "POST exchanges.agree": row("login 404 404 404 404 404", no_swap),
    "POST exchanges.decline": row("login 404 404 404 404 404", no_swap),
    "POST exchanges.withdraw_swap": row("login 404 404 404 404 404", no_swap),
    # records
    "GET records.attendance": row("login 404 404 200 404 404", slot),
    "POST records.attendance_post": row("login 404 404 303 404 404", slot),
    "GET records.screen": row("login 404 404 200 404 404", slot),
    "GET records.ticks_worker": row("200 200 200 200 200 200"),
    "GET records.ticks": row("login 404 404 200 404 404", slot),
    "POST records.ticks_post": row("login 404 404 422 404 404", slot),
    "GET records.ticks_people": row("login 404 404 200 404 404", slot),
    "GET records.ticks_marks": row("login 404 404 200 404 404", slot),
    "GET records.odd": row("login 404 404 404 200 404"),
    "POST records.note_odd": row("login 404 404 404 404 404", lambda _: {"public_id": "x", "which": "late"}),
    "GET records.extend": row("login 404 404 200 404 404", slot),
    "POST records.extend": row("login 404 404 422 404 404", slot),
    "GET records.posted": row("login 404 404 200 404 404", post),
    "POST records.posted_post": row("login 404 404 303 404 404", post),
    "GET records.scan_posted": row("404 404 404 404 404 404", lambda _: {"code": "x"}),
    "GET records.scan": row("404 404 404 404 404 404", no_code),
    "GET records.check_in": row("login 200 200 200 200 200"),
    "POST records.check_in_post": row("login 422 422 422 422 422"),
    "GET records.countersign": row("login 404 404 200 200 404", slot),
    "POST records.countersign": row("login 404 404 422 422 404", slot),
    "GET records.to_countersign": row("login 404 404 200 200 404"),
    "GET records.mine": row("login 200 200 200 200 200"),
    "GET records.trail": row("login 404 404 404 404 404", no_record),
    # transfers
    "GET transfers.start": row("login 404 404 404 200 200"),
    "POST transfers.upload": row("login 404 404 404 422 422"),
    "GET transfers.preview": row("login 404 404 404 200 404", hours_upload),
    "POST transfers.preview": row("login 404 404 404 422 404", hours_upload),
    "GET transfers.export": row("login 404 404 404 200 404"),
    "GET transfers.export_file": row("login 404 404 404 200 404", exported),
    "POST transfers.undo": row("login 404 404 404 303 303", hours_import),
    # holders
    "GET holders.board": row("login 404 404 200 404 404", energy_activity),
    "GET holders.propose_many": row("login 404 404 200 404 404", energy_activity),
    "POST holders.propose_many": row("login 404 404 422 404 404", energy_activity),
    "GET holders.propose": row("login 404 404 200 404 404", energy_post),
    "POST holders.propose": row("login 404 404 422 404 404", energy_post),
    "GET holders.seats": row("login 404 404 200 404 404", holder),
    "GET holders.end": row("login 404 404 200 404 404", holder),
    "POST holders.end": row("login 404 404 303 404 404", holder, last="2026-11-26"),
    "GET holders.holding": row("login 200 404 404 404 404", holder),
    "POST holders.accept": row("login 303 404 404 404 404", holder),
    "POST holders.decline": row("login 422 404 404 404 404", holder),
    "POST holders.absence": row("login 422 404 404 404 404", holder),
    "POST holders.come_after_all": row("login 303 404 404 404 404", absence),
    # rescheduling
    "GET rescheduling.new_term": row("login 404 404 404 404 200"),
    "POST rescheduling.new_term": row("login 404 404 404 404 422"),
    "GET rescheduling.edit_term": row("login 404 404 404 404 200", term),
    "POST rescheduling.edit_term": row("login 404 404 404 404 422", term),
    "GET rescheduling.remove_term": row("login 404 404 404 404 200", term),
    "POST rescheduling.remove_term": row("login 404 404 404 404 409", term),
    "GET rescheduling.new_day": row("login 404 404 404 404 200"),
    "POST rescheduling.new_day": row("login 404 404 404 404 422"),
    "GET rescheduling.edit_day": row("login 404 404 404 404 200", holiday),
    "POST rescheduling.edit_day": row("login 404 404 404 404 422", holiday),
    "GET rescheduling.remove_day": row("login 404 404 404 404 200", holiday),
    "POST rescheduling.remove_day": row("login 404 404 404 404 409", holiday),
    "POST rescheduling.fill_year": row("login 404 404 404 404 303", year),
    "GET rescheduling.slots_of_day": row("login 404 404 404 404 200", holiday),
    "POST rescheduling.slots_of_day": row("login 404 404 404 404 200", holiday),
    # admissions
    "GET admissions.requests": row("login 404 404 200 404 404"),
    "POST admissions.approve": row("login 404 404 409 404 404"),
    "POST admissions.decline_requests": row("login 404 404 409 404 404"),
    "GET admissions.assign": row("login 404 404 409 404 404", slot),
    "POST admissions.assign": row("login 404 404 409 404 404", slot),
    "GET admissions.decline": row("login 404 404 404 404 404", slot),
    "POST admissions.decline": row("login 404 404 404 404 404", slot),
    # draws
    "GET draws.draw": row("login 200 404 200 200 404", a_draw),
    "GET draws.data": row("login 200 404 200 200 404", a_draw),
    # calendars
    "GET calendars.private": row("200 200 200 200 200 200", feed),
    "GET calendars.activity": row("200 200 200 200 200 200", activity),
    "GET calendars.post": row("200 200 200 200 200 200", post),
    "GET calendars.subscribe": row("login 200 200 200 200 200"),
    "POST calendars.duties": row("login 303 303 303 303 303"),
    "GET calendars.new": row("login 200 404 200 200 200", feed_of_unit),
    "POST calendars.new": row("login 303 404 303 303 303", feed_of_unit, detail="busy"),
    "GET calendars.feed": row("login 200 404 404 404 404", feed_of_lin),
    "POST calendars.feed": row("login 303 404 404 404 404", feed_of_lin, detail="busy"),
    "GET calendars.replace": row("login 200 404 404 404 404", feed_of_lin),
    "POST calendars.replace": row("login 303 404 404 404 404", feed_of_lin),
    "GET calendars.stop": row("login 200 404 404 404 404", feed_of_lin),
    "POST calendars.stop": row("login 303 404 404 404 404", feed_of_lin),
    # dossiers
    "GET dossiers.mine": row("login 200 200 200 200 200"),
    "GET dossiers.people": row("login 404 404 200 200 404"),
    "GET dossiers.person": row("login 404 404 200 200 404", person),
    "GET dossiers.enter": row("login 404 404 200 200 404", block),
    "POST dossiers.enter": row("login 404 404 422 422 404", block),
    "GET dossiers.entry": row("login 404 404 200 200 404", entry),
    "POST dossiers.entry": row("login 404 404 422 422 404", entry),
    "GET dossiers.import_file": row("login 404 404 200 200 404"),
    "POST dossiers.import_file": row("login 404 404 422 422 404"),
    "GET dossiers.template": row("login 404 404 200 200 404", block),
    "GET dossiers.preview": row("login 404 404 200 404 404", entries_upload),
    "POST dossiers.confirm": row("login 404 404 409 404 404", entries_upload),
    # certificates
    "GET certificates.mine": row("login 200 200 200 200 200"),
    "POST certificates.mine": row("login 422 422 422 422 422"),
    "GET certificates.asked_for": row("login 404 404 404 200 404"),
    "POST certificates.answer": row("login 404 404 404 422 404", certificate_request),
    "GET certificates.all_batches": row("login 404 404 404 200 404"),
    "GET certificates.new_batch": row("login 404 404 404 200 404"),
    "POST certificates.new_batch": row("login 404 404 404 422 404"),
    "GET certificates.batch": row("login 404 404 404 200 404", certificate_batch),
    "GET certificates.batch_archive": row("login 404 404 404 200 404", certificate_batch),
    "GET certificates.download": row("login 200 404 404 200 404", certificate),
    "GET certificates.issued": row("login 404 404 404 200 404"),
    "GET certificates.issue": row("login 404 404 404 200 404"),
    "POST certificates.issue": row("login 404 404 404 422 404"),
    "GET certificates.certificate": row("login 404 404 404 200 404", certificate),
    "POST certificates.end": row("login 404 404 404 422 404", certificate),
    "GET certificates.on_notice": row("login 200 200 200 200 200"),
    "GET certificates.object_to": row("login 200 200 200 200 200", certificate),
    "POST certificates.object_to": row("login 422 422 422 422 422", certificate),
    "GET certificates.objections": row("login 404 404 404 200 404"),
    "POST certificates.judge": row("login 404 404 404 422 404", objection),
    "GET certificates.verify": row("200 200 200 200 200 200"),
    "POST certificates.verify": row("422 422 422 422 422 422"),
    "POST certificates.verify_file": row("422 422 422 422 422 422"),
    "GET certificates.verified": row("200 200 200 200 200 200", certificate_code),
    "POST certificates.verified": row("422 422 422 422 422 422", certificate_code),
    # ballots
    "GET ballots.all_mine": row("login 200 200 200 200 200"),
    "GET ballots.vote": row("login 200 404 200 404 404", open_ballot),
    "POST ballots.vote": row("login 422 404 422 404 404", open_ballot),
    "GET ballots.mine": row("login 200 404 404 404 404", counted_ballot),
    "GET ballots.kept": row("login 404 404 404 200 404"),
    "GET ballots.new": row("login 404 404 404 200 404"),
    "POST ballots.new": row("login 404 404 404 422 404"),
    "GET ballots.show": row("login 404 404 404 200 404", open_ballot),
    "GET ballots.edit": row("login 404 404 404 200 404", draft_ballot),
    "POST ballots.edit": row("login 404 404 404 422 404", draft_ballot),
    "GET ballots.people": row("login 404 404 404 200 404", draft_ballot),
    "POST ballots.people": row("login 404 404 404 303 404", draft_ballot),
    "GET ballots.preview": row("login 404 404 404 200 404", draft_ballot),
    "POST ballots.open_now": row("login 404 404 404 303 404", draft_ballot),
    "GET ballots.extend": row("login 404 404 404 200 404", open_ballot),
    "POST ballots.extend": row("login 404 404 404 422 404", open_ballot),
    "GET ballots.close": row("login 404 404 404 200 404", open_ballot),
    "POST ballots.close": row("login 404 404 404 422 404", open_ballot),
    "GET ballots.cancel": row("login 404 404 404 200 404", open_ballot),
    "POST ballots.cancel": row("login 404 404 404 422 404", open_ballot),
    # requirements
    "GET requirements.now": row("login 302 302 302 302 302"),
    "GET requirements.mine": row("login 200 200 200 200 200", year),
    "GET requirements.sets_now": row("login 404 404 404 302 404"),
    "GET requirements.sets": row("login 404 404 404 200 404", year),
    "GET requirements.new": row("login 404 404 404 200 404", year),
    "POST requirements.new": row("login 404 404 404 422 404", year),
    "GET requirements.show": row("login 200 404 200 200 404", requirement_set),
    "GET requirements.edit": row("login 404 404 404 200 404", requirement_set),
    "POST requirements.edit": row("login 404 404 404 422 404", requirement_set),
    "GET requirements.take_back": row("login 404 404 404 200 404", requirement_set),
    "POST requirements.take_back": row("login 404 404 404 422 404", requirement_set),
    "GET requirements.exemptions": row("login 404 404 404 200 404"),
    "GET requirements.exempt": row("login 404 404 404 200 404"),
    "POST requirements.exempt": row("login 404 404 404 422 404"),
    "GET requirements.exemption": row("login 404 404 404 200 404", exemption),
    "POST requirements.end_exemption": row("login 404 404 404 422 404", exemption),
    "POST requirements.why_exempted": row("login 404 404 404 200 404", exemption),
    "GET requirements.behind_now": row("login 404 404 404 302 404"),
    "GET requirements.who_is_behind": row("login 404 404 404 200 404", year),
    "GET requirements.behind_workbook": row("login 404 404 404 200 404", year),
    "POST requirements.tell": row("login 404 404 404 303 404", year),
    "GET requirements.person": row("login 404 404 404 200 404", lins_year),
    # reviews
    "GET reviews.now": row("login 404 404 404 302 404"),
    "GET reviews.year": row("login 404 404 404 200 404", year),
    "GET reviews.workbook": row("login 404 404 404 200 404", year),
    # cycles
    "GET cycles.mine": row("login 200 200 200 200 200"),
    "GET cycles.all_cycles": row("login 404 404 404 200 404"),
    "GET cycles.new": row("login 404 404 404 200 404"),
    "POST cycles.new": row("login 404 404 404 422 404"),
    "GET cycles.my_part": row("login 200 200 200 200 200", review),
    "GET cycles.windows": row("login 404 404 404 200 404", review),
    "POST cycles.windows": row("login 404 404 404 422 404", review),
    "GET cycles.reopen": row("login 404 404 404 200 404", review_step),
    "POST cycles.reopen": row("login 404 404 404 422 404", review_step),
    "GET cycles.settings": row("login 404 404 404 200 404", review),
    "POST cycles.settings": row("login 404 404 404 422 404", review),
    "GET cycles.add": row("login 404 404 404 200 404", review),
    "POST cycles.add": row("login 404 404 404 422 404", review),
    "GET cycles.call_off": row("login 404 404 404 200 404", review),
    "POST cycles.call_off": row("login 404 404 404 422 404", review),
    "GET cycles.show": row("login 404 404 404 200 404", review),
    # essays
    "GET essays.show": row("login 200 200 200 200 200", review),
    "POST essays.save": row("login 409 409 409 409 409", review),
    "POST essays.hand_in": row("login 409 409 409 409 409", review),
    "POST essays.draft": row("login 409 409 409 409 409", review),
    "POST essays.take_back": row("login 409 409 409 409 409", review),
    # peers
    "GET peers.mine": row("login 200 200 200 200 200", review),
    "GET peers.review": row("login 200 404 404 404 404", peer_of_lin),
    "POST peers.review": row("login 409 404 404 404 404", peer_of_lin),
    "POST peers.draft": row("login 409 404 404 404 404", peer_of_lin),
    "GET peers.keep": row("login 404 404 404 200 404", review),
    "POST peers.keep": row("login 404 404 404 422 404", review),
    # appraisals
    "GET appraisals.keep": row("login 404 404 404 200 404", review),
    "POST appraisals.keep": row("login 404 404 404 404 404", review),
    "GET appraisals.unit": row("login 404 404 404 200 404", review_unit),
    "GET appraisals.anew": row("login 404 404 404 404 404", review_unit),
    "POST appraisals.anew": row("login 404 404 404 404 404", review_unit),
    # evidence
    "GET evidence.differences": row("login 404 404 404 404 404", review),
    "GET evidence.points": row("login 404 404 404 200 404", review),
    # past
    "GET past.start": row("login 404 404 404 200 404"),
    "POST past.start": row("login 404 404 404 422 404"),
    "GET past.template": row("login 404 404 404 200 404"),
    "GET past.preview": row("login 404 404 404 200 404", grades_upload),
    "POST past.confirm": row("login 404 404 404 409 404", grades_upload),
    "POST past.take_back": row("login 404 404 404 303 404", grades_import),
    # grades
    "GET grades.unit_people": row("login 404 404 404 200 404", review_unit),
    "GET grades.person": row("login 404 404 404 200 404", reviewed),
    "POST grades.give": row("login 404 404 404 422 404", reviewed),
    "POST grades.ask_opinion": row("login 404 404 404 422 404", reviewed),
    "POST grades.remove": row("login 404 404 404 422 404", reviewed),
    "GET grades.opinion": row("login 404 404 200 404 404", asked_opinion),
    "POST grades.opinion": row("login 404 404 422 404 404", asked_opinion),
    # objections
    "GET objections.on_notice": row("login 404 404 404 404 404", review),
    "GET objections.object_to": row("login 404 404 404 404 404", reviewed),
    "POST objections.object_to": row("login 404 404 404 404 404", reviewed),
    "GET objections.to_judge": row("login 404 404 404 200 404"),
    "GET objections.judge": row("login 404 404 404 404 404", no_record),
    "POST objections.judge": row("login 404 404 404 404 404", no_record),
    # closings
    "POST closings.close": row("login 404 404 404 409 404", review),
    "GET closings.check": row("login 404 404 404 404 404", review),
    # overviews
    "GET overviews.show": row("login 404 404 404 200 404", review),
    "GET overviews.people": row("login 404 404 404 200 404", review),
    "GET overviews.workbook": row("login 404 404 404 200 404", review),
    "GET overviews.waited_for": row("login 404 404 404 200 404", review_wait),
    "POST overviews.remind": row("login 404 404 404 303 404", review_wait),
    # cares
    "GET cares.mine": row("login 200 200 200 200 200"),
    "GET cares.about_me": row("login 200 200 200 200 200"),
    "GET cares.write": row("login 404 404 200 404 200", wang_in_it),
    "POST cares.write": row("login 404 404 422 404 422", wang_in_it, hand_in="1"),
    "GET cares.kept": row("login 404 404 404 200 404", care_review),
    "GET cares.kept_unit": row("login 404 404 404 200 404", care_unit),
    "GET cares.kept_person": row("login 404 404 404 200 404", care_person),
    "POST cares.ask_all": row("login 404 404 404 303 404", care_unit),
    # outcomes
    "GET outcomes.slot": row("login 404 404 200 200 404", slot),
    "POST outcomes.enter": row("login 404 404 409 403 404", slot),
    "GET outcomes.activity": row("login 404 404 200 404 404", activity),
    "GET outcomes.activity_file": row("login 404 404 200 404 404", activity_csv),
    "GET outcomes.targets": row("login 404 404 200 404 404", activity_term),
    "POST outcomes.targets": row("login 404 404 303 404 404", activity_term),
    "GET outcomes.new_photo": row("login 404 404 409 403 404", slot),
    "POST outcomes.new_photo": row("login 404 404 409 403 404", slot),
    "GET outcomes.photo": row("login 404 404 200 200 404", slot_photo),
    "GET outcomes.picture": row("login 404 404 200 200 404", slot_picture),
    "GET outcomes.remove_photo": row("login 404 404 200 403 404", slot_photo),
    "POST outcomes.remove_photo": row("login 404 404 422 403 404", slot_photo),
    "GET outcomes.photos": row("login 404 404 200 404 404", activity),
    "GET outcomes.now": row("login 404 404 404 302 404"),
    "GET outcomes.year": row("login 404 404 404 200 404", year),
    "GET outcomes.year_file": row("login 404 404 404 200 404", year_csv),
    # goods
    "GET goods.summary": row("login 200 404 200 200 404", drive),
    "GET goods.activity": row("login 404 404 200 404 404", drive),
    "GET goods.workbook": row("login 404 404 200 404 404", drive),
    "GET goods.take_in": row("login 404 404 200 404 404", drive),
    "POST goods.take_in": row("login 404 404 422 404 404", drive),
    "GET goods.lot": row("login 404 404 200 404 404", lot),
    "GET goods.pass_on": row("login 404 404 200 404 404", lot),
    "POST goods.pass_on": row("login 404 404 422 404 404", lot),
    "GET goods.correct": row("login 404 404 200 404 404", movement),
    "POST goods.correct": row("login 404 404 422 404 404", movement),
    "GET goods.deliver": row("login 404 404 200 404 404", drive),
    "POST goods.deliver": row("login 404 404 422 404 404", drive),
    "GET goods.to_sign": row("login 404 404 200 200 404"),
    "GET goods.delivery": row("login 404 404 200 200 404", delivery),
    "POST goods.sign": row("login 404 404 409 409 404", delivery),
    "POST goods.recipient": row("login 404 404 200 404 404", delivery),
    "GET goods.new_receipt": row("login 404 404 200 404 404", delivery),
    "POST goods.new_receipt": row("login 404 404 422 404 404", delivery),
    "GET goods.receipt": row("login 404 404 404 404 404", receipt_picture),
    "GET goods.remove_receipt": row("login 404 404 404 404 404", delivery),
    "POST goods.remove_receipt": row("login 404 404 404 404 404", delivery),
    "GET reviews.mine": row("login 200 200 200 200 200", year),
    # commendations
    "GET commendations.all_rounds": row("login 200 200 200 200 200"),
    "GET commendations.show": row("login 200 200 200 200 200", commendation),
    "GET commendations.nominate": row("login 200 200 200 200 200", commendation),
    "POST commendations.nominate": row("login 422 422 422 422 422", commendation),
    "GET commendations.rewrite": row("login 404 404 200 404 404", to_be_commended),
    "POST commendations.rewrite": row("login 404 404 422 404 404", to_be_commended),
    "POST commendations.take_back": row("login 404 404 303 404 404", to_be_commended),
    "GET commendations.mine": row("login 200 404 404 404 404", own_nomination),
    "POST commendations.agree": row("login 303 404 404 404 404", not_agreed_yet, seen="1"),
    "POST commendations.decline": row("login 303 404 404 404 404", own_nomination),
    "GET commendations.committee": row("login 404 404 404 404 200", commendation),
    "GET commendations.decide": row("login 404 404 404 404 200", to_be_commended),
    "POST commendations.decide": row("login 404 404 404 404 422", to_be_commended),
    "GET commendations.object_to": row("login 200 200 200 200 200", to_be_objected_to),
    "POST commendations.object_to": row("login 422 422 422 422 422", to_be_objected_to),
    "GET commendations.kept": row("login 404 404 404 200 404"),
    "GET commendations.new": row("login 404 404 404 200 404"),
    "POST commendations.new": row("login 404 404 404 422 404"),
    "GET commendations.manage": row("login 404 404 404 200 404", commendation),
    "POST commendations.name": row("login 404 404 404 422 404", commendation),
    "POST commendations.take_off": row("login 404 404 404 303 404", with_committee),
    "GET commendations.correct": row("login 404 404 404 200 404", commendation),
    "POST commendations.correct": row("login 404 404 404 422 404", commendation),
    "POST commendations.publish": row("login 404 404 404 409 404", commendation),
    "POST commendations.award": row("login 404 404 404 409 404", on_notice),
    "GET commendations.call_off": row("login 404 404 404 200 404", commendation),
    "POST commendations.call_off": row("login 404 404 404 422 404", commendation),
    "POST commendations.judge": row("login 404 404 404 422 404", objected_commendation),
    "GET commendations.revoke": row("login 404 404 404 200 404", commended),
    "POST commendations.revoke": row("login 404 404 404 422 404", commended),
    "GET commendations.all_stories": row("login 200 200 200 200 200"),
    "GET commendations.kept_stories": row("login 404 404 200 200 404"),
    "GET commendations.new_story": row("login 404 404 200 200 404"),
    "POST commendations.new_story": row("login 404 404 422 422 404"),
    "GET commendations.story": row("login 404 404 200 200 404", draft),
    "GET commendations.edit_story": row("login 404 404 200 200 404", draft),
    "POST commendations.edit_story": row("login 404 404 422 422 404", draft),
    "POST commendations.ask_for_story": row("login 404 404 303 303 404", draft),
    "GET commendations.take_down_story": row("login 404 404 200 200 404", draft),
    "POST commendations.take_down_story": row("login 404 404 422 422 404", draft),
    "GET commendations.delete_story": row("login 404 404 200 200 404", draft),
    "POST commendations.delete_story": row("login 404 404 422 422 404", draft),
    "POST commendations.publish_story_again": row("login 404 404 409 409 404", draft),
    "POST commendations.agree_to_story": row("login 303 404 404 404 404", asked_story, seen="1"),
    "POST commendations.withdraw_story": row("login 303 404 404 404 404", asked_story),
    "GET commendations.new_photo": row("login 404 404 200 200 404", draft),
    "POST commendations.new_photo": row("login 404 404 422 422 404", draft),
    "GET commendations.describe_photo": row("login 404 404 200 200 404", draft_photo),
    "POST commendations.describe_photo": row("login 404 404 422 422 404", draft_photo),
    "POST commendations.move_photo": row("login 404 404 303 303 404", draft_photo),
    "GET commendations.remove_photo": row("login 404 404 200 200 404", draft_photo),
    "POST commendations.remove_photo": row("login 404 404 422 422 404", draft_photo),
    "GET commendations.story_picture": row("login 404 404 200 200 404", draft_picture),
    # packets
    "GET packets.now": row("login 302 302 302 302 302"),
    "GET packets.mine": row("login 200 200 200 200 200", year),
    "GET packets.my_paper": row("login 200 200 200 200 200", year),
    "GET packets.person": row("login 404 404 404 200 404", lins_year),
    "GET packets.paper": row("login 404 404 404 200 404", lins_year),
    "GET packets.points_now": row("login 404 404 404 302 404"),
    "GET packets.points": row("login 404 404 404 200 404", year),
    "GET packets.formula": row("login 200 404 200 200 404", points_formula),
    "GET packets.set_formula": row("login 404 404 404 200 404", first_units_year),
    "POST packets.set_formula": row("login 404 404 404 422 404", first_units_year),
    "GET packets.compare": row("login 404 404 404 200 404", year),
    # board
    "GET board.week": row("login 404 404 200 404 404"),
    "POST board.invite": row("login 404 404 303 404 404", slot),
    "POST board.seats": row("login 404 404 409 404 404"),
    "POST board.move": row("login 404 404 409 404 404"),
    "POST board.cancel": row("login 404 404 409 404 404"),
    "POST board.message": row("login 404 404 409 404 404"),
    "POST board.undo": row("login 404 404 404 404 404", no_record),
    "GET board.message_slot": row("login 404 404 200 404 404", slot),
    "GET board.message_activity": row("login 404 404 200 404 404", activity),
    "GET board.rosters": row("login 404 404 200 404 404"),
    "GET board.rosters_workbook": row("login 404 404 200 404 404"),
    "GET board.roster_workbook": row("login 404 404 200 404 404", slot),
    "GET board.visitors": row("login 404 404 200 404 404", slot),
    "POST board.visitors_sent": row("login 404 404 409 404 404", slot),
    "GET board.visitors_workbook": row("login 404 404 200 404 404", slot),
    "GET board.messages": row("login 404 404 200 404 404"),
    # home
    "GET home.my_duties": row("login 200 200 200 200 200"),
    "GET home.alive": row("200 200 200 200 200 200"),
    "GET home.ready": row("200 200 200 200 200 200"),
}


def routes(app: Flask) -> set[str]:
    """Every method and endpoint but static files, HEAD and OPTIONS."""
    return {
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def answer(app: Flask, client: Visitor, key: str, role: str, cast: Cast) -> str:
    """The status, or "login" for being sent there."""
    if name := ROLES[role]:
        client = logged_in(app, getattr(cast, name))
    response = ask(app, client, key, cast)
    sent_away = response.status_code == 302 and response.location.split("?")[0] == "/login"
    return "login" if sent_away else str(response.status_code)


def ask(app: Flask, client: Visitor, key: str, cast: Cast) -> Any:
    """The answer to one request of the table."""
    method, endpoint = key.split()
    with app.test_request_context():
        address = url_for(endpoint, **TABLE[key].address(cast))
    return client.get(address, buffered=True) if method == "GET" else client.submit(address, **TABLE[key].form)


def test_every_route_stands_in_the_table_and_every_line_is_a_route(app):
    assert routes(app) == set(TABLE)


@pytest.mark.parametrize("key", [key for key in TABLE if key.startswith("GET")])
def test_a_page_answers_each_role_as_the_table_says(app, client, cast, key):
    assert {role: answer(app, client, key, role, cast) for role in ROLES} == TABLE[key].expected


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("key", [key for key in TABLE if not key.startswith("GET")])
def test_a_form_answers_each_role_as_the_table_says(app, client, cast, key, role):
    assert answer(app, client, key, role, cast) == TABLE[key].expected[role]


def test_only_what_the_table_shows_to_nobody_is_public(app):
    closed = {key.split()[1] for key, line in TABLE.items() if line.expected["nobody"] == "login"}
    public = {key.split()[1] for key in routes(app) if declared(app, key.split()[1]) == PUBLIC}
    assert not closed & public
