"""The demo: complete, consistent, the same for the same day, and never on top of anything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from activities.audit.models import AuditEntry
from activities.certificates.models import BatchItem, Certificate, CertificateRequest, Objection
from activities.certificates.rules import Answer, CertificateState, ItemState
from activities.certificates.rules_notice import Verdict
from activities.closings.verifying import all_closed
from activities.commendations.models import NoticeObjection, Round, Story, StoryPhoto
from activities.commendations.rules import RoundState
from activities.commendations.rules_stories import StoryState
from activities.corrections.models import Correction
from activities.corrections.rules import CorrectionState, Opinion
from activities.demo import article
from activities.demo.load import NotEmpty, load, think
from activities.duties.kinds import Evidence, PhotoMoment
from activities.duties.models import Activity, Post, Slot
from activities.duties.queries import WITH_ALL
from activities.duties.rules import SlotState
from activities.exchanges.models import Handover, SwapOffer
from activities.exchanges.pages import can_take_over
from activities.exchanges.swap_queries import asked_of
from activities.goods.models import GoodsDelivery, Lot
from activities.holders.models import Holder
from activities.holders.rules import HolderState
from activities.kit import clock
from activities.kit.columns import UtcDateTime
from activities.kit.db import db
from activities.outcomes.models import SlotPhoto
from activities.people.models import ForgetRequest, Member
from activities.people.passwords import verify
from activities.people.queries import by_login
from activities.people.rules import Stage, Standing
from activities.people.rules_consents import Forgetting
from activities.photos.models import Photo
from activities.records import oddities
from activities.records.models import Record
from activities.records.rules import Mark, why_not_mark
from activities.records.rules_evidence import Known
from activities.records.rules_odd import Odd
from activities.records.service import overdue
from activities.signups.arrivals import times
from activities.signups.facts import offer_of, person
from activities.signups.models import SignUp
from activities.signups.rules import SignUpState, why_not_sign_up
from activities.signups.rules_offered import why_not_promote
from activities.terms.models import SpecialDay
from tests.cast import DAY, HOUR
from tests.demo.invariants import BROKEN
from tests.demo.reviews import check_reviews

pytestmark = pytest.mark.usefixtures("ctx")

# An ordinary evening, on every database; on one, as they differ in the calendar alone: New Year's Day, a leap day, the
# middle of summer, the October holidays.
TODAY = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
OTHER_DAYS = (
    datetime(2027, 1, 1, 2, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 16, 30, tzinfo=UTC),
    datetime(2026, 8, 15, 6, 0, tzinfo=UTC),
    datetime(2026, 10, 3, 23, 0, tzinfo=UTC),
)
MOMENTS = [TODAY, *(pytest.param(day, marks=pytest.mark.any_database) for day in OTHER_DAYS)]


def no_bar(_rows: int) -> nullcontext[SimpleNamespace]:
    return nullcontext(SimpleNamespace(update=lambda _n: None))


@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: f"{now:%Y-%m-%d}")
def test_every_state_is_one_the_services_could_have_made(now):
    load(now, no_bar)
    broken = {claim: found for claim, query in BROKEN.items() if (found := first(query, now))}
    assert broken == {}
    check_sizes()
    assert [wrong for _, wrong in all_closed()] == [""], "last year's review is as it was closed"
    slots = db.session.scalars(sa.select(Slot).options(WITH_ALL)).all()
    check_days(slots)
    check_sign_ups(slots)
    standing = check_records(slots)
    assert standing[Evidence.TYPED_LATER, True]
    assert standing[Evidence.ORGANIZER_TICK, False] or now != TODAY
    check_what_is_ahead(slots, now)
    check_accounts(now)
    check_holders()
    if now == TODAY:
        check_exchanges(now)
    check_blood_drive(now)
    check_goods()
    check_commendations()
    check_reviews(now)
    if now == TODAY:
        check_certificates()
        check_evidence(now)
        check_requests()


def first(query: str, now: datetime) -> list[int]:
    bound = sa.text(query)
    if ":now" in query:
        bound = bound.bindparams(sa.bindparam("now", now, UtcDateTime()))
    return list(db.session.scalars(bound))[:5]


def count(query: sa.Select[tuple[int]]) -> int:
    return db.session.scalar(query) or 0


def check_sizes() -> None:
    stages = Counter(db.session.scalars(sa.select(Member.stage)))
    standings = Counter(db.session.scalars(sa.select(Member.standing)))
    assert stages[Stage.FULL] + stages[Stage.PROBATIONARY] == 213
    assert stages[Stage.ACTIVIST] + stages[Stage.APPLICANT] == 400
    assert standings[Standing.TEACHER] + standings[Standing.LEADER] == 40
    assert count(sa.select(sa.func.count(sa.distinct(Member.class_name))).where(Member.class_name != "")) == 24
    assert count(sa.select(sa.func.count(sa.distinct(Member.name)))) == stages.total()
    rooms = sa.select(sa.func.count(Post.id)).join(Post.activity).where(Activity.kind_key == "energy")
    assert count(rooms) == 46
    assert 5700 <= count(sa.select(sa.func.count(Slot.id))) <= 6300
    assert 14250 <= count(sa.select(sa.func.count(SignUp.id))) <= 16500


def check_days(slots: Sequence[Slot]) -> None:
    """No slot that was planned here falls on a holiday or a make-up workday."""
    special = set(db.session.scalars(sa.select(SpecialDay.day)))
    assert special
    planned = [slot for slot in slots if slot.created_at < slot.starts_at]
    assert not special & {clock.local_day(slot.starts_at) for slot in planned}


def check_sign_ups(slots: Sequence[Slot]) -> None:
    """Everyone was eligible, and nobody withdrew from a seat too late, unless somebody else took it over or
    their account was shut."""
    offers = {slot.id: offer_of(slot) for slot in slots}
    members = {member_id: person(member_id) for member_id in db.session.scalars(sa.select(Member.id))}
    handed_over = sa.exists().where(Handover.given_id == SignUp.id)
    has_left = sa.exists().where(Member.id == SignUp.member_id, ~Member.active)
    columns = (SignUp.slot_id, SignUp.member_id, SignUp.seated_at, SignUp.withdrawn_at, handed_over | has_left)
    for slot_id, member_id, seated_at, withdrawn_at, may_be_late in db.session.execute(sa.select(*columns)):
        what = offers[slot_id]._replace(state=SlotState.OPEN)
        assert why_not_promote(what, members[member_id], (), what.starts_at - HOUR) is None
        if seated_at and withdrawn_at and not may_be_late:
            assert withdrawn_at <= what.withdraw_until


def check_records(slots: Sequence[Slot]) -> Counter[tuple[Evidence, bool]]:
    by_id = {slot.id: slot for slot in slots}
    asked_for = sa.select(AuditEntry.subject_id).where(AuditEntry.verb == "correct on request")
    on_request = set(db.session.scalars(asked_for))
    attendance: Counter[str] = Counter()
    standing: Counter[tuple[Evidence, bool]] = Counter()
    for record in db.session.scalars(sa.select(Record)):
        slot = by_id[record.slot_id]
        assert why_not_mark("", Mark(record.attendance, record.minutes, record.minutes_late), slot.minutes) is None
        assert record.ledger == slot.post.activity.kind.ledger
        assert record.day == clock.local_day(slot.starts_at)
        attendance[record.attendance] += 1
        known = Known(record.evidence, slot.post.activity.kind.evidence)
        assert record.is_final == (known.is_final(Mark(record.attendance)) or record.countersigned_by_id is not None)
        is_late = overdue(slot, record.changed_at) is not None or record.id in on_request
        assert (record.evidence is Evidence.TYPED_LATER) == is_late or record.evidence is Evidence.IMPORTED
        standing[record.evidence, record.is_final] += 1
    assert 0.8 < attendance["present"] / attendance.total() < 0.95
    assert all(attendance[what] > 100 for what in ("late", "excused", "absent"))
    return standing


def check_what_is_ahead(slots: Sequence[Slot], now: datetime) -> None:
    """Seats are neither empty nor gone, and the member meets every state of a card."""
    ahead = [slot for slot in slots if slot.starts_at > now and slot.state is SlotState.OPEN]
    assert 0.55 < sum(s.taken for s in ahead) / sum(s.capacity for s in ahead) < 0.9
    assert any(s.taken == 0 for s in ahead)
    assert any(0 < s.left <= 2 and s.capacity > 4 for s in ahead)
    assert any(s.left == 0 and not s.waiting for s in ahead)
    assert any(s.waiting for s in ahead)
    member = person(by_login("member").id)
    refusals = {r.key for s in ahead if (r := why_not_sign_up(offer_of(s), member, None, (), now))}
    assert refusals == {"Assigned", "Full", "NotOpenYet", "SignUpClosed", "WrongStage", "WrongStanding"}


def check_accounts(now: datetime) -> None:
    people = {account.number: by_login(account.number) for account in article.ACCOUNTS}
    assert all(verify("demo", member.password_hash) for member in people.values())
    assert {number: [(g.role, g.unit.name) for g in member.grants] for number, member in people.items()} == {
        "member": [],
        "organizer": [("organizer", "管理学院党总支")],
        "secretary": [("secretary", "管理学院党总支")],
        "admin": [("administrator", "校党委")],
    }
    member = people["member"]
    assert (member.stage, member.standing) == (Stage.FULL, Standing.STUDENT)
    mine = db.session.scalars(sa.select(SignUp).where(SignUp.member_id == member.id).options(joinedload(SignUp.slot)))
    ahead = [s for s in mine if s.slot.starts_at > now and s.slot.state == "open"]
    assert SignUpState.WAITING in {s.state for s in ahead}
    assert count(sa.select(sa.func.count(Record.id)).where(Record.member_id == member.id)) > 60
    day = clock.local_day(now)
    off = set(db.session.scalars(sa.select(SpecialDay.day)))
    if not {day, day + timedelta(days=1), day + timedelta(days=2)} & off:
        assert min(s.slot.starts_at for s in ahead if s.state is SignUpState.SEATED) < now + 2 * DAY


def check_exchanges(now: datetime) -> None:
    """Seats change hands, and the member is asked."""
    member = by_login("member")
    assert count(sa.select(sa.func.count(Handover.id))) == 1
    assert can_take_over(member, now)
    assert asked_of(member.id, now) == 1
    assert count(sa.select(sa.func.count(SwapOffer.id))) == 6


def check_holders() -> None:
    """Some rooms have somebody, and the member is asked."""
    states = Counter(db.session.scalars(sa.select(Holder.state)))
    assert states == {HolderState.ACCEPTED: 6, HolderState.PROPOSED: 2}
    asked = sa.select(Member.number).join(Holder, Holder.member_id == Member.id).order_by(Holder.id)
    assert db.session.scalars(asked).first() == "member"


@pytest.mark.any_database
def check_blood_drive(now: datetime) -> None:
    """This term's is one slot, to which people come one after another."""
    drives = sa.select(Slot).join(Slot.post).join(Post.activity)
    drive = db.session.scalars(drives.where(Activity.kind_key == "blood", Slot.starts_at > now)).one()
    assert (drive.capacity, drive.minutes) == (600, 480)
    assert sum(time.quota for time in times(drive.id, drive.starts_at)) == 600
    assert 100 < drive.taken < 600


