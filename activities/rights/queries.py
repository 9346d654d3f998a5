"""Reads about being forgotten: who asks, until when what is kept, and whose time is over."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from activities.calendars.models import Feed
from activities.cares.models import CareOpinion
from activities.certificates.models import Certificate, CertificateRequest, Objection
from activities.commendations.models import Nomination, NoticeObjection, Story
from activities.corrections.models import Correction
from activities.corrections.queries import holders_above
from activities.cycles.models import Participant
from activities.dossiers.models import Entry
from activities.essays.models import Essay
from activities.exchanges.models import Cover
from activities.grades.models import GradeVersion, Opinion
from activities.holders.models import Absence, Holder
from activities.kit import clock
from activities.kit.db import Base, db
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission, Role
from activities.leaves.models import Leave
from activities.objections.models import GradeObjection
from activities.outcomes.models import Outcome
from activities.pairings.models import Pairing
from activities.past.models import PastGrade
from activities.peers.models import PeerReview
from activities.people.models import ForgetRequest, Member, RoleGrant, Unit
from activities.people.queries import within
from activities.people.rules_consents import Forgetting
from activities.people.users import Viewer
from activities.records.models import Record
from activities.requirements.models import Exemption
from activities.rights.rules import kept_since
from activities.signups.models import Pause, SignUp
from activities.trainings.models import TrainingPass

PAGE = 50
OF: tuple[tuple[type[Base], Any], ...] = (
    (SignUp, SignUp.member_id), (Record, Record.member_id), (Correction, Correction.member_id),
    (Certificate, Certificate.member_id), (CertificateRequest, CertificateRequest.member_id),
    (Objection, Objection.member_id), (Entry, Entry.member_id), (Pause, Pause.member_id),
    (ForgetRequest, ForgetRequest.member_id), (Feed, Feed.member_id), (Exemption, Exemption.member_id),
    (Participant, Participant.member_id), (Essay, Essay.member_id),
    (GradeVersion, GradeVersion.member_id), (Opinion, Opinion.member_id),
    (GradeObjection, GradeObjection.member_id),
    (Holder, Holder.member_id), (Outcome, Outcome.member_id), (PeerReview, PeerReview.member_id),
    (Nomination, Nomination.member_id), (NoticeObjection, NoticeObjection.member_id),
    (PastGrade, PastGrade.member_id), (Story, Story.member_id), (CareOpinion, CareOpinion.member_id),
    (Pairing, Pairing.member_id),
)  # fmt: skip


def open_request(member_id: int) -> ForgetRequest | None:
    query = sa.select(ForgetRequest).where(
        ForgetRequest.member_id == member_id, ForgetRequest.state == Forgetting.ASKED
    )
    return db.session.scalars(query).one_or_none()


def administrators_of(member: Member) -> list[int]:
    return [who for who, _ in holders_above(member.unit.path, Permission.MANAGE_PEOPLE, {member.id})]


def school_administrators() -> list[int]:
    """Who administers a unit above all."""
    query = sa.select(RoleGrant.member_id).join(RoleGrant.unit).join(RoleGrant.member)
    query = query.where(RoleGrant.role == Role.ADMINISTRATOR, Unit.parent_id.is_(None), Member.active)
    return list(db.session.scalars(query.distinct().order_by(RoleGrant.member_id)))


def _requests(administrator: Viewer) -> sa.Select[ForgetRequest]:
    query = sa.select(ForgetRequest).join(ForgetRequest.member).join(Member.unit)
    query = query.where(within(administrator.paths(Permission.MANAGE_PEOPLE)), Member.id != administrator.id)
    return query.options(contains_eager(ForgetRequest.member).contains_eager(Member.unit))


def requests(administrator: Viewer) -> list[ForgetRequest]:
    """What waits for this administrator, the oldest first."""
    query = _requests(administrator).where(ForgetRequest.state == Forgetting.ASKED)
    return list(db.session.scalars(query.order_by(ForgetRequest.id).limit(PAGE)))


def request_for(administrator: Viewer, public_id: str) -> ForgetRequest:
    query = _requests(administrator).where(ForgetRequest.public_id == public_id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


# What must be kept, each with its day.
KEPT: tuple[tuple[Any, Any], ...] = (
    (Record.member_id, Record.day), (Certificate.member_id, Certificate.last_day), (Entry.member_id, Entry.day),
    (TrainingPass.member_id, TrainingPass.passed_on),
)  # fmt: skip


def restricted(administrator: Viewer) -> list[tuple[Member, date | None]]:
    """Whose data only is kept, each with the last day of which something must be."""
    days = [sa.select(sa.func.max(day)).where(whose == Member.id).scalar_subquery() for whose, day in KEPT]
    query = (
        sa.select(Member, *days)
        .join(Member.unit)
        .where(
            within(administrator.paths(Permission.MANAGE_PEOPLE)), Member.restricted_at.is_not(None),
            Member.erased_at.is_(None),
        )
        .order_by(Member.restricted_at.desc(), Member.id)
        .limit(PAGE)
        .options(contains_eager(Member.unit))
    )  # fmt: skip
    return [(member, max((day for day in found if day), default=None)) for member, *found in db.session.execute(query)]


def whose_time_is_over(today: date) -> sa.ColumnElement[bool]:
    """Whether nothing of a statement's `Member` must be kept any more: of who is restricted, or whose account has been
    shut and is as old as what must be kept can be."""
    since = kept_since(today)
    long_shut = sa.and_(Member.active.is_(False), Member.created_at < clock.at(since, time.min))
    needed = (sa.exists().where(whose == Member.id, day >= since) for whose, day in KEPT)
    return sa.and_(
        Member.erased_at.is_(None), sa.or_(Member.restricted_at.is_not(None), long_shut), *(~one for one in needed)
    )


def to_erase(today: date, most: int) -> list[int]:
    query = sa.select(Member.id).where(whose_time_is_over(today)).order_by(Member.id).limit(most)
    return list(db.session.scalars(query))


def how_many_to_erase(today: date) -> int:
    query = sa.select(sa.func.count()).select_from(Member).where(whose_time_is_over(today))
    return db.session.scalar(query) or 0


def rows_of(member_id: int) -> dict[type[Base], list[int]]:
    """The rows whose entries of the trail tell of this person."""
    found = {model: list(db.session.scalars(sa.select(model.id).where(column == member_id))) for model, column in OF}
    mentored = sa.select(Pairing.id).where(Pairing.person_id == member_id)
    found[Pairing] += db.session.scalars(mentored)
    through = (
        (Leave, sa.select(Leave.id).join(SignUp, SignUp.id == Leave.sign_up_id).where(SignUp.member_id == member_id)),
        (Cover, sa.select(Cover.id).join(Cover.sign_up).where(SignUp.member_id == member_id)),
        (Absence, sa.select(Absence.id).join(Absence.holder).where(Holder.member_id == member_id)),
    )  # fmt: skip
    return {**found, Member: [member_id], **{model: list(db.session.scalars(query)) for model, query in through}}
