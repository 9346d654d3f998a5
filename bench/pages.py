"""(b) The pages that are read, by name."""

from __future__ import annotations

from flask import Flask

from bench.capture import Answer, Request, capture, log_in
from bench.data import School


def pages(app: Flask, school: School) -> dict[str, Answer]:
    (cookie, _) = log_in(app, [school.rushers[0]])[0]
    return {"slots": capture(app, Request(f"/slots?week={school.monday}", {"Cookie": cookie}))}
