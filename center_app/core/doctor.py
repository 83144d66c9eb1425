"""Look at this computer and say what would go wrong, with the command that mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from center_app import front_door
from center_app.core.db import SQLITE_VERSION, Database, is_safe_with_many_processes
from center_app.core.errors import CenterError
from center_app.core.paths import RESOURCES
from center_app.core.text import N_

_TIGHT_BYTES = 5_000_000_000
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "sshfs", "fuse.sshfs"}


class Verdict(StrEnum):
    """Say how a check ended."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """Show one check: its name and text as message ids with parameters, and the command that mends it."""

    check: str
    verdict: Verdict
    text: str
    params: dict[str, object] = field(default_factory=dict)
    fix: str = ""


def examine(
    store: Path | None, database: Callable[[], Database] | None = None, needs_window: bool = True
) -> Iterator[Finding]:
    """Yield every finding; `database` opens the centre's database, `store` is its folder."""
    if needs_window:
        yield libraries()
        yield fonts()
    yield sqlite_library()
    if store is not None:
        yield folder_rights(store)
        yield file_system(store)
        yield disk_forecast(store)
    yield serial_permission()
    yield clock_synchronised()
    if database is not None:
        yield database_reach(database)


def libraries() -> Finding:
    """Check the system libraries that the window needs."""
    required, wished = front_door.missing_packages(False)
    if required or (wished and front_door.has_display()):
        names = " ".join([*required, *wished])
        return Finding(
            N_("Window libraries"), Verdict.BAD, N_("Missing: {names}"), {"names": names},
            f"sudo apt-get install --no-install-recommends {names}",
        )  # fmt: skip
    return Finding(N_("Window libraries"), Verdict.GOOD, N_("All are there"))


def fonts() -> Finding:
    """Check the font files for the screen and for reports."""
    lost = [name for name in ("Regular", "Bold") if not list((RESOURCES / "fonts").glob(f"*{name}.ttf"))]
    if lost:
        return Finding(
            N_("Fonts"), Verdict.BAD, N_("Missing in the program folder: {names}"), {"names": ", ".join(lost)},
            "git checkout -- resources/fonts",
        )  # fmt: skip
    return Finding(N_("Fonts"), Verdict.GOOD, N_("Noto Sans SC, regular and bold"))


def sqlite_library() -> Finding:
    """Check that the SQLite library is safe with several processes (WAL-reset bug before 3.51.3)."""
    if is_safe_with_many_processes():
        return Finding(N_("SQLite"), Verdict.GOOD, N_("Version {version}"), {"version": SQLITE_VERSION})
    return Finding(
        N_("SQLite"), Verdict.BAD,
        N_("Version {version} is safe with one program at a time only: record or edit, or use PostgreSQL"),
        {"version": SQLITE_VERSION}, f"{sys.executable} -m pip install pysqlite3",
    )  # fmt: skip


def folder_rights(store: Path) -> Finding:
    """Check that the centre's folder can be written."""
    if os.access(store, os.W_OK):
        return Finding(N_("Centre folder"), Verdict.GOOD, N_("{folder} can be written"), {"folder": str(store)})
    return Finding(
        N_("Centre folder"),
        Verdict.BAD,
        N_("{folder} cannot be written"),
        {"folder": str(store)},
        f"sudo chown -R $USER '{store}'",
    )


def file_system(store: Path) -> Finding:
    """Check that the centre's folder lies on a disk of this computer."""
    kind = _kind_of_file_system(store)
    if kind in _NETWORK_FILE_SYSTEMS:
        return Finding(
            N_("File system"), Verdict.BAD, N_("{kind} is a network file system; data may be damaged there"),
            {"kind": kind},
            "main.py init --store postgresql://…",
        )  # fmt: skip
    return Finding(N_("File system"), Verdict.GOOD, N_("Local disk ({kind})"), {"kind": kind or "?"})


