"""What is not a matter of time: (d) the memory that a workbook takes, (e) the octets of a first visit."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

from flask import Flask
from werkzeug.test import TestResponse

from bench.capture import Request, ask
from bench.pages import Page


def of(app: Flask, page: Page) -> Iterator[tuple[str, float, str]]:
    """The sizes that matter of a page: name, value, unit."""
    request = page.answer.request
    if page.name == "slots":
        yield "slots.first_visit", sum(first_visit(app, request).values()), "kB"
    if page.slow:
        yield f"{page.name}.memory", peak_memory(app, request), "MB"


def peak_memory(app: Flask, request: Request) -> float:
    """By how many MB what Python holds grows at most while it answers. To be asked of a process that is warm."""
    tracemalloc.start()
    try:
        with ask(app, request) as answer:
            for _ in answer.iter_encoded():
                pass
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def first_visit(app: Flask, page: Request) -> dict[str, float]:
    """The page and all that a browser with nothing in its cache loads for it: kB of each address, as served."""
    sizes: dict[str, float] = {}
    addresses = {page.path}
    while addresses:
        address = addresses.pop()
        with ask(app, Request(address, {**page.headers, "Accept-Encoding": "gzip"})) as answer:
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answers {answer.status}")
            sizes[address] = len(answer.get_data()) / 1000
        with ask(app, Request(address, page.headers)) as readable:
            addresses |= {urldefrag(urljoin(address, link)).url for link in _links(readable)} - set(sizes)
    return sizes


def _links(answer: TestResponse) -> Iterator[str]:
    """What a browser loads because of this page or style sheet."""
    if answer.mimetype == "text/html":
        yield from re.findall(r'<(?:link|use)\b[^>]* href="([^"]+)"', answer.text)
        yield from re.findall(r'<(?:script|img)\b[^>]* src="([^"]+)"', answer.text)
    elif answer.mimetype == "text/css":
        yield from re.findall(r"""url\(["']?(?!data:)([^"')]+)""", answer.text)
