"""How figures are judged and shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import results
from bench.results import Result, keep, publish, table

RATE = Result("slots", "sqlite", 1, 40.0, "1/s", 100.0, 6)
WAIT = Result("rush.p99", "sqlite", 1, 300.0, "ms", 150.0, errors=2)
SIZE = Result("slots.first_visit", "sqlite", 1, 108.2, "kB")


def test_more_answers_and_less_time_are_better() -> None:
    assert (RATE.ratio, WAIT.ratio, SIZE.ratio) == (0.4, 0.5, None)


def test_a_line_has_every_scale_beside_another() -> None:
    lines = table([RATE, Result("slots", "sqlite", 10, 39.0, "1/s", 100.0, 7), WAIT, SIZE]).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["figure", "database", "unit", "1×", "10×", "growth", "statements", "errors"]
    assert cells[2:] == [
        ["slots", "sqlite", "1/s", "40 : 100 = 40%", "39 : 100 = 39%", "1.03", "6, 7", "0"],
        ["rush.p99", "sqlite", "ms", "300 : 150 = 50%", "", "", "", "2"],
        ["slots.first_visit", "sqlite", "kB", "108", "", "", "", "0"],
    ]
    assert len({len(line) for line in lines}) == 1


def test_a_whole_run_replaces_the_figures_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs, kept = tmp_path / "benchmarks.md", tmp_path / "results.json"
    docs.write_text("# Benchmarks\n\n## Figures\nold\n", encoding="utf-8")
    monkeypatch.setattr(results, "DOCS", docs)
    monkeypatch.setattr(results, "RESULTS", kept)
    publish([RATE, SIZE])
    publish([RATE])
    text = docs.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\n## Figures\nTaken on ")
    assert "old" not in text
    assert text.endswith(table([RATE]) + "\n")
    assert json.loads(kept.read_text()) == [
        {
            "name": "slots", "database": "sqlite", "scale": 1, "value": 40.0, "unit": "1/s", "floor": 100.0,
            "ratio": 0.4, "statements": 6, "errors": 0,
        }
    ]  # fmt: skip


def test_a_section_takes_the_place_of_its_own_figures_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs, kept = tmp_path / "benchmarks.md", tmp_path / "results.json"
    docs.write_text("## Figures\n", encoding="utf-8")
    monkeypatch.setattr(results, "DOCS", docs)
    monkeypatch.setattr(results, "RESULTS", kept)
    keep([RATE, SIZE])
    keep([replace(RATE, value=50.0), WAIT])
    assert docs.read_text(encoding="utf-8").endswith(table([replace(RATE, value=50.0), SIZE, WAIT]) + "\n")


def test_the_documents_have_a_place_for_the_figures() -> None:
    assert results.DOCS.read_text(encoding="utf-8").count(results.FIGURES) == 1
