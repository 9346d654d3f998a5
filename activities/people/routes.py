"""Logging in and out, and the ways in for who cannot."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask, flash, make_response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.i18n import LANGUAGES
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import done, invalid, safe_back, safe_next
from activities.people import limits, links, queries, rules, service_accounts, users
from activities.people.blueprint import people
from activities.people.forms import ForgotForm, LogInForm, SetPasswordForm
from activities.people.limits import account, address, at_least, failures, requests
from activities.people.models import AccessLink, Member

# Longer than storing a link takes, so that nobody can tell by the clock whether one was.
RESET_SECONDS = 0.25


def init_app(app: Flask) -> None:
    login = LoginManager(app)
    login.user_loader(users.logged_in)
    limits.init_app(app)
    for name in ("routes_account", "routes_import", "routes_people", "routes_roles", "routes_units"):
        import_module(f"activities.people.{name}")
    app.register_blueprint(people)


@people.get("/login")
@access.public
def log_in() -> Any:
    if current_user.is_authenticated:
        return redirect(safe_next(url_for("home.my_duties")))
    return render_template("people/log_in.html", form=LogInForm())


@people.post("/login")
@access.public
@failures(account, "10 per 15 minutes")
@failures(address, "100 per 15 minutes")
def log_in_post() -> Any:
    form = LogInForm()
    if not form.validate():
        return invalid("people/log_in.html", form=form)
    name = str(form.name.data)
    member = service_accounts.authenticate(name, str(form.password.data))
    if member is None:
        security.note("log-in failed", account=security.disguise(queries.login_name(name)))
        form.password.errors = [_("Number, e-mail or password is not right.")]
        return invalid("people/log_in.html", form=form)
    security.note("log-in", member=member.public_id)
    begin_session(member)
    return redirect(safe_next(url_for("home.my_duties")), 303)


def begin_session(member: Member) -> None:
    """Log the person in to a session that holds nothing of the one before but the language, and a code that was
    scanned."""
    kept = {name: session[name] for name in ("language", "scanned") if name in session}
    session.clear()
    session.update(kept)
    login_user(member)


@people.post("/logout")
@access(Permission.TAKE_PART)
def log_out() -> Any:
    logout_user()
    session.clear()
    flash(_("You are logged out."))
    return redirect(url_for("people.log_in"), 303)


@people.post("/language")
@access.public
def choose_language() -> Any:
    if (language := request.form.get("language")) in LANGUAGES:
        session["language"] = language
        if current_user.is_authenticated:
            service_accounts.choose_language(current_user.id, language)
    return redirect(safe_back(), 303)


# ── invitations and resets ──────────────────────────────────────────────────


@people.get("/login/forgot")
@access.public
def forgot() -> Any:
    return render_template("people/forgot.html", form=ForgotForm())


@people.post("/login/forgot")
@access.public
@requests(account, "5 per hour")
@requests(address, "50 per hour")
def forgot_post() -> Any:
    form = ForgotForm()
    if not form.validate():
        return invalid("people/forgot.html", form=form)
    with at_least(RESET_SECONDS):
        service_accounts.request_reset(str(form.name.data), clock.now())
    security.note("reset asked for", account=security.disguise(queries.login_name(str(form.name.data))))
    return render_template("people/forgot_sent.html")


@people.get("/enter/<token>")
@access.public
def enter(token: str) -> Any:
    """Take the token out of the address and into the session: the page that follows can leak it to nobody."""
    if open_link(token) is None:
        answer = make_response(render_template("people/link_spent.html"), 404)
    else:
        session["enter"] = token
        answer = make_response(redirect(url_for(".set_password"), 303))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@people.get("/enter")
@access.public
def set_password() -> Any:
    link = open_link(session.get("enter", ""))
    if link is None:
        return render_template("people/link_spent.html"), 404
    return render_template("people/set_password.html", form=SetPasswordForm(link.member.known), member=link.member)


@people.post("/enter")
@access.public
def set_password_post() -> Any:
    link = open_link(session.get("enter", ""))
    if link is None:
        return render_template("people/link_spent.html"), 404
    form = SetPasswordForm(link.member.known)
    if not form.validate():
        return invalid("people/set_password.html", form=form, member=link.member)
    try:
        member = service_accounts.accept(link.id, link.purpose, str(form.password.data), clock.now())
    except rules.LinkSpent:
        return render_template("people/link_spent.html"), 404
    security.note("password set", member=member.public_id, by=link.purpose)
    begin_session(member)
    return done(_("Your password is set, and you are logged in."), url_for("home.my_duties"))


def open_link(token: str) -> AccessLink | None:
    found = links.read(token)
    return queries.open_link(*found, clock.now()) if found else None
