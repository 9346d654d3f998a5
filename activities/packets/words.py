"""Points in words: what a formula says, and what each point comes of."""

from __future__ import annotations

from activities.kit.i18n import gettext as _
from activities.kit.i18n import is_chinese, ngettext, say_hours
from activities.kit.refusal import N_
from activities.packets.rules import SCALE, Counts, Figures, Formula, Line, Part, Term
from activities.requirements.rules import LINE_NAMES, Measure

TERM_NAMES = {
    Counts.COMMENDED: N_("Commendations"),
    Counts.MET: N_("All that is asked is done"),
    Counts.ABSENT: N_("Absences without leave"),
}
PART_NAMES = {
    Part.BASE: N_("Base"),
    Part.OVER: N_("Beyond the cap"),
    Part.BALLOT: N_("Ballot appraisal"),
    Part.FLOOR: N_("Not below nothing"),
}


def say_points(hundredths: int) -> str:
    """12.5; with a true minus sign."""
    text = f"{abs(hundredths) / SCALE:.2f}".rstrip("0").rstrip(".")
    return f"−{text}" if hundredths < 0 else text


def say_change(hundredths: int) -> str:
    """+2, −0.5."""
    return f"+{say_points(hundredths)}" if hundredths > 0 else say_points(hundredths)


def name_of_term(term: Term) -> str:
    return _(LINE_NAMES[term.of]) if term.of else _(TERM_NAMES[term.counts])


def name_of_line(line: Line) -> str:
    return name_of_term(line.term) if line.term else _(PART_NAMES[line.part])


def say_term(term: Term) -> str:
    """2 an hour, at most 10."""
    rate = say_points(term.rate)
    if term.counts is Counts.MET:
        return _("%(points)s points", points=rate)
    if term.counts is Counts.ABSENT:
        each = _("%(points)s less each time", points=rate)
    elif term.counts is Counts.COMMENDED:
        each = _("%(points)s for each", points=rate)
    elif term.measure is Measure.MINUTES:
        each = _("%(points)s an hour", points=rate)
    else:
        each = _("%(points)s a time", points=rate)
    return _("%(each)s, at most %(most)s", each=each, most=say_points(term.most)) if term.most else each


def explain(line: Line, formula: Formula, figures: Figures) -> str:
    """What the points of a line come of, in a sentence or two."""
    if line.term:
        said = (_amount(line, line.term, formula, figures), _cap(line, line.term), _waits(line))
        return ("" if is_chinese() else " ").join(filter(None, said))
    if line.part is Part.BASE:
        return _("Everybody begins with these.")
    if line.part is Part.OVER:
        return _("Together the lines above give at most %(most)s.", most=say_points(formula.bonus_most))
    if line.part is Part.FLOOR:
        return _("Nobody has less than 0 points.")
    if figures.ballot is None:
        return _("No result of a ballot is kept; it can give up to %(most)s.", most=say_points(formula.ballot_most))
    share, most = say_points(figures.ballot), say_points(formula.ballot_most)
    return _("%(share)s%% of approval, of at most %(most)s.", share=share, most=most)


def _amount(line: Line, term: Term, formula: Formula, figures: Figures) -> str:
    rate = say_points(term.rate)
    if term.counts is Counts.MET:
        if not figures.asked:
            return _("Nothing is asked of the person, so nothing is missing.")
        met = figures.met if formula.provisional else figures.met_final
        return _("%(met)s of %(asked)s lines that are asked are done.", met=met, asked=figures.asked)
    if term.counts is Counts.DONE and term.measure is Measure.MINUTES:
        return _("%(hours)s hours × %(points)s.", hours=say_hours(line.amount), points=rate)
    if term.counts is Counts.ABSENT:
        return ngettext(
            "Absent %(num)s time × −%(points)s.",
            "Absent %(num)s times × −%(points)s.", line.amount, points=rate,
        )  # fmt: skip
    if term.counts is Counts.COMMENDED:
        return ngettext(
            "%(num)s commendation × %(points)s.", "%(num)s commendations × %(points)s.",
            line.amount, points=rate,
        )  # fmt: skip
    return ngettext("%(num)s time × %(points)s.", "%(num)s times × %(points)s.", line.amount, points=rate)


def _cap(line: Line, term: Term) -> str:
    if not line.is_capped:
        return ""
    facts = {"all": say_points(abs(line.uncapped)), "most": say_points(term.most)}
    return _("That would be %(all)s; at most %(most)s count.", **facts)


def _waits(line: Line) -> str:
    """What does not count yet."""
    if not line.waiting or not line.term:
        return ""
    if line.term.counts is Counts.MET:
        return _("Once what is provisional is signed, all of them are.")
    if line.term.measure is Measure.MINUTES:
        return _("%(hours)s more hours wait for a signature.", hours=say_hours(line.waiting))
    return ngettext(
        "%(num)s more time waits for a signature.", "%(num)s more times wait for a signature.", line.waiting
    )  # fmt: skip
