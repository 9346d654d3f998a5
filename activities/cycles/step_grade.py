"""The step of opinion and grade, for the pages of a review."""

from __future__ import annotations

from activities.cycles import people_queries
from activities.cycles.plugs import Plug, plug

plug("grade", Plug(done=people_queries.graded))
