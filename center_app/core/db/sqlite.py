"""Choose the one SQLite library of this process and open files with it.

Two SQLite libraries in one process silently drop each other's locks, so nothing else imports one.
SQLite before 3.51.3 can corrupt a WAL file that two processes write (the WAL-reset bug).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from sqlite3 import Connection as Connection
else:
    Connection = Any

FIRST_SAFE = (3, 51, 3)


def _version(module: ModuleType) -> tuple[int, ...]:
    return tuple(int(part) for part in module.sqlite_version.split("."))


def _choose() -> ModuleType:
    """Return pysqlite3 where it is new enough, else the standard module when that is newer."""
    found = []
    for name in ("pysqlite3", "sqlite3"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if _version(module) >= FIRST_SAFE:
            return module
        found.append(module)
    return max(found, key=_version)


MODULE = _choose()
SQLITE_VERSION: str = MODULE.sqlite_version
SqliteError: type[Exception] = MODULE.Error


def is_safe_with_many_processes() -> bool:
    """Tell whether several processes may write one file with this library."""
    return _version(MODULE) >= FIRST_SAFE


def open_sqlite(
    path: Path | str,
    *,
    read_only: bool = False,
    immutable: bool = False,
    synchronous: str = "FULL",
    timeout_s: float = 5.0,
) -> Connection:
    """Open a SQLite file in autocommit mode, usable from the thread that owns it.

    `read_only` opens mode=rw with query_only (a read-only open of a WAL file fails after a crash)
    and never creates the file; `immutable` is for sealed files that nobody writes.
    """
    file = Path(path).absolute()
    query = "mode=ro&immutable=1" if immutable else "mode=rw" if read_only else "mode=rwc"
    link = MODULE.connect(
        f"file:{quote(str(file))}?{query}", uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
    )
    prepare(link, read_only=read_only or immutable, synchronous=synchronous)
    return link  # type: ignore[no-any-return]


def prepare(link: Any, *, read_only: bool, synchronous: str = "FULL") -> None:
    """Set the pragmas that every connection of ours has."""
    run = link.execute
    run("PRAGMA trusted_schema=OFF")
    run("PRAGMA cell_size_check=ON")
    run("PRAGMA mmap_size=0")
    run("PRAGMA foreign_keys=ON")
    if read_only:
        run("PRAGMA query_only=ON")
    else:
        run("PRAGMA journal_mode=WAL")
        run(f"PRAGMA synchronous={synchronous}")
