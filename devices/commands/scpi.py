"""Tell a SCPI instrument: set something and ask for its error queue, or query something.

IEEE 488.2 and SCPI-99: `SYSTem:ERRor?` answers `0,"No error"` when the last command was taken.
"""

from __future__ import annotations

import re

from devices.commands.fields import Values, line_of, whole_lines
from devices.labels import say
from devices.values import CommandField, CommandSpec, Params, Readback

_NO_ERROR = re.compile(rb"[+-]?0+\s*(?:,|$)")
_SET = CommandField("line", say("Command", "Befehl", "命令"), "text", default="VOLT 1.0", longest=120)
_QUERY = CommandField("line", say("Query", "Abfrage", "查询"), "text", default="*IDN?", longest=120)


def _set(params: Params, values: Values) -> bytes:
    """Encode a setting; a query is refused with ValueError, because its answer would be taken for another."""
    return line_of(values, "?").encode("ascii") + b"\n"


def _query(params: Params, values: Values) -> bytes:
    """Encode one query; a line without a question mark, or with several, is refused with ValueError."""
    line = line_of(values)
    if line.count("?") != 1 or ";" in line:
        raise ValueError("one question mark, no semicolon")
    return line.encode("ascii") + b"\n"


def judge_any_line(request: bytes, reply: bytes) -> bool | None:
    """Say whether a line has come."""
    return bool(whole_lines(reply)) or None


def judge_error(request: bytes, reply: bytes) -> bool | None:
    """Say whether the error queue was empty."""
    lines = whole_lines(reply)
    return bool(_NO_ERROR.match(lines[0])) if lines else None


COMMANDS = (
    CommandSpec(
        "set", say("Set (error queue asked after)", "Einstellen (mit Fehlerabfrage)", "设置（随后查询错误队列）"),
        _set, (_SET,), timeout_s=2.0, is_hazardous=True,
        readback=lambda params, values: Readback(b"SYST:ERR?\n", judge_error),
    ),
    CommandSpec("query", say("Query", "Abfragen", "查询"), _query, (_QUERY,), judge_any_line, timeout_s=2.0),
)  # fmt: skip
