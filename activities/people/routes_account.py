"""My account: what is kept about me, and what I can change myself."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, session, url_for
from flask_login import current_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people import rules, service_accounts
from activities.people.blueprint import people
from activities.people.forms import ChangePasswordForm
from activities.people.limits import failures, person
from activities.people.routes import begin_session


@people.get("/account")
@access(Permission.TAKE_PART)
def account() -> Any:
    feed = "calendars.subscribe"
    return render_template(
        "people/account.html", me=current_user, feed=url_for(feed) if feed in current_app.view_functions else None
    )


@people.get("/account/password")
@access(Permission.TAKE_PART)
def password() -> Any:
    return render_template("people/password.html", form=ChangePasswordForm(current_user.known))


@people.post("/account/password")
@access(Permission.TAKE_PART)
@failures(person, "10 per 15 minutes")
def password_post() -> Any:
    form = ChangePasswordForm(current_user.known)
    if not form.validate():
        return invalid("people/password.html", form=form)
    old, new = str(form.old.data), str(form.password.data)
    try:
        member = service_accounts.change_password(current_user.id, old, new, clock.now())
    except rules.WrongPassword as refusal:
        security.note("wrong present password", member=current_user.public_id)
        form.old.errors = [say_refusal(refusal)]
        return invalid("people/password.html", form=form)
    security.note("password changed", member=member.public_id)
    begin_session(member)
    return done(_("Your password is changed. All other devices are logged out."), url_for(".account"))


@people.post("/account/log-out-everywhere")
@access(Permission.TAKE_PART)
def log_out_everywhere() -> Any:
    service_accounts.log_out_everywhere(current_user.id, clock.now())
    security.note("logged out everywhere", member=current_user.public_id)
    session.clear()
    return done(_("You are logged out on all devices."), url_for(".log_in"))
