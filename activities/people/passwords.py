"""Passwords: argon2id, and the same time for those who do not exist."""

from __future__ import annotations

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def verify(password: str, hashed: str | None) -> bool:
    """Whether the password fits. Without a hash one is computed all the same, so that timing tells nothing."""
    if hashed is None:
        HASHER.verify(password, _nobody())
        return False
    return HASHER.verify(password, hashed)


@cache
def _nobody() -> str:
    return HASHER.hash("nobody's password")
