"""An administrator's pages: who asks to be forgotten, whose data is only kept, and what has been kept long enough."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.i18n import ngettext
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.rights import queries, retention, service
from activities.rights.rules import kept_until

# So many at once from the page; the command has no limit.
MOST = 1000


def add_to(rights: Blueprint) -> None:
    rights.add_url_rule("/people/forgetting", view_func=requests)
    rights.add_url_rule("/people/forgetting/<public_id>", view_func=restrict, methods=("POST",))
    rights.add_url_rule("/retention", view_func=show_retention)
    rights.add_url_rule("/retention", view_func=do_retention, methods=("POST",))


@access(Permission.MANAGE_PEOPLE)
def requests() -> Any:
    return render_template(
        "rights/requests.html", requests=queries.requests(current_user), restricted=queries.restricted(current_user),
        kept_until=kept_until,
    )  # fmt: skip


@access(Permission.MANAGE_PEOPLE)
def restrict(public_id: str) -> Any:
    found = queries.request_for(current_user, public_id)
    seats = service.restrict(current_user.id, found.id, clock.now())
    security.note("account restricted", member=found.member.public_id)
    said = ngettext("Restricted; %(num)s seat was given back.", "Restricted; %(num)s seats were given back.", seats)
    return done(said, url_for(".requests"))


@access(Permission.SET_NORMS)
def show_retention() -> Any:
    return render_template("rights/retention.html", plan=retention.plan(clock.now()), most=MOST)


@access(Permission.SET_NORMS)
def do_retention() -> Any:
    did = retention.run(current_user.id, clock.now(), MOST)
    count = sum(one.count for one in did)
    security.note("retention run", done=count)
    return done(
        ngettext("%(num)s was done away with.", "%(num)s were done away with.", count), url_for(".show_retention")
    )
