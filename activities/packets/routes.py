"""Packets of a year: one's own, and of the people whom one reviews, as a page and on paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.roles import Permission
from activities.packets import above, formulas, pdf, points_routes, queries, rules, sheets, words
from activities.packets.rules import FIRST_YEAR, LAST_YEAR
from activities.people.queries import person_for
from activities.people.users import Viewer
from activities.records import queries as records

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"

packets = Blueprint("packets", __name__)
points_routes.add_to(packets)


def init_app(app: Flask) -> None:
    app.register_blueprint(packets)
    app.jinja_env.globals.update(
        say_points=words.say_points, say_change=words.say_change, say_term=words.say_term,
        name_of_term=words.name_of_term, name_of_line=words.name_of_line,
    )  # fmt: skip


@packets.get("/packets/")
@access(Permission.TAKE_PART)
def now() -> Any:
    return redirect(url_for(".mine", year=clock.local_day(clock.now()).year))


@packets.get(f"/packets/{YEAR}")
@access(Permission.TAKE_PART)
def mine(year: int) -> Any:
    years = sorted({*records.years(current_user.id), year}, reverse=True)
    return render_template("packets/mine.html", years=years, **_packet(current_user, year))


@packets.get(f"/packets/{YEAR}.pdf")
@access(Permission.TAKE_PART)
def my_paper(year: int) -> Any:
    return _paper(current_user, year)


@packets.get(f"/review/{YEAR}/<public_id>/packet")
@access(Permission.REVIEW)
def person(year: int, public_id: str) -> Any:
    member = person_for(current_user, Permission.REVIEW, public_id)
    return render_template("packets/person.html", member=member, **_packet(member, year))


@packets.get(f"/review/{YEAR}/<public_id>/packet.pdf")
@access(Permission.REVIEW)
def paper(year: int, public_id: str) -> Any:
    return _paper(person_for(current_user, Permission.REVIEW, public_id), year)


def _packet(member: Viewer, year: int) -> dict[str, Any]:
    """The packet with the points that a formula advises, if one holds for the person."""
    packet = queries.packet(member.id, year, clock.now())
    closed = above.closed(member.id, packet.figures, year)
    holds = formulas.holding_for(member.unit.path, year)
    shown = sheets.sheets(packet)
    if holds:
        reckoned = rules.reckon(holds.formula, packet.figures)
        shown.append(sheets.points(holds.formula, packet.figures, reckoned))
    return {
        "year": year, "packet": packet, "sheets": shown, "holds": holds, "title": pdf.title_of(packet),
        "facts": pdf.facts_of(packet), "say_more": pdf.say_more,
        "closed": closed, "closed_said": pdf.say_closed(closed, year) if closed else "",
    }  # fmt: skip


def _paper(member: Viewer, year: int) -> Response:
    found = _packet(member, year)
    made = pdf.render(found["packet"], found["sheets"], found["closed_said"], current_app.config["SETTINGS"].school)
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="packet-{year}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
