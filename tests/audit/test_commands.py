"""`activities audit seal` and `verify`, as they are called."""

from __future__ import annotations

import pytest

from activities.audit import queries, seals
from activities.audit import service as audit
from activities.audit.commands import audit as command
from activities.kit import clock
from activities.kit.db import transaction
from activities.people.models import Member
from tests.cast import NOW, unrefused


@pytest.fixture
def run(app, monkeypatch):
    """Call it in a terminal of this language."""

    def call(*words: str, language: str = "en_GB.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        return app.test_cli_runner().invoke(command, words)

    return call


def leave(app, count: int) -> None:
    with app.app_context(), transaction():
        audit.leave_all(NOW, None, "greet", Member, [(n, {}, {}) for n in range(1, count + 1)])


def head(app) -> str:
    with app.app_context():
        return str(queries.head())


def test_sealing_tells_how_many_and_the_head(app, run):
    leave(app, 3)
    assert run("seal").output.splitlines() == ["3 entries sealed.", f"Head: {head(app)}"]
    assert run("seal").output.splitlines() == ["0 entries sealed.", f"Head: {head(app)}"]


def test_a_whole_trail_verifies_also_from_and_against_a_head(app, run):
    leave(app, 3)
    run("seal")
    for words, count in (((), 3), (("--head", head(app)), 3), (("--since", head(app)), 0)):
        result = run("verify", *words)
        assert result.exit_code == 0, result.output
        assert result.output.splitlines() == [
            f"{count} entries looked at.",
            f"Head: {head(app)}",
            "The trail is whole.",
        ]


def test_what_waits_for_its_seal_is_told(app, run):
    with app.app_context(), transaction():
        audit.leave(clock.now(), None, "greet", Member, 1)
    result = run("verify")
    assert (result.exit_code, "1 entry waits for its seal." in result.output) == (0, True)


def test_what_was_changed_is_told_with_its_place_entry_time_and_subject(app, run):
    leave(app, 3)
    run("seal")
    with app.app_context(), unrefused() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET verb = 'praise' WHERE subject_id = 2")
    with app.app_context():
        entry = queries.sealed_entry(2)
    result = run("verify")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"position 2, entry {entry}: the entry or its seal was changed (2026-11-25 12:00:00, praise, member 2)",
        "3 entries looked at.", f"Head: {head(app)}", "1 finding: the trail is not whole.",
    ]  # fmt: skip


def test_a_tail_that_was_cut_is_told_against_the_head_that_was_kept(app, run):
    leave(app, 5)
    run("seal")
    kept = head(app)
    with app.app_context(), unrefused() as connection:
        connection.exec_driver_sql("DELETE FROM audit_seal WHERE id > 3")
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE subject_id > 3")
    assert run("verify").exit_code == 0
    result = run("verify", "--head", kept)
    assert result.exit_code == 1
    assert result.output.startswith("position 4–5: the trail ends before the head that is known\n")


def test_what_is_no_head_is_refused(run):
    result = run("verify", "--head", "5:abc")
    assert result.exit_code == 2
    assert "It is written POSITION:HASH" in result.output


def test_the_worker_seals_what_has_come(app):
    leave(app, 2)
    with app.app_context():
        assert seals.seal_recent(NOW) == 2
