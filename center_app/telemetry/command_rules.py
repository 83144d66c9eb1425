"""Check commands: pure functions from a declaration and given values to settled values and problems."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from center_app.core.errors import Problem
from center_app.core.labels import Label
from center_app.telemetry import command_errors as errors
from center_app.telemetry.command_values import LONGEST_LINE, MOST_PER_S
from devices.commands.fields import PRINTABLE
from devices.values import CommandField, CommandSpec, Params

Settled = tuple[Any, list[Problem]]
SHORTEST_S, LONGEST_S = 0.1, 60.0


@dataclass(frozen=True)
class Encoded:
    """Hold a checked command: every value settled, and the bytes that carry them."""

    values: Mapping[str, Any]
    data: bytes


def find(commands: Sequence[CommandSpec], key: str) -> CommandSpec | None:
    """Return the command of a key, None when the device has none of that name."""
    return next((spec for spec in commands if spec.key == key), None)


def check(spec: CommandSpec, params: Params, given: Mapping[str, Any]) -> tuple[Encoded | None, list[Problem]]:
    """Return the encoded command, or every problem of its values at once."""
    known = {field.key for field in spec.fields}
    names = ", ".join(sorted(known)) or "–"
    problems = [
        Problem(errors.FIELD_UNKNOWN, {"field": key, "known": names}) for key in sorted(set(given) - known)
    ]  # fmt: skip
    values: dict[str, Any] = {}
    for field in spec.fields:
        values[field.key], found = settle(field, given.get(field.key, field.default))
        problems += found
    if problems:
        return None, problems
    try:
        data = spec.encode(params, values)
        if spec.readback is not None:
            spec.readback(params, values)
    except ValueError as error:
        return None, [Problem(errors.CANNOT_ENCODE, {"detail": str(error)})]
    return Encoded(values, data), []


def settle(field: CommandField, given: Any) -> Settled:
    """Return one value as the command takes it, or what is wrong with it; texts of numbers are read."""
    return _KINDS[field.kind](field, given)


def _number(field: CommandField, given: Any) -> Settled:
    try:
        value = float(str(given).strip())
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return None, [_problem(errors.FIELD_NOT_A_NUMBER, field, given)]
    return value, _range(field, value)


def _integer(field: CommandField, given: Any) -> Settled:
    value, problems = _number(field, given)
    if problems:
        return None, problems
    if value != int(value):
        return None, [_problem(errors.FIELD_NOT_WHOLE, field, given)]
    return int(value), []


def _choice(field: CommandField, given: Any) -> Settled:
    choices = field.choices or {}
    for key in choices:
        if str(key) == str(given):
            return key, []
    return None, [_problem(errors.FIELD_NO_CHOICE, field, given, known=", ".join(str(key) for key in choices))]


def _text(field: CommandField, given: Any) -> Settled:
    text = str(given)
    if len(text) > field.longest:
        return None, [_problem(errors.FIELD_TOO_LONG, field, given, longest=field.longest)]
    if not set(text) <= PRINTABLE:
        return None, [_problem(errors.FIELD_NOT_PLAIN, field, given)]
    return text, []


_KINDS: Mapping[str, Callable[[CommandField, Any], Settled]] = {
    "number": _number, "integer": _integer, "choice": _choice, "text": _text,
}  # fmt: skip


def _range(field: CommandField, value: float) -> list[Problem]:
    low = -math.inf if field.low is None else field.low
    high = math.inf if field.high is None else field.high
    if low <= value <= high:
        return []
    return [
        _problem(errors.FIELD_OUT_OF_RANGE, field, value, low=f"{low:g}", high=f"{high:g}", unit=field.unit)
    ]  # fmt: skip


def _problem(code: Any, field: CommandField, given: Any, **more: object) -> Problem:
    return Problem(code, {"field": field.key, "name": Label(dict(field.label)), "given": str(given)[:40], **more})


def check_line(data: bytes) -> list[Problem]:
    """List what is wrong with a free console line."""
    if not data:
        return [Problem(errors.LINE_EMPTY)]
    return [Problem(errors.LINE_TOO_LONG, {"longest": LONGEST_LINE})] if len(data) > LONGEST_LINE else []


def check_expiry(expires_s: float) -> list[Problem]:
    """List what is wrong with the time within which a command must be carried out."""
    return [] if SHORTEST_S <= expires_s <= LONGEST_S else [Problem(errors.EXPIRES_WRONG)]


def wait_s(earlier: Sequence[tuple[str, float]], key: str, min_interval_s: float, now_s: float) -> float:
    """Return how long a command must wait, s; 0 when it may go now.

    `earlier` are (key, time in s) of the cell's commands, in any order: those of the same key lie at least
    `min_interval_s` before, and at most ten of any key within a second.
    """
    same = [at_s + min_interval_s - now_s for other, at_s in earlier if other == key]
    recent = sorted((at_s for _, at_s in earlier if now_s - at_s < 1.0), reverse=True)
    full = [recent[MOST_PER_S - 1] + 1.0 - now_s] if len(recent) >= MOST_PER_S else []
    return max(0.0, *same, *full, 0.0)


def is_in_time(asked_at: datetime, expires_s: float, now: datetime) -> bool:
    """Tell whether a request may still be carried out; one from the future is not trusted for longer either."""
    return abs((now - asked_at).total_seconds()) <= expires_s
