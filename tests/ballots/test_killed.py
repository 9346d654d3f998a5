"""A process that is killed while it puts a paper into the box, and the same person trying again: one vote."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
import time_machine

from activities.ballots.models import Ballot
from activities.ballots.rules import Whose
from tests.ballots.dying import MOMENTS
from tests.ballots.held import in_box, marked, opened
from tests.cast import NOW, Cast, logged_in

PAPER = {"p0": "1", "p1": "3"}


def killed(app, ballot: Ballot, cast: Cast, moment: str) -> str:
    """What a process left in its log that voted for Ou and was killed then."""
    settings = app.config["SETTINGS"]
    facts = {
        "settings": {
            "data": str(settings.data), "database_url": settings.database_url,
            "database_isolation": settings.database_isolation, "secret_key": settings.secret_key,
            "base_url": settings.base_url,
        },
        "member": cast.ou.id, "address": f"/ballots/{ballot.public_id}/vote", "paper": PAPER,
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.ballots.dying", moment, json.dumps(facts)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_process_killed_at_the_box_and_the_same_person_again_give_one_vote(app, cast, moment):
    with app.app_context():
        ballot = opened(cast)
    log = killed(app, ballot, cast, moment)
    is_in = moment == "the commit is done"
    with app.app_context():
        assert marked(ballot) == ({cast.ou.id} if is_in else set()), "both or neither"
        assert papers(ballot) == int(is_in)
    with time_machine.travel(NOW, tick=False):
        for _ in range(2):
            client = logged_in(app, cast.ou)
            answer = client.submit(f"/ballots/{ballot.public_id}/vote", sure="y", **PAPER)
            assert answer.status_code in (200, 303)
            assert "票已投入票箱" in client.get(f"/ballots/{ballot.public_id}/vote").get_data(as_text=True)
    with app.app_context():
        assert marked(ballot) == {cast.ou.id}
        assert papers(ballot) == 1
        first, second = in_box(ballot)
    assert first[Whose.MEMBERS] == (0, 1, 0, 0, 0, 0)
    assert second[Whose.MEMBERS] == (0, 0, 0, 1, 0, 0)
    assert log == ""


def papers(ballot: Ballot) -> int:
    """How many there are on the first who is appraised, whom Ou is not."""
    return sum(in_box(ballot)[0][Whose.MEMBERS])
