"""What is kept about a person, section by section: each is a query for one person and the names under which its columns
are handed out. The JSON and its schema come from the same declaration. Of others no more than their part in it is told:
that a record was countersigned, not by whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from activities.audit.models import AuditEntry, AuditWord
from activities.ballots.models import Appraised, Ballot, BallotTally, BallotVoter
from activities.ballots.rules import BallotState
from activities.calendars.models import Feed
from activities.cares.models import CareOpinion
from activities.certificates.models import BatchItem, Certificate, CertificateRequest, Objection
from activities.commendations.models import CommitteeMember, Nomination, NoticeObjection, Round, Story
from activities.corrections.models import Correction
from activities.cycles.models import Cycle, Participant
from activities.cycles.rules import CycleState
from activities.dossiers.models import Entry
from activities.duties.models import Activity, Post, Slot
from activities.essays.models import Essay
from activities.goods.models import GoodsDelivery, Lot, Movement, Stock
from activities.grades.models import GradeVersion, Opinion
from activities.holders.models import Holder
from activities.invitations.models import Invitation
from activities.leaves.models import Leave
from activities.objections.models import GradeObjection
from activities.outbox.models import Notice, Wishes
from activities.outcomes.models import Outcome
from activities.pairings.models import Pairing
from activities.past.models import PastGrade, PastImport
from activities.peers.models import PeerReview
from activities.people.models import Consent, ForgetRequest, Member, RoleGrant, Unit
from activities.photos.models import Photo
from activities.records.models import OddNote, Record
from activities.requirements.models import Exemption
from activities.signups.models import Pause, SignUp, Team, TeamMember
from activities.timetables.models import BusySpan, Timetable
from activities.trainings.models import Training, TrainingPass


@dataclass(frozen=True)
class Section:
    """`whose` is the column that holds the person; `columns` by the name under which they are told; `along` are the
    tables to join, each with its condition; `order` is by what rows are sorted."""

    whose: Any
    columns: Mapping[str, Any]
    along: Sequence[tuple[Any, Any]] = ()
    order: Any = None
    where: Sequence[Any] = ()

    def query(self, member_id: int) -> sa.Select[Any]:
        table = self.whose.class_
        query = sa.select(*self.columns.values()).select_from(table)
        for other, condition in self.along:
            query = query.outerjoin(other, condition)
        return query.where(self.whose == member_id, *self.where).order_by(self.order or table.id)


SLOT = {
    "activity": Activity.name, "post": Post.name, "starts_at": Slot.starts_at, "ends_at": Slot.ends_at,
}  # fmt: skip


def _of_slot(slot_id: Any) -> tuple[tuple[Any, Any], ...]:
    return ((Slot, Slot.id == slot_id), (Post, Post.id == Slot.post_id), (Activity, Activity.id == Post.activity_id))


# Before, who is reviewed reads neither what others are still writing nor a grade that is not on notice yet.
REVIEW_IS_CLOSED = Cycle.state == CycleState.CLOSED


def _moved(whose: Any) -> Section:
    columns = {"lot": Lot.label, "quantity": Movement.quantity, "day": Movement.day, "entered_at": Movement.entered_at}
    return Section(whose, columns, [(Lot, Lot.id == Movement.lot_id)])


SECTIONS: dict[str, Section] = {
    "person": Section(
        Member.id,
        {
            "number": Member.number, "name": Member.name, "unit": Unit.name, "class": Member.class_name,
            "stage": Member.stage, "standing": Member.standing, "email": Member.email, "language": Member.language,
            "created_at": Member.created_at,
        },
        [(Unit, Unit.id == Member.unit_id)],
    ),
    "roles": Section(
        RoleGrant.member_id, {"role": RoleGrant.role, "unit": Unit.name, "granted_at": RoleGrant.granted_at},
        [(Unit, Unit.id == RoleGrant.unit_id)],
    ),
    "consents": Section(
        Consent.member_id,
        {
            "purpose": Consent.purpose, "version": Consent.version, "given_at": Consent.given_at,
            "withdrawn_at": Consent.withdrawn_at,
        },
    ),
    "sign_ups": Section(
        SignUp.member_id,
        {
            **SLOT, "state": SignUp.state, "signed_up_at": SignUp.signed_up_at, "seated_at": SignUp.seated_at,
            "withdrawn_at": SignUp.withdrawn_at, "risks_read_at": SignUp.risks_read_at,
        },
        _of_slot(SignUp.slot_id),
    ),
    "leaves": Section(
        SignUp.member_id,
        {
            **SLOT, "reason": Leave.reason, "asked_at": Leave.asked_at, "answer": Leave.answer,
            "answered_at": Leave.answered_at, "word": Leave.word,
        },
        [(Leave, Leave.sign_up_id == SignUp.id), *_of_slot(SignUp.slot_id)], where=[Leave.id.is_not(None)],
    ),
    "records": Section(
        Record.member_id,
        {
            **SLOT, "day": Record.day, "ledger": Record.ledger, "attendance": Record.attendance,
            "minutes": Record.minutes, "weight_percent": Record.weight, "minutes_late": Record.minutes_late,
            "evidence": Record.evidence, "note": Record.note, "is_final": Record.is_final,
            "is_countersigned": Record.countersigned_by_id.is_not(None),
            "came_at": Record.came_at, "left_at": Record.left_at, "recorded_at": Record.recorded_at,
            "changed_at": Record.changed_at,
        },
        _of_slot(Record.slot_id),
    ),
    "outcomes": Section(
        Outcome.member_id,
        {**SLOT, "measure": Outcome.measure, "amount": Outcome.amount, "entered_at": Outcome.entered_at},
        _of_slot(Outcome.slot_id),
    ),
    "oddities": Section(
        Record.member_id, {**SLOT, "odd": OddNote.odd, "note": OddNote.note, "noted_at": OddNote.noted_at},
        [(OddNote, OddNote.record_id == Record.id), *_of_slot(Record.slot_id)], where=[OddNote.id.is_not(None)],
    ),
    "corrections": Section(
        Correction.member_id,
        {
            **SLOT, "attendance": Correction.attendance, "minutes": Correction.minutes, "reason": Correction.reason,
            "asked_at": Correction.asked_at, "state": Correction.state, "opinion": Correction.opinion,
            "answer": Correction.answer, "decision": Correction.decision, "ended_at": Correction.ended_at,
        },
        _of_slot(Correction.slot_id),
    ),
    "dossier": Section(
        Entry.member_id,
        {
            "block": Entry.block, "title": Entry.title, "day": Entry.day, "content": Entry.content,
            "minutes": Entry.minutes, "unit": Entry.unit, "source": Entry.source, "entered_at": Entry.entered_at,
            "replaces_another": Entry.replaces_id.is_not(None), "is_void": Entry.is_void, "reason": Entry.reason,
        },
    ),
    "trainings": Section(
        TrainingPass.member_id,
        {"training": Training.name, "passed_on": TrainingPass.passed_on, "valid_until": TrainingPass.valid_until},
        [(Training, Training.id == TrainingPass.training_id)],
    ),
    "photos": Section(
        Photo.added_by_id, {"caption": Photo.caption, "added_at": Photo.added_at, "removed_at": Photo.removed_at}
    ),
    "goods_in_my_hands": Section(
        Stock.member_id, {"category": Lot.category, "lot": Lot.label, "quantity": Stock.quantity},
        [(Lot, Lot.id == Stock.lot_id)],
    ),
    "goods_taken": _moved(Movement.taker_id),
    "goods_given": _moved(Movement.giver_id),
    "aid": Section(GoodsDelivery.recipient_id, {"point": GoodsDelivery.point, "day": GoodsDelivery.day}),
    "certificates": Section(
        Certificate.member_id,
        {
            "number": Certificate.number, "code": Certificate.code, "ledger": Certificate.ledger,
            "first_day": Certificate.first_day, "last_day": Certificate.last_day, "issued_at": Certificate.issued_at,
            "snapshot": Certificate.snapshot, "hash": Certificate.hash, "state": Certificate.state,
            "ended_at": Certificate.ended_at, "reason": Certificate.reason,
        },
    ),
    "certificate_requests": Section(
        CertificateRequest.member_id,
        {
            "ledger": CertificateRequest.ledger, "first_day": CertificateRequest.first_day,
            "last_day": CertificateRequest.last_day, "asked_at": CertificateRequest.asked_at,
            "answer": CertificateRequest.answer, "answered_at": CertificateRequest.answered_at,
            "reason": CertificateRequest.reason,
        },
    ),
    "certificate_batches": Section(BatchItem.member_id, {"state": BatchItem.state}),
    "objections": Section(
        Objection.member_id,
        {
            "certificate": Certificate.number, "reason": Objection.reason, "made_at": Objection.made_at,
            "verdict": Objection.verdict, "answered_at": Objection.answered_at, "word": Objection.word,
        },
        [(Certificate, Certificate.id == Objection.certificate_id)],
    ),
    "reviews": Section(
        Participant.member_id,
        {
            "year": Participant.year, "unit": Unit.name, "stage": Participant.stage, "class": Participant.class_name,
            "removed_at": Participant.removed_at, "reason": Participant.reason,
        },
        [(Unit, Unit.id == Participant.unit_id)],
    ),
    "self_reviews": Section(
        Essay.member_id,
        {"year": Cycle.year, "text": Essay.text, "saved_at": Essay.saved_at, "handed_in_at": Essay.handed_in_at},
        [(Cycle, Cycle.id == Essay.cycle_id)],
    ),
    "review_grades": Section(
        GradeVersion.member_id,
        {
            "year": Cycle.year, "grade": GradeVersion.grade, "opinion": GradeVersion.opinion,
            "reason": GradeVersion.reason, "given_at": GradeVersion.given_at,
        },
        [(Cycle, Cycle.id == GradeVersion.cycle_id)], where=[REVIEW_IS_CLOSED],
    ),
    "review_objections": Section(
        GradeObjection.member_id,
        {
            "year": Cycle.year, "reason": GradeObjection.reason, "made_at": GradeObjection.made_at,
            "verdict": GradeObjection.verdict, "answered_at": GradeObjection.answered_at, "word": GradeObjection.word,
        },
        [(Cycle, Cycle.id == GradeObjection.cycle_id)],
    ),
    "past_grades": Section(
        PastGrade.member_id,
        {
            "year": PastGrade.year, "unit": Unit.name, "grade": PastGrade.grade, "file": PastImport.name,
            "row": PastGrade.row, "imported_at": PastImport.created_at,
        },
        [(Unit, Unit.id == PastGrade.unit_id), (PastImport, PastImport.id == PastGrade.import_id)],
    ),
    "review_opinions": Section(
        Opinion.member_id, {"year": Cycle.year, "text": Opinion.text, "written_at": Opinion.written_at},
        [(Cycle, Cycle.id == Opinion.cycle_id)], where=[REVIEW_IS_CLOSED],
    ),
    "opinions_on_me_as_an_activist": Section(
        CareOpinion.member_id,
        {
            "year": Cycle.year, "as": CareOpinion.sort, "text": CareOpinion.text,
            "handed_in_at": CareOpinion.handed_in_at,
        },
        [(Cycle, Cycle.id == CareOpinion.cycle_id)], where=[REVIEW_IS_CLOSED, CareOpinion.handed_in_at.is_not(None)],
    ),
    "people_in_my_care": Section(
        Pairing.member_id,
        {
            "as": Pairing.sort, "unit": Unit.name, "class": Pairing.class_name, "first": Pairing.first,
            "last": Pairing.last, "reason": Pairing.reason,
        },
        [(Unit, Unit.id == Pairing.unit_id)],
    ),
    "mentors": Section(Pairing.person_id, {"first": Pairing.first, "last": Pairing.last}),
    "nominations": Section(
        Nomination.member_id,
        {
            "commendation": Round.title, "year": Round.year, "reasons": Nomination.reasons,
            "evidence": Nomination.evidence, "nominated_at": Nomination.nominated_at, "state": Nomination.state,
            "answered_at": Nomination.answered_at, "decided_on": Nomination.decided_on, "word": Nomination.word,
        },
        [(Round, Round.id == Nomination.round_id)],
    ),
    "committees": Section(
        CommitteeMember.member_id,
        {"commendation": Round.title, "year": Round.year, "named_at": CommitteeMember.named_at},
        [(Round, Round.id == CommitteeMember.round_id)],
    ),
    "objections_to_commendations": Section(
        NoticeObjection.member_id,
        {
            "commendation": Round.title, "year": Round.year, "reason": NoticeObjection.reason,
            "made_at": NoticeObjection.made_at, "verdict": NoticeObjection.verdict,
            "answered_at": NoticeObjection.answered_at, "word": NoticeObjection.word,
        },
        [(Nomination, Nomination.id == NoticeObjection.nomination_id), (Round, Round.id == Nomination.round_id)],
    ),
    "stories": Section(
        Story.member_id,
        {
            "title": Story.title, "text": Story.text, "state": Story.state, "written_at": Story.written_at,
            "agreed_at": Story.agreed_at, "taken_down_at": Story.taken_down_at, "why_taken_down": Story.why_down,
        },
    ),
    "requests_to_be_forgotten": Section(
        ForgetRequest.member_id,
        {
            "reason": ForgetRequest.reason, "asked_at": ForgetRequest.asked_at, "state": ForgetRequest.state,
            "ended_at": ForgetRequest.ended_at,
        },
    ),
    "posts_held": Section(
        Holder.member_id, {"post": Post.name, "state": Holder.state, "proposed_at": Holder.proposed_at},
        [(Post, Post.id == Holder.post_id)],
    ),
    "invitations": Section(
        Invitation.member_id, {**SLOT, "invited_at": Invitation.invited_at}, _of_slot(Invitation.slot_id)
    ),
    "teams": Section(
        TeamMember.member_id, {"team": Team.name, "joined_at": TeamMember.joined_at},
        [(Team, Team.id == TeamMember.team_id)],
    ),
    "pauses": Section(
        Pause.member_id,
        {
            "begun_at": Pause.begun_at, "until": Pause.until, "misses": Pause.misses, "lifted_at": Pause.lifted_at,
            "lift_reason": Pause.lift_reason,
        },
    ),
    "exemptions": Section(
        Exemption.member_id,
        {
            "line": Exemption.line, "first": Exemption.first, "last": Exemption.last, "percent": Exemption.percent,
            "given_at": Exemption.given_at, "ended_at": Exemption.ended_at, "end_reason": Exemption.end_reason,
            "taken_back": Exemption.taken_back,
        },
    ),
    # What one wrote. What others wrote of one is theirs, and told in sums alone.
    "peer_reviews_written": Section(
        PeerReview.member_id,
        {
            "year": Cycle.year, "marks": sa.cast(PeerReview.marks, sa.Text), "comment": PeerReview.comment,
            "saved_at": PeerReview.saved_at, "handed_in_at": PeerReview.handed_in_at,
        },
        [(Cycle, Cycle.id == PeerReview.cycle_id)],
    ),
    # What one voted is nobody's data: it is kept of no one.
    "votes": Section(
        BallotVoter.member_id, {"ballot": Ballot.title, "until": Ballot.ends_at, "has_voted": BallotVoter.has_voted},
        [(Ballot, Ballot.id == BallotVoter.ballot_id)],
    ),
    "appraisals": Section(
        Appraised.member_id,
        {
            "ballot": Ballot.title, "ended_at": Ballot.ended_at, "whose": BallotTally.whose,
            "choices": sa.cast(Ballot.choices, sa.Text), "counts": sa.cast(BallotTally.counts, sa.Text),
        },
        [(Ballot, Ballot.id == Appraised.ballot_id), (BallotTally, BallotTally.appraised_id == Appraised.id)],
        where=[Ballot.shows_own, Ballot.state == BallotState.COUNTED],
    ),
    "busy_times": Section(
        Timetable.member_id, {"starts_at": BusySpan.starts_at, "ends_at": BusySpan.ends_at},
        [(BusySpan, BusySpan.timetable_id == Timetable.id)], order=BusySpan.starts_at, where=[BusySpan.id.is_not(None)],
    ),
    "feeds": Section(
        Feed.member_id,
        {"name": Feed.name, "scope": Feed.scope, "created_at": Feed.created_at, "revoked_at": Feed.revoked_at},
    ),
    "wishes": Section(
        Wishes.member_id,
        {
            "ways": Wishes.ways, "quiet_from": Wishes.quiet_from, "quiet_to": Wishes.quiet_to,
            "digest_at": Wishes.digest_at,
        },
    ),
    "notices": Section(
        Notice.member_id,
        {"topic": Notice.topic, "facts": Notice.params, "created_at": Notice.created_at, "read_at": Notice.read_at},
    ),
    "words_of_the_trail": Section(AuditWord.member_id, {"text": AuditWord.text}),
    "what_i_did": Section(
        AuditEntry.actor_id,
        {"at": AuditEntry.at, "verb": AuditEntry.verb, "subject": AuditEntry.subject, "reason": AuditEntry.reason},
    ),
}  # fmt: skip

# Tables that name a person too, and why nothing of them is handed out.
LEFT_OUT = {
    "access_link": "ways in: signed secrets, spent or about to be",
    "account_link": "which accounts are one person's; each is exported by itself",
    "activity_organizer": "who runs an activity: about the activity, and on its page",
    "ballot": "what a secretary prepared for others; stands among what one did",
    "bulk_change": "what an organizer did to slots; stands among what one did",
    "calendar_upload": "a file about to be imported, kept for an hour",
    "certificate_batch": "what a secretary ordered; stands among what one did",
    "commendation_round": "who opened, published and granted a commendation; stands among what one did",
    "hook": "a group's robot; stands among what one did",
    "hours_import": "what a secretary imported; stands among what one did",
    "hours_upload": "a file about to be imported, kept for an hour",
    "invitation_opt_out": "activities of which one wants to hear no more: seen and changed under “Asked of me”",
    "message": "what an organizer wrote to others; stands among what one did",
    "miss_warning": "that one was warned; stands among the notices",
    "norms_version": "who set the school's rules; stands among what one did",
    "past_import": "what a secretary imported; stands among what one did",
    "points_formula": "by what a secretary has points of everyone in a unit reckoned; stands among what one did",
    "posted_code": "a code that hangs at a place; that one posted it stands among what one did",
    "requirement_version": "what a secretary asked of everyone in a unit; stands among what one did",
    "review_ballot_plan": "who planned the ballots of a review; stands among what one did",
    "review_cycle": "who opened and closed a review; stands among what one did",
    "review_peer_draw": "who drew who reviews whom; stands among what one did",
    "review_version": "what a secretary set for a review; stands among what one did",
    "roster_upload": "a file about to be imported, kept for an hour",
    "tick": "what an organizer's phone sent; the records that came of it are told",
    "visitor_list": "a list sent to a partner; stands among what one did",
    "wish": "a bundle of sign-ups, which are told one by one",
}
