"""With ACTIVITIES_TEST_STRICT a skipped test fails the run: what CI does not run, nobody runs."""

from __future__ import annotations

import os

import pytest


def _skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")  # a worker of xdist has none
    return len(reporter.stats.get("skipped", ())) if reporter and os.environ.get("ACTIVITIES_TEST_STRICT") else 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if skipped := _skipped(config):
        terminalreporter.write_line(f"ACTIVITIES_TEST_STRICT: {skipped} skipped, which counts as failed", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
