"""What the notice of grades hands in to the review: its step."""

from __future__ import annotations

from activities.cycles.plugs import Plug, plug

plug("notice", Plug(member_page="objections.on_notice"))
