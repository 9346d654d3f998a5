"""What opinions on activists hand in to the review: of whom they are asked, what is frozen, a sheet of the workbook,
and the ways to their pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import url_for

from activities.cares import kept_queries, notices, queries
from activities.cares.models import CareOpinion
from activities.cycles.models import Cycle
from activities.cycles.panels import Panel, Place, panel
from activities.cycles.plugs import BESIDE, Ask, Beside, Sheet
from activities.cycles.rules import hash_of
from activities.cycles.waits import Pairs, Wait, waits
from activities.kit.clock import local_day
from activities.kit.db import db
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_day
from activities.kit.reading import run_in_portions
from activities.kit.refusal import N_
from activities.pairings.rules import CARES
from activities.people.models import Member, Unit
from activities.people.rules import STAGE_NAMES
from activities.people.users import Viewer

KEY, PORTION = "cares", 500


def _asks(member_id: int, now: datetime) -> list[Ask]:
    found = []
    for cycle, count in queries.left(member_id, local_day(now)):
        sentence = ngettext(
            "Write your opinion on %(num)s person in your care until %(day)s.",
            "Write your opinions on %(num)s people in your care until %(day)s.", count,
            day=say_day(cycle.windows["grade"].last),
        )  # fmt: skip
        found.append(Ask("grade", sentence, url_for("cares.mine")))
    return found


@panel(Place.MINE)
def _own(member: Viewer, _about: None, _now: datetime) -> Panel | None:
    return Panel("cares/_mine.html", {}) if queries.is_guided(member.id) else None


@panel(Place.CYCLE)
def _kept(_holder: Viewer, _cycle: Cycle, _now: datetime) -> Panel:
    return Panel("cares/_cycle.html", {})


def _frozen(cycle: Cycle) -> list[Any]:
    """Of each opinion whom it is on, where they stood and belonged, by whom, as what, when, and its text's hash."""
    carer = sa.orm.aliased(Member)
    query = (
        sa.select(
            Member.public_id, Unit.public_id, CareOpinion.stage, carer.public_id, CareOpinion.sort,
            CareOpinion.handed_in_at, CareOpinion.text,
        )
        .join(Member, Member.id == CareOpinion.member_id)
        .join(carer, carer.id == CareOpinion.by_id)
        .join(Unit, Unit.id == CareOpinion.unit_id)
        .where(CareOpinion.cycle_id == cycle.id, CareOpinion.handed_in_at.is_not(None))
        .order_by(CareOpinion.id)
    )  # fmt: skip
    return [[*row, at.isoformat() if at else "", hash_of(text)] for *row, at, text in db.session.execute(query)]


def _closed(cycle: Cycle, now: datetime) -> None:
    query = sa.select(CareOpinion.member_id).distinct().join(Member, Member.id == CareOpinion.member_id)
    query = query.where(CareOpinion.cycle_id == cycle.id, CareOpinion.handed_in_at.is_not(None), Member.active)
    notices.closed(sorted(db.session.scalars(query)), cycle, now)


def _sheet(holder: Viewer, cycle: Cycle) -> Sheet:
    text = "@"
    columns = [
        (_("Unit"), 20, text, _("As of the writing.")),
        (_("Class"), 14, text, _("As of the writing.")),
        (_("Name"), 12, text, _("As on the roster.")),
        (_("Student or staff number"), 16, text, _("Digits as text, so that no zero is lost.")),
        (_("Stage"), 14, text, _("As of the writing.")),
        (_("Opinion by"), 12, text, _("Who cares for the class or the person.")),
        (_("As what"), 16, text, _("Class teacher, class-pairing member or mentor.")),
        (_("Handed in"), 12, "yyyy-mm-dd", _("The day on which it was handed in; what is not is not here.")),
        (_("Opinion"), 60, text, _("In the words of who wrote it.")),
    ]
    return Sheet(_("Activists"), columns, _rows(holder, cycle))


def _rows(holder: Viewer, cycle: Cycle) -> Iterator[tuple[str | date | None, ...]]:
    stages = {stage: _(name) for stage, name in STAGE_NAMES.items()}
    cares = {sort: _(care.name) for sort, care in CARES.items()}
    query = kept_queries.handed_in(holder, cycle).with_only_columns(
        Unit.name, CareOpinion.class_name, Member.name, Member.number, CareOpinion.stage, kept_queries.Carer.name,
        CareOpinion.sort, CareOpinion.handed_in_at, CareOpinion.text,
    )  # fmt: skip
    for *who, stage, by, sort, at, text in run_in_portions(query, {}, PORTION):
        yield (*who, stages[stage], by, cares[sort], local_day(at), text)


def _waited(cycle_id: int) -> Pairs:
    """The units of the activists, and who has not handed in an opinion on them."""
    query, pair = queries.pairs()
    query = query.where(Cycle.id == cycle_id, CareOpinion.handed_in_at.is_(None))
    return query.with_only_columns(Member.unit_id, pair.carer_id)


waits(
    Wait(
        KEY, "grade", N_("Opinion on an activist not handed in"),
        N_("An opinion on an activist in your care is not handed in."), _waited, "cares.mine", is_early=True,
    )
)  # fmt: skip
BESIDE[KEY] = Beside(_asks, _frozen, _closed, _sheet)
