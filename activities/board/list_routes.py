"""Rosters on paper and as workbooks, and the list of visitors that a partner gets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from activities.board import lists, pages, queries, service, workbook
from activities.board.forms import Filters
from activities.board.lists import Entry
from activities.duties.planning import week_span
from activities.duties.queries import slot_to_organize
from activities.kit import clock
from activities.kit.access import access
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.kit.web import XLSX, done, hand_over
from activities.terms.queries import week_of


def add_to(board: Blueprint) -> None:
    board.add_url_rule("/organize/board/rosters", view_func=rosters)
    board.add_url_rule("/organize/board/rosters.xlsx", view_func=rosters_workbook)
    board.add_url_rule("/organize/slots/<public_id>/roster.xlsx", view_func=roster_workbook)
    board.add_url_rule("/organize/slots/<public_id>/visitors", view_func=visitors)
    board.add_url_rule("/organize/slots/<public_id>/visitors", view_func=visitors_sent, methods=("POST",))
    board.add_url_rule("/organize/slots/<public_id>/visitors.xlsx", view_func=visitors_workbook)


@access(Permission.ORGANIZE)
def rosters() -> Any:
    filters = Filters.read(request.args, clock.local_day(clock.now()))
    entries = _of_week(filters)
    by_slot = [list(some) for _slot, some in groupby(entries, lambda entry: entry.slot_id)]
    states = {state: _(name) for state, name in workbook.STATE_NAMES.items()}
    return render_template(
        "board/rosters.html", by_slot=by_slot, filters=filters, week=week_of(filters.monday), states=states
    )


@access(Permission.ORGANIZE)
def rosters_workbook() -> Any:
    filters = Filters.read(request.args, clock.local_day(clock.now()))
    entries = _of_week(filters)
    name = _("rosters %(day)s.xlsx", day=filters.monday.isoformat())
    return _file(name, lambda file: workbook.write_rosters(file, entries))


def _of_week(filters: Filters) -> list[Entry]:
    """Who is on the slots of the week that the board shows."""
    first, last = week_span(filters.monday, clock.zone())
    parts = pages.narrowed(queries.parts(current_user, first, last), filters)
    return lists.rosters([part.activity_id for part in parts], first, last)


@access(Permission.ORGANIZE)
def roster_workbook(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    name = _("roster %(day)s.xlsx", day=clock.local_day(slot.starts_at).isoformat())
    return _file(name, lambda file: workbook.write_rosters(file, lists.roster(slot.id)))


@access(Permission.ORGANIZE)
def visitors(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    found = lists.visitors(current_user, slot)
    return render_template("board/visitors.html", slot=slot, visitors=found, facts=workbook.facts(slot, found))


@access(Permission.ORGANIZE)
def visitors_sent(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    service.mark_list_sent(current_user.id, slot.id, clock.now())
    message = _("The list counts as sent. What changes from now on is pointed out.")
    return done(message, url_for(".visitors", public_id=public_id))


@access(Permission.ORGANIZE)
def visitors_workbook(public_id: str) -> Any:
    slot = slot_to_organize(current_user, public_id)
    name = _("visitors %(day)s.xlsx", day=clock.local_day(slot.starts_at).isoformat())
    return _file(name, lambda file: workbook.write_visitors(file, slot, lists.visitors(current_user, slot)))


def _file(name: str, write: Callable[[IO[bytes]], None]) -> Any:
    # The answer closes the file, and the file system forgets it.
    file = TemporaryFile()  # noqa: SIM115
    write(file)
    return hand_over(file, XLSX, name)
