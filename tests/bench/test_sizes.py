"""What a first visit loads, and what a workbook takes."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from bench.capture import Request
from bench.sizes import first_visit, peak_memory

PAGE = """<link rel="icon" href="/seal.svg"><link rel="stylesheet" href="css/look.css"><script src="/a.js"></script>
<img src="/seal.svg"><svg><use href="/seal.svg#one"/></svg><a href="/elsewhere">elsewhere</a>"""
STYLE = """@font-face { src: url(font.woff2); } p { background: url("data:image/svg+xml,x"); }"""


@pytest.fixture
def small() -> Flask:
    app = Flask(__name__, static_folder=None)
    files = {"seal.svg": "image/svg+xml", "css/look.css": "text/css", "a.js": "text/javascript", "css/font.woff2": ""}
    for name, kind in files.items():
        body = STYLE.encode() if kind == "text/css" else b"x" * 100
        app.add_url_rule(f"/{name}", name, lambda body=body, kind=kind: Response(body, mimetype=kind))
    app.add_url_rule("/", "page", lambda: PAGE)
    app.add_url_rule("/rows", "rows", lambda: Response(b"x" * 100_000 for _ in range(50)))
    app.add_url_rule("/whole", "whole", lambda: b"x" * 5_000_000)
    return app


def test_a_first_visit_loads_each_file_once(small: Flask) -> None:
    assert first_visit(small, Request("/")) == {
        "/": len(PAGE) / 1000, "/seal.svg": 0.1, "/css/look.css": len(STYLE) / 1000, "/a.js": 0.1,
        "/css/font.woff2": 0.1,
    }  # fmt: skip


def test_memory_is_that_of_the_answer_and_not_of_its_length(small: Flask) -> None:
    peak_memory(small, Request("/rows"))
    assert peak_memory(small, Request("/rows")) < 1
    assert peak_memory(small, Request("/whole")) > 5
