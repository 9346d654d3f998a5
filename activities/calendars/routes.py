"""Feeds over HTTP: what calendar programs ask for. The pages that hand out addresses are in `page_routes`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from flask import Blueprint, Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header
from werkzeug.sansio.http import is_resource_modified

from activities.calendars import bodies, feeds, page_routes, service
from activities.calendars.feeds import Edition, Revoked
from activities.calendars.rules_feeds import Scope, client_of
from activities.kit import clock
from activities.kit.access import access
from activities.kit.refusal import NotFound

calendars = Blueprint("calendars", __name__)
page_routes.add_to(calendars)


def init_app(app: Flask) -> None:
    bodies.init_app(app)
    feeds.init_app(app)
    app.register_blueprint(calendars)


@calendars.get("/calendars/<token>.ics")
@calendars.get("/calendars/<token>/<_name>.ics")
@access.impersonal
def private(token: str, _name: str = "") -> Response:
    """Whatever name it has: some programs call a calendar by its file's name, and show that to whoever looks on, so it
    must not be the token."""
    return _answer(lambda now: _asked_for(token, now), "calendar.ics", "private")


@calendars.get("/activities/<public_id>.ics")
@access.impersonal
def activity(public_id: str) -> Response:
    return _answer(lambda now: feeds.published(Scope.ACTIVITY, public_id, now), f"{public_id}.ics", "public")


@calendars.get("/posts/<public_id>.ics")
@access.impersonal
def post(public_id: str) -> Response:
    return _answer(lambda now: feeds.published(Scope.POST, public_id, now), f"{public_id}.ics", "public")


def _asked_for(token: str, now: datetime) -> Edition:
    """The edition of a private feed, and a mark that a program asked for it. It is written at most every few minutes,
    for all feeds at once: by whoever asks then."""
    edition = feeds.noted(feeds.private(token, now), client_of(request.environ.get("HTTP_USER_AGENT", "")))
    marks = feeds.memory().marks
    if due := marks.due(now):
        service.keep_marks(due)
        marks.written(due)
    return edition


def _answer(read: Callable[[datetime], Edition], filename: str, cache: str) -> Response:
    try:
        edition = read(clock.now())
    except NotFound:
        return _no_feed(404)
    except Revoked:
        return _no_feed(410)
    return _publish(edition, filename, cache)


def _publish(edition: Edition, filename: str, cache: str) -> Response:
    """The edition, or 304 where the client has it. Compressed octets are another representation with another ETag."""
    zipped = _asks_for_gzip()
    tag = f"{edition.tag}-gzip" if zipped else edition.tag
    headers = [
        ("ETag", f'"{tag}"'), ("Cache-Control", f"{cache}, max-age=300"), ("Vary", "Accept-Encoding"),
        ("Content-Security-Policy", "default-src 'none'"),
    ]  # fmt: skip
    if not _is_news(tag, edition.changed_at):
        return Response(status=304, headers=headers)
    headers += [
        ("Last-Modified", http_date(edition.changed_at)), ("Content-Disposition", f'inline; filename="{filename}"'),
        *([("Content-Encoding", "gzip")] if zipped else []),
    ]  # fmt: skip
    content = bodies.zipped(edition) if zipped else bodies.body(edition)
    return Response(content, headers=headers, content_type="text/calendar; charset=utf-8")


def _is_news(tag: str, changed_at: datetime | None) -> bool:
    """Whether the client has another edition, by its ETag or, where it sends none, by its date."""
    asked = request.environ
    return is_resource_modified(
        http_if_none_match=asked.get("HTTP_IF_NONE_MATCH"), http_if_modified_since=asked.get("HTTP_IF_MODIFIED_SINCE"),
        etag=tag, last_modified=changed_at,
    )  # fmt: skip


def _asks_for_gzip() -> bool:
    return _names_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=64)
def _names_gzip(accepted: str) -> bool:
    """Only a client that names gzip gets it: some calendars say "anything" and cannot read it. Each kind of program
    says the same every hour."""
    codings = parse_accept_header(accepted, Accept)
    return any(coding.lower() == "gzip" and quality > 0 for coding, quality in codings)


def _no_feed(code: int) -> Response:
    """A calendar program reads the number, a person the line."""
    said = {
        404: "没有这个日历。 There is no such calendar.\n",
        410: "这个日历地址已停用。 This calendar address has been replaced.\n",
    }
    return Response(said[code], code, content_type="text/plain; charset=utf-8")
