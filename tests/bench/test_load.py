"""The load generator reads answers as servers send them."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from bench.load import Job, work

LARGE = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000000
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
LAST = b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"


class Server(socketserver.ThreadingTCPServer):
    """Answers GET /x with `answers[x]`, and ends the connection after those in `ending`."""

    allow_reuse_address = daemon_threads = True
    answers: dict[bytes, bytes] = {b"large": LARGE, b"unchanged": UNCHANGED, b"last": LAST, b"half": HALF}
    ending = (b"last", b"half")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.opened = 0


class Handler(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.opened += 1
        while (name := self.rfile.readline().strip()) and name not in self.server.ending:
            self.wfile.write(self.server.answers[name])
        self.wfile.write(self.server.answers.get(name, b""))


@contextmanager
def answering() -> Iterator[Server]:
    with Server() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def ask(names: list[bytes], connections: int = 1) -> tuple[dict[int, int], int]:
    """The statuses that came back, and how many connections it took."""
    with answering() as server:
        outcome = work(Job(server.server_address[1], [name + b"\n" for name in names], connections))
        assert len(outcome.latencies) == outcome.statuses.total()
        return dict(outcome.statuses), server.opened


def test_one_connection_is_kept() -> None:
    assert ask([b"large", b"unchanged", b"large", b"unchanged"]) == ({200: 2, 304: 2}, 1)


def test_a_connection_that_the_server_ends_is_opened_anew() -> None:
    assert ask([b"last", b"last", b"unchanged"]) == ({304: 3}, 3)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    assert ask([b"half", b"unchanged"]) == ({0: 1, 304: 1}, 2)


def test_each_request_is_sent_once_over_several_connections() -> None:
    assert ask([b"large"] * 10, connections=3) == ({200: 10}, 3)


def test_requests_are_repeated_for_some_time() -> None:
    with answering() as server:
        outcome = work(Job(server.server_address[1], [b"unchanged\n"], 2, seconds=0.2))
    assert outcome.statuses[304] == outcome.statuses.total() > 2
    assert outcome.elapsed == pytest.approx(0.2, abs=0.2)
