"""Bring an older centre to this program's version, a backup first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from center_app.core import backup, migrations
from center_app.core.db import Database
from center_app.core.errors import PersonError


def bring_up(database: Database, folder: Path, at: datetime, *, as_owner: bool = False) -> bool:
    """Upgrade the schema where it is older; returns whether anything was done.

    A server is only upgraded by its owner (`main.py migrate`); a newer schema raises PersonError.
    """
    if migrations.check(database):
        return False
    found = migrations.version(database)
    if not database.is_sqlite and not as_owner:
        raise PersonError(migrations.OLDER_SERVER, found=found or "0", known=migrations.HEAD)
    if found is not None:
        backup.back_up(database, folder, folder / "backups", at, recordings=False)
    migrations.upgrade(database)
    return True
