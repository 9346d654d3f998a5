"""The security log: one line an event on the logger `activities.security`, and never a secret in it."""

from __future__ import annotations

import hmac
import json
import logging
from hashlib import sha256

from flask import current_app, has_request_context, request

log = logging.getLogger("activities.security")
log.setLevel(logging.INFO)


def note(event: str, **facts: str | int | None) -> None:
    """Write `event address="…" fact="…"`. Values are quoted as JSON, so that what people type cannot forge a line."""
    if has_request_context():
        facts = {"address": request.remote_addr, **facts}
    said = " ".join(f"{name}={json.dumps(value)}" for name, value in facts.items())
    log.info("%s", f"{event} {said}".rstrip())


def disguise(typed: str) -> str:
    """A mark by which equal names are recognised and none is read: people type passwords into the wrong field."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, typed.encode("utf-8", "replace"), sha256).hex()[:12]
