"""Feeds: which edition of a feed is the present one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from flask import Flask, current_app

from activities.calendars import duties, queries, rules, tokens
from activities.calendars.duties import Present
from activities.calendars.marks import Marks
from activities.calendars.queries import ALL, Only, Row
from activities.calendars.rules_feeds import Client, Detail, Scope
from activities.calendars.scopes import PUBLIC, SCOPES, Asked, Declaration
from activities.calendars.sheaf import State
from activities.calendars.writing import release
from activities.config import PACKAGE, Settings
from activities.duties.kinds import KINDS
from activities.kit import clock
from activities.kit.i18n import DEFAULT, LANGUAGES, force_locale, gettext
from activities.kit.refusal import NotFound

# So many addresses a process knows the scopes of.
MOST_KNOWN = 20_000


class Revoked(Exception):  # noqa: N818
    """The address was valid once: 410."""


@dataclass(frozen=True)
class Edition:
    """A feed at one point of its history: of what and how much it says, and all that tells this state from every
    other. `raised` is what its entries' revisions are raised by since its owner changed how much it says."""

    asked: Asked
    declaration: Declaration
    facts: tuple[object, ...]
    names: tuple[str, ...] = ()
    language: str = DEFAULT
    detail: Detail = Detail.FULL
    raised: int = 0
    raised_at: datetime | None = None
    changed_at: datetime | None = None
    # The edition that was asked for last as the database knows it, and since when.
    known: tuple[str, datetime | None] = ("", None)
    # How far each activity has come, where that tells which entries have changed; what else decides which there are.
    states: Mapping[int, State] | None = None
    rest: str = ""

    @cached_property
    def name(self) -> str:
        """Of which feed it is, and how that is written: the same for all of its editions until something decides that
        its entries are written otherwise."""
        return _name(self.asked[:3], self.language, self.detail, self.raised, _how_written(self.language))

    @cached_property
    def tag(self) -> str:
        """The ETag: equal for equal bytes in every process, and another for whatever could change them."""
        return _digest((self.name, self.names, self.facts))

    @property
    def title(self) -> str:
        """What it is called, in the language that is spoken now."""
        if self.detail is Detail.BUSY:
            return gettext("Busy")
        return self.declaration.title(self.asked.subject, self.names) or gettext("Calendar")

    def rows(self, only: Only = ALL) -> Iterator[Row]:
        return self.declaration.events(self.asked, only)


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


@lru_cache(maxsize=4096)
def _name(*facts: object) -> str:
    return _digest(facts)


def _digest(facts: object) -> str:
    return sha256(repr(facts).encode("utf-8", "replace")).hexdigest()[:32]


def _how_written(language: str) -> str:
    """What tells whether entries are written otherwise than before in this language."""
    set_to, kinds = settings(), tuple((kind.name, kind.renamed) for kind in KINDS.values())
    return _in_words((release(PACKAGE), set_to.base_url, set_to.time_zone, set_to.school), language, kinds)


@lru_cache(maxsize=16)
def _in_words(set_to: tuple[str, ...], language: str, kinds: tuple[tuple[str, tuple[datetime, ...]], ...]) -> str:
    with force_locale(language):
        said = [(gettext(name), renamed) for name, renamed in kinds]
    return _digest((set_to, said))


# ── which edition ───────────────────────────────────────────────────────────


def private(token: str, now: datetime) -> Edition:
    """The present edition of the feed with this token, in its owner's language. One statement, where this process has
    been asked for the feed before: of what it is never changes.

    Raises NotFound for a token that never was, Revoked for one that was revoked or whose owner has left.
    """
    digest = tokens.digest(token)
    scope, subject = _known(digest)
    return present(_ask(scope, subject, digest, now))


def present(asked: Asked) -> Edition:
    """The present edition of a private feed, of which `asked` says what it is of. One statement. Raises Revoked."""
    declaration = SCOPES[asked.scope]
    row = declaration.edition(asked)
    if row is None or row.revoked_at or not row.active:
        memory().known.pop(asked.digest, None)
        raise Revoked
    facts, changed_at = _facts(row), None
    if declaration.is_own:
        changed_at = _changed_at(row, row.created_at, row.raised_at)
        facts = (*facts, changed_at)
    return Edition(
        asked=asked._replace(member_id=row.id), declaration=declaration, facts=facts, names=_names(row),
        language=row.language if row.language in LANGUAGES else DEFAULT, detail=row.detail, raised=row.raised,
        raised_at=row.raised_at if row.raised else None, changed_at=changed_at, known=(row.edition, row.edition_at),
        states=declaration.states(row, asked) if declaration.states else None,
        rest=str(getattr(row, "timetable", None)),
    )  # fmt: skip


def published(scope: Scope, public_id: str, now: datetime) -> Edition:
    """The present edition of the public feed of an activity or a post, which names nobody. One statement. Raises
    NotFound."""
    asked = _ask(scope, public_id, "", now)
    row: Any = PUBLIC.edition(asked)
    if row is None:
        raise NotFound
    changed_at = _changed_at(row)
    look = (row.revision, row.past_at, row.cancelled_at)
    return Edition(
        asked=asked, declaration=PUBLIC, facts=(*look, row.schedule_revision, changed_at), names=tuple(row[6:]),
        changed_at=changed_at, states={row.id: (repr(look), row.schedule_revision)},
    )  # fmt: skip


def _ask(scope: Scope, subject: str, digest: str, now: datetime) -> Asked:
    return Asked(scope, subject, digest, rules.shown_since(now, clock.zone()), now)


def _known(digest: str) -> tuple[Scope, str]:
    known = memory().known
    if digest not in known:
        row = queries.look_up(digest)
        if row is None:
            raise NotFound
        if row.revoked_at or not row.active:
            raise Revoked
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[digest] = (row.scope, row.subject)
    return known[digest]


def _facts(row: Row | Present) -> tuple[object, ...]:
    """All that a row knows beside the feed itself, lists in one order."""
    return tuple(sorted(value, key=repr) if isinstance(value, list) else value for value in row[len(queries.FEED) :])


def _names(row: Row | Present) -> tuple[str, ...]:
    found = getattr(row, "names", None)
    return tuple(found[0]) if found else ()


def _changed_at(row: Any, *more: datetime) -> datetime:
    """The last change of anything shown, or the last midnight at which something left for its age."""
    zone = clock.zone()
    left = (rules.forgotten_at(moment, zone) for moment in (row.past_at, row.cancelled_at) if moment)
    renamed = (moment for kind in KINDS.values() for moment in kind.renamed)
    moments: list[datetime] = [moment for moment in (row.changed_at, *left, *renamed, *more) if moment]
    return max(moments)


# ── what a process knows ────────────────────────────────────────────────────


@dataclass
class Memory:
    """What a process knows of private feeds: what each is of, and what is to be written of them."""

    known: dict[str, tuple[Scope, str]] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)


def init_app(app: Flask) -> None:
    app.extensions["feeds_asked"] = Memory()
    duties.init_app(app)


def memory() -> Memory:
    found: Memory = current_app.extensions["feeds_asked"]
    return found


def noted(edition: Edition, by: Client) -> Edition:
    """The edition of a private feed that a program has asked for, with the time of its last change: where that is not
    read from what it shows, since when it is there."""
    asked = edition.asked
    mark = memory().marks.note(asked.digest, asked.now, by, edition.tag, edition.known)
    return edition if edition.changed_at else replace(edition, changed_at=mark.since)
