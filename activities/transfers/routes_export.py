"""Taking volunteer service out for the national system: the days, how much that is, and the file."""

from __future__ import annotations

from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask_login import current_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.refusal import NotFound
from activities.kit.roles import Permission
from activities.kit.web import XLSX, hand_over, invalid
from activities.people.limits import person, requests
from activities.transfers import national
from activities.transfers.forms import DaysForm


def add_to(transfers: Blueprint) -> None:
    transfers.add_url_rule("/hours/export", view_func=export)
    transfers.add_url_rule("/hours/export.<any(xlsx, csv):kind>", view_func=export_file)


@access(Permission.CERTIFY)
def export() -> Any:
    """The last year, until other days are chosen."""
    today = clock.local_day(clock.now())
    form = DaysForm(request.args or None, data={"first": today - timedelta(days=365), "last": today})
    if not form.validate():
        return invalid("transfers/export.html", form=form, extent=None)
    assert form.first.data  # asked for by the form
    assert form.last.data
    extent = national.extent(current_user, form.first.data, form.last.data)
    return render_template("transfers/export.html", form=form, extent=extent)


@access(Permission.CERTIFY)
@requests(person, "20 per hour")
def export_file(kind: str) -> Any:
    form = DaysForm(request.args)
    if not form.validate():
        raise NotFound
    first, last = form.first.data, form.last.data
    assert first  # asked for by the form
    assert last
    lines, name = national.rows(current_user, first, last), f"service-{first:%Y%m%d}-{last:%Y%m%d}.{kind}"
    security.note("hours exported", member=current_user.public_id, first=first.isoformat(), last=last.isoformat())
    if kind == "csv":
        answer = Response(stream_with_context(national.as_csv(lines)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    # The answer closes the file, and the file system forgets it.
    file = TemporaryFile()  # noqa: SIM115
    national.write_xlsx(file, lines)
    return hand_over(file, XLSX, name)
