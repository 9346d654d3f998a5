"""What is on the disk once a ballot is over: none of the states through which its box went, though they were sealed."""

from __future__ import annotations

import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa

from activities.ballots import boxes, ending, voting
from activities.ballots.models import Ballot, BallotBox
from activities.kit.db import db
from tests.ballots.held import opened
from tests.cast import NOW

LATER = NOW + timedelta(minutes=5)


def on_disk() -> bytes:
    """All that the files of the database hold where boxes are kept, in use or not."""
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        name = str(db.engine.url.database)
        # Not in this process: to close a file lets go of all locks it holds on it, those of SQLite too.
        return subprocess.run(["cat", name, f"{name}-wal"], capture_output=True, check=True).stdout
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("CHECKPOINT"))
        return bytes(connection.scalar(sa.text("SELECT pg_read_binary_file(pg_relation_filepath('ballot_box'))")))


def sealed() -> bytes:
    return db.session.scalars(sa.select(BallotBox.sealed)).one()


def states(cast) -> tuple[Ballot, list[bytes]]:
    """A ballot in which three have voted, and its box as it was each time."""
    ballot = opened(cast)
    found = [sealed()]
    for n, who in enumerate((cast.ou, cast.chen, cast.gu)):
        voting.vote(who.id, ballot.id, {0: n}, NOW)
        found.append(sealed())
    return ballot, found


@pytest.mark.parametrize("how", ["close", "cancel"])
def test_no_state_of_a_box_is_left_once_it_is_over(ctx, cast, how):
    ballot, seen = states(cast)
    assert sum(one in on_disk() for one in seen) > 1, "with the key, two of them tell the vote between"
    getattr(ending, how)(cast.chen.id, ballot.id, "到此为止", NOW)
    ending.wipe_those_ended(LATER)
    assert not [one for one in seen if one in on_disk()]
    assert db.session.scalar(sa.select(Ballot.wiped_at)) == LATER


def test_an_open_ballot_is_not_noted_as_wiped(ctx, cast):
    states(cast)
    ending.wipe_those_ended(LATER)
    assert db.session.scalar(sa.select(Ballot.wiped_at)) is None


def test_what_cannot_be_wiped_now_is_wiped_later(ctx, cast, monkeypatch):
    ballot, seen = states(cast)
    ending.close(cast.chen.id, ballot.id, "到此为止", NOW)
    with monkeypatch.context() as patched:
        patched.setattr(boxes, "wipe", lambda: False)
        ending.wipe_those_ended(NOW)
    assert db.session.scalar(sa.select(Ballot.wiped_at)) is None
    ending.wipe_those_ended(LATER)
    assert db.session.scalar(sa.select(Ballot.wiped_at)) == LATER
    assert not [one for one in seen if one in on_disk()]


def test_a_reader_who_takes_long_is_not_waited_for(ctx, cast):
    ballot, _ = states(cast)
    ending.close(cast.chen.id, ballot.id, "到此为止", NOW)
    with db.engine.connect() as reading, reading.begin():
        reading.execute(sa.select(BallotBox.id)).all()
        ending.wipe_those_ended(NOW)
        assert db.session.scalar(sa.select(Ballot.wiped_at)) is None
    ending.wipe_those_ended(LATER)
    assert db.session.scalar(sa.select(Ballot.wiped_at)) == LATER
