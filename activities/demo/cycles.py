"""Annual reviews in the demo. That of last year is closed: of the whole general branch, with all that belongs to one.
Of this year each side keeps its own time: students review one another and vote, grades of teachers stand on notice, and
those of the office are being given. What was corrected in last year's records since then shows as differences."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import sqlalchemy as sa

from activities.certificates.rules_notice import Verdict
from activities.closings import service as closings
from activities.cycles import service
from activities.cycles.models import Participant
from activities.cycles.rules import DEFAULT_DAYS, Grade, Window
from activities.demo import article, cares, papers
from activities.demo.papers import Part
from activities.demo.review import ACCOUNTS, HOUR, NINE, Review, year_of
from activities.grades import service as grades
from activities.kit.clock import at
from activities.kit.db import db, transaction
from activities.kit.roles import Role
from activities.objections import service as objections
from activities.objections.models import GradeObjection
from activities.peers import service as peers
from activities.peers.models import PeerReview
from activities.people.models import Member, RoleGrant
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.terms.queries import special_days
from activities.terms.rules import add_working_days

DAY = timedelta(days=1)
# Students have longer for one another, and vote meanwhile. One branch is through, and one is behind.
STUDENTS_DAYS = {**DEFAULT_DAYS, "peers": 8}
AHEAD, BEHIND = article.STUDENT_BRANCHES[1].name, article.STUDENT_BRANCHES[5].name
WRITTEN, REVIEWED, VOTED = {AHEAD: 1.0, BEHIND: 0.6}, {AHEAD: 1.0, BEHIND: 0.15}, {AHEAD: 1.0, BEHIND: 0.2}
TOO_LONG, FOUND_AGO = 30, 17 * DAY  # minutes


def play_last_year(now: datetime) -> None:
    """Before anything of that year is corrected, since it was closed long ago."""
    year = year_of(now) - 1
    starts = date(year, 12, 1)
    # So long that a grade that is decided anew in its first days stands there for five.
    days = {**DEFAULT_DAYS, "notice": 8}
    review = Review(article.SCHOOL, year, starts, days, Random(article.SEED))
    review.up_to("notice")
    _objections_answered(review)
    with transaction():
        cares.write(review.id, 1, at(review.windows["grade"].last, NINE), review.rng)
    last = review.windows["notice"].last
    done = at(add_working_days(last, 2, special_days(starts, last + 60 * DAY)), NINE)
    first, second = review.holders[article.SCHOOL]
    closings.ask(first, review.id, done)
    closings.confirm(second, review.id, done + HOUR)
    closings.go_on(done + HOUR)


def play(now: datetime) -> None:
    _correct_late(year_of(now) - 1, now)
    rng = Random(article.SEED)
    _students(now, rng)
    teachers = Review.standing_in("notice", article.TEACHERS, now, rng)
    teachers.up_to("notice")
    _objections(teachers, now)
    office = Review.standing_in("grade", article.OFFICE, now, rng)
    office.up_to("grade")
    papers.grade(office.id, 0.5, office.holders, lambda: now - 3 * HOUR, rng)


# ── last year's ─────────────────────────────────────────────────────────────


def _objections_answered(review: Review) -> None:
    """One is rejected, another upheld: that grade was taken away, and given anew."""
    then, (first, second) = at(review.windows["notice"].first, NINE), review.holders[article.SCHOOL]
    others = [part for part in papers.parts_of(review.id) if part.unit == AHEAD and part.graded]
    one, another, witness = others[0], others[1], others[2]
    said = "全年没有缺勤，希望说明没有评为优秀的原因。"
    found = _objection(review, one, one, said, then + HOUR)
    word = "支部优秀名额已满，等次按测评结果和日常表现评定。"
    objections.answer(first, found, Verdict.REJECTED, word, then + DAY)
    found = _objection(review, another, witness, "评定意见没有写到他获得的市级志愿服务表彰。", then + 2 * HOUR)
    word = "情况属实，补充材料后重新评定。"
    objections.answer(second, found, Verdict.UPHELD, word, then + DAY + HOUR)
    opinion = papers.OPINIONS[Grade.GOOD] + "本年度获得市级志愿服务表彰。"
    by, moment = review.holders[another.unit][0], then + DAY + 3 * HOUR
    grades.give(by, review.id, another.member_id, 2, Grade.GOOD, opinion, "补充材料后重新评定，等次不变。", moment)


def _objection(review: Review, about: Part, by: Part, reason: str, moment: datetime) -> int:
    public_id = objections.object_to(by.member_id, review.id, about.member_id, reason, moment)
    return db.session.scalars(sa.select(GradeObjection.id).where(GradeObjection.public_id == public_id)).one()


def _correct_late(year: int, now: datetime) -> None:
    """Somebody finds only now that two were recorded for too long, one of them the member."""
    organizers = sa.select(RoleGrant.member_id).where(RoleGrant.role == Role.ORGANIZER)
    query = (
        sa.select(Record)
        .join(Member, Member.id == Record.member_id)
        .where(
            Record.day >= date(year, 1, 1), Record.day <= date(year, 12, 31), Record.minutes > TOO_LONG,
            Record.attendance == Attendance.PRESENT, Record.recorded_by_id.in_(organizers), Record.came_at.is_(None),
        )
        .order_by(Member.number != "member", Record.day.desc(), Record.id)
    )  # fmt: skip
    own = db.session.scalars(query.where(Member.number == "member").limit(1))
    others = db.session.scalars(query.where(Member.number != "member").limit(1))
    for record in [*own, *others]:
        mark, reason = Mark(Attendance.PRESENT, record.minutes - TOO_LONG), "核对签到表，当天提前半小时结束。"
        marks = {record.member_id: mark}
        record_attendance(record.recorded_by_id, record.slot_id, marks, now - FOUND_AGO, reason=reason)


# ── this year's ─────────────────────────────────────────────────────────────


def _students(now: datetime, rng: Random) -> None:
    """They review one another and vote at the same time, and the member is asked for both."""
    review = Review.standing_in("peers", article.STUDENT_SIDE, now, rng, STUDENTS_DAYS)
    papers.hand_in(review.id, lambda part: _share(part, WRITTEN, 0.96, member=1), review.moments("essay"), rng)
    _let_vote_meanwhile(review)
    review.draw_peers()
    done = now - 2 * HOUR
    review.review_peers(lambda part: _share(part, REVIEWED, 0.6, member=0), done)
    member = db.session.scalars(sa.select(Member).where(Member.number == "member")).one()
    for ballot_id, unit in review.open_ballots():
        papers.vote(ballot_id, VOTED.get(unit, 0.6), {member.id}, rng)
    _begun_by_member(review, member, done)
    with transaction():
        cares.write(review.id, 0.7, now - 20 * HOUR, rng)
    organizer = db.session.scalars(sa.select(Member.id).where(Member.number == "organizer")).one()
    grades.ask_opinion(review.by, review.id, member.id, organizer, now - 30 * HOUR)


def _share(part: Part, shares: dict[str, float], otherwise: float, *, member: float) -> float:
    return member if part.number == "member" else shares.get(part.unit, otherwise)


def _let_vote_meanwhile(review: Review) -> None:
    windows = {**review.windows, "ballot": Window(*review.windows["peers"])}
    reason = "期末考试临近，互评和民主测评同期进行。"
    service.set_windows(review.by, review.id, 0, windows, reason, at(windows["essay"].last, NINE))
    review.windows = windows


def _begun_by_member(review: Review, member: Member, now: datetime) -> None:
    """One is handed in, one a draft, the others wait."""
    query = sa.select(PeerReview.id).where(PeerReview.cycle_id == review.id, PeerReview.member_id == member.id)
    first, second, *_ = db.session.scalars(query.order_by(PeerReview.id))
    peers.write(member.id, first, 0, ("0", "0", "1", "0"), papers.COMMENTS[0], now, hand_in=True)
    peers.write(member.id, second, 0, ("0", "1", "", ""), "", now + HOUR, hand_in=False)


def _objections(review: Review, now: datetime) -> None:
    """Of the first days of the notice: one is answered, one waits."""
    then, judges = at(review.windows["notice"].first, NINE), review.holders[article.SCHOOL]
    graded = sa.select(Participant.id).where(Participant.cycle_id == review.id, Participant.grade != Grade.EXCELLENT)
    ids = set(db.session.scalars(graded))
    one, another, *_ = (
        part for part in papers.parts_of(review.id)
        if part.id in ids and part.number not in ACCOUNTS and part.member_id not in review.holders[part.unit]
    )  # fmt: skip
    found = _objection(review, one, one, "包班指导和献血引导两项工作没有写进意见。", then + HOUR)
    word = "两项工作已在材料中计入，等次由测评结果和支委会讨论确定。"
    objections.answer(judges[1], found, Verdict.REJECTED, word, min(then + DAY, now - HOUR))
    said = "他全年的包班记录齐全，建议重新考虑等次。"
    _objection(review, another, one, said, min(then + 6 * HOUR, now - HOUR))
