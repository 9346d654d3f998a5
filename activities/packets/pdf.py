"""A packet on paper: two pages of A4 for the file, in the words that the page shows. The same packet, in the same
language, gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from activities.kit.i18n import gettext as _
from activities.kit.i18n import html_lang, say_clock, say_day
from activities.kit.typeset import typeset
from activities.packets.above import Closed
from activities.packets.rules_packet import Packet
from activities.packets.sheets import Sheet
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stage, Standing


def render(packet: Packet, shown: Sequence[Sheet], closed: str, school: str) -> bytes:
    language, _sep, region = html_lang().partition("-")
    given = {"facts": json.dumps(_facts(packet, shown, closed, school)), "language": language, "region": region}
    return typeset("packets/packet.typ", given)


def title_of(packet: Packet) -> str:
    return _("Evidence packet of %(name)s, %(year)s", name=packet.who.name, year=packet.year)


def facts_of(packet: Packet) -> list[tuple[str, str]]:
    """Who it is, as (what, value)."""
    who = packet.who
    facts = [
        (_("Name"), who.name), (_("Number"), who.number), (_("Unit"), who.unit), (_("Class"), who.class_name),
        (_("Stage"), _(STAGE_NAMES[Stage(who.stage)])), (_("Standing"), _(STANDING_NAMES[Standing(who.standing)])),
    ]  # fmt: skip
    return [(name, value) for name, value in facts if value]


def _facts(packet: Packet, shown: Sequence[Sheet], closed: str, school: str) -> dict[str, Any]:
    as_of = f"{say_day(packet.as_of, year=True)} {say_clock(packet.as_of)}"
    return {
        "title": title_of(packet), "school": school, "facts": facts_of(packet),
        "as_of": _("As of %(moment)s.", moment=as_of), "closed": closed,
        "signs": [_("Read by the person"), _("Branch secretary"), _("Date")],
        "sheets": [
            {
                "title": sheet.title, "note": sheet.note, "lines": sheet.lines, "empty": sheet.empty,
                "columns": [{"name": name, "width": width, "number": number} for name, width, number in sheet.columns],
                "rows": sheet.rows[: sheet.most],
                "more": say_more(sheet),
            }
            for sheet in shown
        ],
    }  # fmt: skip


def say_closed(closed: Closed, year: int) -> str:
    """Which state paper shows, though the review is closed by now: on paper nobody can look it up."""
    day = say_day(closed.day, year=True)
    said = _("The review of %(year)s was closed on %(day)s. Here stand the records of today.", year=year, day=day)
    same = _("Its figures are those that were frozen.")
    lines = _("; ").join(f"{one.what} {one.then} → {one.now}" for one in closed.changes)
    others = _("Others were frozen: %(lines)s.", lines=lines)
    return f"{said} {others if lines else same}"


def say_more(sheet: Sheet) -> str:
    """What paper says of rows that it has no place for."""
    return _("and %(num)s more, on the packet's page", num=sheet.beyond) if sheet.beyond else ""
