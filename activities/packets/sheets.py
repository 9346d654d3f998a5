"""A packet in words, as lists that the page and the paper both show. On paper each list has so many lines and no more,
so that all of it fits two pages of A4; the page has all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from activities.duties.kinds import EVIDENCE_NAMES, KINDS, LEDGER_NAMES, Evidence, Ledger
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_date, say_days, say_hours
from activities.kit.refusal import N_
from activities.outcomes.rules import Sum, write_amount
from activities.packets import words
from activities.packets.rules import Figures, Formula, Reckoned
from activities.packets.rules_packet import Achieved, Asked, Entered, Exempt, Missed, Opinion, Packet, Share
from activities.records.rules import ATTENDANCE_NAMES, Attendance
from activities.requirements.rules import LINE_NAMES, SORTS
from activities.requirements.words import say_amount, say_figure

SHARE_NAMES = {
    Share.OWN: N_("own"),
    Share.PART: N_("with others in the slot"),
    Share.ENTERED: N_("entered, of others"),
}


class Column(NamedTuple):
    """A heading; `width` is its share of a line."""

    name: str
    width: int
    is_number: bool = False


@dataclass(frozen=True)
class Sheet:
    """A list: on paper the first `most` of its rows, of so many `lines` each."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    most: int
    empty: str
    note: str = ""
    lines: int = 1

    @property
    def beyond(self) -> int:
        return max(0, len(self.rows) - self.most)


def sheets(packet: Packet) -> list[Sheet]:
    return [
        _known(packet), _asked(packet.asked), _exempt(packet.exempt), _deeds(packet), _achieved(packet.achieved),
        _missed(packet.missed), _training(packet.training), _honours(packet), _opinion(packet.opinion, packet.year),
    ]  # fmt: skip


def say_attended(packet: Packet) -> str:
    counts = packet.attended
    return _(
        "Attended %(attended)s slots, %(late)s of them late; excused from %(excused)s, absent from %(absent)s.",
        attended=counts.attended, late=counts.late, excused=counts.excused, absent=counts.absent,
    )  # fmt: skip


def points(formula: Formula, figures: Figures, reckoned: Reckoned) -> Sheet:
    """Every point in words."""
    rows = [
        (words.name_of_line(line), words.explain(line, formula, figures), words.say_points(line.points))
        for line in reckoned.lines
    ]
    columns = Column(_("For what"), 26), Column(_("How it is reckoned"), 82), Column(_("Points"), 10, True)
    total = (_("Together"), _("of at most %(most)s", most=words.say_points(formula.most)))
    all_rows = [(*total, words.say_points(reckoned.points)), *rows]
    return Sheet(
        "points", _("Points, as advice"), columns, all_rows, 14, "", lines=2,
        note=_("Nothing is decided by points, and nobody is put in their order: people give the grades."),
    )  # fmt: skip


def _known(packet: Packet) -> Sheet:
    rows = []
    for one in packet.known:
        evidence = _(EVIDENCE_NAMES[Evidence(one.evidence)])
        if one.countersigned:
            evidence = _("%(evidence)s; countersigned by a second person", evidence=evidence)
        hours = say_hours(one.final), say_hours(one.provisional)
        rows.append((_(LEDGER_NAMES[Ledger(one.ledger)]), evidence, str(one.times), *hours))
    columns = (
        Column(_("Ledger"), 28), Column(_("Known from"), 56), Column(_("Times"), 10, True),
        Column(_("Hours, final"), 14, True), Column(_("Provisional"), 14, True),
    )  # fmt: skip
    note = say_attended(packet)
    return Sheet("known", _("Records by ledger and evidence"), columns, rows, 10, _("Nothing is recorded."), note)


def _deeds(packet: Packet) -> Sheet:
    rows = [
        (
            one.activity, _(LEDGER_NAMES[Ledger(one.ledger)]), say_days(one.first, one.last), str(one.times),
            say_hours(one.final), say_hours(one.provisional),
        )
        for one in packet.deeds
    ]  # fmt: skip
    columns = (
        Column(_("Activity"), 46), Column(_("Ledger"), 22), Column(_("Days"), 22), Column(_("Times"), 9, True),
        Column(_("Hours, final"), 13, True), Column(_("Provisional"), 13, True),
    )  # fmt: skip
    return Sheet("deeds", _("Activities"), columns, rows, 13, _("None."))


