"""Column types, the base of every table row, and schema parts that differ by database."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from center_app.core.labels import Label

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """Store aware datetimes: integer microseconds UTC on SQLite, timestamptz on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage of a database."""
        kind: TypeEngine[Any] = DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive datetimes and convert the rest."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime may not be stored")
        return value.astimezone(UTC) if dialect.name == "postgresql" else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware UTC datetime."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else from_micros(value)


def micros(moment: datetime) -> int:
    """Return microseconds since the Unix epoch, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """Return the aware UTC datetime of microseconds since the Unix epoch."""
    return _EPOCH + value * _MICROSECOND


class JsonColumn(TypeDecorator[Any]):
    """Store plain JSON values (jsonb on PostgreSQL)."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage of a database."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())


class LabelColumn(TypeDecorator[Label]):
    """Store a Label as JSON by language code."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage of a database."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Label | None, dialect: Dialect) -> Any:
        """Store the texts."""
        return None if value is None else dict(value.texts)

    def process_result_value(self, value: Any, dialect: Dialect) -> Label | None:
        """Return a Label."""
        return None if value is None else Label(value if isinstance(value, Mapping) else json.loads(value))


class Row(SQLModel):
    """Be the base of every table row; rows never leave their unit of work."""

    model_config = {"arbitrary_types_allowed": True}


DDL: dict[str, list[str]] = {"sqlite": [], "postgresql": []}


def ddl(*, sqlite: Sequence[str] = (), postgresql: Sequence[str] = ()) -> None:
    """Add statements that a fresh schema needs on one database: triggers, constraints."""
    for name, statements in (("sqlite", sqlite), ("postgresql", postgresql)):
        DDL[name] += [statement for statement in statements if statement not in DDL[name]]
