"""CI lets nothing be skipped."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "with workers"])
def test_a_skipped_test_fails_a_strict_run(tmp_path, root, workers):
    (tmp_path / "test_it.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('no browser')\n")
    words = ["-q", "-p", "xdist.plugin", "-p", "tests.strict", "--rootdir", str(tmp_path), *workers, str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *words]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(root)}
    strict = {**os.environ, **alone, "ACTIVITIES_TEST_STRICT": "1"}
    lenient = {**strict, "ACTIVITIES_TEST_STRICT": ""}
    for settings, code in ((lenient, 0), (strict, 1)):
        done = subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout
    assert "1 skipped, which counts as failed" in done.stdout
