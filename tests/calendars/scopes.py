"""A feed of each scope, with the cast's slot in it."""

from __future__ import annotations

from flask import Flask

from activities.calendars.rules_feeds import Detail, Scope
from activities.calendars.service import Wanted
from activities.kit.db import db
from activities.people.models import Member
from activities.signups.service import sign_up
from tests.calendars.reading import make_feed
from tests.cast import NOW, Cast, make_site


def wanted(app: Flask, cast: Cast, scope: Scope, detail: Detail = Detail.FULL) -> tuple[Member, Wanted]:
    """Whose feed it would be, and of what."""
    subjects = {
        Scope.UNIT: cast.first.public_id, Scope.ACTIVITY: cast.sweeping.public_id, Scope.POST: cast.lake.public_id,
        Scope.SEARCH: "kind=cleaning&q=湖",
    }  # fmt: skip
    if scope is Scope.DUTIES:
        with app.app_context():
            sign_up(cast.lin.id, cast.slot.id, NOW)
    if scope is Scope.SITE:
        subjects[scope] = stand_at_site(app, cast)
    member = cast.ou if scope in (Scope.ORGANIZED, Scope.SITE) else cast.lin
    return member, Wanted(scope, subjects.get(scope, ""), "手机", detail)


def one_of(app: Flask, cast: Cast, scope: Scope, detail: Detail = Detail.FULL) -> str:
    """The address of a feed of this scope."""
    return make_feed(app, *wanted(app, cast, scope, detail))


def stand_at_site(app: Flask, cast: Cast) -> str:
    """Put the cast's post at a partner's place, and return the place's public id."""
    with app.app_context():
        site = make_site("夕阳红养老院", db.session.merge(cast.first))
        db.session.merge(cast.lake).site = site
        db.session.commit()
        return site.public_id
