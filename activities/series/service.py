"""Change a series, end it, take it back. Like every verb that touches slots these lock the people first, then the
activity, which carries the revision of its schedule, then the slots by their ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from activities.audit import service as audit
from activities.duties import schedule, service_plans
from activities.duties.models import Activity, Post, Series, SeriesGap, SeriesPost, Slot
from activities.duties.plans import Wish
from activities.duties.rules import PlanChanged
from activities.duties.service import locked
from activities.kit.db import db, lock, run, transactional
from activities.kit.refusal import NotFound
from activities.series import planning
from activities.series.rules import Edit, NoReason, SeriesHasPeople
from activities.signups import changing
from activities.signups.changes import Wanted
from activities.signups.facts import ACTIVE_STATES
from activities.signups.models import SignUp
from activities.signups.moving_up import seat_freed
from activities.signups.organize import lock_people
from activities.sites.service import lock_sites


class Done(NamedTuple):
    """What a change has done: to which series, to how many slots, and how many people were told of it."""

    series: str
    slots: int
    told: int


def edit(
    actor_id: int, series_id: int, wish: Wish, digest: str, reason: str, zone: tzinfo, now: datetime
) -> Done:  # fmt: skip
    """Make a series, from the wish's first day on, what the wish asks for, exactly as shown: PlanChanged where that
    would do something else by now. Its earlier days, where there are any, stay a series of their own. Who is on a slot
    that moves or is cancelled is told; who had no time elsewhere because of it is seated there.

    Asked for again it finds everything done and changes nothing more.
    """
    done, people = _edit(actor_id, series_id, wish, digest, reason, zone, now)
    seat_freed(people, now)
    return done


@transactional
def _edit(
    actor_id: int, series_id: int, wish: Wish, digest: str, reason: str, zone: tzinfo, now: datetime
) -> tuple[Done, set[int]]:
    series, activity = _locked(actor_id, planning.holding(series_id, wish.rule.first).id, now)
    lock_sites(sa.select(Post.site_id).where(Post.id.in_({*wish.post_ids, *series.wish.post_ids})))
    present = planning.occurrences(series.id, wish.rule.first, locked=True)
    change = planning.edit(series, wish, present, zone, now, is_locked=True)
    return _confirm(actor_id, series, activity, wish, change, digest, reason, now)


def end(actor_id: int, series_id: int, digest: str, reason: str, zone: tzinfo, now: datetime) -> Done:
    """Take all out of a series that is to come, as `edit` does."""
    done, people = _end(actor_id, series_id, digest, reason, zone, now)
    seat_freed(people, now)
    return done


@transactional
def _end(actor_id: int, series_id: int, digest: str, reason: str, zone: tzinfo, now: datetime) -> tuple[Done, set[int]]:
    series, activity = _locked(actor_id, series_id, now)
    present = planning.occurrences(series.id, date.min, locked=True)
    wish = planning.ended(series.wish, now.astimezone(zone).date())
    return _confirm(actor_id, series, activity, wish, planning.ending(series, present, now), digest, reason, now)


@transactional
def undo(actor_id: int, series_id: int, now: datetime) -> int:
    """Delete a series with all its slots, as long as nobody has ever been in one. Return how many there were."""
    series, activity = _locked(actor_id, series_id, now)
    slots = planning.occurrences(series_id, date.min, locked=True)
    if used := sum(slot.tickets > 0 for slot in slots):
        raise SeriesHasPeople(used)
    before = {**service_plans.told(series.wish), "slots": len(slots)}
    audit.leave(now, actor_id, "undo series", Series, series_id, before=before)
    changing.tell_gathering([slot.id for slot in slots if slot.starts_at > now], now)
    schedule.delete(activity.id, [slot.id for slot in slots], now)
    for model in (SeriesGap, SeriesPost):
        run(sa.delete(model).where(model.series_id == series_id))
    run(sa.update(Series).where(Series.follows_id == series_id).values(follows_id=series.follows_id))
    run(sa.delete(Series).where(Series.id == series_id))
    return len(slots)


def _locked(actor_id: int, series_id: int, now: datetime) -> tuple[Series, Activity]:
    """Lock who acts and who is on the series' slots to come; then the activity, which the actor must still organize."""
    activity_id = db.session.scalar(sa.select(Series.activity_id).where(Series.id == series_id))
    if activity_id is None:
        raise NotFound
    on_them = sa.select(SignUp.member_id).join(SignUp.slot)
    lock_people(
        actor_id,
        on_them.where(Slot.series_id == series_id, Slot.starts_at > now, SignUp.state.in_(ACTIVE_STATES)),
    )
    _, activity = locked(actor_id, activity_id)
    return lock(Series, series_id, selectinload(Series.posts)), activity


