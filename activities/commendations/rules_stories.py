"""Exemplary stories: what stands in the way of writing one and of its being published. Plain values only."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal

MOST_TITLE, MOST_TEXT, MOST_PHOTOS, MOST_LINKS, MOST_WHY = 80, 6000, 6, 20, 200


class StoryState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    TAKEN_DOWN = "taken down"


STORY_NAMES = {
    StoryState.DRAFT: N_("Draft"), StoryState.ASKED: N_("Waits for the person's word"),
    StoryState.PUBLISHED: N_("Published in the school"), StoryState.WITHDRAWN: N_("Withdrawn by the person"),
    StoryState.TAKEN_DOWN: N_("Taken down"),
}  # fmt: skip


# From what the person can go back.
MAY_WITHDRAW = (StoryState.ASKED, StoryState.PUBLISHED, StoryState.TAKEN_DOWN)
# What nobody waits for and nobody reads can go.
MAY_DELETE = (StoryState.DRAFT, StoryState.WITHDRAWN)


@refusal
class OwnStory(Refusal):
    sentence: ClassVar[str] = N_("Nobody writes about themselves.")


@refusal
class AskedAlready(Refusal):
    sentence: ClassVar[str] = N_("The person has been asked for this text already.")


@refusal
class NotAsked(Refusal):
    sentence: ClassVar[str] = N_("Nothing is asked of you about this story.")


@refusal
class NotPublished(Refusal):
    sentence: ClassVar[str] = N_("This story is not published.")


@refusal
class StillShown(Refusal):
    sentence: ClassVar[str] = N_("The person has been shown this story; it can be taken down, and not deleted.")


@refusal
class NoConsent(Refusal):
    sentence: ClassVar[str] = N_("The person has not agreed to this very text and these pictures.")
    remedy: ClassVar[str] = N_("Ask them.")


@refusal
class TooManyPhotos(Refusal):
    most: int
    sentence: ClassVar[str] = N_("A story has at most %(most)s photos.")


@refusal
class TellsNothing(Refusal):
    sentence: ClassVar[str] = N_("Choose at least one activity that the story tells of.")


def why_not_ask(state: StoryState, links: int) -> Refusal | None:
    """The first reason against asking the person for their consent, or None."""
    if state in (StoryState.ASKED, StoryState.PUBLISHED):
        return AskedAlready()
    return None if links else TellsNothing()


def why_not_publish_again(state: StoryState, revision: int, agreed_revision: int | None) -> Refusal | None:
    """The first reason against undoing that a story was taken down, or None: the consent has to be to what stands
    there."""
    if state is not StoryState.TAKEN_DOWN:
        return NotPublished()
    return None if agreed_revision == revision else NoConsent()
