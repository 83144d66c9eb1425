"""Guard rows against lost updates: an edit names the version that it saw."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NoReturn, TypeVar

from center_app.core.db import Read, Row
from center_app.core.errors import ErrorCode, PersonError, declare

R = TypeVar("R", bound=Row)

GONE = declare(
    "row.gone",
    "What you chose ({subject}) does not exist.",
    "Refresh the list and choose another entry.",
)
STALE = declare(
    "row.stale",
    "“{subject}” was changed in the meantime.",
    "Look at the new values, then make your change again.",
)


@dataclass(frozen=True)
class Difference:
    """Set a field's present value beside the one that was about to be written."""

    field: str
    present: object
    proposed: object


class StaleError(PersonError):
    """Refuse an edit that was based on an older version, with what differs."""

    def __init__(
        self, subject: str, differences: tuple[Difference, ...], code: ErrorCode = STALE, **params: object
    ) -> None:
        super().__init__(code, subject=subject, **params)
        self.differences = differences


def load(read: Read, model: type[R], row_id: int | None, subject: str = "") -> R:
    """Return a row by number; raises PersonError GONE when there is none."""
    row = None if row_id is None else read.session.get(model, row_id)
    return gone(model, row_id, subject) if row is None else row


def gone(model: type[Row], row_id: int | None, subject: str = "") -> NoReturn:
    """Say that there is no such row."""
    raise PersonError(GONE, subject=subject or f"{model.__name__} {row_id}")


def differences(present: object, proposed: object) -> tuple[Difference, ...]:
    """Compare two drafts of one kind field by field."""
    if not (dataclasses.is_dataclass(present) and dataclasses.is_dataclass(proposed)):
        return ()
    pairs = [(f.name, getattr(present, f.name), getattr(proposed, f.name, None)) for f in dataclasses.fields(present)]
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def advance(row: Any, version: int, subject: str, present: object = None, proposed: object = None) -> None:
    """Raise the version of a row; raises StaleError when it is not the version that was seen."""
    if row.version != version:
        raise StaleError(subject, differences(present, proposed))
    row.version += 1


def columns(draft: object, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a draft's fields as column values; enums become their stored words."""
    if not dataclasses.is_dataclass(draft):
        raise TypeError("a draft is a dataclass")
    pairs = {f.name: getattr(draft, f.name) for f in dataclasses.fields(draft) if f.name not in without}
    return {name: value.value if isinstance(value, Enum) else value for name, value in pairs.items()}


def assign(row: Any, values: Mapping[str, Any]) -> None:
    """Write column values into a row."""
    for name, value in values.items():
        setattr(row, name, value)
