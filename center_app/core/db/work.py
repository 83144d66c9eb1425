"""Units of work: one transaction, one actor, one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from center_app.core import audit
from center_app.core.access import Actor
from center_app.core.changes import Changed
from center_app.core.clock import Clock
from center_app.core.db.columns import Row

R = TypeVar("R", bound=Row)


@dataclass
class Read:
    """Give a query its session and the moment it asks at."""

    session: Session
    clock: Clock
    now: datetime


@dataclass
class Work(Read):
    """Give a verb its session, actor and moment; everything in it commits or nothing does."""

    actor: Actor
    changed: Changed = Changed.NOTHING
    entries: list[int] = field(default_factory=list)

    def add(self, row: R) -> R:
        """Store a new row and return it with its number."""
        self.session.add(row)
        self.session.flush()
        return row

    def record(
        self,
        action: str,
        subject: str,
        before: object = None,
        after: object = None,
        reason: str = "",
        changed: Changed = Changed.NOTHING,
    ) -> int:
        """Write the audit row of this act and return its number; each verb does it exactly once."""
        self.session.flush()
        entry = audit.append(self.session, self.actor, self.now, action, subject, before, after, reason, changed)
        self.changed |= changed
        self.entries.append(entry.seq)
        return entry.seq
