"""The three acts that every noun of the registry knows: add, edit, archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from center_app.core.access import Right, require
from center_app.core.changes import Changed
from center_app.core.db import Row, Work
from center_app.core.errors import Problem, ProblemsError, declare
from center_app.core.versions import advance, assign, columns, load

V = TypeVar("V")
TAKEN = declare(
    "registry.taken",
    "“{value}” is taken already.",
    "Choose another one, or edit the existing entry.",
)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise all problems at once, if there are any."""
    if problems:
        raise ProblemsError(problems)


def flush_unique(work: Work, field: str, value: str) -> None:
    """Write pending rows; a value that must be unique and is not raises ProblemsError TAKEN."""
    try:
        work.session.flush()
    except IntegrityError as error:
        raise ProblemsError([Problem(TAKEN, {"field": field, "value": value})]) from error


def add(work: Work, model: type[Row], draft: Any, view: Callable[[int], V], flag: Changed, unique: str = "") -> V:
    """Store a new row from a draft."""
    require(work.actor, Right.EDIT_REGISTRY)
    row: Any = model(**columns(draft))
    work.session.add(row)
    flush_unique(work, unique, str(getattr(draft, unique, "")))
    noun = model.__tablename__
    work.record(f"{noun}.add", f"{noun}:{row.id}", after=draft, changed=flag)
    return view(row.id)


def edit(
    work: Work,
    model: type[Row],
    row_id: int,
    version: int,
    draft: Any,
    view: Callable[[int], Any],
    flag: Changed,
    unique: str = "",
) -> Any:
    """Write a draft over a row that still has the version seen."""
    require(work.actor, Right.EDIT_REGISTRY)
    row = load(work, model, row_id)
    before = view(row_id).draft()
    advance(row, version, _subject(before), before, draft)
    assign(row, columns(draft))
    flush_unique(work, unique, str(getattr(draft, unique, "")))
    noun = model.__tablename__
    work.record(f"{noun}.edit", f"{noun}:{row_id}", before, draft, changed=flag)
    return view(row_id)


def set_archived(
    work: Work,
    model: type[Row],
    row_id: int,
    version: int,
    is_archived: bool,
    view: Callable[[int], V],
    flag: Changed,
) -> V:
    """Archive a row or bring it back; the two undo each other."""
    require(work.actor, Right.EDIT_REGISTRY)
    row: Any = load(work, model, row_id)
    advance(row, version, f"{model.__tablename__} {row_id}")
    row.is_archived = is_archived
    noun = model.__tablename__
    act = "archive" if is_archived else "restore"
    work.record(f"{noun}.{act}", f"{noun}:{row_id}", changed=flag)
    return view(row_id)


def _subject(draft: Any) -> str:
    return str(getattr(draft, "name", "") or getattr(draft, "code", "") or getattr(draft, "names", ""))
