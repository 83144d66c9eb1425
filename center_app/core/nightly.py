"""The nightly backup: made once a night by whoever runs then, the desk or a collector; seven are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from center_app.core import backup
from center_app.core.centre import centre
from center_app.core.db import Database
from center_app.core.db.filelock import FileLock
from center_app.core.log import topic

KEPT = 7
log = topic("backup")


def last_due(now: datetime, hour: int, zone: str) -> datetime:
    """Return the newest moment at which a backup was due, not after `now`."""
    local = now.astimezone(ZoneInfo(zone))
    due = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return due if due <= local else due - timedelta(days=1)


def newest(target: Path) -> datetime | None:
    """Return when the newest whole backup was begun."""
    found = sorted(path.name for path in target.glob("centre-*Z") if (path / backup.MANIFEST).exists())
    return datetime.strptime(found[-1] + "+0000", "centre-%Y%m%dT%H%M%SZ%z") if found else None


def is_due(database: Database, store: Path, now: datetime) -> bool:
    """Tell whether tonight's backup is still to be made; never for a demo or a centre younger than its first night."""
    found = database.read(centre)
    if found is None or found.backup_hour is None or found.is_demo:
        return False
    due = last_due(now, found.backup_hour, found.zone)
    last = newest(store / "backups")
    return due > found.created_at and (last is None or last < due)


def make(database: Database, store: Path, now: datetime) -> backup.BackupView | None:
    """Make the backup if it is due and nobody else is at it; older ones beyond seven go."""
    lock = FileLock(store / "backup.lock")
    if not lock.acquire(timeout_s=0.0):
        return None
    try:
        if not is_due(database, store, now):
            return None
        made = backup.back_up(database, store, store / "backups", now)
        gone = backup.prune(store / "backups", KEPT)
    finally:
        lock.release()
    log.info("nightly backup %s: %s files, %s older ones removed", made.folder.name, len(made.files), len(gone))
    return made
