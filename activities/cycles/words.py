"""What was done about a review, in words."""

from __future__ import annotations

from activities.cycles.queries import Deed
from activities.cycles.rules import STEPS
from activities.cycles.rules_settings import BASE_NAMES, ROUNDING_NAMES, Settings, say_share
from activities.kit.asked import read_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_date
from activities.kit.refusal import N_

DEEDS = {
    "open": N_("opened the review for %(people)s people of %(units)s units"),
    "move": N_("changed the days of steps"),
    "reopen": N_("let “%(step)s” be open until %(last)s"),
    "set": N_("changed what the review goes by"),
    "add": N_("added one person to the review"),
    "remove": N_("took one person out of the review"),
    "call off": N_("called the review off"),
}


def deed(verb: str, words: str) -> None:
    """Let what a room above does about a review have words."""
    DEEDS[verb] = words


def say_deed(done: Deed) -> str:
    """One entry of the trail as a sentence; a verb without words of its own is said as it is."""
    facts = dict(done.after)
    if step := STEPS.get(facts.get("step", "")):
        facts["step"] = _(step.name)
    for name, value in done.after.items():
        day = read_day(value) if isinstance(value, str) else None
        if day:
            facts[name] = say_date(day)
    return _(DEEDS[done.verb], **facts) if done.verb in DEEDS else done.verb


def say_settings(settings: Settings) -> str:
    """What a review goes by, in one text."""
    whom = _("Party members and the masses") if settings.asks_masses else _("Party members")
    return _(
        "Excellent: at most %(share)s of: %(base)s; rounded: %(rounding)s. A self-review has %(least)s to %(most)s"
        " characters. Ballots ask: %(whom)s; nothing is shown of fewer than %(papers)s papers. Grades stand on notice"
        " for %(days)s working days or more.",
        share=say_share(settings.share), base=_(BASE_NAMES[settings.base]),
        rounding=_(ROUNDING_NAMES[settings.rounding]), least=settings.least, most=settings.most,
        whom=whom, papers=settings.papers, days=settings.notice_days,
    )  # fmt: skip
