"""Slots at partners' places: whether a place takes them beside those it has already. Planning asks before it shows,
and every verb that creates or changes slots again under the lock of the place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from activities.duties import schedule
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState
from activities.kit.db import db
from activities.kit.sql import Latest
from activities.sites.models import Site
from activities.sites.rules import Limits, Visit, why_not_visits
from activities.sites.service import Follow, lock_sites, when_located


class Stay(NamedTuple):
    """A slot that is to be at a post."""

    post_id: int
    starts_at: datetime
    ends_at: datetime
    people: int


def must_fit(stays: Iterable[Stay], *, without: Collection[int] = (), is_locked: bool = False) -> None:
    """Raises the first reason against these stays beside all other slots of their places but those `without`. Inside
    a transaction with `is_locked`: the places are locked, so that two verbs at once see each other."""
    by_post: defaultdict[int, list[Stay]] = defaultdict(list)
    for stay in stays:
        by_post[stay.post_id].append(stay)
    of_posts = sa.select(Post.site_id).where(Post.id.in_(by_post), Post.site_id.is_not(None))
    if is_locked:
        lock_sites(of_posts)
    rows = sa.select(Post.id, Post.floor, Site).join(Site, Site.id == Post.site_id).where(Post.id.in_(by_post))
    new: defaultdict[Site, list[Visit]] = defaultdict(list)
    for post_id, floor, site in db.session.execute(rows):
        new[site] += [Visit(*stay[1:], floor) for stay in by_post[post_id]]
    for site, visits in sorted(new.items(), key=lambda item: item[0].id):
        limits = Limits(site.name, site.most_visitors, site.most_groups)
        if refusal := why_not_visits(limits, visits, _others(site, visits, without)):
            raise refusal


@when_located
def raise_posts(site_id: int) -> Follow:
    """Calendars show where a post's place lies: when that changes, so have its posts."""
    at_place = sa.select(Post.activity_id).where(Post.site_id == site_id)
    query = sa.select(Activity.id).where(Activity.id.in_(at_place)).order_by(Activity.id).with_for_update(of=Activity)
    db.session.execute(query).all()

    def follow(now: datetime) -> None:
        of_activity = sa.select(Activity.schedule_revision + 1).where(Activity.id == Post.activity_id)
        changed = (
            sa.update(Post)
            .where(Post.site_id == site_id)
            .values(
                revision=Post.revision + 1, changed_at=Latest(Post.changed_at, now),
                schedule_revision=of_activity.scalar_subquery(),
            )
            .returning(Post.activity_id)
        )  # fmt: skip
        schedule.changed(set(db.session.scalars(changed, execution_options={"synchronize_session": False})), now)

    return follow


def _others(site: Site, visits: Collection[Visit], without: Collection[int]) -> list[Visit]:
    """The open slots at the place while any of the visits is there."""
    query = (
        sa.select(Slot.starts_at, Slot.ends_at, Slot.capacity, Post.floor)
        .join(Post, Post.id == Slot.post_id)
        .where(
            Post.site_id == site.id, Slot.state == SlotState.OPEN, Slot.id.not_in(without),
            Slot.starts_at < max(visit.ends_at for visit in visits),
            Slot.ends_at > min(visit.starts_at for visit in visits),
        )
    )  # fmt: skip
    return [Visit(*row) for row in db.session.execute(query)]


def coming(post_id: int, now: datetime) -> dict[int, Stay]:
    """The post's open slots to come, by id."""
    query = sa.select(Slot.id, Slot.post_id, Slot.starts_at, Slot.ends_at, Slot.capacity).where(
        Slot.post_id == post_id, Slot.state == SlotState.OPEN, Slot.starts_at > now
    )
    return {slot_id: Stay._make(stay) for slot_id, *stay in db.session.execute(query)}
