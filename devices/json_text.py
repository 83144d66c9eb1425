"""Read one line of JSON strictly: bounded depth and size, no NaN, no duplicate keys."""

from __future__ import annotations

import json
import math
from typing import Any

from devices.account import MALFORMED, TEXT

DEEPEST = 16
MOST_VALUES = 512


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _depth(line: bytes) -> int:
    """Bound the nesting from above, strings included."""
    deepest = depth = 0
    for byte in line:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def flat_numbers(line: bytes) -> dict[str, float] | str:
    """Return the numbers of an object as "a.b.0" -> value, or why the line is discarded."""
    line = line.strip()
    if not line.startswith(b"{"):
        return TEXT
    if line.count(b"{") + line.count(b"[") > DEEPEST and _depth(line) > DEEPEST:
        return MALFORMED
    try:
        content = json.loads(line, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return MALFORMED
    found: dict[str, float] = {}
    return found if _flatten("", content, found) else MALFORMED


def _flatten(prefix: str, content: object, found: dict[str, float]) -> bool:
    """Collect numbers and truth values; say whether all are finite and not too many."""
    if isinstance(content, dict):
        return all(_flatten(f"{prefix}{key}.", value, found) for key, value in content.items())
    if isinstance(content, list):
        return all(_flatten(f"{prefix}{index}.", value, found) for index, value in enumerate(content))
    if isinstance(content, (bool, int, float)):
        return _keep(prefix[:-1], content, found)
    return True


def _keep(key: str, number: float, found: dict[str, float]) -> bool:
    try:
        value = float(number)
    except OverflowError:
        return False
    found[key] = value
    return math.isfinite(value) and len(found) <= MOST_VALUES
