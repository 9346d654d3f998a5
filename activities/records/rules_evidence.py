"""On what hours rest, and when they count: decided on plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from activities.duties.kinds import Evidence
from activities.kit.refusal import N_, Refusal, refusal
from activities.records.rules import CAME, Mark
from activities.terms.rules import Special, add_working_days

# Within how many working days it is recorded who came (Order 67, Art. 11).
RECORD_WITHIN = 10


# ── facts ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Known:
    """How something is known, with what belongs to it, and what the kind takes without a second signature."""

    evidence: Evidence
    needed: Collection[Evidence]
    note: str = ""

    def is_final(self, mark: Mark) -> bool:
        """Whether the mark holds at once. Who did not come has no hours of which anybody would have to be sure."""
        return mark.attendance not in CAME or self.evidence in self.needed


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the rules ask of a record that waits: whose it is, and who has vouched for it already."""

    public_id: str
    name: str
    is_own: bool
    is_recorder: bool
    changed_at: datetime


# ── refusals ────────────────────────────────────────────────────────────────


@refusal
class LateReasonMissing(Refusal):
    names: str
    due: date
    sentence: ClassVar[str] = N_("This was to be recorded by %(due)s. Say why it is recorded only now: %(names)s.")
    remedy: ClassVar[str] = N_("Give the reason on the attendance page. A second person then countersigns the hours.")


@refusal
class OwnHours(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: nobody countersigns their own hours.")
    remedy: ClassVar[str] = N_("Another organizer or a secretary can.")


@refusal
class OwnMark(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s: you recorded this yourself, so somebody else countersigns it.")
    remedy: ClassVar[str] = N_("Another organizer or a secretary can.")


@refusal
class ChangedSince(Refusal):
    sentence: ClassVar[str] = N_("Something you chose has been changed or countersigned since you opened this page.")
    remedy: ClassVar[str] = N_("Look through the list as it is now, and choose again.")


@refusal
class NobodyChosen(Refusal):
    sentence: ClassVar[str] = N_("Choose whose hours you countersign.")


# ── decisions ───────────────────────────────────────────────────────────────


def due_on(ended: date, specials: Mapping[date, Special]) -> date:
    """The last day on which it is recorded in time who came to something that ended on this day."""
    return add_working_days(ended, RECORD_WITHIN, specials)


def can_be_late(ended: date, today: date) -> bool:
    """Whether the time to record may be over: working days are never more than days."""
    return (today - ended).days > RECORD_WITHIN


def why_not_late(names: Sequence[str], due: date, reason: str) -> Refusal | None:
    """What is typed in after its time needs a reason; `names` are those who would be recorded."""
    return LateReasonMissing(", ".join(names), due) if names and not reason else None


def why_not_countersign(claim: Claim) -> Refusal | None:
    """The first reason against this person's signature, or None: who benefits, who records and who countersigns are
    three people."""
    if claim.is_own:
        return OwnHours(claim.name)
    return OwnMark(claim.name) if claim.is_recorder else None


def why_not_countersign_all(chosen: Mapping[str, datetime], claims: Sequence[Claim]) -> Refusal | None:
    """The first reason against countersigning what was chosen: records by public id, each as it was when seen."""
    if not chosen:
        return NobodyChosen()
    if {claim.public_id: claim.changed_at for claim in claims} != chosen:
        return ChangedSince()
    return next(filter(None, map(why_not_countersign, claims)), None)
