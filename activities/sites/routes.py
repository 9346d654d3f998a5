"""Partners' places, kept by organizers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.queries import units_for
from activities.sites import queries, service
from activities.sites.forms import COLUMNS, SiteForm
from activities.sites.rules import SiteNameTaken

sites = Blueprint("sites", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(sites)


@sites.get("/organize/sites")
@access(Permission.ORGANIZE)
def all_sites() -> Any:
    shown = [(site, queries.keeps(current_user, site)) for site in queries.shown_to(current_user)]
    return render_template("sites/sites.html", sites=shown)


@sites.route("/organize/sites/new", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def new_site() -> Any:
    form = SiteForm(units_for(current_user, Permission.ORGANIZE))
    page = {"form": form, "site": None, "changed": None}
    if not form.is_submitted():
        return render_template("sites/site_form.html", **page)
    if not form.validate():
        return invalid("sites/site_form.html", **page)
    try:
        service.add_site(current_user.id, form.values(), clock.now())
    except SiteNameTaken as refusal:
        refuse(form, "name", refusal)
        return invalid("sites/site_form.html", **page)
    return done(_("The place is there. Choose it for the posts that stand at it."), url_for(".all_sites"))


@sites.route("/organize/sites/<public_id>", methods=("GET", "POST"))
@access(Permission.ORGANIZE)
def edit_site(public_id: str) -> Any:
    site = queries.to_keep(current_user, public_id)
    form = SiteForm(units_for(current_user, Permission.ORGANIZE), site)
    page = {"form": form, "site": site, "changed": None}
    if not form.is_submitted():
        return render_template("sites/site_form.html", **page)
    if not form.validate():
        return invalid("sites/site_form.html", **page)
    try:
        service.edit_site(current_user.id, site.id, form.revision.data or 0, form.values(), clock.now())
    except ChangedMeanwhile:
        site = queries.to_keep(current_user, public_id)
        form.revision.data = site.revision
        present = {column: getattr(site, column) for column in COLUMNS}
        return invalid("sites/site_form.html", **page | {"changed": differences(form, present)})
    except SiteNameTaken as refusal:
        refuse(form, "name", refusal)
        return invalid("sites/site_form.html", **page)
    return done(_("The place is changed."), url_for(".all_sites"))


@sites.post("/organize/sites/<public_id>/remove")
@access(Permission.ORGANIZE)
def remove_site(public_id: str) -> Any:
    service.remove_site(current_user.id, queries.to_keep(current_user, public_id).id, clock.now())
    return done(_("The place is removed."), url_for(".all_sites"))