def _kind_of_file_system(store: Path) -> str:
    """Return the type of the file system that holds a path, from the mount table."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8").splitlines():
        _, point, found, *_ = line.split(" ")
        if str(store.resolve()).startswith(point) and len(point) >= len(best):
            best, kind = point, found
    return kind


def disk_forecast(store: Path) -> Finding:
    """Check free space, and how long recording can go on at the rate of the last days."""
    free = shutil.disk_usage(store).free
    daily = _daily_bytes(store)
    days = free // daily if daily else None
    params: dict[str, object] = {"free": f"{free / 1e9:.0f} GB", "days": days if days is not None else "–"}
    if free < _TIGHT_BYTES or (days is not None and days < 14):
        text = N_("{free} free; recording fills the disk in {days} days")
        return Finding(N_("Disk"), Verdict.WARNING, text, params, f"du -sh '{store}/telemetry'/*/*.db")
    if days is None:
        return Finding(N_("Disk"), Verdict.GOOD, N_("{free} free; no recording yet"), params)
    return Finding(N_("Disk"), Verdict.GOOD, N_("{free} free, enough for {days} days of recording"), params)


def _daily_bytes(store: Path) -> int:
    """Return the mean size in bytes of the last seven days of recordings, all collectors together."""
    sizes: dict[str, int] = {}
    for file in (store / "telemetry").glob("*/????-??-??.db"):
        sizes[file.stem] = sizes.get(file.stem, 0) + file.stat().st_size
    newest = [sizes[day] for day in sorted(sizes)[-7:]]
    return sum(newest) // len(newest) if newest else 0


def serial_permission() -> Finding:
    """Check that this person may open serial ports (group dialout on Debian and Ubuntu)."""
    if not sys.platform.startswith("linux"):
        return Finding(N_("Serial ports"), Verdict.GOOD, N_("No special right is needed here"))
    import grp

    names = {grp.getgrgid(number).gr_name for number in os.getgroups() if _is_group(number)}
    if os.geteuid() == 0 or names & {"dialout", "uucp"}:
        return Finding(N_("Serial ports"), Verdict.GOOD, N_("Serial ports may be opened"))
    return Finding(
        N_("Serial ports"), Verdict.WARNING,
        N_("You are not in the group dialout, so serial ports stay closed to you"), {},
        "sudo usermod -aG dialout $USER   # then log out and in again",
    )  # fmt: skip


def _is_group(number: int) -> bool:
    import grp

    try:
        grp.getgrgid(number)
    except KeyError:
        return False
    return True


def clock_synchronised() -> Finding:
    """Check that the clock of this computer is kept right."""
    told = _timedatectl()
    if told == "yes":
        return Finding(N_("Clock"), Verdict.GOOD, N_("Synchronised"))
    if told == "no":
        return Finding(
            N_("Clock"),
            Verdict.WARNING,
            N_("Not synchronised: recorded times may be wrong"),
            {},
            "sudo timedatectl set-ntp true",
        )
    return Finding(
        N_("Clock"), Verdict.WARNING, N_("Cannot tell whether the clock is synchronised"), {}, "timedatectl status"
    )


def _timedatectl() -> str:
    if not shutil.which("timedatectl"):
        return ""
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip()
    except subprocess.TimeoutExpired:
        return ""


def database_reach(database: Callable[[], Database]) -> Finding:
    """Check that the centre's database answers and has this program's version."""
    from center_app.core import migrations

    try:
        found = database()
        is_current = migrations.check(found)
    except CenterError as error:
        return Finding(N_("Database"), Verdict.BAD, error.code.text, error.params, "main.py doctor --store …")
    if not is_current:
        return Finding(N_("Database"), Verdict.WARNING, N_("Reached, but of an older version"), {}, "main.py migrate")
    return Finding(N_("Database"), Verdict.GOOD, N_("Reached, version {version}"), {"version": migrations.HEAD})
