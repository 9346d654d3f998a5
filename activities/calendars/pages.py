"""What the pages of feeds show, put together from their reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from urllib.parse import quote

import segno
import sqlalchemy as sa
from flask import current_app, url_for
from markupsafe import Markup

from activities.calendars import bodies, feeds, rules, service
from activities.calendars.feeds import Edition
from activities.calendars.models import Feed
from activities.calendars.rules import Status
from activities.calendars.rules_feeds import Client, Detail, Scope
from activities.calendars.scopes import PUBLIC_SCOPES, SCOPES, Asked
from activities.calendars.sight import filters_of
from activities.calendars.writing import Words
from activities.duties import queries as duties
from activities.duties.kinds import Kind, kind_of
from activities.duties.models import Activity, Post
from activities.kit import clock
from activities.kit.db import db
from activities.kit.i18n import force_locale, gettext
from activities.kit.refusal import NotAllowed, NotFound
from activities.kit.roles import Permission
from activities.people.models import Unit
from activities.people.users import Viewer
from activities.signups.rules_arrivals import visit
from activities.sites import queries as sites

NEXT = 10


@dataclass(frozen=True)
class Entry:
    """One of the next entries, as a calendar would show it."""

    starts_at: datetime
    ends_at: datetime
    words: Words
    kind: Kind
    status: Status

    @property
    def day(self) -> date:
        return clock.local_day(self.starts_at)


@dataclass(frozen=True)
class Line:
    """A feed in the list of one's own."""

    feed: Feed
    title: str
    fetched_at: datetime | None
    fetched_by: Client | None


# ── what may be had ─────────────────────────────────────────────────────────


def subject_for(viewer: Viewer, scope: Scope, typed: str) -> tuple[str, list[str]]:
    """Of which one the feed would be, and what names it. NotFound for what the person does not see."""
    if scope is Scope.SEARCH:
        return filters_of(typed[:1000]).lasting, []
    if scope is Scope.ACTIVITY:
        return typed, [duties.activity_for(viewer, typed).name]
    if scope is Scope.POST:
        return typed, _post(viewer, typed)
    if scope is Scope.UNIT:
        return typed, [_unit(viewer, typed).name]
    if scope is Scope.SITE:
        return typed, [_site(viewer, typed)]
    if scope is Scope.ORGANIZED and not viewer.may(Permission.ORGANIZE):
        raise NotFound
    return "", []


def _post(viewer: Viewer, public_id: str) -> list[str]:
    query = sa.select(Activity.public_id, Post.name).join(Post.activity).where(Post.public_id == public_id)
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return [duties.activity_for(viewer, found.public_id).name, found.name]


def _unit(viewer: Viewer, public_id: str) -> Unit:
    """The person's own unit, one above it, or one that a role of theirs covers."""
    unit = db.session.scalar(sa.select(Unit).where(Unit.public_id == public_id))
    if unit is None:
        raise NotFound
    covers = any(unit.path.startswith(grant.unit.path) for grant in viewer.grants)
    if not covers and not viewer.unit.path.startswith(unit.path):
        raise NotFound
    return unit


def _site(viewer: Viewer, public_id: str) -> str:
    if not viewer.may(Permission.ORGANIZE):
        raise NotFound
    try:
        return sites.to_keep(viewer, public_id).name
    except NotAllowed:
        raise NotFound from None


def title_of(scope: Scope, subject: str, names: list[str]) -> str:
    return SCOPES[scope].title(subject, names) or gettext("Calendar")


# ── what there is ───────────────────────────────────────────────────────────


def lines(mine: list[Feed], now: datetime) -> list[Line]:
    """The person's feeds: what each is of as it is called now, and who asked for it last."""
    return [line(feed, edition_of(feed, now)) for feed in mine]


def line(feed: Feed, edition: Edition) -> Line:
    mark = feeds.memory().marks.of(feed.digest)
    at, by = (mark.at, mark.by) if mark else (feed.fetched_at, feed.fetched_by)
    title = SCOPES[feed.scope].title(feed.subject, edition.names) or gettext("Calendar")
    return Line(feed, title, at, by)


def edition_of(feed: Feed, now: datetime) -> Edition:
    """The feed as a program would be given it. NotFound where it is revoked while its page is put together."""
    try:
        return feeds.present(Asked(feed.scope, feed.subject, feed.digest, rules.shown_since(now, clock.zone()), now))
    except feeds.Revoked:
        raise NotFound from None


def preview(edition: Edition, now: datetime) -> list[Entry]:
    """The next entries, in the feed's own words and language."""
    with force_locale(edition.language):
        writer = bodies.writer_of(edition)
        coming = (row for row in edition.rows() if row.ends_at > now)
        return [
            Entry(
                *visit(row.starts_at, row.ends_at, row.minute), writer.words(row), kind_of(row.kind),
                rules.status_of(row.state, row.seat),
            )
            for row in islice(coming, NEXT)
        ]  # fmt: skip


# ── addresses ───────────────────────────────────────────────────────────────


def addresses(path: str) -> dict[str, str]:
    """A feed's address as each kind of client wants it, and as a picture for a phone's camera."""
    https = current_app.config["SETTINGS"].base_url + path
    webcal = "webcal://" + https.partition("://")[2]
    google = "https://calendar.google.com/calendar/render?cid=" + quote(webcal, safe="")
    code = segno.make(webcal, error="m", micro=False).svg_inline(
        scale=1, border=4, dark="#000", light="#fff", omitsize=True
    )
    return {"https": https, "webcal": webcal, "google": google, "code": Markup(code)}  # noqa: S704 - drawn, not typed


def private_addresses(feed: Feed) -> dict[str, str] | None:
    """None once the secret key has been replaced: the address can be told no more, and answers nobody."""
    token = service.token_of(feed)
    name = "busy" if feed.detail is Detail.BUSY else feed.scope.value
    return addresses(url_for("calendars.private", token=token, _name=name)) if token else None


def public_addresses(scope: Scope, subject: str) -> dict[str, str] | None:
    if scope not in PUBLIC_SCOPES:
        return None
    return addresses(url_for(f"calendars.{scope.value}", public_id=subject))
