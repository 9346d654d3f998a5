"""Every page, at both widths, in two languages: nothing scrolls sideways. And axe, which takes most of the time, finds
nothing, at one width and in one theme with each language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import cycle

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from activities.calendars.rules_feeds import Scope
from activities.calendars.service import Wanted
from activities.calendars.service import make as make_feed
from activities.chats import service as chats
from activities.dossiers.importing import keep as keep_entries
from activities.dossiers.rules import Block, Said
from activities.dossiers.service import enter
from activities.duties.kinds import PhotoMoment
from activities.duties.models import Series, Slot
from activities.exchanges.covers import ask_cover
from activities.exchanges.swaps import offer_seat, propose
from activities.holders import service as holders
from activities.imports import reading
from activities.imports.models import CalendarImport, CalendarUpload
from activities.imports.rules import WHOLE_DAY, Bad, Event, Time
from activities.invitations.service import invite
from activities.kit import clock
from activities.kit.db import db
from activities.outbox.models import Delivery, Notice
from activities.outbox.rules import Channel, DeliveryState
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.requirements.exempting import exempt
from activities.requirements.rules import Asked, Exempted, moved
from activities.requirements.rules_exempting import Ground, Why
from activities.signups.arrival_verbs import set_quotas
from activities.signups.service import sign_up
from activities.signups.teams import make_team
from activities.terms.models import ClassPeriod, SpecialDay, Term
from activities.terms.periods import USUAL
from activities.timetables.rules import BadEvent
from activities.trainings.models import Training
from activities.trainings.service import add_training, enter_passes
from activities.transfers import service as hours
from tests.ballots.held import of_first
from tests.browser.ways import make_ways
from tests.cast import (
    DAY,
    HOUR,
    Cast,
    make_activity,
    make_holder,
    make_post,
    make_room,
    make_series,
    make_site,
    make_slot,
)
from tests.certificates.orders import asked_for, certified, ordered
from tests.chats.robots import robot
from tests.goods.drives import driven
from tests.outcomes.pictures import photograph
from tests.packets.formulas import reckoned_by
from tests.people.rosters import csv_file
from tests.records.conftest import seat
from tests.requirements.asked import SERVICE, VISIT, asked_by

AXE = "() => axe.run({resultTypes: ['violations']}).then(results => results.violations)"
# How wide the page is, how many headings and how many calls to act that are seen, unfolded as it is when it is loaded
# where there is room.
LOOK = """() => {
  if (matchMedia("(min-width: 992px)").matches)
    document.querySelectorAll("[data-open-wide]").forEach(details => { details.open = true; });
  const seen = [...document.querySelectorAll(".btn-go")].filter(
    one => one.getClientRects().length && one.checkVisibility({visibilityProperty: true}));
  return [document.documentElement.scrollWidth, document.querySelectorAll("h1").length, seen.length];
}"""
APPRAISALS = "学号,服务质量,日期\n2301001,优秀,2020-01-02\n2301002,优秀,昨天\n".encode()
# What axe looks at: the width and the theme.
LOOKS = {"zh-CN": (390, "light"), "en": (1280, "dark")}
WIDTHS = (390, 1280)
# Who looks at which pages; the places in braces are filled in from the world below.
PAGES = {
    None: ["/login", "/login/forgot", "/nowhere", "/verify", "/verify/{code}", "/verify/unknown"],
    "lin": [
        "/norms", "/trainings", "/timetable", "/slots/{drive}", "/certificates", "/record",
        "/", "/slots", "/slots?open=1&q=x", "/slots/{slot}", "/slots/{full}", "/activities/{activity}", "/records",
        "/cover", "/slots/{wanted}", "/slots/{mine}", "/slots/{mine}/cover", "/slots/{mine}/swap", "/swaps",
        "/records/{record}", "/check-in", "/records/{record}/correction", "/corrections",
        "/years/{year}", "/owed/{year}", "/packets/{year}", "/points/formulas/{formula}", "/ballots/",
        "/ballots/{open_ballot}/vote", "/ballots/{counted_ballot}/mine",
        "/invitations", "/calendars", "/inbox",
        "/calendars/feeds/{feed}", "/calendars/feeds/{feed}/replace", "/calendars/feeds/{feed}/stop",
        "/calendars/new?scope=activity&subject={activity}", "/calendars/new?scope=open",
        "/account/notices", "/account", "/account/password",
        "/terms", "/terms/periods", "/holders/{holder}", "/holders/{asked}",
        "/slots/{by_approval}", "/slots/{by_assignment}", "/slots/{by_assignment}/decline", "/slots/{by_draw}",
        "/slots/{by_held_draw}", "/slots/{opens_soon}", "/draws/{open_draw}", "/draws/{held_draw}",
        "/activities/{goods}/goods",
        "/slots/any?activity={activity}", "/slots/{slot}/team", "/teams/{team}", "/teams/{team}/dissolve", "/nowhere",
    ],
    "ou": [
        "/organize/requests", "/organize/requests?activity={asking}", "/organize/slots/{by_assignment}/assign",
        "/trainings", "/trainings/new", "/trainings/{training}",
        "/organize/leaves", "/organize/slots/{drive}/arrivals", "/slots/{begun}/desk",
        "/record/people", "/record/people/{person}", "/record/people/{person}/training", "/record/entries/{entry}",
        "/record/import", "/record/import/appraisal/{entries}",
        "/pauses", "/countersign", "/organize/corrections", "/slots/{past}/countersign",
        "/chats", "/chats/new", "/chats/{chat}", "/chats/{chat}/remove",
        "/organize/board", "/organize/board?week=2020-01-06&kind=blood",
        "/organize/board?mode=select", "/organize/slots/{slot}/message", "/organize/activities/{activity}/message",
        "/organize/messages", "/organize/board/rosters", "/organize/slots/{slot}/visitors",
        "/organize/sites", "/organize/sites/new", "/organize/sites/{site}",
        "/organize/", "/organize/activities/new",
        "/organize/activities/{activity}",
        "/organize/activities/{activity}/edit", "/organize/activities/{activity}/copy", "/organize/posts/{post}/edit",
        "/organize/activities/{activity}/copy?name=x&first={today}&last={later}&start={later}",
        "/organize/activities/{activity}/posts/new", "/organize/activities/{activity}/plan", "/slots/{slot}/roster",
        "/organize/activities/{activity}/import", "/organize/activities/{activity}/import/{upload}",
        "/organize/activities/{energy}/holders", "/organize/activities/{energy}/holders/propose",
        "/organize/posts/{room}/holder?q=王", "/organize/holders/{holder}/end", "/organize/holders/{holder}",
        "/organize/activities/{activity}/plan?posts=all&first={today}&last={later}&weekdays=0&weekdays=3&starts=08:00"
        "&ends=09:00",
        "/organize/series/{series}", "/organize/series/{series}/edit",
        "/organize/series/{series}/edit?posts=all&weekdays=0&last={later}&starts=08:00&ends=09:00",
        "/organize/series/{series}/end", "/organize/slots/{slot}/edit", "/organize/slots/{slot}/cancel",
        "/slots/{past}/attendance", "/slots/{begun}/screen", "/slots/{slot}/screen",
        "/slots/{past}/outcomes", "/organize/activities/{activity}/outcomes",
        "/organize/activities/{activity}/targets/{monday}",
        "/slots/{past}/photos/new", "/slots/{past}/photos/{photo}", "/slots/{past}/photos/{photo}/remove",
        "/organize/activities/{activity}/photos", "/slots/{past_study}/outcomes",
        "/organize/activities/{goods}/goods", "/organize/activities/{goods}/goods?on=2020-01-01",
        "/organize/activities/{goods}/goods/new", "/organize/activities/{goods}/goods/deliver",
        "/organize/goods/lots/{lot}", "/organize/goods/lots/{lot}/pass-on",
        "/organize/goods/movements/{movement}/correct", "/goods/to-sign", "/goods/deliveries/{delivery}",
        "/goods/deliveries/{delivery}/receipt/new",
    ],
    "chen": [
        "/behind/{year}", "/behind/{year}/people/{person}", "/review/{year}/{person}/packet",
        "/points/{year}", "/points/{year}/units/{unit}", "/points/{year}/compare", "/points/formulas/{formula}",
        "/ballots/kept", "/ballots/new", "/ballots/{draft_ballot}", "/ballots/{draft_ballot}/edit",
        "/ballots/{draft_ballot}/people", "/ballots/{draft_ballot}/preview", "/ballots/{open_ballot}",
        "/ballots/{open_ballot}/extend", "/ballots/{open_ballot}/cancel", "/ballots/{counted_ballot}",
        "/requirements/{year}", "/requirements/{year}/new", "/requirements/sets/{asks}",
        "/requirements/sets/{asks}/edit", "/requirements/sets/{asks}/take-back",
        "/exemptions", "/exemptions/new", "/exemptions/{exempt}",
        "/review/{year}", "/review/{year}/outcomes", "/review/{year}?sort=-service", "/people/roles",
        "/review/corrections", "/goods/to-sign", "/goods/deliveries/{delivery}",
        "/certify", "/certify/issue",
        "/hours/imports", "/hours/imports/{hours}",
        "/certify/requests", "/certify/batches", "/certify/batches/new", "/certify/batches/{batch}",
        "/certify/{certificate}",
    ],
    "gu": [
        "/undelivered", "/trainings/{training}/edit",
        "/norms", "/norms/edit",
        "/people", "/people/new", "/people/import", "/people/units", "/people/units/{unit}", "/people/{person}",
        "/people/{person}/edit", "/people/{person}/deactivate", "/terms", "/terms?year=2090", "/terms/new",
        "/terms/{monday}", "/terms/{monday}/remove", "/terms/days/new", "/terms/days/{holiday}",
        "/terms/days/{holiday}/remove", "/terms/days/{slot_day}/slots", "/terms/periods/new",
        "/terms/periods/{monday}", "/terms/periods/{monday}/remove",
    ],
}  # fmt: skip


@pytest.fixture
def world(app, cast) -> dict[str, str | int]:
    """A slot to come in which Lin waits, a past one in which Lin is recorded, and the rest of the cast."""
    now = clock.now()
    with app.app_context():
        slot = make_slot(cast.lake, now + 2 * DAY)
        full = make_slot(cast.lake, now + 3 * DAY, capacity=1)
        past = make_slot(cast.lake, now - 2 * HOUR)
        series = make_series(cast.lake, clock.local_day(now) + timedelta(7), clock.local_day(now) + timedelta(30))
        db.session.commit()
        sign_up(cast.wang.id, series_slot(series), now)
        sign_up(cast.wang.id, full.id, now)
        sign_up(cast.lin.id, full.id, now, or_wait=True)
        team = make_team(cast.lin.id, slot.id, "营销2301", True, now)
        invite(cast.ou.id, slot.id, 5, now)
        wanted, mine = make_slot(cast.lake, now + 4 * DAY, capacity=1), make_slot(cast.lake, now + 5 * DAY)
        db.session.commit()
        sign_up(cast.wang.id, wanted.id, now)
        ask_cover(cast.wang.id, wanted.id, "", now)
        sign_up(cast.lin.id, mine.id, now)
        offer_seat(cast.wang.id, wanted.id, "周末", now)
        propose(cast.wang.id, wanted.id, cast.lin.id, mine.id, now)
        for member in (cast.lin, cast.wang):
            sign_up(member.id, past.id, now - DAY)
        today = clock.local_day(now)
        hall = make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=40)
        drive, begun = make_slot(hall, now + 6 * DAY, hours=8), make_slot(hall, now - HOUR, hours=8)
        db.session.commit()
        set_quotas(cast.ou.id, drive.id, 0, {0: 1, 15: 3}, now)
        sign_up(cast.wang.id, drive.id, now)
        training = add_training(cast.ou.id, {"name": "急救", "where": "校医院", "months": 12}, now)
        training_id = db.session.query(Training).one().id
        enter_passes(cast.ou.id, training_id, cast.lin.number, today, today, now)
        monday = today - timedelta(days=today.weekday())
        holiday = date(today.year, 1, 1)
        keep_calendar(monday, holiday)
        slot_day = clock.local_day(slot.starts_at)
        if not db.session.query(SpecialDay).filter_by(day=slot_day).count():
            db.session.add(SpecialDay(day=slot_day, name="运动会", off=True))
            db.session.commit()
        site = make_site(
            "同心老年护理中心", cast.first, address="湖西路", contact="李主任", most_visitors=8, list_days=3
        )
        db.session.commit()
        record_attendance(cast.ou.id, past.id, {cast.lin.id: Mark(Attendance.PRESENT, 60, 0)}, now)
        record = db.session.query(Record).one()
        paper = certified(cast, now)
        asked_for(cast, now)
        give_up(cast.lin.id)
        room = make_room(cast)
        holder = make_holder(room, cast.lin, begins_at=now, ends_at=now + 20 * DAY)
        make_slot(room, now + 4 * DAY)
        db.session.commit()
        holders.accept(cast.lin.id, holder.public_id, 0, now)
        asked = make_holder(make_post(room.activity, "206"), cast.lin, begins_at=now, ends_at=now + 20 * DAY)
        db.session.commit()
        return {
            **what_is_asked(cast, today.year, now), **make_ways(cast, now), **goods_and_photos(cast, past, now),
            **{f"{state}_ballot": of_first(cast, state, now) for state in ("draft", "open", "counted")},
            "chat": chats.add(cast.ou.id, cast.first.id, robot(), now),
            "entry": enter(cast.ou.id, cast.lin.id, Block.TRAINING, Said("急救", today, "", 120, "校医院"), now),
            "entries": keep_entries(cast.ou.id, Block.APPRAISAL, APPRAISALS, "a.csv", now),
            "certificate": paper.public_id, "batch": ordered(cast, now), "code": paper.code,
            "wanted": wanted.public_id, "mine": mine.public_id,
            "team": team, "slot": slot.public_id, "full": full.public_id,
            "past": past.public_id, "record": record.public_id,
            "series": series.public_id, "training": training, "drive": drive.public_id,
            "begun": begun.public_id, "holder": holder.public_id, "asked": asked.public_id,
            "room": room.public_id, "energy": room.activity.public_id,
            "activity": cast.sweeping.public_id, "post": cast.lake.public_id, "unit": cast.first.public_id,
            "person": cast.lin.public_id, "year": today.year, "today": today,
            "later": clock.local_day(now + 9 * DAY), "monday": monday, "holiday": holiday, "slot_day": slot_day,
            "upload": calendar_upload(cast, now), "hours": hours_upload(cast, now),
            "site": site.public_id, "feed": make_feed(cast.lin.id, Wanted(Scope.DUTIES, name="手机"), now),
        }  # fmt: skip


def what_is_asked(cast: Cast, year: int, now: datetime) -> dict[str, str]:
    """Hours that Lin owes half of, a visit nobody can make, Lin's exemption, and a formula of points."""
    lines = moved(Asked((SERVICE, VISIT)), year).lines
    asks = asked_by(cast.first, cast.chen, *lines, year=year).of.public_id
    spring = Exempted(date(year, 3, 1), date(year, 5, 31), 50)
    formula = reckoned_by(cast.first, cast.chen, year=year, now=now).public_id
    return {
        "asks": asks,
        "formula": formula,
        "exempt": exempt(cast.chen.id, cast.lin.id, spring, Why(Ground.AWAY, "交换"), now),
    }


