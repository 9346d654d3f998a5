"""Peer review in words."""

from __future__ import annotations

from activities.kit.i18n import gettext as _
from activities.kit.i18n import is_chinese, ngettext
from activities.peers.rules import CRITERIA, Verdict


def say_criterion(criterion: str) -> str:
    """One of our own in the reader's language, another as it was typed."""
    return _(criterion) if criterion in CRITERIA else criterion


def say_verdict(verdict: Verdict) -> str:
    """What came of checking, in one text."""
    said = [_(verdict.wrong)] if verdict.wrong else []
    said.append(ngettext("%(num)s review is as drawn.", "%(num)s reviews are as drawn.", verdict.as_drawn))
    if count := verdict.from_before:
        said.append(
            ngettext(
                "%(num)s review was begun before people came or left.",
                "%(num)s reviews were begun before people came or left.", count,
            )
        )  # fmt: skip
    if count := verdict.missing:
        said.append(
            ngettext("%(num)s review is still to be given out.", "%(num)s reviews are still to be given out.", count)
        )
    return ("" if is_chinese() else " ").join(said)
