"""Tokens of feeds: derived from the secret key, so that the page can show them again, and found by their digest."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from flask import current_app


def derive(nonce: str) -> str:
    """The token of a feed: 192 bits that nobody can compute from the database alone."""
    key = str(current_app.config["SETTINGS"].secret_key).encode()
    return urlsafe_b64encode(hmac.digest(key, b"feed " + nonce.encode(), sha256)[:24]).decode()


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
