"""A lean load generator: raw HTTP/1.1 over kept connections to loopback, in a process of its own."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection
from time import perf_counter

PATIENCE = 60  # seconds without any answer


@dataclass(frozen=True)
class Job:
    """Send each request once or, with `seconds`, all of them over and over for so long."""

    port: int
    requests: list[bytes]
    connections: int
    seconds: float | None = None


@dataclass
class Outcome:
    """What came back; latencies in seconds. Status 0 is a connection that broke off."""

    elapsed: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.elapsed

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        return 1000 * sorted(self.latencies)[int(share * (len(self.latencies) - 1))]


def run(job: Job) -> Outcome:
    """Do the job in another process, so that ours does not compete with the measured server for this interpreter."""
    command = [sys.executable, "-c", "from bench.load import main; main()"]
    done = subprocess.run(command, input=pickle.dumps(job), stdout=subprocess.PIPE, check=True)
    outcome: Outcome = pickle.loads(done.stdout)
    return outcome


class Connection:
    """One kept connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self.head = b""
        self.missing: int | None = None
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.head, self.missing = b"", None
        self.sent_at = perf_counter()
        self.socket.sendall(request)

    def read(self) -> int | None:
        """Read on; the status once the answer is complete, 0 where it broke off. Of a body the octets are counted and
        not kept, so that a large one costs the measured server little of the machine."""
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionResetError:
            return 0
        if not data:
            return 0
        if self.missing is None:
            self.head += data
            length = _length(self.head)
            self.missing = None if length is None else length - len(self.head)
        else:
            self.missing -= len(data)
        return int(self.head[9:12]) if self.missing == 0 else None

    @property
    def is_over(self) -> bool:
        """Whether the server ends the connection after this answer, as waitress does after a 304."""
        return self.missing != 0 or b"\r\nconnection: close\r\n" in self.head.lower()


def _length(received: bytes) -> int | None:
    """Octets of the answer, head and body; None while its head is not complete."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = received[:end].lower()
    if head[9:12] == b"304":
        return end + 4
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if not found:
        raise ValueError(f"an answer without a length: {received[:end]!r}")
    return end + 4 + int(rest.split(b"\r\n", 1)[0])


def work(job: Job) -> Outcome:
    """Do the job here."""
    outcome, requests = Outcome(), cycle(job.requests) if job.seconds else iter(job.requests)
    started, until = perf_counter(), perf_counter() + (job.seconds or float("inf"))
    with DefaultSelector() as selector:
        for _, request in zip(range(job.connections), requests, strict=False):
            _open(selector, job.port, request)
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                outcome.statuses[0] += len(selector.get_map())
                break
            for key, _ in ready:
                connection = key.data
                status = connection.read()
                if status is None:
                    continue
                now = perf_counter()
                outcome.statuses[status] += 1
                outcome.latencies.append(now - connection.sent_at)
                following = next(requests, None) if now < until else None
                if following is not None and not connection.is_over:
                    connection.send(following)
                    continue
                selector.unregister(connection.socket)
                connection.socket.close()
                if following is not None:
                    _open(selector, job.port, following)
    outcome.elapsed = perf_counter() - started
    return outcome


def _open(selector: DefaultSelector, port: int, request: bytes) -> None:
    """Send the request on a connection of its own."""
    connection = Connection(port)
    connection.send(request)
    selector.register(connection.socket, EVENT_READ, connection)


def main() -> None:
    """From a pickled `Job` on the input to a pickled `Outcome` on the output."""
    sys.stdout.buffer.write(pickle.dumps(work(pickle.load(sys.stdin.buffer))))
