"""Peer review in words."""

from __future__ import annotations

from activities.kit.i18n import gettext as _
from activities.peers.rules import CRITERIA


def say_criterion(criterion: str) -> str:
    """One of our own in the reader's language, another as it was typed."""
    return _(criterion) if criterion in CRITERIA else criterion
