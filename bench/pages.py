"""What is asked for again and again and replayed by the floor: (b) finding a slot, (c) feeds, (d) reviews, board."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flask import Flask

from activities.calendars import service
from activities.kit import clock
from bench.capture import Answer, Request, capture, log_in
from bench.data import School
from bench.forgetful import forgetting


@dataclass(frozen=True)
class Page:
    """One figure: an answer to replay, or to join from pieces in memory if it is `joined`. It is asked of one `process`
    of `stage.Ports`, and by one client alone if it is `slow`."""

    name: str
    answer: Answer
    joined: bool = False
    process: str = "ours"
    slow: bool = False


def slots(app: Flask, school: School) -> Iterator[Page]:
    """A week of a thousand slots, fifty cards a page."""
    cookie, _ = log_in(app, [school.rushers[0]])[0]
    yield Page("slots", capture(app, Request(f"/slots?week={school.monday}", {"Cookie": cookie})))


def feeds(app: Flask, school: School) -> Iterator[Page]:
    """A person's feed and an activity's: unchanged; whole and kept by the process, found on disk, put together anew."""
    for events, (public_id, member_id) in school.feeds.items():
        with app.app_context():
            token = service.feed_of(member_id, clock.now())
        for whose, path in (("person", f"/calendars/{token}.ics"), ("activity", f"/activities/{public_id}.ics")):
            request, name = Request(path), f"feed.{whose}.{events}"
            kept = capture(app, request)
            tag = dict(kept.headers)["ETag"]
            yield Page(f"{name}.304", capture(app, replace(request, headers={"If-None-Match": tag})))
            yield Page(f"{name}.kept", kept, joined=True)
            yield Page(f"{name}.found", kept, joined=True, process="restarted")
            with forgetting(app):
                first = capture(app, request)
            yield Page(f"{name}.first", first, process="forgetful")


def reviews(app: Flask, school: School) -> Iterator[Page]:
    """The year's first hundred rows for the secretary of a hundred, a thousand and ten thousand members, and the
    workbook of all of them."""
    for members, member_id in sorted(school.secretaries.items()):
        headers, path = {"Cookie": log_in(app, [member_id])[0][0]}, f"/review/{school.year}"
        yield Page(f"review.{members}", capture(app, Request(path, headers)))
        yield Page(f"review.{members}.xlsx", capture(app, Request(f"{path}.xlsx", headers), warm=False), slow=True)


def board(app: Flask, school: School) -> Iterator[Page]:
    """The organizer's week: 46 posts on seven days, and what of them may stay empty."""
    cookie, _ = log_in(app, [school.organizer])[0]
    yield Page("board", capture(app, Request(f"/organize/board?week={school.monday}", {"Cookie": cookie})))


# By the beginning of their names.
PAGES: dict[str, Callable[[Flask, School], Iterator[Page]]] = {
    "slots": slots, "feed": feeds, "review": reviews, "board": board,
}  # fmt: skip