def check_goods() -> None:
    """The leavers' things were collected, aid went to students, and of each two deliveries one is signed."""
    assert count(sa.select(sa.func.count(Lot.id))) == 8
    assert sorted(db.session.scalars(sa.select(GoodsDelivery.signed_by_id.is_not(None)))) == [False, False, True, True]
    assert count(sa.select(sa.func.count(Photo.id)).where(Photo.id.not_in(sa.select(StoryPhoto.photo_id)))) == 13
    assert set(db.session.scalars(sa.select(SlotPhoto.moment))) == set(PhotoMoment)


def check_commendations() -> None:
    """Of each state there is a round, on notice with an objection; stories are published, one is asked."""
    assert set(db.session.scalars(sa.select(Round.state))) == set(RoundState)
    assert list(db.session.scalars(sa.select(NoticeObjection.verdict))) == [Verdict.OPEN]
    stories = Counter(db.session.scalars(sa.select(Story.state)))
    assert stories == {StoryState.PUBLISHED: 2, StoryState.ASKED: 1}


def check_certificates() -> None:
    """Of each state there is one to look at."""
    assert set(db.session.scalars(sa.select(Certificate.state))) == set(CertificateState)
    assert set(db.session.scalars(sa.select(Objection.verdict))) == set(Verdict)
    assert set(db.session.scalars(sa.select(CertificateRequest.answer))) == {Answer.ASKED, Answer.DECLINED}
    assert {ItemState.ISSUED, ItemState.WAITING} & set(db.session.scalars(sa.select(BatchItem.state))) == {
        ItemState.ISSUED
    }


