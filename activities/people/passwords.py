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
    return verify_and_update(password, hashed)[0]


def verify_and_update(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """As `verify`, and beside it a new hash where the stored one was made with other parameters than today's."""
    fits, better = HASHER.verify_and_update(password, hashed or _nobody())
    return (False, None) if hashed is None else (fits, better)


@cache
def _nobody() -> str:
    return HASHER.hash("nobody's password")