def goods_and_photos(cast: Cast, past: Slot, now: datetime) -> dict[str, str]:
    """A drive with a delivery, photos of the past slot, and a past slot of which something is entered for each."""
    study = make_slot(make_post(make_activity("理论学习", cast.first, "study"), "党小组", capacity=5), now - 2 * HOUR)
    seat(study, [cast.lin, cast.wang])
    photo = photograph(past, cast.ou)
    photograph(past, cast.ou, PhotoMoment.AFTER)
    goods, lot, movement, delivery = driven(cast)
    return {
        "goods": goods, "lot": lot, "movement": movement, "delivery": delivery, "photo": photo,
        "past_study": study.public_id,
    }  # fmt: skip


def calendar_upload(cast: Cast, now: datetime) -> str:
    """A calendar that Ou looks at: an event of five times, one that is over, and one that cannot become a slot."""
    times = tuple(Time("a", now + n * DAY, now + n * DAY + 2 * HOUR) for n in range(2, 400, 80))
    events = [Event("清扫", "东湖", times), Event("开会", "", (Time("b", now - DAY, now - 22 * HOUR),))]
    bad = [Bad("运动会", BadEvent(3, 20, "DTSTART", WHOLE_DAY))]
    kept = reading.stored(reading.Found(events, bad, now + 400 * DAY))
    values = {"name": "a.ics", "found": kept, "created_at": now}
    upload = CalendarUpload(member_id=cast.ou.id, activity_id=cast.sweeping.id, **values)
    db.session.add(upload)
    db.session.add(CalendarImport(activity_id=cast.sweeping.id, name="b.ics", created_at=now))
    db.session.commit()
    return upload.public_id


