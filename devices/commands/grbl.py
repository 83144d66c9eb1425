"""Tell a Grbl 1.1 controller: status, one line of G-code, hold, resume, reset, jog cancel, home, unlock.

A line is answered by `ok` or `error:n`; real-time bytes (`?`, `!`, `~`, 0x18, 0x85) act at once, wherever they stand,
and are therefore refused inside a line (gnea/grbl doc/markdown/interface.md, commands.md). A line holds at most 80
characters in the controller's buffer.
"""

from __future__ import annotations

from devices.commands.fields import Values, line_of, whole_lines
from devices.labels import say
from devices.values import CommandField, CommandSpec, Params

REAL_TIME = "?!~"
LONGEST = 78
_LINE = CommandField(
    "line", say("Line of G-code", "G-Code-Zeile", "G 代码行"), "text", default="G4 P0.1", longest=LONGEST
)


def judge_line(request: bytes, reply: bytes) -> bool | None:
    """Say whether the controller took a line."""
    for line in whole_lines(reply):
        if line == b"ok":
            return True
        if line.startswith((b"error:", b"ALARM:")):
            return False
    return None


def judge_status(request: bytes, reply: bytes) -> bool | None:
    """Say whether a status report has come."""
    return any(line.startswith(b"<") and line.endswith(b">") for line in whole_lines(reply)) or None


def judge_reset(request: bytes, reply: bytes) -> bool | None:
    """Say whether the controller has started anew."""
    return any(line.startswith(b"Grbl ") for line in whole_lines(reply)) or None


def _line(params: Params, values: Values) -> bytes:
    """Encode a line of G-code; settings (`$`) and real-time bytes are refused with ValueError."""
    return line_of(values, REAL_TIME + "$").encode("ascii") + b"\n"


COMMANDS = (
    CommandSpec(
        "line", say("Send a line", "Zeile senden", "发送一行"), _line, (_LINE,), judge_line, timeout_s=5.0
    ),
    CommandSpec(
        "hold", say("Feed hold", "Vorschub halt", "进给保持"), lambda params, values: b"!"
    ),
    CommandSpec(
        "resume", say("Resume", "Fortsetzen", "继续"), lambda params, values: b"~", is_hazardous=True
    ),
    CommandSpec(
        "jog_cancel", say("Cancel jogging", "Tippbetrieb abbrechen", "取消点动"), lambda params, values: b"\x85"
    ),
    CommandSpec(
        "status", say("Ask for the status", "Zustand abfragen", "查询状态"), lambda params, values: b"?",
        judge=judge_status,
    ),
    CommandSpec(
        "soft_reset", say("Soft reset", "Software-Reset", "软复位"), lambda params, values: b"\x18",
        judge=judge_reset, timeout_s=3.0, min_interval_s=1.0, is_hazardous=True,
    ),
    CommandSpec(
        "home", say("Home all axes", "Referenzfahrt", "全轴回零"), lambda params, values: b"$H\n",
        judge=judge_line, timeout_s=60.0, min_interval_s=1.0, is_hazardous=True,
    ),
    CommandSpec(
        "unlock", say("Unlock after an alarm", "Nach Alarm entsperren", "报警后解锁"), lambda params, values: b"$X\n",
        judge=judge_line, min_interval_s=1.0, is_hazardous=True,
    ),
)  # fmt: skip
