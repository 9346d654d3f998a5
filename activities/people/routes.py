"""Logging in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user

from activities.kit.access import access
from activities.kit.i18n import LANGUAGES
from activities.kit.roles import Permission
from activities.kit.web import invalid, safe_back, safe_next
from activities.people import queries
from activities.people.forms import LogInForm
from activities.people.passwords import verify

people = Blueprint("people", __name__)


def init_app(app: Flask) -> None:
    login = LoginManager(app)
    login.user_loader(queries.logged_in)
    app.register_blueprint(people)


@people.get("/login")
@access.public
def log_in() -> Any:
    if current_user.is_authenticated:
        return redirect(safe_next(url_for("home.my_duties")))
    return render_template("people/log_in.html", form=LogInForm())


@people.post("/login")
@access.public
def log_in_post() -> Any:
    form = LogInForm()
    if not form.validate():
        return invalid("people/log_in.html", form=form)
    member = queries.by_login(str(form.name.data))
    if (
        not verify(str(form.password.data), member.password_hash if member else None)
        or member is None
        or not member.active
    ):
        form.password.errors = [_("Number, e-mail or password is not right.")]
        return invalid("people/log_in.html", form=form)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    login_user(member)
    return redirect(safe_next(url_for("home.my_duties")), 303)


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
    return redirect(safe_back(), 303)


@people.get("/account")
@access(Permission.TAKE_PART)
def account() -> Any:
    return render_template("base.html")


@people.get("/people")
@access(Permission.MANAGE_PEOPLE)
def roster() -> Any:
    return render_template("base.html")
