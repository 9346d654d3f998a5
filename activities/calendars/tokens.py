"""What the secret key is asked for: the tokens of feeds, derived so that the page can show them again and found by
their digest, and the names under which slots stand in feeds that say nothing of them."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from flask import current_app


def derive(nonce: str) -> str:
    """The token of a feed: 192 bits that nobody can compute from the database alone."""
    key = str(current_app.config["SETTINGS"].secret_key).encode()
    return urlsafe_b64encode(hmac.digest(key, b"feed " + nonce.encode(), sha256)[:24]).decode()


def veiled(uid: str) -> UUID:
    """What a slot is called where nobody may learn which one it is: its own UID stands in the activity's public feed,
    next to its title."""
    key = str(current_app.config["SETTINGS"].secret_key).encode()
    return UUID(bytes=hmac.digest(key, b"busy " + UUID(uid).bytes, sha256)[:16], version=4)


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
