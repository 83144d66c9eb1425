"""Text lines of people's own devices as messages: label:value, JSON, columns; what is no reading is "text"."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from devices.account import MALFORMED
from devices.decimals import number as read_number
from devices.json_text import flat_numbers
from devices.messages import Fields, Told, explain_lines, number, readable
from devices.values import Message, Params

_LONGEST_JSON = 16384


def explain_labels(pairs: Callable[[bytes], dict[str, float]]) -> Callable[[bytes, Params], list[Message]]:
    """Return a reader of lines whose numbers carry labels; all labels are told, named in the settings or not."""

    def read(line: bytes) -> Told:
        found = pairs(line)
        if all(map(math.isnan, found.values())):
            return "text", {}
        return "values", _columns(found)

    return lambda data, params: explain_lines(data, read, 1024)


def explain_json(data: bytes, params: Params) -> list[Message]:
    """Read JSON objects: numbers by dotted name, or why the line is refused."""

    def read(line: bytes) -> Told:
        found = flat_numbers(line)
        if isinstance(found, str):
            return ("object", {}, found) if found == MALFORMED else ("text", {})
        return "object", {name: number(value, 15) for name, value in found.items()}

    return explain_lines(data, read, _LONGEST_JSON)


def explain_columns(data: bytes, names: Sequence[str], separator: bytes, mark: bytes) -> list[Message]:
    """Read lines of numbers; an empty column is None with quality "not measured"."""

    def read(line: bytes) -> Told:
        tokens = line.split() if separator == b" " else line.split(separator)
        values = [read_number(token.replace(mark, b".")) for token in tokens]
        if all(value is None or math.isnan(value) for value in values):
            return "text", {}
        if None in values or len(values) != len(names):
            return "columns", {"columns": len(values)}, MALFORMED
        plain = [math.nan if value is None else value for value in values]
        return "columns", _columns(dict(zip(names, plain, strict=True)))

    return explain_lines(data, read)


def _columns(values: dict[str, float]) -> Fields:
    missing = {name: "not_measured" for name, value in values.items() if math.isnan(value)}
    fields: Fields = {name: number(value, 15) for name, value in values.items()}
    return fields | ({"quality": missing} if missing else {})


def quoted(token: bytes) -> str:
    """Return a text without the quotes around it."""
    text = readable(token).strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