def _achieved(lines: Sequence[Achieved]) -> Sheet:
    rows = []
    for one in lines:
        kind = KINDS.get(one.kind)
        measure = next((each for each in kind.measures if each.key == one.measure), None) if kind else None
        if not kind or not measure:  # declared no more
            continue
        amount = write_amount(Sum(one.amount, one.count).of(measure))
        amount = f"{amount} {_(measure.unit)}" if measure.unit else amount
        rows.append((_(measure.name), _(kind.name), _(SHARE_NAMES[one.share]), amount))
    columns = (
        Column(_("What"), 34), Column(_("Kind"), 26), Column(_("Share"), 42), Column(_("Amount"), 18, True),
    )  # fmt: skip
    return Sheet("achieved", _("What was achieved"), columns, rows, 8, _("No amounts were entered."))


def _asked(asked: Asked | None) -> Sheet:
    rows = []
    for one in asked.lines if asked else ():
        measure = SORTS[one.line.partition(":")[0]].measure
        amounts = one.final, one.provisional, one.promised, one.exempted, one.owed
        figures = [say_figure(measure, amount) for amount in amounts]
        rows.append((_(LINE_NAMES[one.line]), say_amount(measure, one.asked), *figures, say_date(one.due)))
    columns = (
        Column(_("Line"), 34), Column(_("Asked"), 18, True), Column(_("Final"), 11, True),
        Column(_("Provisional"), 13, True), Column(_("Promised"), 12, True), Column(_("Exempted"), 12, True),
        Column(_("Owed"), 10, True), Column(_("By when"), 14, True),
    )  # fmt: skip
    note = ""
    if asked:
        day = say_date(asked.set_at, year=True)
        note = _("Asked by %(unit)s, as set on %(day)s.", unit=asked.unit, day=day)
    title = _("Asked, done, exempted and owed")
    return Sheet("asked", title, columns, rows, 9, _("Nothing is asked of the person."), note)


def _exempt(exempt: Sequence[Exempt]) -> Sheet:
    rows = [
        (
            _(LINE_NAMES[one.line]) if one.line else _("Everything"),
            say_days(one.first, one.last, year=True),
            f"{one.percent}%",
        )
        for one in exempt
    ]
    columns = Column(_("From what"), 50), Column(_("Days"), 50), Column(_("How much"), 14, True)
    return Sheet("exempt", _("Exemptions"), columns, rows, 3, _("None."))


def _missed(missed: Sequence[Missed]) -> Sheet:
    rows = []
    for one in missed:
        excuse = _("leave granted on %(day)s", day=say_date(one.excused_on)) if one.excused_on else ""
        if one.attendance == Attendance.DEFERRED:
            excuse = _("neither a success nor an absence")
        rows.append((say_date(one.day), one.activity, _(ATTENDANCE_NAMES[Attendance(one.attendance)]), excuse))
    columns = (
        Column(_("Day"), 16), Column(_("Activity"), 50), Column(_("What"), 18), Column(_("Excuse"), 36),
    )  # fmt: skip
    return Sheet("missed", _("Absences and their excuses"), columns, rows, 7, _("None."))


def _training(entered: Sequence[Entered]) -> Sheet:
    rows = [
        (one.title, one.unit, say_date(one.day), say_hours(one.minutes) if one.minutes else "") for one in entered
    ]  # fmt: skip
    columns = (
        Column(_("Training"), 54), Column(_("Organized by"), 36), Column(_("Day"), 16), Column(_("Hours"), 12, True),
    )  # fmt: skip
    return Sheet("training", _("Trainings"), columns, rows, 5, _("None."))


def _honours(packet: Packet) -> Sheet:
    blocks = (_("Commendation"), packet.commendations), (_("Appraisal"), packet.appraisals)
    rows = [(name, one.title, one.unit, say_date(one.day)) for name, entered in blocks for one in entered]
    columns = Column(_("Block"), 20), Column(_("Title"), 50), Column(_("Granted by"), 34), Column(_("Day"), 16)
    return Sheet("honours", _("Commendations and appraisal"), columns, rows, 5, _("None."))


def _opinion(opinion: Opinion | None, year: int) -> Sheet:
    rows = []
    if opinion:
        said = say_date(opinion.day, year=True) if opinion.day else ""
        rows = [(_(opinion.grade) if opinion.grade else "", opinion.text, opinion.by, said)]
    columns = Column(_("Grade"), 14), Column(_("Opinion"), 72), Column(_("Written by"), 16), Column(_("Day"), 18)
    title = _("Opinion on %(year)s", year=opinion.year if opinion else year - 1)
    return Sheet("opinion", title, columns, rows, 1, _("None is kept."), lines=4)
