"""The step of the public notice, for the pages of a review."""

from __future__ import annotations

from activities.cycles.plugs import Plug, plug

plug("notice", Plug(member_page="cycles.on_notice"))
