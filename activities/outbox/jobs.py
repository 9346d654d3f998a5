"""What is done again and again beside the requests: each room declares its own, the worker runs what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Verb = Callable[[datetime], object]


@dataclass(frozen=True)
class Job:
    """A verb to be run every so many seconds. It is given the present, may be run late, twice or by two workers at
    once, and must leave the same as if it had been run once and in time."""

    name: str
    seconds: float
    verb: Verb


JOBS: list[Job] = []


def every(seconds: float, name: str) -> Callable[[Verb], Verb]:
    """Declare the verb below as a job."""

    def declare(verb: Verb) -> Verb:
        JOBS.append(Job(name, seconds, verb))
        return verb

    return declare
