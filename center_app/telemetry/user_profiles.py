"""Profiles that people write: save, remove and restore versions; keep this process's register up to date.

A change adds a version; recordings cite id and version, so an old recording decodes as it did when it was made.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Read, Work
from center_app.core.errors import PersonError, SurroundingsError
from center_app.telemetry import errors
from center_app.telemetry.models import DeviceProfile
from center_app.telemetry.profile_errors import PROFILE_CHANGED, PROFILE_FILE, refusal
from devices import profiles
from devices.profiles import OwnText
from devices.toml_profiles import ProfileRefused, compile_text, read_file
from devices.values import Profile

_VERSION = re.compile(r"^version[ \t]*=[ \t]*\d+", re.MULTILINE)
_LOCK = threading.Lock()
_seen: tuple[object, ...] = ()


@dataclass(frozen=True)
class WrittenProfile:
    """Show one version of a profile that somebody wrote; `set_at` aware UTC."""

    profile_id: str
    version: int
    text: str
    is_current: bool
    removed: bool
    set_at: datetime
    set_by: str


def checked(text: str) -> Profile:
    """Return the profile of a text; ProblemsError names every problem with its line."""
    try:
        return compile_text(text)
    except ProfileRefused as refused:
        raise refusal(refused) from None


def resolve(name_or_path: str) -> Profile:
    """Return a profile by id or from a TOML file; raises PersonError or, for an unreadable file, SurroundingsError."""
    if not name_or_path.lower().endswith(".toml"):
        try:
            return profiles.get(name_or_path)
        except profiles.ProfileUnknown:
            raise PersonError(errors.PROFILE_UNKNOWN, profile=name_or_path) from None
    return from_file(Path(name_or_path))


def from_file(path: Path) -> Profile:
    """Return the profile of a TOML file; ProblemsError names every problem, SurroundingsError an unreadable file."""
    try:
        return read_file(path)
    except ProfileRefused as refused:
        raise refusal(refused) from None
    except OSError as error:
        raise SurroundingsError(PROFILE_FILE, file=path.name, detail=error.strerror or "") from error


def save_profile(work: Work, text: str, based_on: int | None = None) -> WrittenProfile:
    """Save a text as a new version of its profile, in force at once; the same text again makes no new version.

    `based_on` is the version that was edited: another one in force meanwhile is refused with PersonError.
    """
    require(work.actor, Right.RECORD)
    profile = checked(text)
    rows = _rows(work.session, profile.id)
    current = next((row for row in rows if row.is_current), None)
    if based_on is not None and current is not None and current.version != based_on:
        raise PersonError(PROFILE_CHANGED, profile=profile.id)
    version = rows[-1].version + 1 if rows else 1
    if current is not None:
        if with_version(text, current.version) == current.source:
            return _view(current)
        current.is_current = False
        work.session.flush()
    row = work.add(DeviceProfile(
        profile_id=profile.id, version=version, source=with_version(text, version), set_at=work.now,
        set_by=work.actor.name,
    ))  # fmt: skip
    view = _view(row)
    before = {"version": current.version} if current else None
    work.record("telemetry.save_profile", f"profile {profile.id}", before, {"version": version, "text": view.text},
                changed=Changed.CELLS)  # fmt: skip
    return view


def remove_profile(work: Work, profile_id: str) -> WrittenProfile:
    """Take a profile out of force: its cells stop and say so, its recordings still decode."""
    require(work.actor, Right.RECORD)
    row = next((one for one in _rows(work.session, profile_id) if one.is_current), None)
    if row is None:
        raise PersonError(errors.PROFILE_UNKNOWN, profile=profile_id)
    row.is_current, row.removed = False, True
    work.record("telemetry.remove_profile", f"profile {profile_id}", {"version": row.version}, changed=Changed.CELLS)
    return _view(row)


def restore_profile(work: Work, profile_id: str, version: int | None = None) -> WrittenProfile:
    """Put the newest version, or the one named, in force again."""
    require(work.actor, Right.RECORD)
    rows = _rows(work.session, profile_id)
    wanted = [row for row in rows if version in (None, row.version)]
    if not wanted:
        raise PersonError(errors.PROFILE_UNKNOWN, profile=profile_id)
    before = next((row.version for row in rows if row.is_current), None)
    for row in rows:
        row.is_current = False
    row = wanted[-1]
    row.is_current, row.removed = True, False
    work.record("telemetry.restore_profile", f"profile {profile_id}", {"version": before}, {"version": row.version},
                changed=Changed.CELLS)  # fmt: skip
    return _view(row)


def written_profiles(read: Read, include_old: bool = False) -> list[WrittenProfile]:
    """Return the written profiles in force by id; every version, removed ones too, on request."""
    wanted = select(DeviceProfile).order_by(col(DeviceProfile.profile_id), col(DeviceProfile.version))
    if not include_old:
        wanted = wanted.where(col(DeviceProfile.is_current).is_(True))
    return [_view(row) for row in read.session.exec(wanted)]


def refresh(read: Read) -> None:
    """Bring this process's register of written profiles up to the database; one small statement when nothing changed.

    A centre of an older version, whose table is not there yet, has none.
    """
    global _seen
    try:
        state = _watermark(read.session)
    except DBAPIError:
        return
    with _LOCK:
        if state == _seen:
            return
        rows = written_profiles(read, include_old=True)
        profiles.set_own(tuple(OwnText(one.profile_id, one.version, one.text, one.is_current) for one in rows))
        _seen = state


def texts_in_force() -> tuple[OwnText, ...]:
    """Return the written profiles that this process knows to be in force, sorted by id."""
    return profiles.own_texts()


def text_of(profile: Profile) -> str | None:
    """Return the TOML text of a written profile, None for a shipped one."""
    return next((one.text for one in profiles.own_texts() if one.profile_id == profile.id), None)


def with_version(text: str, version: int) -> str:
    """Return the text with its version line set."""
    head, mark, rest = text.partition("\n[")
    line = f"version = {version}"
    if _VERSION.search(head):
        return _VERSION.sub(line, head, count=1) + mark + rest
    return re.sub(r"^(id[ \t]*=.*)$", rf"\1\n{line}", head, count=1, flags=re.MULTILINE) + mark + rest


def _watermark(session: Session) -> tuple[object, ...]:
    """Return what changes with every save, removal and restoring."""
    row = session.exec(
        select(
            func.count(), func.max(DeviceProfile.id),
            func.sum(col(DeviceProfile.id) * col(DeviceProfile.id)).filter(col(DeviceProfile.is_current).is_(True)),
        )
    ).one()  # fmt: skip
    return (str(session.get_bind().engine.url), *row)


def _rows(session: Session, profile_id: str) -> list[DeviceProfile]:
    wanted = select(DeviceProfile).where(col(DeviceProfile.profile_id) == profile_id)
    return list(session.exec(wanted.order_by(col(DeviceProfile.version))))


def _view(row: DeviceProfile) -> WrittenProfile:
    return WrittenProfile(
        row.profile_id, row.version, row.source, row.is_current, row.removed, row.set_at, row.set_by
    )  # fmt: skip
