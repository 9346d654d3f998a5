"""What is kept, but may not be read from the database or a backup: sealed with a key that is made of the service's
secret, one for each purpose. With another SECRET_KEY it is lost."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from secrets import token_bytes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


NONCE = 12


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


def seal_bytes(content: bytes, secret: str, purpose: str) -> bytes:
    """The same for bytes, and without a word of when: what `seal` makes tells its second. As long as the content and 28
    more, and another text each time."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = token_bytes(NONCE)
    return nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, content, None)


def unseal_bytes(sealed: bytes, secret: str, purpose: str) -> bytes:
    """Raises SealedOtherwise."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_key(secret, purpose)).decrypt(sealed[:NONCE], sealed[NONCE:], None)
    except (InvalidTag, ValueError):  # ValueError: cut so short that it has no seal at all
        raise SealedOtherwise from None


def _box(secret: str, purpose: str) -> Fernet:
    # Only where something is sealed: the library is large.
    from cryptography.fernet import Fernet

    return Fernet(urlsafe_b64encode(_key(secret, purpose)))


def _key(secret: str, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())
