"""Refusals: what a rule answers instead of yes. Each is a tiny named class; its sentence is translated where shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar, dataclass_transform

T = TypeVar("T")


def N_(message: str) -> str:  # noqa: N802 - gettext's own name, which the extractor knows
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


class Word(str):
    """A marked message that fills a placeholder of another: it, too, is translated where it is shown."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule's no. Subclasses are dataclasses; their fields fill the placeholders of `sentence` and `remedy`.

    `sentence` says why, `remedy` what the person can do about it.
    """

    sentence: ClassVar[str]
    remedy: ClassVar[str] = ""
    # The sentence without what nobody but the person may read; none where all of it may be read.
    bare: ClassVar[str] = ""

    @property
    def key(self) -> str:
        return type(self).__name__

    def facts(self) -> dict[str, Any]:
        """The values of the placeholders."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def __str__(self) -> str:
        return self.sentence % self.facts()


@dataclass_transform()
def refusal(cls: type[T]) -> type[T]:
    """Make a refusal's fields its constructor. Not frozen: Python itself sets attributes of a raised exception. No
    more is generated than is used: there are hundreds, and each takes its time at every start."""
    return dataclass(unsafe_hash=True, repr=False, match_args=False)(cls)


@refusal
class ChangedMeanwhile(Refusal):
    sentence: ClassVar[str] = N_("Someone else has changed this meanwhile.")
    remedy: ClassVar[str] = N_("Look at what is there now before you save again.")


class NotFound(Exception):  # noqa: N818
    """What was asked for is not there for this person: 404."""


class NotAllowed(Exception):  # noqa: N818
    """The person may see this, but not do this: 403."""
