"""Files of evidence, kept by content: bytes lie under their SHA-256 in the store folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from center_app.core.errors import PersonError, SurroundingsError
from center_app.grants.errors import EVIDENCE_REFUSED, FILE_MISSING, FILE_TOO_BIG
from center_app.grants.values import StoredFile

LARGEST_BYTES = 64 * 1024 * 1024
_BLOCK = 1024 * 1024


def folder_of(store: Path) -> Path:
    """Return the folder that holds the bytes of evidence."""
    return store / "evidence"


def path_of(store: Path, sha256: str) -> Path:
    """Return where bytes of a hash lie."""
    return folder_of(store) / sha256[:2] / sha256


def put_file(store: Path, source: Path) -> StoredFile:
    """Store a file's bytes; raises PersonError when it cannot be read or is over 64 MiB."""
    try:
        size = source.stat().st_size
        if size > LARGEST_BYTES:
            raise PersonError(FILE_TOO_BIG, name=source.name, size=_mega(size), limit=_mega(LARGEST_BYTES))
        with source.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise PersonError(FILE_MISSING, name=source.name, detail=error.strerror or str(error)) from error
    return put_bytes(store, data, source.name)


def put_bytes(store: Path, data: bytes, name: str = "") -> StoredFile:
    """Store bytes, once; the size that counts is the one that arrived, not the one announced."""
    if len(data) > LARGEST_BYTES:
        raise PersonError(FILE_TOO_BIG, name=name, size=_mega(len(data)), limit=_mega(LARGEST_BYTES))
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(store, digest)
    if not path.exists():
        _write(path, data)
    return StoredFile(digest, len(data))


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SurroundingsError(EVIDENCE_REFUSED, detail=error.strerror or str(error)) from error


def read_bytes(store: Path, sha256: str) -> bytes | None:
    """Return the bytes of a hash as they lie there now, or None."""
    try:
        return path_of(store, sha256).read_bytes()
    except OSError:
        return None


def is_intact(store: Path, sha256: str) -> bool | None:
    """Tell whether the stored bytes still have their hash; None when they are not there."""
    try:
        digest = hashlib.sha256()
        with path_of(store, sha256).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest() == sha256


def _mega(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"
