"""The bytes of an edition: as this process or, if they are many, any on this machine has kept them; or as what has
changed since makes them; or else put together anew."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Flask, current_app

from activities.calendars import queries, rules, sheaf
from activities.calendars.feeds import Edition, settings
from activities.calendars.kept import Kept
from activities.calendars.queries import Only
from activities.calendars.sheaf import Cover, Entry, Sheaf
from activities.calendars.shelf import Shelf
from activities.calendars.writing import EVER, Writer
from activities.duties import schedule
from activities.kit.i18n import force_locale

# Octets a process keeps: some 40,000 entries.
ROOM = 24 * 1024 * 1024
# Octets of a feed from which on it is kept on disk too, some hundred entries, and of all that are.
LARGE, SHELF_ROOM = 64 * 1024, 256 * 1024 * 1024
_MICROSECOND = timedelta(microseconds=1)
# So much later what was kept is still followed: a day less than it is remembered what was deleted since.
_FOLLOWED = (schedule.REMEMBERED - timedelta(days=1)) // _MICROSECOND


def init_app(app: Flask) -> None:
    app.extensions["feeds"] = Kept(ROOM)
    app.extensions["feeds_shelf"] = Shelf(app.config["SETTINGS"].data / "feeds", SHELF_ROOM, LARGE)


def body(edition: Edition) -> bytes:
    """The edition as a calendar."""
    kept, shelf = _kept(), _shelf()
    found: Sheaf | None = kept.get(edition.name)
    if found and found.tag == edition.tag:
        return found.body
    if written := shelf.get(edition.name):
        stored = sheaf.read(written)
        if stored.tag == edition.tag:
            kept.put(edition.name, stored)
            return stored.body
        found = found or stored
    present = _changed(edition, found) if found else None
    if present is None:
        present = _whole(edition)
        shelf.put(edition.name, len(present), present.written)
    kept.put(edition.name, present)
    return present.body


def zipped(edition: Edition) -> bytes:
    """The edition compressed, the same octets every time."""
    kept, key = _kept(), edition.tag + "-gzip"
    found: bytes | None = kept.get(key)
    return found or kept.put(key, gzip.compress(body(edition), 6, mtime=0))


def writer_of(edition: Edition) -> Writer:
    """What writes the edition's entries."""
    return Writer(
        edition.language, edition.detail, settings(), is_own=edition.declaration.is_own,
        raised=edition.raised, raised_at=edition.raised_at,
    )  # fmt: skip


def _whole(edition: Edition) -> Sheaf:
    """All of it. Where nothing tells what has changed of it later, its entries are kept each by its own revision."""
    with force_locale(edition.language):
        cover, writer = _cover(edition), writer_of(edition)
        if edition.states is None:
            entries = b"".join(writer.entry(row, _kept()) for row in edition.rows())
            return sheaf.bind(cover, "", (), entries + rules.CALENDAR_END)
        return sheaf.bind(cover, edition.rest, _entries(edition, writer), rules.CALENDAR_END)


def _changed(edition: Edition, known: Sheaf) -> Sheaf | None:
    """What it is by now of what was known: only what has changed is read and written. None: nobody knows what has, or
    no longer of what was deleted. One statement for each activity of which something has, and at most two for all."""
    cover = _cover(edition)
    changes = known.changes(edition.states, edition.rest)
    if changes is None or edition.states is None or cover.time - known.time > _FOLLOWED:
        return None
    slots = set[int]().union(*(queries.changed_since(*one) for one in changes.schedules.items()))
    there = changes.activities & edition.states.keys()
    with force_locale(edition.language):
        writer = writer_of(edition)
        wanted = (Only("slots", sorted(slots)), Only("activities", sorted(there)))
        read = (only for one in wanted for only in one.portions())
        new = sorted(entry for only in read for entry in _entries(edition, writer, only))
        return known.with_changes(cover, slots, changes.activities, new)


def _entries(edition: Edition, writer: Writer, only: Only = queries.ALL) -> Iterator[Entry]:
    for row in edition.rows(only):
        yield _count(row.starts_at), row.slot_id, row.whose_id, writer.event(row)


def _count(moment: datetime) -> int:
    return (moment - EVER) // _MICROSECOND


def _cover(edition: Edition) -> Cover:
    with force_locale(edition.language):
        head = rules.calendar_head(f"{edition.title}·{settings().school}", settings().time_zone)
    return Cover(edition.tag, _count(edition.asked.now), edition.states, head)


def _kept() -> Kept:
    kept: Kept = current_app.extensions["feeds"]
    return kept


def _shelf() -> Shelf:
    shelf: Shelf = current_app.extensions["feeds_shelf"]
    return shelf
