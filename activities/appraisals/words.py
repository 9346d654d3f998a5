"""What may be known of a ballot in words."""

from __future__ import annotations

from collections.abc import Mapping

from activities.appraisals import queries
from activities.ballots.pages import say_choice
from activities.ballots.rules import Whose
from activities.kit.i18n import gettext as _


def said(cycle_id: int) -> Mapping[int, str]:
    """By participant, what may be known of all papers on them, in words."""
    return {
        part_id: _(", ").join(
            f"{say_choice(choice)} {count}" for choice, count in zip(told["choices"], told[Whose.ALL], strict=False)
        )
        for part_id, told in queries.results(cycle_id).items()
    }
