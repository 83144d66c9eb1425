"""A private PostgreSQL cluster from the installed server, for one test process."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def server_folder() -> Path | None:
    """Return the newest installed server's bin folder, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    anywhere = shutil.which("initdb")
    return Path(anywhere).parent if anywhere else None


def _owner() -> tuple[int, int] | None:
    """Return the unprivileged user to run as when we are root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return None


def _run(owner: tuple[int, int] | None, *command: str) -> None:
    extra: dict[str, object] = {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **extra)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"


@contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster on a socket of its own; yields the URL up to the database name."""
    server = server_folder()
    assert server is not None
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="cdpg-"))
    if owner:
        os.chown(folder, *owner)
    data = folder / "data"
    _run(
        owner,
        str(server / "initdb"),
        "-D",
        str(data),
        "-A",
        "trust",
        "-U",
        "centre",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    fast = "-c fsync=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=32MB"
    options = f"-k {folder} -c listen_addresses='' {fast}"
    _run(owner, str(server / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://centre@/{{name}}?host={folder}"
    finally:
        _run(owner, str(server / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
