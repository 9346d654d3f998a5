"""Whom aid was for is sealed, so that nobody reads it in the database or a backup."""

from __future__ import annotations

from flask import current_app

from activities.goods.rules import RecipientLost
from activities.kit import sealing

PURPOSE = "goods.recipient"


def seal(recipient: str) -> str:
    return sealing.seal(recipient, _secret(), PURPOSE) if recipient else ""


def unseal(sealed: str) -> str:
    """Raises RecipientLost where it was sealed with another secret."""
    try:
        return sealing.unseal(sealed, _secret(), PURPOSE) if sealed else ""
    except sealing.SealedOtherwise:
        raise RecipientLost from None


def _secret() -> str:
    return str(current_app.config["SETTINGS"].secret_key)
