"""Addresses of calendars are as good as passwords, but must be read again to be fetched: they are sealed with a key
that is made of the service's secret, so that reading the database or a backup does not give them away. With another
SECRET_KEY they are lost and typed anew."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from activities.timetables.rules import AddressLost

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def seal(address: str, secret: str) -> str:
    return _box(secret).encrypt(address.encode()).decode()


def unseal(sealed: str, secret: str) -> str:
    """The address. Raises AddressLost where it was sealed with another secret."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(secret).decrypt(sealed).decode()
    except InvalidToken:
        raise AddressLost from None


def _box(secret: str) -> Fernet:
    # Only where an address is kept: the library is large.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(SHA256(), 32, salt=None, info=b"timetables.address").derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
