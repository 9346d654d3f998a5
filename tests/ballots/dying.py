"""A process that sends one paper through the whole application and is killed with SIGKILL at a moment it is told:
`python -m tests.ballots.dying MOMENT JSON`. Its output is what a log would hold."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import time_machine

from activities.app import create_app
from activities.config import Settings
from activities.kit.db import db
from activities.people.models import Member
from tests.cast import NOW, logged_in

MOMENTS = ("the box is written", "the commit comes next", "the commit is done")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def aim(engine: sa.Engine, moment: str) -> None:
    """Be killed at this moment of the transaction that writes the box."""
    wrote: list[str] = []

    def after_statement(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("UPDATE ballot_box"):
            wrote.append("box")
            if moment == MOMENTS[0]:
                die()

    def commit(connection: Any) -> None:
        if wrote and moment == MOMENTS[1]:
            die()
        really(connection)
        if wrote:
            die()

    really = engine.dialect.do_commit
    engine.dialect.do_commit = commit  # type: ignore[method-assign]
    sa.event.listen(engine, "after_cursor_execute", after_statement)


def main(moment: str, facts: dict[str, Any]) -> None:
    logging.basicConfig(level=logging.INFO)
    settings = {**facts["settings"], "data": Path(facts["settings"]["data"])}
    app = create_app(Settings(**settings))
    with app.app_context():
        aim(db.engine, moment)
        member = db.session.get_one(Member, facts["member"])
    logged_in(app, member).submit(facts["address"], sure="y", **facts["paper"])


if __name__ == "__main__":
    with time_machine.travel(NOW, tick=False):
        main(sys.argv[1], json.loads(sys.argv[2]))
