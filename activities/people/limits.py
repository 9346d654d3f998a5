"""How often one may try: counted by the name that is tried and by the address that tries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter, RequestLimit
from flask_login import current_user

from activities.config import Settings
from activities.kit import security
from activities.people.queries import login_name

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def address() -> str:
    """Who asks. Of an IPv6 address the network counts: one host has as many addresses as it likes."""
    asking = ip_address(request.remote_addr or "127.0.0.1")
    return str(asking if asking.version == 4 else ip_network((asking, 64), strict=False))


def account() -> str:
    """The account that is tried, whether it exists or not, in a form that nobody can read out of the store."""
    return security.disguise(login_name(request.form.get("name", "")).casefold())


def person() -> str:
    return str(current_user.get_id())


def _hit(limit: RequestLimit) -> None:
    security.note("limit hit", endpoint=request.endpoint, limit=str(limit.limit))


def _failed(response: Any) -> bool:
    """A form that was refused, or an address that is none."""
    return response.status_code in (404, 422)


class ViewLimiter(Limiter):
    """Limits stand at the views that have them; the check before every request would look for others in vain, and cost
    a light answer an eighth of its time."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = ViewLimiter(address, strategy="moving-window", on_breach=_hit, in_memory_fallback_enabled=True)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    # A worker that finds no Redis counts for itself rather than shutting everyone out.
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url.replace("unix://", "redis+unix://") or "memory://"
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    limiter.init_app(app)


def failures(key: Callable[[], str], limit: str) -> Decorator:
    """At most so many refused forms, or addresses that are none, of one key."""
    return limiter.limit(limit, key_func=key, deduct_when=_failed)


def requests(key: Callable[[], str], limit: str) -> Decorator:
    """At most so many requests of one key."""
    return limiter.limit(limit, key_func=key)


@contextmanager
def at_least(seconds: float) -> Iterator[None]:
    """Take so long whatever happens inside, so that the time it took tells nothing."""
    began = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
