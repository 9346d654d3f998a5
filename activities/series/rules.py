"""What may be done to slots that were planned together. Decided on plain values."""

from __future__ import annotations

from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal


@refusal
class SeriesHasPeople(Refusal):
    slots: int
    sentence: ClassVar[str] = N_("People have signed up (slots: %(slots)s), so this is not undone any more.")
    remedy: ClassVar[str] = N_("Cancel what is to come instead: everyone on it is told.")