def _confirm(
    actor_id: int, series: Series, activity: Activity, wish: Wish, change: Edit, digest: str, reason: str, now: datetime
) -> tuple[Done, set[int]]:
    """Do what was shown. Return also who was told."""
    if change.digest != digest:
        raise PlanChanged
    if any(slot.people for slot in change.cancel) and not reason:
        raise NoReason
    before = series.wish
    if not change.many and wish == replace(before, rule=replace(before.rule, first=wish.rule.first)):
        return Done(series.public_id, 0, 0), set()
    if wish.rule.first > before.rule.first:
        series = _part(series, activity, wish, now)
    else:
        _rewrite(series, wish)
    told = _apply(actor_id, activity, series.id, change, reason, now)
    after = {**service_plans.told(wish), "created": len(change.create), "changed": len(change.change)}
    after |= {"deleted": len(change.delete), "cancelled": len(change.cancel)}
    was = service_plans.told(before)
    audit.leave(now, actor_id, "edit series", Series, series.id, before=was, after=after, reason=reason)
    schedule.changed([activity.id], now)
    return Done(series.public_id, change.many, len(told)), told


def _part(series: Series, activity: Activity, wish: Wish, now: datetime) -> Series:
    """The days from the wish's first on as a series of their own, which follows the earlier ones."""
    first = wish.rule.first
    later = service_plans.add_series(activity, wish, now)
    run(sa.update(Series).where(Series.follows_id == series.id).values(follows_id=later.id))
    later.follows_id = series.id
    run(sa.update(Slot).where(Slot.series_id == series.id, Slot.series_day >= first).values(series_id=later.id))
    run(sa.update(SeriesGap).where(SeriesGap.series_id == series.id, SeriesGap.day >= first).values(series_id=later.id))
    rule = series.days
    series.rule = replace(rule, last=min(rule.last, first - planning.ONE)).text
    return later


def _rewrite(series: Series, wish: Wish) -> None:
    """Let the series ask for this from now on."""
    for name, value in service_plans.columns(wish).items():
        setattr(series, name, value)
    run(sa.delete(SeriesPost).where(SeriesPost.series_id == series.id))
    service_plans.put_posts(series.id, wish.post_ids)
    db.session.expire(series, ["posts"])


# ── the slots ───────────────────────────────────────────────────────────────


def _apply(
    actor_id: int, activity: Activity, series_id: int, change: Edit, reason: str, now: datetime
) -> set[int]:  # fmt: skip
    """Change the slots in a few statements for all of them, and a few more for each where somebody waits. Return who
    was told."""
    if change.delete:
        changing.tell_gathering([slot.id for slot in change.delete], now)
        schedule.delete(activity.id, [slot.id for slot in change.delete], now)
    told: set[int] = set()
    if change.cancel:
        told |= changing.cancel([slot.id for slot in change.cancel], actor_id, reason, now, by_series=True)
    wanted = [Wanted(move.slot.id, *move[1:]) for move in change.change]
    told |= changing.change(wanted, actor_id, now, by_series=True)
    service_plans.create(activity, change.create, now, series_id)
    return told
