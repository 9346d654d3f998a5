"""Certificates for a class: looked at, made, followed while the worker issues them, and taken home as a zip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask_login import current_user

from activities.certificates import archive, batches, files, queries, rules, rules_refusals
from activities.certificates.forms import BatchForm
from activities.kit import clock
from activities.kit.access import access
from activities.kit.fields import refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people.limits import person, requests

FIELDS: dict[type[Refusal], str] = {
    rules_refusals.WrongWayRound: "last", rules_refusals.StillToCome: "last",
    rules_refusals.NobodyInClass: "class_name",
}  # fmt: skip


def add_to(certificates: Blueprint) -> None:
    certificates.add_url_rule("/certify/batches", view_func=all_batches)
    certificates.add_url_rule("/certify/batches/new", view_func=new_batch, methods=("GET", "POST"))
    certificates.add_url_rule("/certify/batches/<public_id>", view_func=batch)
    certificates.add_url_rule("/certify/batches/<public_id>.zip", view_func=batch_archive)


@access(Permission.CERTIFY)
def all_batches() -> Any:
    return render_template("certificates/batches.html", batches=queries.batches_of(current_user.id))


@access(Permission.CERTIFY)
def new_batch() -> Any:
    """The form; once it is filled in, how many people of the class would get one, and a button that says so."""
    found = queries.last_contact(current_user.id) or (current_user.name, "")
    form = BatchForm(queries.classes_for(current_user), dict(zip(("person", "contact"), found, strict=True)))
    if not form.is_submitted():
        return render_template("certificates/new_batch.html", form=form, people=None)
    if not form.validate():
        return invalid("certificates/new_batch.html", form=form, people=None)
    order, class_name, now = form.order(), form.class_name.data or "", clock.now()
    try:
        if refusal := rules.why_not_period(order.first, order.last, clock.local_day(now)):
            raise refusal
        if "sure" not in request.form:
            people = queries.with_time(current_user, class_name, order.ledger, order.first, order.last)
            return render_template("certificates/new_batch.html", form=form, people=people)
        public_id = batches.make(current_user.id, class_name, order, now)
    except tuple(FIELDS) as refusal:
        refuse(form, FIELDS[type(refusal)], refusal)
        return invalid("certificates/new_batch.html", form=form, people=None)
    return done(_("The certificates are being issued."), url_for(".batch", public_id=public_id))


@access(Permission.CERTIFY)
def batch(public_id: str) -> Any:
    found = queries.batch_for(current_user.id, public_id)
    return render_template(
        "certificates/batch.html", batch=found, counts=queries.progress(found.id),
        left_out=queries.left_out(current_user, found.id), item_names=rules.ITEM_NAMES,
    )  # fmt: skip


@access(Permission.CERTIFY)
@requests(person, "10 per minute")
def batch_archive(public_id: str) -> Any:
    found = queries.batch_for(current_user.id, public_id)
    papers = queries.papers_of(current_user, found.id)

    def parts() -> Iterator[tuple[str, bytes]]:
        for paper in papers:
            name = rules.thawed(paper.snapshot).member
            yield f"{paper.number}-{rules.file_part(name)}.pdf", files.hand_out(paper)

    answer = Response(stream_with_context(archive.zipped(parts())), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="certificates-{found.public_id}.zip"'
    return answer
