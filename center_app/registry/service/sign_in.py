"""Sign people in on SQLite stores: Argon2id hashes, kept apart from the people they belong to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select

from center_app.core.access import Actor, Right, Role, require
from center_app.core.changes import Changed
from center_app.core.db import Read, Work
from center_app.core.errors import PersonError, declare
from center_app.core.passwords import check_strength, hash_password, is_right
from center_app.core.versions import load
from center_app.registry.models import Person, SignIn

WRONG = declare(
    "sign_in.wrong",
    "Login name and password do not fit.",
    "Check both; after several failures you have to wait a little.",
)
WAIT = declare(
    "sign_in.wait",
    "Too many failed attempts; the next one is possible in {wait}.",
    "Wait, or ask an administrator for a new password.",
)
_FREE_TRIES = 5
_PAUSE_S = 60


def set_password(work: Work, person_id: int, password: str) -> None:
    """Set a person's password; one's own, or any for an administrator."""
    if work.actor.person_id != person_id:
        require(work.actor, Right.ADMINISTER)
    check_strength(password)
    person = load(work, Person, person_id)
    row = work.session.get(SignIn, person_id) or SignIn(person_id=person_id, hashed="")
    row.hashed, row.failures, row.failed_at = hash_password(password), 0, None
    work.add(row)
    work.record("person.set_password", f"person:{person_id}", after=person.login, changed=Changed.NOTHING)


def sign_in(work: Work, login: str, password: str, desk: str) -> Actor | None:
    """Check a login and record it; None for a wrong one, PersonError WAIT after too many.

    A wrong attempt is counted and committed, therefore it does not raise: see `entered`.
    """
    person = work.session.exec(select(Person).where(Person.login == login)).first()
    row = work.session.get(SignIn, person.id) if person else None
    if row is not None:
        _hold_back(row, work.now)
    fits = is_right(row.hashed if row else "", password)
    if not fits or person is None or row is None or person.is_archived:
        if row is not None:
            row.failures, row.failed_at = row.failures + 1, work.now
        work.record("person.sign_in_failed", f"login:{login[:80]}", after={"desk": desk})
        return None
    row.failures, row.failed_at = 0, None
    work.record("person.sign_in", f"person:{person.id}", after={"desk": desk})
    return Actor(person.id or 0, person.name, Role(person.role), desk)


def entered(actor: Actor | None) -> Actor:
    """Return who signed in; raises PersonError WRONG for nobody."""
    if actor is None:
        raise PersonError(WRONG)
    return actor


def _hold_back(row: SignIn, now: datetime) -> None:
    if row.failures < _FREE_TRIES or row.failed_at is None:
        return
    wait = row.failed_at + timedelta(seconds=_PAUSE_S) - now
    if wait > timedelta(0):
        raise PersonError(WAIT, wait=wait)


def has_password(read: Read, person_id: int) -> bool:
    """Tell whether a person can sign in."""
    return read.session.get(SignIn, person_id) is not None
