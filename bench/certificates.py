"""(i) Certificates on paper: PDF a second, and what 500 of them in one zip cost in memory beyond the first 50."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from activities.certificates import archive, pdf
from activities.certificates.rules import Facts, Line, hash_of, new_code, number_of
from bench.results import Result

MANY, FIRST = 500, 50
PAGE_KB = 4
DAY = date(2026, 11, 25)


def certificates(database: str, scale: int) -> Iterator[Result]:
    """They are made of their snapshots alone, so that neither database nor scale matters."""
    began, size, early = perf_counter(), 0, 0
    for number, part in enumerate(archive.zipped(_files())):
        size += len(part)
        early = _memory() if number == FIRST else early
    seconds, grown = perf_counter() - began, _memory() - early
    if size < MANY * 10_000:
        raise RuntimeError(f"{MANY} certificates are {size} bytes")
    yield Result("certificates.pdf", database, scale, MANY / seconds, "1/s")
    yield Result("certificates.zip.memory", database, scale, grown / 1024, "MB")


def _files() -> Iterator[tuple[str, bytes]]:
    for count in range(1, MANY + 1):
        text = _snapshot(count)
        yield f"{count}.pdf", pdf.render(text, hash_of(text), new_code(), "https://activities.example.edu")


def _snapshot(count: int) -> str:
    lines = tuple(
        Line(f"第 {n} 项活动", "第一支部", n, 90 * n, DAY - timedelta(days=9 * n), DAY - timedelta(days=n))
        for n in range(1, 7)
    )
    return Facts(
        number=number_of(2026, count), school="管理学院", ledger="service", name=f"同学{count}", member=f"23{count:05}",
        unit="第一支部", first=DAY - timedelta(days=90), last=DAY, lines=lines, issuer="陈静", person="刘明",
        contact="经管楼 101", issued=DAY,
    ).frozen()  # fmt: skip


def _memory() -> int:
    """This process's present memory, in KB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_KB
