"""Addresses at which an offer is answered without logging in: signed when they are shown or mailed, and stored nowhere.
Each is good for one revision of one sign-up, and so it dies with the offer."""

from __future__ import annotations

from hashlib import sha256

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer


def token(sign_up_id: int, revision: int) -> str:
    return str(_signer().dumps([sign_up_id, revision]))


def read(token: str) -> tuple[int, int] | None:
    """The sign-up's id and revision, or None for anything that was not signed here."""
    try:
        sign_up_id, revision = _signer().loads(token)
        return int(sign_up_id), int(revision)
    except (BadData, ValueError, TypeError):
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"], salt="activities.signups.links", signer_kwargs={"digest_method": sha256}
    )