def hours_upload(cast: Cast, now: datetime) -> str:
    """A file of hours that Chen looks at: one row that is new, the same again, and a bad one."""
    heading = ("学号", "姓名", "日期", "时长", "活动名称", "地点")
    rows = [(cast.wang.number, "", "2026-01-05", "2.5", "图书馆整理", "图书馆")] * 2 + [
        ("404", "", "昨天", "1", "", "")
    ]
    data = csv_file([heading, *rows])
    return hours.keep(cast.chen.id, cast.school.id, data, "志愿时长 2026.csv", now)


def give_up(member_id: int) -> None:
    """A letter that nobody took."""
    notice = db.session.query(Notice).filter_by(member_id=member_id).first()
    failed = {"state": DeliveryState.FAILED, "tries": 8, "trouble": "SMTPDataError 554"}
    db.session.add(Delivery(notice_id=notice.id, channel=Channel.MAIL, due_at=notice.created_at, **failed))
    db.session.commit()


def series_slot(series: Series) -> int:
    """The first slot of a series."""
    return db.session.query(Slot.id).filter_by(series_id=series.id).order_by(Slot.starts_at).first()[0]


def keep_calendar(monday: date, holiday: date) -> None:
    """A term, and every kind of day: three off in a row, workdays with and without a timetable, one unconfirmed."""
    later = [holiday + timedelta(days=n) for n in range(6)]
    db.session.add(Term(name="2026–2027学年第一学期", starts_on=monday, weeks=18))
    db.session.add_all(SpecialDay(day=day, name="元旦", off=True) for day in later[:3])
    db.session.add(SpecialDay(day=later[3], name="调休上班", off=False))
    db.session.add_all(ClassPeriod(since=monday, starts=p.starts, ends=p.ends, name=p.name) for p in USUAL)
    db.session.add(SpecialDay(day=later[4], name="调休上班", off=False, acts_as=holiday))
    db.session.add(SpecialDay(day=later[5], name="校庆", off=True, confirmed=False))
    db.session.commit()


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits(visit, cast, world, who, language):
    looked_at, theme = LOOKS[language]
    page = visit(getattr(cast, who) if who else None, width=WIDTHS[0], theme=theme, language=language)
    page.emulate_media(reduced_motion="reduce")  # what is half-way to its colour has neither
    page.add_init_script(AXE_SCRIPT)
    for path, widths in zip(PAGES[who], cycle([WIDTHS, WIDTHS[::-1]])):
        answer = page.goto(path.format(**world))
        assert answer.status == (404 if path in ("/nowhere", "/verify/unknown") else 200), path
        for width in widths:  # first that at which the page before was left: to change it takes as long as to look
            page.set_viewport_size({"width": width, "height": 900})
            fits(page, path, width)
            if width == looked_at:
                is_accessible(page, path, width, theme)


def fits(page: Page, path: str, width: int) -> None:
    scrolls, headings, calls = page.evaluate(LOOK)
    assert scrolls <= width, (path, width)
    assert headings == 1, path
    assert calls <= 1, (path, width)


def is_accessible(page: Page, path: str, width: int, theme: str) -> None:
    found = page.evaluate(AXE)
    assert not found, (path, width, theme, [(v["id"], [n["html"] for n in v["nodes"]]) for v in found])