def check_evidence(now: datetime) -> None:
    """Of each way of knowing there are records, waiting and signed; and something odd of each sort to look at."""
    signed = Record.countersigned_by_id.is_not(None)
    kept = set(db.session.execute(sa.select(Record.evidence, signed).where(Record.minutes > 0).distinct()))
    assert kept >= {(Evidence.ROTATING_CODE, False), *product((Evidence.POSTED_CODE, Evidence.IMPORTED), (False, True))}
    odd = {one.odd for n in range(1, 9) for one in oddities.found(by_login("secretary"), now, n)}
    assert odd >= {Odd.LATE, Odd.MANY, Odd.NIGHT, Odd.ONE_HAND, Odd.LONG_DAY}


def check_requests() -> None:
    """A request for correction stands at each step, and so does one to be forgotten."""
    assert set(db.session.scalars(sa.select(Correction.state))) == set(CorrectionState)
    assert set(db.session.scalars(sa.select(Correction.opinion))) == {None, *Opinion}
    forgotten = set(db.session.scalars(sa.select(ForgetRequest.state)))
    assert forgotten == {Forgetting.ASKED, Forgetting.WITHDRAWN, Forgetting.RESTRICTED}


def test_the_same_moment_gives_the_same_demo():
    assert told(TODAY) == told(TODAY)


def told(now: datetime) -> list[object]:
    world = think(now)
    slots = [
        (slot.post.name, slot.starts_at, slot.cancelled_at, [(s.person.number, s.steps) for s in slot.sign_ups])
        for slot in world.slots
    ]
    records = [(r.slot.starts_at, r.person.number, r.mark, r.recorder.number, r.at) for r in world.records]
    return [[(p.number, p.name, p.class_name, p.stage) for p in world.persons], slots, records]


def test_nothing_is_loaded_on_top_of_something(cast):
    with pytest.raises(NotEmpty):
        load(TODAY, no_bar)
    assert count(sa.select(sa.func.count(Member.id))) == 6
