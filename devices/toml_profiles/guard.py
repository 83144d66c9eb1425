"""Bound a text before it is parsed, so that no text costs more than a moment."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from devices.toml_profiles.problems import ProfileProblem, ProfileRefused

MOST_BYTES = 128 * 1024
MOST_LINE = 20_000
MOST_DEPTH = 8
MOST_DOTS = 32
MOST_TABLES = 1024
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|#.*|[\[\]{}.]')
_PLACE = re.compile(r"^(.*?) ?\((?:at line (\d+), column \d+|at end of document)\)$", re.DOTALL)


def parsed(text: str) -> dict[str, Any]:
    """Return the TOML document; ProfileRefused with the line where it is no TOML, too large or too deep."""
    _bound(text)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        detail, line = _place(str(error), text)
        raise ProfileRefused((ProfileProblem(line, "syntax", {"detail": detail}),)) from None


def _place(said: str, text: str) -> tuple[str, int]:
    """Split the parser's message into what is wrong and the line."""
    match = _PLACE.match(said)
    if match is None:
        return said, 1
    return match[1], int(match[2]) if match[2] else text.count("\n") + 1


def _bound(text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise ProfileRefused((ProfileProblem(1, "too_large", {"size": size, "most": MOST_BYTES}),))
    depth = tables = 0
    for number, line in enumerate(text.splitlines(), 1):
        tables += line.lstrip().startswith("[")
        depth, deepest, dots = _shape(line, depth)
        if deepest > MOST_DEPTH or dots > MOST_DOTS or len(line) > MOST_LINE:
            raise ProfileRefused((ProfileProblem(number, "too_deep", {"most": MOST_DEPTH}),))
        if tables > MOST_TABLES:
            raise ProfileRefused((ProfileProblem(number, "too_many_tables", {"most": MOST_TABLES}),))


def _shape(line: str, depth: int) -> tuple[int, int, int]:
    """Return the bracket depth after a line, the deepest one in it, and its dots outside texts."""
    if len(line) > MOST_LINE:
        return depth, depth, 0
    deepest, dots = depth, 0
    for match in _TOKEN.finditer(line):
        token = match[0]
        if token == ".":
            dots += 1
        elif token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth = max(0, depth - 1)
    return depth, deepest, dots
