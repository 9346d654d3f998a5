"""What the entries of a feed say, in the language of the moment, and their bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from activities.calendars import rules, tokens
from activities.calendars.kept import Kept
from activities.calendars.queries import Row
from activities.calendars.rules import Event, Status
from activities.calendars.rules_feeds import Detail
from activities.config import Settings
from activities.duties.kinds import KINDS, kind_of
from activities.duties.rules import SlotState
from activities.kit.i18n import gettext, ngettext
from activities.kit.refusal import N_
from activities.signups.rules import SignUpState, duty_name
from activities.signups.rules_arrivals import visit

# Before every change.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
# What stands before the name of a duty that one has no seat in yet.
_UNCERTAIN = {
    SignUpState.WAITING: N_("Waiting list: %(what)s"),
    SignUpState.OFFERED: N_("Offered: %(what)s"),
    SignUpState.ASKED: N_("Asked for: %(what)s"),
}


class Words(NamedTuple):
    """What an entry says; what is empty is left out."""

    summary: str
    location: str = ""
    description: str = ""
    category: str = ""
    geo: str = ""


class Said(NamedTuple):
    """The lines of an entry and its alarm, by how much its revision is raised and when it changed last by what is no
    row."""

    words: bytes
    status: Status
    alarm: bytes
    raised: int
    changed_at: datetime


class Writer:
    """Writes the entries of one feed. What all slots of a post say is put into words once."""

    def __init__(
        self,
        language: str,
        detail: Detail,
        settings: Settings,
        *,
        is_own: bool = False,
        raised: int = 0,
        raised_at: datetime | None = None,
    ) -> None:
        self.detail, self.is_own = detail, is_own
        self.base, self.zone = settings.base_url, settings.time_zone
        self.raised, self.raised_at = raised, raised_at
        # What it writes of a row, as told from what another writes of it.
        self.hand = repr((language, detail, is_own, raised, raised_at, [kind.renamed for kind in KINDS.values()]))
        self.said: dict[tuple[object, ...], Said] = {}

    def entry(self, row: Row, kept: Kept) -> bytes:
        key = (
            self.hand, row.public_id, row.minute, row.revision, row.changed_at, row.state, row.seat, row.people
        )  # fmt: skip
        found: bytes | None = kept.get(key)
        return found or kept.put(key, self.event(row))

    def event(self, row: Row) -> bytes:
        said, (starts_at, ends_at) = self.lines(row), visit(row.starts_at, row.ends_at, row.minute)
        uid, url = row.uid, f"{self.base}/slots/{row.public_id}"
        if self.detail is Detail.BUSY:
            uid, url = tokens.veiled(uid), ""
        event = Event(
            uid, url, starts_at, ends_at, row.revision + said.raised, max(row.changed_at, said.changed_at), said.status,
            not self.is_own, said.alarm,
        )  # fmt: skip
        return rules.render_event(event, said.words, self.zone)

    def lines(self, row: Row) -> Said:
        """What all slots of a post have in common, as long as they say the same."""
        key = row.post_id, row.state, row.seat, row.people, row.capacity
        if key not in self.said:
            words, kind, status = self.words(row), kind_of(row.kind), rules.status_of(row.state, row.seat)
            is_mine = self.is_own and status is Status.CONFIRMED
            self.said[key] = Said(
                rules.render_words(*words), status, rules.render_alarm(words.summary) if is_mine else b"",
                self.raised + len(kind.renamed),
                max((EVER, *kind.renamed, *((self.raised_at,) if self.raised_at else ()))),
            )  # fmt: skip
        return self.said[key]

    def words(self, row: Row) -> Words:
        """What organizers write freely stays on the page that is linked: it may name people and phones."""
        if self.detail is Detail.BUSY:
            return Words(_marked(gettext("Busy"), row.state))
        what = duty_name(row.activity, row.post)
        if row.people is not None:
            what = ngettext("%(num)s visitor: %(what)s", "%(num)s visitors: %(what)s", row.people, what=what)
        summary = _marked(what, row.state, row.seat)
        if self.detail is Detail.TITLE:
            return Words(summary)
        kind = gettext(kind_of(row.kind).name)
        seats = ngettext("%(num)s seat", "%(num)s seats", row.capacity)
        page = f"{self.base}/activities/{row.activity_id}"
        details = gettext("Details, risks and safeguards: %(url)s", url=page)
        return Words(summary, row.place, f"{kind}·{row.unit}·{seats}\n{details}", kind, row.geo or "")


def _marked(what: str, slot: SlotState, seat: SignUpState | None = None) -> str:
    """With what its reader must know at once: that it is off, or not certain."""
    if rules.status_of(slot, seat) is Status.CANCELLED:
        return gettext("Cancelled: %(what)s", what=what)
    return gettext(_UNCERTAIN[seat], what=what) if seat in _UNCERTAIN else what


@cache
def release(package: Path) -> str:
    """What tells whether another release may write other bytes of the same rows: its code and its catalogues, as they
    are. Feeds kept on disk outlive a release; a number that somebody raises would be forgotten one day."""
    files = sorted(file for kind in ("*.py", "*.mo") for file in package.rglob(kind))
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()
