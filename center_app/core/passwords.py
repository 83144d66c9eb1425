"""Passwords: Argon2id, no composition rules, at least twelve characters (NIST SP 800-63B, OWASP)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from center_app.core.errors import PersonError, declare

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_LENGTH = 12
TOO_SHORT = declare(
    "password.too_short",
    "The password has fewer than {minimum} characters.",
    "Choose a longer one; a few words in a row are easy to remember.",
)
TOO_COMMON = declare(
    "password.too_common",
    "This password is one of the first that anybody would try.",
    "Choose another one.",
)
_COMMON = frozenset(
    {"password1234", "123456789012", "qwertyuiopas", "administrator", "iloveyou1234", "passwordpassword"}
)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


def check_strength(password: str) -> None:
    """Refuse a password that is too short or among the commonest; raises PersonError."""
    if len(password) < MINIMUM_LENGTH:
        raise PersonError(TOO_SHORT, minimum=MINIMUM_LENGTH)
    if password.lower() in _COMMON or len(set(password)) < 4:
        raise PersonError(TOO_COMMON)


def hash_password(password: str) -> str:
    """Return the Argon2id hash with its parameters (64 MiB, 3 passes, 4 lanes)."""
    return _hasher().hash(password)


def is_right(hashed: str, password: str) -> bool:
    """Tell whether a password fits its hash; an unknown hash never fits and takes as long."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(hashed or _unknown(), password) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(hashed: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(hashed)


@lru_cache(maxsize=1)
def _unknown() -> str:
    return hash_password("nobody has this password")
