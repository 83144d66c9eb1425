"""Three kinds of failure: the person's, the surroundings', ours.

The first two carry a declared code with a translated sentence and a next step; the third is
logged whole and shown calmly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from center_app.core.access import Role
    from center_app.core.text import Words


@dataclass(frozen=True)
class ErrorCode:
    """Name one declared failure: dotted id, English sentence and next step as message ids."""

    id: str
    text: str
    step: str


CODES: dict[str, ErrorCode] = {}


def declare(id: str, text: str, step: str) -> ErrorCode:
    """Register a failure with its sentence and next step; a second text for one id is our bug."""
    code = ErrorCode(id, text, step)
    if CODES.setdefault(id, code) != code:
        raise ValueError(f"error code {id} is declared twice with different texts")
    return code


class CenterError(Exception):
    """Carry a declared code and its parameters; the language is chosen where it is shown."""

    def __init__(self, code: ErrorCode, /, **params: object) -> None:
        super().__init__(code.id)
        self.code = code
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        return f"{self.code.id}: {fill(self.code.text, self.params)}"


class PersonError(CenterError):
    """Report what a person can mend: input, permission, conflict."""


class SurroundingsError(CenterError):
    """Report what the surroundings refuse: a disk, a port, a server, a damaged file."""


class BugError(CenterError):
    """Report our own fault."""


@dataclass(frozen=True)
class Problem:
    """State one broken rule, with the roles that may waive it (empty: nobody)."""

    code: ErrorCode
    params: Mapping[str, object] = field(default_factory=dict)
    waivable_by: tuple[Role, ...] = ()


SEVERAL = declare(
    "input.several",
    "{count} things stand in the way.",
    "Mend them one by one; each is listed with what to do.",
)
UNEXPECTED = declare(
    "bug.unexpected",
    "Something went wrong inside the program ({detail}).",
    "Your last act was not saved. Try it again; if it returns, copy the details and send them to your administrator.",
)


class ProblemsError(PersonError):
    """Refuse an act with every problem at once."""

    def __init__(self, problems: Sequence[Problem], /, **params: object) -> None:
        first = problems[0]
        one = len(problems) == 1
        super().__init__(first.code if one else SEVERAL, **(dict(first.params) if one else {"count": len(problems)}))
        self.problems = tuple(problems)
        self.extra = params


def fill(text: str, params: Mapping[str, object]) -> str:
    """Put parameters into a sentence; a parameter that is missing shows as its name in braces."""
    return text.format_map(_Gaps(params))


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def describe(error: Exception | Problem, words: Words) -> tuple[str, str]:
    """Say an error in a language: the sentence and the next step."""
    if isinstance(error, CenterError | Problem):
        params = {name: words.value(value) for name, value in error.params.items()}
        return fill(words.text(error.code.text), params), fill(words.text(error.code.step), params)
    detail = type(error).__name__
    return fill(words.text(UNEXPECTED.text), {"detail": detail}), words.text(UNEXPECTED.step)
