"""What is kept, but may not be read from the database or a backup: sealed with a key that is made of the service's
secret, one for each purpose. With another SECRET_KEY it is lost."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SealedOtherwise(Exception):  # noqa: N818 - an answer, not an error
    """It was sealed with another secret, or for another purpose."""


def seal(text: str, secret: str, purpose: str) -> str:
    return _box(secret, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, secret: str, purpose: str) -> str:
    """Raises SealedOtherwise."""
    from cryptography.fernet import InvalidToken

    try:
        return _box(secret, purpose).decrypt(sealed).decode()
    except InvalidToken:
        raise SealedOtherwise from None


def _box(secret: str, purpose: str) -> Fernet:
    # Only where something is sealed: the library is large.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
