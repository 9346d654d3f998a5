"""Static files: addresses that change with the files, so that browsers may keep them for long, and small answers."""

from __future__ import annotations

import gzip
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for

TEXTS = {"text/css", "text/javascript", "image/svg+xml"}


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
    app.after_request(_compress)


def asset(filename: str, endpoint: str = "static") -> str:
    """The address of a static file, the application's own or a blueprint's."""
    return _address(request.script_root, endpoint, filename)


@cache
def _address(_: str, endpoint: str, filename: str) -> str:
    """Worked out once for each place at which the application is mounted: a page shows hundreds of icons."""
    owner = current_app if endpoint == "static" else current_app.blueprints[endpoint.rpartition(".")[0]]
    file = Path(str(owner.static_folder)) / filename
    return url_for(endpoint, filename=filename, v=sha256(file.read_bytes()).hexdigest()[:8])


def _compress(response: Response) -> Response:
    """Compress texts for whoever takes them: static files, and pages that hold no token. The length of a token and of
    what somebody put beside it, compressed together, would tell the one from the other (BREACH)."""
    is_static = request.endpoint is not None and request.endpoint.endswith("static")
    may = response.mimetype in TEXTS if is_static else response.mimetype == "text/html" and "csrf_token" not in g
    if response.status_code != 200 or not may:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.direct_passthrough = False
        octets = response.get_data()
        response.set_data(_kept(octets) if is_static else gzip.compress(octets, 4, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        if is_static:
            response.set_etag(response.get_etag()[0] or "", weak=True)  # the same file in other octets
    return response


@lru_cache(64)
def _kept(octets: bytes) -> bytes:
    return gzip.compress(octets, 9, mtime=0)
