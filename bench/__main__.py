"""`python -m bench`: print the table; a whole run also writes `bench/results.json` and `docs/benchmarks.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from flask import Flask

from bench import rush, sizes
from bench.calendars import calendars, polling, subscriber
from bench.capture import log_in
from bench.certificates import certificates
from bench.data import School
from bench.databases import filled, servers
from bench.delivery import delivery
from bench.draws import draws
from bench.floor import Script
from bench.pages import PAGES, Page
from bench.promotion import promotion
from bench.results import Result, publish, table
from bench.series import series
from bench.stage import Effort, Stage, plain_address, serve
from bench.trail import trail

DATABASES, SCALES = ("sqlite", "postgresql"), (1, 10, 100)


def main() -> None:
    options = _options()
    found: list[Result] = []
    with servers(options.databases) as addresses:
        for name, address in addresses.items():
            for scale in options.scales:
                print(f"{name}: filling it, scale {scale}", file=sys.stderr)
                with filled(name, address, scale) as (app, school):
                    for result in measure(app, school, name, scale, options):
                        print(result, file=sys.stderr)
                        found.append(result)
    print(table(found))
    if _is_whole(options):
        publish(found)
    if any(result.errors for result in found):
        sys.exit("There were errors: see the table.")


def measure(app: Flask, school: School, database: str, scale: int, options: argparse.Namespace) -> Iterator[Result]:
    """All figures of one database: served by gunicorn and, at the first scale, by the default server too."""
    sessions, slots = log_in(app, list(school.rushers)), rush.Slots(app, school)
    signing = rush.captured(app, sessions, slots)
    pages = [page for page in _pages(app, school, options) if _wanted(page.name, options)]
    replayed = [*pages, *([subscriber(app, school)] if _polls(scale, options) else ())]
    joined = frozenset(page.name for page in pages if page.joined)
    script = Script(plain_address(app), signing["refused"], {page.name: page.answer for page in replayed}, joined)
    for server in ("gunicorn", "waitress") if scale == options.scales[0] else ("gunicorn",):
        with serve(app, server, script) as ports:
            stage = Stage(database, scale, server, app, school, ports, Effort(options.runs, options.seconds))
            for variant in rush.BOTH:
                if _wanted(f"rush.{variant}", options):
                    yield from rush.rush(stage, variant, sessions, slots, signing)
            if _wanted("rush.full", options):
                yield rush.full(stage, signing)
            for page in pages:
                yield stage.replayed(page)
            if server == "gunicorn" and _polls(scale, options):
                yield from polling(stage)
    yield from _in_process(app, school, database, scale, options)
    for page in pages:
        for name, value, unit in sizes.of(app, page):
            yield Result(name, database, scale, value, unit)


def _polls(scale: int, options: argparse.Namespace) -> bool:
    """Subscribers look at nothing that grows."""
    return _wanted("feed.polling", options) and scale == options.scales[0]


def _in_process(app: Flask, school: School, database: str, scale: int, options: argparse.Namespace) -> Iterator[Result]:
    """What no server answers."""
    if _wanted("delivery", options) and scale == options.scales[0]:  # it looks at nothing that grows
        yield from delivery(app, school, database, scale, options.runs)
    if _wanted("series", options):
        yield from series(app, database, scale, options.runs)
    if _wanted("feed.activity", options):
        yield from calendars(app, school, database, scale, options.runs)
    if _wanted("draw", options):
        yield from draws(app, database, scale, options.runs)
    if _wanted("promotion", options):
        yield from promotion(app, database, scale, options.runs)
    if _wanted("certificates", options) and scale == options.scales[0]:  # they look at no database
        yield from certificates(database, scale)
    if _wanted("audit", options) and scale == options.scales[0]:  # a million entries are as many at any scale
        yield from trail(app, database, scale, options.runs, quick=options.quick)


def _pages(app: Flask, school: School, options: argparse.Namespace) -> Iterator[Page]:
    for group, pages in PAGES.items():
        if _wanted(group, options):
            yield from pages(app, school)


def _wanted(name: str, options: argparse.Namespace) -> bool:
    """Whether this figure, or any whose name starts so, was asked for."""
    return not options.only or any(name.startswith(only) or only.startswith(name) for only in options.only)


def _is_whole(options: argparse.Namespace) -> bool:
    return not (options.quick or options.only) and (options.databases, options.scales) == (DATABASES, SCALES)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=_words, default=(), help="figures whose names start so, such as rush,slots")
    parser.add_argument("--databases", type=_words, default=DATABASES)
    parser.add_argument("--scales", type=lambda text: tuple(int(n) for n in _words(text)), help="by default 1,10,100")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.6, help="of each run of a page")
    parser.add_argument("--quick", action="store_true", help="one run, by default at scale 1, for a first look")
    options = parser.parse_args()
    options.runs = 1 if options.quick else options.runs
    options.scales = options.scales or (SCALES[:1] if options.quick else SCALES)
    return options


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


if __name__ == "__main__":
    main()
