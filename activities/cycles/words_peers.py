"""Peer review in words."""

from __future__ import annotations

from activities.cycles.rules_peers import CRITERIA
from activities.kit.i18n import gettext as _


def say_criterion(criterion: str) -> str:
    """One of our own in the reader's language, another as it was typed."""
    return _(criterion) if criterion in CRITERIA else criterion
