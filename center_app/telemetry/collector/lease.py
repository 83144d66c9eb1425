"""The lease of a collector in the centre's database, renewed every few seconds and read by every desk.

A heartbeat is no act of a person: it is written past the audit trail, by plain statements.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, delete, insert, select, update

from center_app.core.db import Work
from center_app.core.errors import PersonError
from center_app.telemetry import errors
from center_app.telemetry.models import CollectorLease

LEASE_S = 15.0
HEARTBEAT_S = 3.0


@dataclass(frozen=True)
class Holder:
    """Name the process that wants the lease."""

    name: str
    host: str
    pid: int

    @classmethod
    def here(cls, name: str) -> Holder:
        """Name this process."""
        return cls(name, socket.gethostname(), os.getpid())


def take(work: Work, who: Holder) -> None:
    """Take the lease; refused while another host's still holds (this host's lock is judged before)."""
    row = work.session.exec(select(CollectorLease).where(col(CollectorLease.name) == who.name)).first()
    if row is not None and row.host != who.host and row.lease_until > work.now:
        raise PersonError(errors.ALREADY_COLLECTING, name=who.name, holder=f"{row.host}, {row.pid}")
    values = {"host": who.host, "pid": who.pid, "started_at": work.now, "heartbeat_at": work.now,
              "lease_until": work.now + timedelta(seconds=LEASE_S)}  # fmt: skip
    if row is None:
        work.session.execute(insert(CollectorLease).values(name=who.name, version="", **values))
    else:
        work.session.execute(update(CollectorLease).where(col(CollectorLease.name) == who.name).values(**values))


def renew(work: Work, who: Holder) -> None:
    """Prolong the lease."""
    work.session.execute(
        update(CollectorLease)
        .where(col(CollectorLease.name) == who.name, col(CollectorLease.pid) == who.pid)
        .values(heartbeat_at=work.now, lease_until=work.now + timedelta(seconds=LEASE_S))
    )


def give_back(work: Work, who: Holder) -> None:
    """End the lease."""
    work.session.execute(
        delete(CollectorLease).where(col(CollectorLease.name) == who.name, col(CollectorLease.pid) == who.pid)
    )
