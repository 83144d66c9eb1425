"""The audit trail: every act in the same transaction as its change, each row bound to the last by SHA-256."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntFlag
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, Session, col, select

from center_app.core.access import Actor
from center_app.core.changes import Changed
from center_app.core.db.columns import JsonColumn, Row, UtcDateTime, ddl, micros
from center_app.core.labels import Label

GENESIS = "0" * 64


class AuditEntry(Row, table=True):
    """Store one act: gapless number, who, where, what, before and after, hash of the row before."""

    __tablename__ = "audit_entry"
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: int
    person: str
    desk: str
    action: str = Field(index=True)
    subject: str = Field(index=True)
    before: Any = Field(default=None, sa_type=JsonColumn)
    after: Any = Field(default=None, sa_type=JsonColumn)
    reason: str = ""
    changed: int = 0
    previous: str
    hash: str


_REFUSE = "RAISE(ABORT, 'the audit trail may not be changed')"
ddl(
    sqlite=[
        f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT {_REFUSE}; END",
        f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT {_REFUSE}; END",
    ],
    postgresql=[
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail may not be changed'; END $$",
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
    ],
)


@dataclass(frozen=True)
class AuditView:
    """Show one act of the audit trail."""

    seq: int
    at: datetime
    person_id: int
    person: str
    desk: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str
    changed: Changed
    previous: str
    hash: str


@dataclass(frozen=True)
class AuditHead:
    """Name the newest row of the trail; printed on every report, so that an old page pins the trail."""

    seq: int
    hash: str


def plain(value: object) -> Any:
    """Turn a view, draft or value into plain JSON: no floats for money, ISO times, sorted sets."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Enum) and not isinstance(value, IntFlag):
        return value.value
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else value
    if isinstance(value, Label):
        return dict(value.texts)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return _plain_other(value)


def _plain_other(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | Fraction | Path):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no plain form")


def canonical(value: object) -> bytes:
    """Return the one JSON spelling of a value: sorted keys, no blanks, UTF-8."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def row_hash(entry: AuditEntry | AuditView) -> str:
    """Return the SHA-256 over the canonical bytes of a row, the hash before it included."""
    told = [
        entry.seq, micros(entry.at), entry.person_id, entry.person, entry.desk, entry.action, entry.subject,
        entry.before, entry.after, entry.reason, int(entry.changed), entry.previous,
    ]  # fmt: skip
    return hashlib.sha256(canonical(told)).hexdigest()


def head(session: Session) -> AuditHead:
    """Return the newest row's number and hash; (0, zeros) for an empty trail."""
    found = session.exec(select(AuditEntry.seq, AuditEntry.hash).order_by(col(AuditEntry.seq).desc()).limit(1)).first()
    return AuditHead(*found) if found else AuditHead(0, GENESIS)


def append(
    session: Session,
    actor: Actor,
    at: datetime,
    action: str,
    subject: str,
    before: object,
    after: object,
    reason: str,
    changed: Changed,
) -> AuditEntry:
    """Add a row bound to the newest one; the caller holds the writer's lock."""
    newest = head(session)
    entry = AuditEntry(
        seq=newest.seq + 1,
        at=at,
        person_id=actor.person_id,
        person=actor.name,
        desk=actor.desk,
        action=action,
        subject=subject,
        before=plain(before),
        after=plain(after),
        reason=reason,
        changed=int(changed),
        previous=newest.hash,
        hash="",
    )
    entry.hash = row_hash(entry)
    session.add(entry)
    session.flush()
    return entry


def view(entry: AuditEntry) -> AuditView:
    """Return the view of a row."""
    names = [field.name for field in dataclasses.fields(AuditView) if field.name != "changed"]
    return AuditView(changed=Changed(entry.changed), **{name: getattr(entry, name) for name in names})


@dataclass(frozen=True)
class ChainVerdict:
    """Say whether a chain holds: rows checked, head, and the first bad row's number if any."""

    rows: int
    head: AuditHead
    first_bad: int | None = None
    reason: str = ""

    @property
    def is_intact(self) -> bool:
        """Tell whether every row is as it was written."""
        return self.first_bad is None


def verify(entries: Iterable[AuditView], anchor: AuditHead | None = None) -> ChainVerdict:
    """Recompute a chain from its first row; an anchor from a report reveals a cut or re-made chain."""
    previous, number, seen = GENESIS, 0, anchor is None or anchor.seq == 0
    for entry in entries:
        number += 1
        if entry.seq != number:
            return ChainVerdict(number, AuditHead(number - 1, previous), number, "missing")
        if entry.previous != previous:
            return ChainVerdict(number, AuditHead(number - 1, previous), number, "unbound")
        if row_hash(entry) != entry.hash:
            return ChainVerdict(number, AuditHead(number - 1, previous), number, "altered")
        if anchor and entry.seq == anchor.seq:
            if entry.hash != anchor.hash:
                return ChainVerdict(number, AuditHead(number, entry.hash), number, "remade")
            seen = True
        previous = entry.hash
    if not seen and anchor:
        return ChainVerdict(number, AuditHead(number, previous), number + 1, "cut")
    return ChainVerdict(number, AuditHead(number, previous))
