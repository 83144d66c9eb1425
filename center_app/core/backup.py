"""Backups that are checked: copies by the database's own means, with hashes, restored only when whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from center_app.core.db import Database, SqliteError, open_sqlite
from center_app.core.errors import PersonError, SurroundingsError, declare

MANIFEST = "manifest.json"
BACKUP_DAMAGED = declare(
    "backup.damaged",
    "The backup is damaged: {file} ({detail}).",
    "Take another backup; this one was not used and nothing was changed.",
)
TARGET_TAKEN = declare(
    "backup.target_taken",
    "The folder {folder} already holds a centre.",
    "Restore into an empty folder, then compare and rename.",
)
NO_DUMP_TOOL = declare(
    "backup.no_dump_tool",
    "`{tool}` is not installed, so the server's data cannot be copied.",
    "Install the PostgreSQL client programs (package postgresql-client), then try again.",
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BackupFile:
    """Name one file of a backup with its size in bytes and SHA-256."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class BackupView:
    """Show a backup: where, when, its files, and rows by table of the centre's database."""

    folder: Path
    made_at: str
    files: tuple[BackupFile, ...]
    rows: dict[str, int]


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file that nobody writes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def back_up(
    database: Database,
    store: Path,
    target: Path,
    at: datetime,
    *,
    recordings: bool = True,
    progress: Progress | None = None,
) -> BackupView:
    """Copy a centre into a new folder below `target` and check the copy; works while others write."""
    folder = target / f"centre-{at:%Y%m%dT%H%M%SZ}"
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    sources = list(_sources(store, target, recordings))
    rows = _copy_database(database, part)
    for number, source in enumerate(sources):
        if progress:
            progress(str(source.relative_to(store)), number, len(sources))
        _copy_file(source, part / source.relative_to(store))
    files = tuple(_listed(part))
    made = BackupView(folder, at.isoformat(), files, rows)
    (part / MANIFEST).write_text(json.dumps({**asdict(made), "folder": folder.name}, indent=1), encoding="utf-8")
    check(part)
    part.rename(folder)
    return made


def _sources(store: Path, target: Path, recordings: bool) -> Iterator[Path]:
    """List what belongs to a centre besides its database."""
    kinds = ["evidence", "reports"] + (["telemetry"] if recordings else [])
    for kind in kinds:
        for path in sorted((store / kind).rglob("*")):
            if (
                path.is_file()
                and target not in path.parents
                and path.suffix not in (".lock", ".part")
                and not _is_wal(path)
            ):
                yield path


def _is_wal(path: Path) -> bool:
    return path.name.endswith(("-wal", "-shm", "-journal"))


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".db":
        _copy_sqlite(source, target)
    else:
        shutil.copy2(source, target)


def _copy_sqlite(source: Path, target: Path) -> None:
    reading = open_sqlite(source, read_only=True)
    writing = open_sqlite(target)
    try:
        reading.backup(writing, pages=2000, sleep=0.0)
        writing.execute("PRAGMA journal_mode=DELETE")
    finally:
        writing.close()
        reading.close()


def _copy_database(database: Database, part: Path) -> dict[str, int]:
    if database.path is not None:
        _copy_sqlite(database.path, part / "center.db")
        return _rows(part / "center.db")
    _run_tool("pg_dump", "--format=custom", f"--file={part / 'center.dump'}", _plain_url(database.url))
    return {}


def _plain_url(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def _run_tool(tool: str, *arguments: str) -> None:
    if shutil.which(tool) is None:
        raise SurroundingsError(NO_DUMP_TOOL, tool=tool)
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SurroundingsError(BACKUP_DAMAGED, file=tool, detail=done.stderr.strip()[:200])


def _rows(file: Path) -> dict[str, int]:
    link = open_sqlite(file, immutable=True)
    try:
        names = [row[0] for row in link.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: link.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    finally:
        link.close()


def _listed(folder: Path) -> Iterator[BackupFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST and not _is_wal(path):
            yield BackupFile(str(path.relative_to(folder)), path.stat().st_size, sha256_of(path))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a backup says of itself."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PersonError(BACKUP_DAMAGED, file=MANIFEST, detail=type(error).__name__) from error
    return dict(told)


def check(folder: Path) -> BackupView:
    """Check every file of a backup against its hash, and its databases for integrity; raises PersonError."""
    told = read_manifest(folder)
    files = tuple(BackupFile(**file) for file in told["files"])
    for file in files:
        _check_file(folder, file)
    if (folder / "center.db").exists() and _rows(folder / "center.db") != told["rows"]:
        raise PersonError(BACKUP_DAMAGED, file="center.db", detail="row counts differ")
    return BackupView(folder, told["made_at"], files, told["rows"])


def _check_file(folder: Path, file: BackupFile) -> None:
    path = folder / file.name
    if folder.resolve() not in path.resolve().parents:
        raise PersonError(BACKUP_DAMAGED, file=file.name, detail="outside the backup")
    if not path.is_file():
        raise PersonError(BACKUP_DAMAGED, file=file.name, detail="missing")
    if sha256_of(path) != file.sha256:
        raise PersonError(BACKUP_DAMAGED, file=file.name, detail="SHA-256 differs")
    if path.suffix == ".db" and not is_whole(path):
        raise PersonError(BACKUP_DAMAGED, file=file.name, detail="integrity check")


def is_whole(file: Path) -> bool:
    """Tell whether a SQLite file that nobody writes passes its integrity check."""
    try:
        link = open_sqlite(file, immutable=True)
        try:
            return bool(link.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
        finally:
            link.close()
    except SqliteError:
        return False


def restore(folder: Path, store: Path, url: str | None = None) -> BackupView:
    """Put a checked backup into an empty folder (and an empty server database, by URL)."""
    made = check(folder)
    if store.exists() and any(store.iterdir()):
        raise PersonError(TARGET_TAKEN, folder=str(store))
    part = store.with_name(store.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    for file in made.files:
        target = part / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / file.name, target)
    if url and (folder / "center.dump").exists():
        _run_tool(
            "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={_plain_url(url)}", str(folder / "center.dump")
        )
    if store.exists():
        store.rmdir()
    part.rename(store)
    return made


def prune(target: Path, keep: int) -> list[Path]:
    """Delete the oldest backups beyond a number; returns what went."""
    old = sorted(path for path in target.glob("centre-*") if (path / MANIFEST).exists())[: -keep or None]
    for path in old:
        shutil.rmtree(path)
    return old
