"""What somebody is asked: the page of it, its panel on the slot's page, and the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_login import current_user

from activities.duties.models import Slot
from activities.duties.rules import SlotState
from activities.invitations import queries, service
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import done
from activities.people.users import Viewer
from activities.signups import engagements
from activities.signups.cards import Card, cards
from activities.signups.pages import by_day
from activities.signups.panels import Panel, panel
from activities.signups.queries import slot_of

invitations = Blueprint("invitations", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(invitations)


@panel
def asked_here(viewer: Viewer, slot: Slot, card: Card, now: datetime) -> Panel | None:
    if card.mine or slot.state is SlotState.CANCELLED or slot.starts_at <= now:
        return None
    invitation = queries.open_invitation(viewer.id, slot.id)
    if invitation is None or invitation.for_cover:  # the panel of cover says so, with the way to answer
        return None
    return Panel("invitations/_asked.html", {"invitation": invitation}, is_first=True)


@invitations.get("/invitations")
@access(Permission.TAKE_PART)
def mine() -> Any:
    now = clock.now()
    offers = queries.asked_of(current_user.id, now)
    first, last = (offers[0].starts_at, max(o.ends_at for o in offers)) if offers else (now, now)
    person, busy = engagements.taken_on(current_user.id, first, last)
    shown = cards(person, offers, busy, now)
    settings = {"wanted": queries.may_be_asked(current_user.id), "cap": service.weekly_cap()}
    return render_template("invitations/mine.html", by_day=by_day(shown), **settings)


@invitations.post("/invitations")
@access(Permission.TAKE_PART)
def want() -> Any:
    wanted = "wanted" in request.form
    service.want_invitations(current_user.id, wanted, clock.now())
    message = _("You may be asked to help again.") if wanted else _("You are not asked to help any more.")
    return done(message, url_for(".mine"))


@invitations.post("/slots/<public_id>/not-this-time")
@access(Permission.TAKE_PART)
def decline(public_id: str) -> Any:
    service.decline(current_user.id, slot_of(current_user, public_id).id, clock.now())
    return done(_("Thank you for answering. You are not asked about this slot again."), url_for(".mine"))
