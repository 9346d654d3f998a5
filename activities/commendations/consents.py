"""What waits for somebody's word about themselves: nominations and stories, which go no further without it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa

from activities.commendations.models import Nomination, Round, Story
from activities.commendations.rules import RoundState, State
from activities.commendations.rules_stories import StoryState
from activities.kit.db import run


class About(StrEnum):
    NOMINATION = "nomination"
    STORY = "story"


class Waiting(NamedTuple):
    """A nomination with the title of its round, or a story with its own, and the public id under which to answer."""

    about: About
    title: str
    public_id: str


def waiting_for(member_id: int) -> Sequence[Waiting]:
    """Nominations first, each with the oldest before the others. One statement."""
    nominated = (
        sa.select(sa.literal(About.NOMINATION).label("about"), Round.title, Nomination.public_id, Nomination.id)
        .join(Nomination.round)
        .where(Nomination.member_id == member_id, Nomination.state == State.ASKED, Round.state == RoundState.OPEN)
    )
    told = sa.select(sa.literal(About.STORY).label("about"), Story.title, Story.public_id, Story.id).where(
        Story.member_id == member_id, Story.state == StoryState.ASKED
    )
    rows = run(sa.union_all(nominated, told).order_by("about", "id"))
    return [Waiting(About(about), title, public_id) for about, title, public_id, _id in rows]
