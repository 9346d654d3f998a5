"""The year as the secretary and the member see it."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import current_user

from activities.duties.kinds import EVIDENCE_NAMES, LEDGER_NAMES
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_moment
from activities.kit.roles import Permission
from activities.kit.web import XLSX, hand_over
from activities.people.rules import STAGE_NAMES, STANDING_NAMES
from activities.records import queries as records
from activities.reviews import plots, queries, tables, workbook
from activities.reviews.rules import FIRST_YEAR, LAST_YEAR, LEDGERS, PAGE, read_filters, read_order

YEAR = f"<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>"

reviews = Blueprint("reviews", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(reviews)


@reviews.get("/review/")
@access(Permission.REVIEW)
def now() -> Any:
    return redirect(url_for(".year", year=clock.local_day(clock.now()).year))


@reviews.get(f"/review/{YEAR}")
@access(Permission.REVIEW)
def year(year: int) -> Any:
    now = clock.now()
    filters, order = read_filters(request.args), read_order(request.args.get("sort"))
    scope = queries.scope(current_user.paths(Permission.REVIEW), year, filters, now)
    pages = max(1, -(-scope.people // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    minutes = queries.minutes(scope.branches, year, filters)
    attendances = queries.attendances(scope.chosen, year, filters)
    lines = list(queries.lines(scope.chosen, year, filters, order, limit=PAGE, offset=PAGE * (page - 1)))
    table = tables.Table(year, filters, order, scope, page, pages, lines)
    return render_template(
        "reviews/year.html",
        table=table,
        tiles=tables.ledger_tiles(scope, minutes),
        bars=tables.branch_bars(scope, minutes),
        heat=plots.heat(year, attendances, clock.local_day(now)),
        stages={stage: _(name) for stage, name in STAGE_NAMES.items()},
        standings={standing: _(name) for standing, name in STANDING_NAMES.items()},
        evidences={evidence: _(name) for evidence, name in EVIDENCE_NAMES.items()},
    )


@reviews.get(f"/review/{YEAR}.xlsx", endpoint="workbook")
@access(Permission.REVIEW)
def export(year: int) -> Any:
    now = clock.now()
    filters, order = read_filters(request.args), read_order(request.args.get("sort"))
    scope = queries.scope(current_user.paths(Permission.REVIEW), year, filters, now)
    facts = [(_("Year"), str(year)), (_("As of"), say_moment(now)), *tables.filter_facts(scope, filters)]
    # The answer closes the file, and the file system forgets it.
    file = TemporaryFile()  # noqa: SIM115
    workbook.write(file, queries.lines(scope.chosen, year, filters, order), facts)
    return hand_over(file, XLSX, workbook.file_name(year, clock.local_day(now)))


@reviews.get(f"/years/{YEAR}")
@access(Permission.TAKE_PART)
def mine(year: int) -> Any:
    now = clock.now()
    own = queries.own_year(current_user.id, year)
    heat = plots.heat(year, own.attended, clock.local_day(now))
    years = sorted({*records.years(current_user.id), year}, reverse=True)
    ledgers = [_(LEDGER_NAMES[ledger]) for ledger in LEDGERS]
    return render_template(
        "reviews/mine.html", year=year, years=years, own=own, is_past=year < clock.local_day(now).year,
        heat=heat, ledgers=ledgers, zero=tables.ZERO,
        waiting=tables.said_to_wait, weighing=tables.said_to_weigh,
    )  # fmt: skip
