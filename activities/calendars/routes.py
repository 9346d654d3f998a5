"""Feeds over HTTP, and the page that hands out their addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

import segno
from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.http import http_date
from werkzeug.sansio.http import is_resource_modified

from activities.calendars import feeds, service
from activities.calendars.feeds import Edition, Revoked
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import done

calendars = Blueprint("calendars", __name__)


def init_app(app: Flask) -> None:
    feeds.init_app(app)
    app.register_blueprint(calendars)


# ── feeds ───────────────────────────────────────────────────────────────────


@calendars.get("/calendars/<token>.ics")
@access.impersonal
def person(token: str) -> Response:
    try:
        edition = feeds.of_person(token, clock.now())
    except NotFound:
        return _no_feed(404)
    except Revoked:
        return _no_feed(410)
    return _publish(edition, "my-duties.ics", "private")


@calendars.get("/activities/<public_id>.ics")
@access.impersonal
def activity(public_id: str) -> Response:
    try:
        edition = feeds.of_activity(public_id, clock.now())
    except NotFound:
        return _no_feed(404)
    return _publish(edition, f"{public_id}.ics", "public")


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
    content = feeds.zipped(edition) if zipped else feeds.body(edition)
    return Response(content, headers=headers, content_type="text/calendar; charset=utf-8")


def _is_news(tag: str, changed_at: datetime) -> bool:
    """Whether the client has another edition, by its ETag or, where it sends none, by its date."""
    asked = request.environ
    return is_resource_modified(
        http_if_none_match=asked.get("HTTP_IF_NONE_MATCH"), http_if_modified_since=asked.get("HTTP_IF_MODIFIED_SINCE"),
        etag=tag, last_modified=changed_at,
    )  # fmt: skip


def _asks_for_gzip() -> bool:
    """Only a client that names gzip gets it: some calendars say "anything" and cannot read it."""
    return any(coding.lower() == "gzip" and quality > 0 for coding, quality in request.accept_encodings)


def _no_feed(code: int) -> Response:
    """A calendar program reads the number, a person the line."""
    said = {
        404: "没有这个日历。 There is no such calendar.\n",
        410: "这个日历地址已停用。 This calendar address has been replaced.\n",
    }
    return Response(said[code], code, content_type="text/plain; charset=utf-8")


# ── the page ────────────────────────────────────────────────────────────────


@calendars.get("/calendars")
@access(Permission.TAKE_PART)
def subscribe() -> Any:
    return render_template("calendars/subscribe.html", **_addresses(service.feed_of(current_user.id, clock.now())))


@calendars.get("/calendars/replace")
@access(Permission.TAKE_PART)
def confirm() -> Any:
    return render_template("calendars/replace.html")


@calendars.post("/calendars/replace")
@access(Permission.TAKE_PART)
def replace() -> Any:
    service.rotate(current_user.id, clock.now())
    return done(_("You have a new address. Subscribe to it anew; the old one has stopped."), url_for(".subscribe"))


def _addresses(token: str) -> dict[str, Any]:
    """The feed's address as each kind of client wants it, and as a picture for a phone's camera."""
    https = current_app.config["SETTINGS"].base_url + url_for(".person", token=token)
    webcal = "webcal://" + https.partition("://")[2]
    google = "https://calendar.google.com/calendar/render?cid=" + quote(webcal, safe="")
    code = segno.make(webcal, error="m", micro=False).svg_inline(
        scale=1, border=4, dark="#000", light="#fff", omitsize=True
    )
    return {"https": https, "webcal": webcal, "google": google, "code": Markup(code)}  # noqa: S704 - drawn, not typed
