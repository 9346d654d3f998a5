"""The pages that hand out the addresses of feeds: one's own feeds, one of them, and what else there is to subscribe
to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.calendars import feeds, pages, queries, service
from activities.calendars.forms import FeedForm
from activities.calendars.models import Feed
from activities.calendars.rules_feeds import CLIENT_NAMES, DETAIL_NAMES, Detail, Scope, TooManyFeeds
from activities.calendars.scopes import PUBLIC_SCOPES, SCOPES
from activities.calendars.service import Wanted
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import done, invalid


def add_to(calendars: Blueprint) -> None:
    calendars.context_processor(_names)
    calendars.get("/calendars")(subscribe)
    calendars.post("/calendars/duties")(duties)
    calendars.route("/calendars/new", methods=("GET", "POST"))(new)
    calendars.route("/calendars/feeds/<public_id>", methods=("GET", "POST"))(feed)
    calendars.route("/calendars/feeds/<public_id>/replace", methods=("GET", "POST"))(replace)
    calendars.route("/calendars/feeds/<public_id>/stop", methods=("GET", "POST"))(stop)


def _names() -> dict[str, Any]:
    return {"client_names": CLIENT_NAMES, "detail_names": DETAIL_NAMES, "scopes": SCOPES}


@access(Permission.TAKE_PART)
def subscribe() -> Any:
    lines = pages.lines(queries.feeds_of(current_user.id), clock.now())
    units = {grant.unit.public_id: grant.unit for grant in current_user.grants}
    units[current_user.unit.public_id] = current_user.unit
    return render_template(
        "calendars/subscribe.html", lines=lines, units=sorted(units.values(), key=lambda unit: unit.path),
        may_organize=current_user.may(Permission.ORGANIZE),
        has_duties=any(line.feed.scope is Scope.DUTIES for line in lines),
    )  # fmt: skip


@access(Permission.TAKE_PART)
def duties() -> Any:
    """The first feed of most people, for one click."""
    service.feed_of(current_user.id, clock.now())
    mine = next(feed for feed in queries.feeds_of(current_user.id) if feed.scope is Scope.DUTIES)
    return done(_("You have an address for your duties. Subscribe to it."), url_for(".feed", public_id=mine.public_id))


@access(Permission.TAKE_PART)
def new() -> Any:
    scope = _asked_scope()
    subject, names = pages.subject_for(current_user, scope, request.args.get("subject", ""))
    form, now = FeedForm(), clock.now()
    if form.is_submitted() and form.validate():
        wanted = Wanted(scope, subject, form.name.data or "", Detail(form.detail.data))
        try:
            public_id = service.make(current_user.id, wanted, now)
            return done(_("You have an address. Subscribe to it."), url_for(".feed", public_id=public_id))
        except TooManyFeeds as refusal:
            form.name.errors = [say_fully(refusal)]
    page: dict[str, Any] = {
        "form": form, "scope": scope, "subject": subject, "title": pages.title_of(scope, subject, names),
        "addresses": pages.public_addresses(scope, subject), "entries": None,
        "mine": [one for one in queries.feeds_of(current_user.id) if (one.scope, one.subject) == (scope, subject)],
    }  # fmt: skip
    if scope in PUBLIC_SCOPES:
        page["entries"] = pages.preview(feeds.published(scope, subject, now), now)
    if form.is_submitted():
        return invalid("calendars/new.html", **page)
    return render_template("calendars/new.html", **page)


@access(Permission.TAKE_PART)
def feed(public_id: str) -> Any:
    mine = queries.feed_for(current_user.id, public_id)
    form = FeedForm(mine)
    if form.is_submitted() and form.validate():
        service.change(current_user.id, mine.id, form.name.data or "", Detail(form.detail.data), clock.now())
        return done(_("Saved."), url_for(".feed", public_id=public_id))
    page = _feed_page(mine, form)
    return invalid("calendars/feed.html", **page) if form.is_submitted() else render_template(
        "calendars/feed.html", **page
    )  # fmt: skip


@access(Permission.TAKE_PART)
def replace(public_id: str) -> Any:
    mine = queries.feed_for(current_user.id, public_id)
    if request.method == "GET":
        return render_template("calendars/replace.html", line=_line(mine))
    new_id = service.rotate(current_user.id, mine.id, clock.now())
    message = _("You have a new address. Subscribe to it anew; the old one has stopped.")
    return done(message, url_for(".feed", public_id=new_id))


@access(Permission.TAKE_PART)
def stop(public_id: str) -> Any:
    mine = queries.feed_for(current_user.id, public_id)
    if request.method == "GET":
        return render_template("calendars/stop.html", line=_line(mine))
    service.revoke(current_user.id, mine.id, clock.now())
    return done(_("The address has stopped."), url_for(".subscribe"))


def _asked_scope() -> Scope:
    try:
        return Scope(request.args.get("scope", ""))
    except ValueError:
        raise NotFound from None


def _line(mine: Feed) -> pages.Line:
    return pages.line(mine, pages.edition_of(mine, clock.now()))


def _feed_page(mine: Feed, form: FeedForm) -> dict[str, Any]:
    now = clock.now()
    edition = pages.edition_of(mine, now)
    return {
        "form": form, "line": pages.line(mine, edition), "entries": pages.preview(edition, now),
        "addresses": pages.private_addresses(mine),
    }  # fmt: skip
