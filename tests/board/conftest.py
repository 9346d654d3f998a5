"""An organizer before the board, at noon."""

from __future__ import annotations

import pytest
import time_machine

from tests.cast import NOW, logged_in


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast):
    visitor = logged_in(app, cast.ou)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visitor
