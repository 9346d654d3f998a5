"""The step of the points, for the pages of a review."""

from __future__ import annotations

from activities.cycles import evidence
from activities.cycles.plugs import Plug, plug

plug(evidence.POINTS, Plug(frozen=evidence.frozen_points, holder_page="cycles.points"))
