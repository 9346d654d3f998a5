"""What is kept no longer than it must be. A run first says what it would do; each portion is one transaction, so that
whoever is killed has done whole portions, and the next run does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.audit import erasing
from activities.audit import service as audit
from activities.calendars.models import Feed
from activities.cares.models import CareOpinion
from activities.certificates.models import Certificate, CertificateRequest, Objection
from activities.commendations.models import Nomination, NoticeObjection, Story, StoryPhoto
from activities.corrections.models import Correction
from activities.cycles.models import Participant
from activities.dossiers.models import Entry
from activities.essays.models import Essay
from activities.exchanges.models import Cover
from activities.goods.models import GoodsDelivery
from activities.grades.models import GradeVersion, Opinion
from activities.holders.models import Absence, Holder
from activities.imports.models import CalendarUpload
from activities.invitations.models import InvitationOptOut
from activities.kit.clock import local_day
from activities.kit.db import Base, db, lock, transactional
from activities.kit.refusal import N_
from activities.leaves.models import Leave
from activities.objections.models import GradeObjection
from activities.outbox.models import Delivery, Notice, Wishes
from activities.outcomes.models import Outcome
from activities.pairings.models import Pairing
from activities.peers.models import PeerReview
from activities.people.models import AccessLink, Consent, ForgetRequest, Member, RosterUpload
from activities.people.service import acting
from activities.photos.models import Photo
from activities.records.models import OddNote, Record
from activities.requirements.models import Exemption
from activities.rights import queries
from activities.rights.rules import LINKS, NOTICES, PORTION, UPLOADS
from activities.signups.models import Pause, Team, TeamMember
from activities.transfers.models import HoursUpload

NO_SYNC = {"synchronize_session": False}
# Of an erased person: rows that go, and the texts of rows that stay as figures.
GO: tuple[Any, ...] = (Consent, Feed, Wishes, InvitationOptOut, AccessLink, Exemption)
TEXTS: dict[Any, tuple[str, ...]] = {
    Record: ("note",), Correction: ("reason", "answer", "decision"), CertificateRequest: ("reason",),
    Objection: ("reason", "word"), Certificate: ("snapshot", "reason"),
    Entry: ("title", "content", "unit", "source", "reason"), Participant: ("reason",),
    Essay: ("text",), GradeVersion: ("opinion", "reason"), Opinion: ("text",), GradeObjection: ("reason", "word"),
    Holder: ("reason",), Outcome: ("reason",), ForgetRequest: ("reason",),
    PeerReview: ("comment",), Nomination: ("reasons", "word"), NoticeObjection: ("reason", "word"),
    Story: ("title", "text", "why_down"), CareOpinion: ("text",), Pairing: ("reason",),
}  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """What a run would do: to how many of what."""

    rule: Rule
    count: int


@dataclass(frozen=True)
class Rule:
    """One kind of thing whose time is over: how many there are, and the verb that does away with a portion of them and
    returns how many these were."""

    name: str
    count: Callable[[datetime], int]
    portion: Callable[[int | None, datetime], int]


def plan(now: datetime) -> list[Planned]:
    """What a run would do now, of every rule."""
    return [Planned(rule, rule.count(now)) for rule in RULES]


def run(actor_id: int | None, now: datetime, most: int = 1_000_000) -> list[Planned]:
    """Do it, portion by portion, of each rule until at least so many are done. Return what was done."""
    done = []
    for rule in RULES:
        count = 0
        while count < most and (portion := rule.portion(actor_id, now)):
            count += portion
        done.append(Planned(rule, count))
    return done


# ── what was only for its day ───────────────────────────────────────────────


def _old(model: Any, condition: Callable[[datetime], Any]) -> tuple[Callable[..., int], Callable[..., int]]:
    """How many rows of a table are past their time, and the verb that deletes a portion of them."""

    def count(now: datetime) -> int:
        return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(condition(now))) or 0

    @transactional
    def portion(_actor_id: int | None, now: datetime) -> int:
        ids = list(db.session.scalars(sa.select(model.id).where(condition(now)).order_by(model.id).limit(PORTION)))
        if model is Notice:
            db.session.execute(sa.delete(Delivery).where(Delivery.notice_id.in_(ids)), execution_options=NO_SYNC)
        db.session.execute(sa.delete(model).where(model.id.in_(ids)), execution_options=NO_SYNC)
        return len(ids)

    return count, portion


# ── people ──────────────────────────────────────────────────────────────────


def _people(now: datetime) -> int:
    return queries.how_many_to_erase(local_day(now))


@transactional
def _erase_some(actor_id: int | None, now: datetime) -> int:
    if actor_id is not None:
        acting(actor_id)
    ids = queries.to_erase(local_day(now), PORTION // 10)
    for member_id in ids:
        _erase(member_id, actor_id, local_day(now), now)
    return len(ids)


def _erase(member_id: int, actor_id: int | None, today: date, now: datetime) -> None:
    """Take out of everything who this was. What was done stays as figures of nobody."""
    member = lock(Member, member_id)
    rows = queries.rows_of(member_id)
    member.name, member.number, member.class_name = "—", f"erased-{member_id}", ""
    member.email = member.language = member.password_hash = None
    member.active, member.erased_at = False, now
    db.session.flush()
    notices = sa.select(Notice.id).where(Notice.member_id == member_id)
    db.session.execute(sa.delete(Delivery).where(Delivery.notice_id.in_(notices)), execution_options=NO_SYNC)
    for model in (Notice, *GO):
        db.session.execute(sa.delete(model).where(model.member_id == member_id), execution_options=NO_SYNC)
    _clear(Leave, Leave.id.in_(rows[Leave]), ("reason", "word"))
    _clear(Cover, Cover.id.in_(rows[Cover]), ("reason",))
    _clear(Absence, Absence.id.in_(rows[Absence]), ("reason",))
    _clear(OddNote, OddNote.record_id.in_(sa.select(Record.id).where(Record.member_id == member_id)), ("note",))
    _clear(Pairing, Pairing.person_id == member_id, ("reason",))
    _clear(Pause, sa.and_(Pause.member_id == member_id, Pause.lift_reason != ""), ("lift_reason",), left="—")
    # People call a team by who leads it.
    _clear(Team, Team.id.in_(sa.select(TeamMember.team_id).where(TeamMember.member_id == member_id)), ("name",))
    _forget_aid(member_id, actor_id, now)
    pictures = _forget_pictures(member_id, actor_id, now)
    for model, texts in TEXTS.items():
        _clear(model, model.member_id == member_id, texts)
        audit.leave_all(now, actor_id, "clear", model, [(row_id, {}, {}) for row_id in rows[model]])
    subjects = {Photo.__tablename__: pictures} | {model.__tablename__: ids for model, ids in rows.items()}
    erasing.forget(member_id, subjects, actor_id, now)
    audit.leave(now, actor_id, "erase", Member, member_id, after={"day": today})


def _forget_aid(member_id: int, actor_id: int | None, now: datetime) -> None:
    """That goods went to somebody stays; to whom does not."""
    theirs = GoodsDelivery.recipient_id == member_id
    ids = list(db.session.scalars(sa.select(GoodsDelivery.id).where(theirs)))
    change = sa.update(GoodsDelivery).where(theirs).values(recipient="", recipient_id=None)
    db.session.execute(change, execution_options=NO_SYNC)
    audit.leave_all(now, actor_id, "clear", GoodsDelivery, [(row_id, {}, {}) for row_id in ids])


def _forget_pictures(member_id: int, actor_id: int | None, now: datetime) -> list[int]:
    """The pictures of stories about them go for good; that there were some stays. Return which."""
    of_stories = sa.select(StoryPhoto.photo_id).join(Story, Story.id == StoryPhoto.story_id)
    theirs = Photo.id.in_(of_stories.where(Story.member_id == member_id))
    all_ids = list(db.session.scalars(sa.select(Photo.id).where(theirs)))
    ids = list(db.session.scalars(sa.select(Photo.id).where(theirs, Photo.removed_at.is_(None))))
    gone = {"removed_at": now, "removed_by_id": actor_id or member_id, "remove_reason": "erased"}
    change = sa.update(Photo).where(Photo.id.in_(ids)).values(whole=None, small=None, **gone)
    db.session.execute(change, execution_options=NO_SYNC)
    _clear(Photo, theirs, ("caption",), left="—")
    audit.leave_all(now, actor_id, "remove photo", Photo, [(row_id, {}, {}) for row_id in ids], reason="erased")
    return all_ids


def _clear(model: type[Base], which: Any, texts: tuple[str, ...], *, left: str = "") -> None:
    """Have these columns say nothing, or what is `left` where there must be something."""
    change = sa.update(model).where(which).values(dict.fromkeys(texts, left))
    db.session.execute(change, execution_options=NO_SYNC)


def _roster_uploads(now: datetime) -> Any:
    return RosterUpload.created_at < now - UPLOADS


def _hours_uploads(now: datetime) -> Any:
    return HoursUpload.created_at < now - UPLOADS


def _calendar_uploads(now: datetime) -> Any:
    return CalendarUpload.created_at < now - UPLOADS


def _links(now: datetime) -> Any:
    return AccessLink.expires_at < now - LINKS


def _notices(now: datetime) -> Any:
    return Notice.created_at < now - NOTICES


RULES = (
    Rule(N_("Files that were about to be imported"), *_old(RosterUpload, _roster_uploads)),
    Rule(N_("Files of hours that were about to be imported"), *_old(HoursUpload, _hours_uploads)),
    Rule(N_("Calendars that were about to be imported"), *_old(CalendarUpload, _calendar_uploads)),
    Rule(N_("Links to log in that have expired"), *_old(AccessLink, _links)),
    Rule(N_("Notices older than two years"), *_old(Notice, _notices)),
    Rule(N_("People of whom nothing has to be kept any more"), _people, _erase_some),
)
