"""The step of the evidence, for the pages of a review."""

from __future__ import annotations

from activities.cycles import evidence
from activities.cycles.plugs import Plug, plug

plug(evidence.EVIDENCE, Plug(frozen=evidence.frozen))
