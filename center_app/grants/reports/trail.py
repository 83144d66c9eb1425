"""Recompute the audit trail of the centre, and read its head."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import col, select

from center_app.core import audit
from center_app.core.audit import AuditEntry, AuditHead, AuditView, ChainVerdict
from center_app.core.db import Read


def head(read: Read) -> AuditHead:
    """Return the newest entry's number and hash."""
    return audit.head(read.session)


def entries(read: Read) -> Iterator[AuditView]:
    """Yield the whole trail, oldest first, without keeping it in memory."""
    for entry in read.session.exec(select(AuditEntry).order_by(col(AuditEntry.seq)).execution_options(yield_per=1000)):
        yield audit.view(entry)


def verdict(read: Read, anchor: AuditHead | None = None) -> ChainVerdict:
    """Recompute the trail; an anchor from an older report reveals a cut or re-made one."""
    return audit.verify(entries(read), anchor)


def is_recorded(read: Read, snapshot_sha256: str) -> bool:
    """Tell whether the trail records a report that was built from a snapshot."""
    statement = select(AuditEntry).where(col(AuditEntry.action).in_(("report.build", "report.lock")))
    return any((entry.after or {}).get("snapshot_sha256") == snapshot_sha256 for entry in read.session.exec(statement))
