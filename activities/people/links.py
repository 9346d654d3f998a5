"""Addresses of invitations and resets: signed from the link's id when they are shown or mailed, and stored nowhere."""

from __future__ import annotations

from hashlib import sha256

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from activities.kit.address import absolute
from activities.people.models import AccessLink
from activities.people.rules import LinkPurpose


def token(link_id: int, purpose: LinkPurpose) -> str:
    return str(_signer().dumps([link_id, purpose]))


def read(token: str) -> tuple[int, LinkPurpose] | None:
    """The link's id and purpose, or None for anything that was not signed here."""
    try:
        link_id, purpose = _signer().loads(token)
        return int(link_id), LinkPurpose(purpose)
    except (BadData, ValueError, TypeError):
        return None


def address(link: AccessLink) -> str:
    """The whole address to hand over."""
    return absolute("people.enter", token=token(link.id, link.purpose))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"], salt="activities.people.links", signer_kwargs={"digest_method": sha256}
    )
