"""Robots that can be spoken to on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chats.robots import Robots, serving


@pytest.fixture
def robots() -> Robots:
    return Robots()


@pytest.fixture
def place(app, robots: Robots, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Host and port of the robots, named in the settings."""
    with serving(robots) as place:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], hook_hosts=(place,)))
        yield place
