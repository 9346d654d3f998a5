"""What became of one sign-up, role or certificate, and how the whole trail stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_login import current_user

from activities.audit import queries as audit
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_span
from activities.kit.roles import Permission
from activities.rights import trails

LATEST = 30


def add_to(rights: Blueprint) -> None:
    rights.add_url_rule("/certificates/<public_id>/history", view_func=certificate)
    rights.add_url_rule("/slots/<slot_id>/history/<member_id>", view_func=sign_ups)
    rights.add_url_rule("/people/<public_id>/roles/history", view_func=roles)
    rights.add_url_rule("/trail", view_func=chain)


@access(Permission.TAKE_PART)
def certificate(public_id: str) -> Any:
    found, lines = trails.of_certificate(current_user, public_id)
    back = url_for("certificates.mine")
    if found.member_id != current_user.id:
        back = url_for("certificates.certificate", public_id=public_id)
    about = _("Certificate %(number)s", number=found.number)
    return render_template("rights/trail.html", about=about, lines=lines, back=back)


@access(Permission.TAKE_PART)
def sign_ups(slot_id: str, member_id: str) -> Any:
    slot, member, lines = trails.of_sign_ups(current_user, slot_id, member_id)
    about = f"{member.name}·{slot.post.name}·{say_span(slot.starts_at, slot.ends_at)}"
    return render_template(
        "rights/trail.html", about=about, lines=lines, back=url_for("signups.slot", public_id=slot_id)
    )


@access(Permission.TAKE_PART)
def roles(public_id: str) -> Any:
    member, lines = trails.of_roles(current_user, public_id)
    back = url_for("people.account") if member.id == current_user.id else url_for("people.roles")
    about = _("Roles of %(name)s", name=member.name)
    return render_template("rights/trail.html", about=about, lines=lines, back=back)


@access(Permission.SET_NORMS)
def chain() -> Any:
    return render_template(
        "rights/chain.html", head=audit.head(), unsealed=audit.how_many_unsealed(), checks=audit.checks(LATEST)
    )
