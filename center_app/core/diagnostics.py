"""Bundle what helps to find a fault, without secrets and without the centre's data."""

from __future__ import annotations

import json
import platform
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path

from center_app.core.db import SQLITE_VERSION
from center_app.core.doctor import Finding
from center_app.core.log import without_secrets

_LOG_TAIL_BYTES = 500_000


def bundle(target: Path, at: datetime, findings: Iterable[Finding], logs: Iterable[Path], store: Path | None) -> Path:
    """Write a zip with versions, findings, log tails and file sizes; returns it."""
    target.mkdir(parents=True, exist_ok=True)
    file = target / f"diagnostics-{at:%Y%m%dT%H%M%SZ}.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("versions.json", json.dumps(versions(), indent=1, sort_keys=True))
        archive.writestr(
            "doctor.json", without_secrets(json.dumps([asdict(f) for f in findings], indent=1, default=str))
        )
        archive.writestr("files.json", json.dumps(sizes(store), indent=1))
        for log in logs:
            archive.writestr(f"logs/{log.name}", without_secrets(_tail(log)))
    return file


def versions() -> dict[str, object]:
    """Return the versions of the system, Python, SQLite and every library."""
    installed = {entry.name: entry.version for entry in distributions() if entry.name}
    return {"python": sys.version, "system": platform.platform(), "sqlite": SQLITE_VERSION, "libraries": installed}


def sizes(store: Path | None) -> dict[str, int]:
    """Return the size in bytes of every file of a centre, by relative name."""
    if store is None or not store.exists():
        return {}
    return {str(path.relative_to(store)): path.stat().st_size for path in sorted(store.rglob("*")) if path.is_file()}


def _tail(log: Path) -> str:
    data = log.read_bytes()[-_LOG_TAIL_BYTES:]
    return data.decode("utf-8", errors="replace")
