"""A real https server on this machine, with a certificate authority of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import Any

import trustme

from activities.timetables.fetching import Reach

LOOPBACK = ip_address("127.0.0.1")
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """`answers` by path; `asked` is what came: path and headers."""

    port: int
    ca: trustme.CA
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    closing: Event = field(default_factory=Event)

    def url(self, path: str = "/calendar.ics", host: str = "school.example") -> str:
        return f"https://{host}:{self.port}{path}"

    def reach(self, **changes: Any) -> Reach:
        """The names of this server lead to this machine, and nothing else of it is allowed."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        values: dict[str, Any] = {
            "resolve": self._resolve, "is_allowed": lambda address: address == LOOPBACK, "context": context,
            "seconds": 5.0,
        }  # fmt: skip
        return Reach(**values | changes)

    def _resolve(self, host: str, _seconds: float) -> list[str]:
        self.resolved.append(host)
        return ["10.0.0.1"] if host.startswith("inside") else ["127.0.0.1"]


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | named).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def serving() -> Iterator[Server]:
    ca = trustme.CA()
    certificate = ca.issue_cert("school.example", "elsewhere.example", "inside.example", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers)))
            server.answers.get(self.path, sends(b"", 404))(self)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

        def finish_request(self, request: Any, address: Any) -> None:
            with context.wrap_socket(request, server_side=True) as encrypted:
                super().finish_request(encrypted, address)

    listener = Quiet(("127.0.0.1", 0), Handler)
    server = Server(listener.server_port, ca)
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown()
        listener.server_close()
        thread.join()
