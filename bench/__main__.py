"""`python -m bench`: print the table and write `bench/results.json`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from bench import rush
from bench.capture import log_in
from bench.data import School
from bench.databases import filled, servers
from bench.floor import Script
from bench.pages import pages
from bench.results import Result, save, show
from bench.stage import Effort, Stage, plain_address, serve_both

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    options = _options()
    found: list[Result] = []
    with servers(options.databases) as addresses:
        for name, address in addresses.items():
            for scale in options.scales:
                print(f"{name}, scale {scale} …", file=sys.stderr)
                with filled(name, address, scale) as (app, school):
                    found += measure(app, school, name, scale, options)
    show(found)
    save(found, RESULTS)


def measure(app: Flask, school: School, database: str, scale: int, options: argparse.Namespace) -> Iterator[Result]:
    """All figures of one database: served by gunicorn and, at the first scale, by the default server too."""
    sessions, slots = log_in(app, list(school.rushers)), rush.Slots(app, school)
    signing = rush.captured(app, sessions, slots)
    shown = {name: answer for name, answer in pages(app, school).items() if _wanted(name, options)}
    script = Script(plain_address(app), signing["refused"], shown)
    for server in ("gunicorn", "waitress") if scale == options.scales[0] else ("gunicorn",):
        with serve_both(app, server, script) as (ours, floor):
            stage = Stage(database, scale, server, app, school, ours, floor, Effort(options.runs, options.seconds))
            if _wanted("rush", options):
                yield from rush.rush(stage, sessions, slots, signing)
                yield rush.full(stage, signing)
            for name, answer in shown.items():
                yield stage.replayed(name, answer)


def _wanted(name: str, options: argparse.Namespace) -> bool:
    return not options.only or name.startswith(options.only)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=_list, default=(), help="figures whose names start so, such as rush,slots")
    parser.add_argument("--databases", type=_list, default=("sqlite", "postgresql"))
    parser.add_argument("--scales", type=lambda text: [int(n) for n in _list(text)], default=[1, 10, 100])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each run of a page")
    parser.add_argument("--quick", action="store_true", help="one run at scale 1, for a first look")
    options = parser.parse_args()
    if options.quick:
        options.scales, options.runs, options.seconds = [1], 1, 1.0
    return options


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


if __name__ == "__main__":
    main()
