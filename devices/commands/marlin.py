"""Tell a Marlin printer: temperatures, homing, one numbered line with XOR checksum, emergency stop.

A line is answered by `ok`, `Error:` or `Resend:`; `N<number> <line>*<xor of all bytes before the star>` is checked by
the firmware. `M110 N0` sets its line counter first, so that one line can be sent at any time.
"""

from __future__ import annotations

from devices.checksum import xor_of
from devices.commands.fields import Values, line_of, number, whole_lines
from devices.labels import say
from devices.values import CommandField, CommandSpec, Params

_NOZZLE = CommandField("target", say("Target", "Sollwert", "目标温度"), "number", "°C", low=0.0, high=300.0)
_BED = CommandField("target", say("Target", "Sollwert", "目标温度"), "number", "°C", low=0.0, high=120.0)
_AXES = CommandField(
    "axes",
    say("Axes", "Achsen", "轴"),
    "choice",
    default="",
    choices={
        "": say("all", "alle", "全部"),
        "X": say("X", "X", "X"),
        "Y": say("Y", "Y", "Y"),
        "Z": say("Z", "Z", "Z"),
    },
)
_LINE = CommandField("line", say("Line of G-code", "G-Code-Zeile", "G 代码行"), "text", default="M115", longest=80)


def numbered(count: int, line: str) -> bytes:
    """Return a line with its number and checksum."""
    body = f"N{count} {line}".encode("ascii")
    return body + f"*{xor_of(body)}\n".encode()


def judge(request: bytes, reply: bytes) -> bool | None:
    """Say whether every line of the request was taken."""
    lines = whole_lines(reply)
    if any(line.startswith((b"Error:", b"Resend:", b"!!")) for line in lines):
        return False
    return sum(line.startswith(b"ok") for line in lines) >= request.count(b"\n") or None


def _line(params: Params, values: Values) -> bytes:
    """Encode one line of G-code; a comment or a star of its own is refused with ValueError."""
    return numbered(0, "M110 N0") + numbered(1, line_of(values, "*;"))


def _degrees(values: Values) -> str:
    return f"{number(values, 'target'):g}"


COMMANDS = (
    CommandSpec(
        "nozzle", say("Nozzle temperature", "Düsentemperatur", "喷嘴温度"),
        lambda params, values: f"M104 S{_degrees(values)}\n".encode(), (_NOZZLE,), judge, timeout_s=2.0,
    ),
    CommandSpec(
        "bed", say("Bed temperature", "Betttemperatur", "热床温度"),
        lambda params, values: f"M140 S{_degrees(values)}\n".encode(), (_BED,), judge, timeout_s=2.0,
    ),
    CommandSpec(
        "home", say("Home", "Referenzfahrt", "回零"),
        lambda params, values: f"G28 {values['axes']}".strip().encode() + b"\n", (_AXES,), judge,
        timeout_s=60.0, min_interval_s=1.0, is_hazardous=True,
    ),
    CommandSpec(
        "line", say("Send a line", "Zeile senden", "发送一行"), _line, (_LINE,), judge, timeout_s=5.0,
    ),
    CommandSpec(
        "emergency_stop", say("Emergency stop of the printer", "Not-Stopp des Druckers", "打印机急停"),
        lambda params, values: b"M112\n", min_interval_s=1.0, is_hazardous=True,
    ),
)  # fmt: skip
