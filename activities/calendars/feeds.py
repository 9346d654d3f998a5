"""Feeds put together: which edition of a feed is the present one, and the bytes of an edition."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from activities import __version__
from activities.calendars import queries, rules, tokens
from activities.calendars.kept import Kept
from activities.calendars.rules import Event, Status
from activities.config import Settings
from activities.duties.kinds import kind_of
from activities.kit import clock
from activities.kit.i18n import DEFAULT, LANGUAGES, force_locale, gettext
from activities.kit.refusal import NotFound
from activities.signups.rules import duty_name
from activities.signups.rules_arrivals import visit

# Octets a process keeps: some 20,000 entries with the feeds they stand in.
ROOM = 24 * 1024 * 1024

Rows = Callable[[int, datetime], Iterator[sa.Row[Any]]]


class Revoked(Exception):  # noqa: N818
    """The address was valid once: 410."""


@dataclass(frozen=True)
class Edition:
    """A feed at one point of its history: whose it is (`owner` is the public id), and all that tells this state from
    every other."""

    rows: Rows
    owner_id: int
    owner: str
    title: str
    language: str
    since: datetime
    entries: int
    revision: int
    changed_at: datetime

    @cached_property
    def tag(self) -> str:
        """The ETag: equal for equal bytes in every process, and another for whatever could change them."""
        settings = _settings()
        facts = (
            __version__, rules.FORMAT, settings.base_url, settings.time_zone, settings.school, self.rows.__name__,
            self.owner, self.title, self.language, self.entries, self.revision, self.changed_at.isoformat(),
        )  # fmt: skip
        return sha256(repr(facts).encode()).hexdigest()[:32]


# ── which edition ───────────────────────────────────────────────────────────


def of_person(token: str, now: datetime) -> Edition:
    """The present edition of the feed with this token: a person's duties, in the person's language. One statement.

    Raises NotFound for a token that never was, Revoked for one that was replaced or whose owner has left.
    """
    zone = clock.zone()
    since = rules.shown_since(now, zone)
    row = queries.person(tokens.digest(token), since)
    if row is None:
        raise NotFound
    if row.revoked_at or not row.active:
        raise Revoked
    return Edition(
        rows=queries.events_of_person, owner_id=row.id, owner=row.public_id, title="",
        language=row.language if row.language in LANGUAGES else DEFAULT, since=since,
        entries=row.entries, revision=row.revision or 0, changed_at=_changed_at(row, zone, row.created_at),
    )  # fmt: skip


def of_activity(public_id: str, now: datetime) -> Edition:
    """The present edition of an activity's feed, which names nobody. One statement. Raises NotFound."""
    zone = clock.zone()
    since = rules.shown_since(now, zone)
    row = queries.activity(public_id, since)
    if row is None:
        raise NotFound
    return Edition(
        rows=queries.events_of_activity, owner_id=row.id, owner=row.public_id, title=row.name,
        language=DEFAULT, since=since, entries=0, revision=row.revision, changed_at=_changed_at(row, zone),
    )  # fmt: skip


def _changed_at(row: sa.Row[Any], zone: ZoneInfo, *more: datetime) -> datetime:
    """The last change of anything shown, or the last midnight at which something left for its age."""
    left = (rules.forgotten_at(moment, zone) for moment in (row.past_at, row.cancelled_at) if moment)
    moments: list[datetime] = [moment for moment in (row.changed_at, *left, *more) if moment]
    return max(moments)


# ── its bytes ───────────────────────────────────────────────────────────────


def init_app(app: Any) -> None:
    app.extensions["feeds"] = Kept(ROOM)


def body(edition: Edition) -> bytes:
    """The edition as a calendar: kept whole, or else joined from entries that are kept each by its own revision."""
    kept = _kept()
    return kept.get(edition.tag) or kept.put(edition.tag, _render(edition, kept))


def zipped(edition: Edition) -> bytes:
    """The edition compressed, the same octets every time."""
    kept, key = _kept(), edition.tag + "-gzip"
    return kept.get(key) or kept.put(key, gzip.compress(body(edition), 6, mtime=0))


def _render(edition: Edition, kept: Kept) -> bytes:
    settings = _settings()
    with force_locale(edition.language):
        write = _Writer(edition.language, settings, kept).entry
        events = [write(row) for row in edition.rows(edition.owner_id, edition.since)]
        title = edition.title or gettext("My duties")
    return rules.render_calendar(f"{title}·{settings.school}", settings.time_zone, events)


class _Writer:
    """Writes the entries of one feed. What all slots of a post say is put into words once."""

    def __init__(self, language: str, settings: Settings, kept: Kept) -> None:
        self.language, self.base, self.zone, self.kept = language, settings.base_url, settings.time_zone, kept
        self.said: dict[tuple[str, ...], bytes] = {}

    def entry(self, row: sa.Row[Any]) -> bytes:
        status = rules.status_of(row.state, row.seat)
        key = (row.public_id, row.minute, row.revision, row.changed_at, status, self.language)
        return self.kept.get(key) or self.kept.put(key, self.event(row, status))

    def event(self, row: sa.Row[Any], status: Status) -> bytes:
        url = f"{self.base}/slots/{row.public_id}"
        starts_at, ends_at = visit(row.starts_at, row.ends_at, row.minute)
        event = Event(row.uid, url, starts_at, ends_at, row.revision, row.changed_at, status)
        return rules.render_event(event, self.words(row, status), self.zone)

    def words(self, row: sa.Row[Any], status: Status) -> bytes:
        """What organizers write freely stays on the page that is linked: it may name people and phones."""
        key = (status, row.activity_id, row.activity, row.kind, row.unit, row.post, row.place)
        if key not in self.said:
            kind = gettext(kind_of(row.kind).name)
            page = f"{self.base}/activities/{row.activity_id}"
            details = gettext("Details, risks and safeguards: %(url)s", url=page)
            self.said[key] = rules.render_words(
                summary=_SUMMARIES[status](duty_name(row.activity, row.post)),
                location=row.place,
                description=f"{kind}·{row.unit}\n{details}",
                category=kind,
            )
        return self.said[key]


_SUMMARIES: dict[Status, Callable[[str], str]] = {
    Status.CONFIRMED: lambda what: what,
    Status.TENTATIVE: lambda what: gettext("Waiting list: %(what)s", what=what),
    Status.CANCELLED: lambda what: gettext("Cancelled: %(what)s", what=what),
}


def _kept() -> Kept:
    kept: Kept = current_app.extensions["feeds"]
    return kept


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
