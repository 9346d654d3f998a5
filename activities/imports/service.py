"""Bring a calendar, make slots of it, take them back. What is confirmed is what was shown: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from activities.audit import service as audit
from activities.duties import schedule, service_plans
from activities.duties.models import Activity, Slot
from activities.duties.rules import PlanChanged
from activities.duties.service import locked
from activities.duties.visits import Stay, must_fit
from activities.imports import queries, reading, rules
from activities.imports.models import CalendarImport, CalendarUpload, ImportedEvent
from activities.imports.reading import Found
from activities.imports.rules import ImportHasPeople, Line, Preview, Wish
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import NotFound
from activities.kit.text import clean_line
from activities.outbox.jobs import every
from activities.signups import changing
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.organize import lock_people
from activities.timetables.queries import window

NO_SYNC = {"synchronize_session": False}


def bring(actor_id: int, activity_id: int, data: bytes, name: str, zone: ZoneInfo, now: datetime) -> str:
    """Keep what can be imported of a calendar until it is, in place of the actor's earlier one for the activity.
    Return its public id. Raises the refusal of a file that cannot be read; then nothing changes."""
    found = reading.read(data, window(now), zone)
    return _keep(actor_id, activity_id, found, clean_line(name)[-200:], now)


@transactional
def _keep(actor_id: int, activity_id: int, found: Found, name: str, now: datetime) -> str:
    locked(actor_id, activity_id)
    own = sa.and_(CalendarUpload.member_id == actor_id, CalendarUpload.activity_id == activity_id)
    old = sa.or_(own, CalendarUpload.created_at < now - queries.KEPT)
    db.session.execute(sa.delete(CalendarUpload).where(old), execution_options=NO_SYNC)
    upload = CalendarUpload(
        member_id=actor_id, activity_id=activity_id, name=name, found=reading.stored(found), created_at=now
    )
    db.session.add(upload)
    db.session.flush()
    return upload.public_id


@every(3600, "forget calendars that nobody imported")
@transactional
def forget_old(now: datetime) -> None:
    """Delete calendars that were kept long enough: they tell what somebody plans."""
    old = sa.delete(CalendarUpload).where(CalendarUpload.created_at < now - queries.KEPT)
    db.session.execute(old, execution_options=NO_SYNC)


def look(activity_id: int, found: Found, wish: Wish, zone: ZoneInfo, now: datetime) -> Preview:
    """What importing it would do. NotFound where the post is not the activity's."""
    facts = queries.facts(activity_id, found.events, zone, now)
    if wish.post_id not in {post.id for post in facts.posts}:
        raise NotFound
    return rules.preview(found.events, wish, facts, zone, now)


def check_visits(shown: Preview) -> None:
    """Raises the reason of a partner's place that does not take all that a preview shows."""
    must_fit(_stay(line) for line in shown.new)


@transactional
def confirm(
    actor_id: int, activity_id: int, upload_id: str, wish: Wish, ticked: Collection[int], digest: str,
    zone: ZoneInfo, now: datetime, *, leaves_out_bad: bool = False,
) -> int:  # fmt: skip
    """Make slots of the ticked events, exactly as shown, using the upload up: PlanChanged where the preview has
    another digest by now, UploadGone where the upload was used meanwhile. Return how many there are.

    A time of an event that is imported already makes no other slot, so the same file brought again makes none.
    """
    _, activity = locked(actor_id, activity_id)
    upload = queries.kept_upload(actor_id, activity_id, upload_id, now)
    found = reading.restored(upload.found)
    shown = look(activity_id, found, wish, zone, now)
    if shown.digest != digest:
        raise PlanChanged
    lines = rules.chosen(shown, ticked, leaves_out_bad=leaves_out_bad, bad=len(found.bad))
    service_plans.create(activity, [line.slot for line in lines], now)
    batch = CalendarImport(activity_id=activity_id, name=upload.name, created_at=now)
    db.session.add(batch)
    db.session.delete(upload)
    db.session.flush()
    _remember(batch, lines)
    after = {"slots": len(lines), "file": upload.name, "activity": activity_id}
    audit.leave(now, actor_id, "import calendar", CalendarImport, batch.id, after=after)
    return len(lines)


def _remember(batch: CalendarImport, lines: Collection[Line]) -> None:
    ids = queries.slot_ids(batch.activity_id, [line.slot.starts_at for line in lines])
    rows = [
        {
            "import_id": batch.id, "activity_id": batch.activity_id, "digest": line.time.digest,
            "starts_at": line.time.starts_at, "slot_id": ids[line.slot.post_id, line.slot.starts_at],
        }
        for line in lines
    ]  # fmt: skip
    run(sa.insert(ImportedEvent), rows)


def _stay(line: Line) -> Stay:
    slot = line.slot
    return Stay(slot.post_id, slot.starts_at, slot.ends_at, slot.capacity)


@transactional
def undo(actor_id: int, import_id: int, now: datetime) -> int:
    """Delete the slots of an import, as long as nobody has ever been in one. Return how many there were."""
    activity = _locked(actor_id, import_id, now)
    batch = lock(CalendarImport, import_id)
    of_it = sa.select(ImportedEvent.slot_id).where(ImportedEvent.import_id == import_id)
    slots = list(db.session.scalars(sa.select(Slot).where(Slot.id.in_(of_it)).order_by(Slot.id).with_for_update()))
    if used := sum(slot.tickets > 0 for slot in slots):
        raise ImportHasPeople(used)
    before = {"slots": len(slots), "file": batch.name, "activity": activity.id}
    audit.leave(now, actor_id, "undo import", CalendarImport, import_id, before=before)
    changing.tell_gathering([slot.id for slot in slots if slot.starts_at > now], now)
    schedule.delete(activity.id, [slot.id for slot in slots], now)
    run(sa.delete(CalendarImport).where(CalendarImport.id == import_id))
    return len(slots)


def _locked(actor_id: int, import_id: int, now: datetime) -> Activity:
    """Lock who acts and who is on the import's slots to come; then the activity, which the actor must still
    organize."""
    activity_id = db.session.scalar(sa.select(CalendarImport.activity_id).where(CalendarImport.id == import_id))
    if activity_id is None:
        raise NotFound
    of_it = sa.select(ImportedEvent.slot_id).where(ImportedEvent.import_id == import_id)
    on_them = sa.select(SignUp.member_id).join(SignUp.slot)
    lock_people(
        actor_id, on_them.where(Slot.id.in_(of_it), Slot.starts_at > now, SignUp.state.in_(ACTIVE_STATES))
    )  # fmt: skip
    return locked(actor_id, activity_id)[1]
