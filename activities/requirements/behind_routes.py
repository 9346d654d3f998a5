"""Who is falling behind, for those who can help: counts by unit, people, one of them, a workbook, and telling them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user

from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext
from activities.kit.roles import Permission
from activities.kit.text import clean_line
from activities.kit.web import XLSX, asked_page, done, hand_over
from activities.people.queries import person_for
from activities.requirements import behind, pages, queries, telling, workbook
from activities.requirements.behind import PAGE, Overview
from activities.requirements.rules import FIRST_YEAR, LAST_YEAR, LINE_NAMES

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"


def add_to(blueprint: Blueprint) -> None:
    """Let these pages be reached."""
    blueprint.get("/behind/")(behind_now)
    blueprint.get(f"/behind/{YEAR}")(who_is_behind)
    blueprint.get(f"/behind/{YEAR}.xlsx")(behind_workbook)
    blueprint.post(f"/behind/{YEAR}/tell")(tell)
    blueprint.get(f"/behind/{YEAR}/people/<public_id>")(person)


@access(Permission.REVIEW)
def behind_now() -> Any:
    return redirect(url_for(".who_is_behind", year=clock.local_day(clock.now()).year))


@access(Permission.REVIEW)
def who_is_behind(year: int) -> Any:
    found, page = _overview(year), asked_page()
    shown = found.people[PAGE * (page - 1) : PAGE * page]
    more = len(found.people) > PAGE * page
    return render_template("requirements/behind.html", found=found, people=shown, page=page, more=more)


@access(Permission.REVIEW)
def behind_workbook(year: int) -> Any:
    found, file = _overview(year), BytesIO()
    workbook.write(file, found)
    name = _("falling behind %(year)s, %(today)s.xlsx", year=year, today=found.today.isoformat())
    return hand_over(file, XLSX, name)


@access(Permission.REVIEW)
def tell(year: int) -> Any:
    """Back to the page with the filters that it had."""
    chosen = set(request.form.getlist("who")[:PAGE])
    count = telling.tell(current_user.id, chosen, year, clock.now()) if chosen else 0
    message = ngettext("%(num)s person is told.", "%(num)s people are told.", count)
    if not chosen:
        message = _("Nobody was chosen.")
    elif not count:
        message = _("Nobody new is told: those chosen were told today already, or owe nothing.")
    return done(message, url_for(".who_is_behind", year=year, **_filters(request.form)))


@access(Permission.REVIEW)
def person(year: int, public_id: str) -> Any:
    """How somebody of one's units stands, line by line."""
    now = clock.now()
    member = person_for(current_user, Permission.REVIEW, public_id)
    own = queries.own_year(member, year, now)
    today = clock.local_day(now)
    lines = [pages.Explained(one, today) for one in own.lines] if own else []
    return render_template("requirements/person.html", year=year, member=member, own=own, lines=lines)


def _overview(year: int) -> Overview:
    asked = _filters(request.args)
    paths = current_user.paths(Permission.REVIEW)
    return behind.overview(paths, year, asked.get("unit", ""), asked.get("line", ""), clock.now())


def _filters(given: Any) -> dict[str, Any]:
    """The unit and the line that are asked for; what means nothing narrows nothing."""
    unit, line = clean_line(given.get("unit"))[:16], given.get("line", "")
    return {name: value for name, value in (("unit", unit), ("line", line if line in LINE_NAMES else "")) if value}
