"""What can be wrong with a written profile: a code, the line, and what the sentence about it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_PROBLEMS = 50


@dataclass(frozen=True, order=True)
class ProfileProblem:
    """Name one problem: `line` counts from 1; `code` is declared with its sentence and next step by the centre."""

    line: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict, compare=False)


class ProfileRefused(ValueError):  # noqa: N818
    """Say that a text is no sound profile; `problems` are in order of their lines, at most fifty."""

    def __init__(self, problems: tuple[ProfileProblem, ...]) -> None:
        """Keep every problem."""
        super().__init__("; ".join(f"line {one.line}: {one.code} {dict(one.params)}" for one in problems[:5]))
        self.problems = problems


class Findings:
    """Gather problems while a text is read."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[ProfileProblem] = []

    def add(self, line: int, code: str, /, **params: object) -> None:
        """Note a problem; the same one twice on a line counts once."""
        problem = ProfileProblem(line, code, params)
        if len(self._found) < MOST_PROBLEMS and not any(problem == one and one.params == params for one in self._found):
            self._found.append(problem)

    def __bool__(self) -> bool:
        """Say whether anything is wrong."""
        return bool(self._found)

    def refuse(self) -> None:
        """Raise ProfileRefused when anything is wrong."""
        if self._found:
            raise ProfileRefused(tuple(sorted(self._found)))
