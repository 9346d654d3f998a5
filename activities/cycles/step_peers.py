"""The steps of peer review and of the ballots, for the pages of a review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from activities.ballots.pages import say_choice
from activities.ballots.rules import Whose
from activities.cycles import held_ballots, queries_peers, rules
from activities.cycles.models import Cycle, Participant
from activities.cycles.plugs import Ask, Plug, plug
from activities.cycles.rules import Standing
from activities.cycles.workbook_rows import BALLOT
from activities.kit.clock import local_day
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_day


def _peers(cycle: Cycle, part: Participant, now: datetime) -> Ask | None:
    if rules.standing("peers", cycle.windows, local_day(now)) is not Standing.OPEN:
        return None
    left = sum(one.handed_in_at is None for one in queries_peers.mine(part.id))
    if not left:
        return None
    sentence = ngettext(
        "Write %(num)s peer review until %(day)s.", "Write %(num)s peer reviews until %(day)s.", left,
        day=say_day(cycle.windows["peers"].last),
    )  # fmt: skip
    return Ask("peers", sentence, url_for("cycles.my_peers", public_id=cycle.public_id))


def _told(cycle: Cycle, now: datetime) -> Mapping[int, Any]:  # noqa: ARG001
    draw = queries_peers.draw_of(cycle.id)
    found = queries_peers.results(draw) if draw else {}
    return {part_id: {"reviews": one.reviews, "marks": one.marks} for part_id, one in found.items()}


def _said(cycle_id: int) -> Mapping[int, str]:
    """By participant, what may be known of all papers on them, in words."""
    return {
        part_id: _(", ").join(
            f"{say_choice(choice)} {count}" for choice, count in zip(told["choices"], told[Whose.ALL], strict=False)
        )
        for part_id, told in held_ballots.results(cycle_id).items()
    }


def _ballot(cycle: Cycle, part: Participant, now: datetime) -> Ask | None:
    ballot = held_ballots.waiting_for(cycle.id, part.member_id, now)
    if ballot is None:
        return None
    return Ask("ballot", _("Give your vote in secret."), url_for("ballots.vote", public_id=ballot.public_id))


def _counted(cycle: Cycle, now: datetime) -> Mapping[int, Any]:  # noqa: ARG001
    return held_ballots.results(cycle.id)


plug(
    "peers",
    Plug(
        done=queries_peers.done, asks=_peers, frozen=_told, member_page="cycles.my_peers",
        holder_page="cycles.keep_peers",
    ),
)  # fmt: skip
plug(
    "ballot",
    Plug(
        done=held_ballots.voted, asks=_ballot, frozen=_counted, holder_page="cycles.keep_ballots"
    ),
)  # fmt: skip
BALLOT.append(_said)
