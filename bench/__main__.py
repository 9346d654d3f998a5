"""`python -m bench`: print the table. A whole run also writes `bench/results.json` and `docs/benchmarks.md`, section by
section; with `--keep` so does any other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from time import perf_counter, strftime
from typing import TypeAlias

from flask import Flask

from bench import rush, sizes
from bench.attendance import attendance
from bench.calendars import calendars, polling, subscriber
from bench.capture import log_in
from bench.certificates import certificates
from bench.data import School
from bench.databases import filled, servers
from bench.delivery import delivery
from bench.draws import draws
from bench.floor import Script
from bench.packets import packets
from bench.pages import PAGES, Page
from bench.promotion import promotion
from bench.results import Result, keep, publish, table
from bench.reviews import reviews
from bench.series import series
from bench.stage import Effort, Stage, plain_address, serve
from bench.trail import trail

DATABASES, SCALES = ("sqlite", "postgresql"), (1, 10, 100)


Sections: TypeAlias = Iterator[tuple[str, Iterable[Result]]]


def main() -> None:
    options = _options()
    found: list[Result] = []
    with servers(options.databases) as addresses:
        for name, address in addresses.items():
            for scale in options.scales:
                began = perf_counter()
                with filled(name, address, scale) as (app, school):
                    _say(f"{name} {scale}×: filled", began)
                    for section, results in measure(app, school, name, scale, options):
                        began = perf_counter()
                        measured = [_printed(result) for result in results]
                        _say(f"{name} {scale}×: {section}", began)
                        found += measured
                        if options.keep:
                            keep(measured)
    print(table(found))
    if _is_whole(options):  # without what is measured no more
        publish(found)
    if any(result.errors for result in found):
        sys.exit("There were errors: see the table.")


def _printed(result: Result) -> Result:
    print(result, file=sys.stderr)
    return result


def _say(what: str, began: float) -> None:
    """What has just been done, and how long it took."""
    print(f"{strftime('%H:%M:%S')} {what}, {perf_counter() - began:.0f} s", file=sys.stderr)


def measure(app: Flask, school: School, database: str, scale: int, options: argparse.Namespace) -> Sections:
    """All figures of one database, section by section: those of servers, and those that no server answers."""
    pages = [page for page in _pages(app, school, options) if _wanted(page.name, options)]
    if pages or _wanted("rush", options) or _polls(scale, options):
        # The default server is measured before the default database.
        both = database == "sqlite" and scale == options.scales[0]
        yield from _served(app, school, (database, scale), pages, options, ("gunicorn", "waitress")[: 1 + both])
    yield from _in_process(app, school, database, scale, options)
    found = ((page, size) for page in pages for size in sizes.of(app, page))
    yield "sizes", (Result(name, database, scale, value, unit) for _, (name, value, unit) in found)


def _served(
    app: Flask, school: School, where: tuple[str, int], pages: Sequence[Page], options: argparse.Namespace,
    each: Sequence[str],
) -> Sections:  # fmt: skip
    """What is asked of each of these servers. What a process keeps is no server's: it is asked of the first."""
    polls = _polls(where[1], options)
    sessions, slots = log_in(app, list(school.rushers)), rush.Slots(app, school)
    signing = rush.captured(app, sessions, slots)
    replayed = [*pages, *([subscriber(app, school)] if polls else ())]
    joined = frozenset(page.name for page in pages if page.joined)
    script = Script(plain_address(app), signing["refused"], {page.name: page.answer for page in replayed}, joined)
    for server in each:
        with serve(app, server, script) as ports:
            stage = Stage(*where, server, app, school, ports, Effort(options.runs, options.seconds))
            for variant in rush.BOTH:
                if _wanted(f"rush.{variant}", options):
                    yield f"rush.{variant}@{server}", rush.rush(stage, variant, sessions, slots, signing)
            if _wanted("rush.full", options):
                yield f"rush.full@{server}", rush.full(stage, signing)
            asked = [page for page in pages if server == each[0] or page.process == "ours"]
            for group, some in groupby(asked, lambda page: page.name.partition(".")[0]):
                yield f"{group}@{server}", map(stage.replayed, some)
            if server == each[0] and polls:
                yield "feed.polling", polling(stage)


def _polls(scale: int, options: argparse.Namespace) -> bool:
    """Subscribers look at nothing that grows."""
    return _wanted("feed.polling", options) and scale == options.scales[0]


def _in_process(app: Flask, school: School, database: str, scale: int, options: argparse.Namespace) -> Sections:
    """What no server answers; only at the first scale what looks at nothing that grows with it."""
    runs, first = options.runs, scale == options.scales[0]
    sections: list[tuple[str, bool, Iterable[Result]]] = [
        # Five thousand letters are many enough to be sent once.
        ("delivery", first, delivery(app, school, database, scale, runs=1)),
        ("series", True, series(app, database, scale, runs)),
        ("feed.activity", True, calendars(app, school, database, scale, runs)),
        ("draw", True, draws(app, database, scale, runs)),
        ("promotion", True, promotion(app, database, scale, runs)),
        ("certificates", first and database == options.databases[0], certificates(database, scale)),
        ("records", first, attendance(app, database, scale, runs, quick=options.quick)),
        ("reviews", True, reviews(app, school, database, scale, runs)),
        ("audit", first, trail(app, database, scale, runs, quick=options.quick)),
        ("packets", True, packets(app, school, database, scale, runs)),
    ]
    for name, is_due, results in sections:
        if is_due and _wanted(name, options):
            yield name, results


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
    parser.add_argument("--seconds", type=float, default=0.4, help="of each run of a page")
    parser.add_argument("--quick", action="store_true", help="one run, by default at scale 1, for a first look")
    parser.add_argument("--keep", action="store_true", help="keep these figures beside the others, as a whole run does")
    options = parser.parse_args()
    options.runs = 1 if options.quick else options.runs
    options.scales = options.scales or (SCALES[:1] if options.quick else SCALES)
    options.keep = options.keep or _is_whole(options)
    return options


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


if __name__ == "__main__":
    main()
