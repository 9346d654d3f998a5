"""Addresses of calendars are as good as passwords, but must be read again to be fetched: they are sealed. With another
SECRET_KEY they are lost and typed anew."""

from __future__ import annotations

from activities.kit import sealing
from activities.timetables.rules import AddressLost

PURPOSE = "timetables.address"


def seal(address: str, secret: str) -> str:
    return sealing.seal(address, secret, PURPOSE)


def unseal(sealed: str, secret: str) -> str:
    """The address. Raises AddressLost where it was sealed with another secret."""
    try:
        return sealing.unseal(sealed, secret, PURPOSE)
    except sealing.SealedOtherwise:
        raise AddressLost from None
