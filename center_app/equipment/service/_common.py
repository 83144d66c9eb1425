"""What the verbs of equipment share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from center_app.core.db import Work
from center_app.core.errors import Problem, ProblemsError, declare

CODE_TAKEN = declare(
    "equipment.code_taken",
    "The code “{code}” is taken already.",
    "Choose another code, or edit the existing entry.",
)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise all problems at once, if there are any."""
    if problems:
        raise ProblemsError(problems)


def flush_code(work: Work, code: str) -> None:
    """Write pending rows; a code that is taken raises ProblemsError CODE_TAKEN."""
    try:
        work.session.flush()
    except IntegrityError as error:
        raise ProblemsError([Problem(CODE_TAKEN, {"field": "code", "code": code})]) from error
