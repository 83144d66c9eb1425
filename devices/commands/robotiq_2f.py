"""Tell a Robotiq 2F or Hand-E gripper: reset, activate, move, stop; each read back from its status registers.

Function 16 writes three registers from 0x03E8: rACT bit 0, rGTO bit 3 of the first byte, then position, speed and
force in bytes 3, 4 and 5 (instruction manual, section Modbus RTU). The status at 0x07D0 carries gACT, gGTO and the
echo of the requested position in the low byte of its second register.
"""

from __future__ import annotations

from devices.commands import modbus_writes as writes
from devices.commands.fields import Values, integer, number
from devices.labels import say
from devices.values import CommandField, CommandSpec, Params, Readback

UNIT, WRITE_AT, READ_AT = 9, 0x03E8, 0x07D0
ACTIVE, GO = 0x01, 0x08
_SPEED = CommandField("speed", say("Speed", "Geschwindigkeit", "速度"), "integer", low=0, high=255, default=255)
_FORCE = CommandField("force", say("Force", "Kraft", "夹持力"), "integer", low=0, high=255, default=100)
_POSITION = CommandField(
    "position",
    say("Position (0 open, 255 closed)", "Position (0 offen, 255 geschlossen)", "位置（0 张开，255 闭合）"),
    "integer",
    low=0,
    high=255,
)
_WIDTH = CommandField("width", say("Opening", "Öffnung", "开口宽度"), "number", "mm", low=0.0, high=140.0, default=40.0)


def request(action: int, position: int = 0, speed: int = 0, force: int = 0) -> bytes:
    """Return the request that writes the three output registers."""
    return writes.write_registers(UNIT, WRITE_AT, bytes((action, 0, 0, position, speed, force)))


def position_of(params: Params, values: Values) -> int:
    """Return the position (0–255) that opens the fingers by a width in mm; ValueError beyond the stroke.

    Position and width are taken as proportional over the stroke, as the manual's table of the 2F-85 is within 2 mm.
    """
    stroke = float(str(params.get("stroke_mm", 85)))
    width = number(values, "width")
    if not 0 <= width <= stroke:
        raise ValueError(f"{width:g} mm > {stroke:g} mm")
    return round(255 * (stroke - width) / stroke)


def _status(bits: int, mask: int, position: int | None = None) -> Readback:
    told = bytes((bits, 0, 0, position or 0))
    return writes.reads_masked(UNIT, READ_AT, told, bytes((mask, 0, 0, 0 if position is None else 0xFF)))


def _move(params: Params, values: Values) -> bytes:
    return request(
        ACTIVE | GO, integer(values, "position"), integer(values, "speed"), integer(values, "force")
    )  # fmt: skip


def _open(params: Params, values: Values) -> bytes:
    return request(ACTIVE | GO, position_of(params, values), integer(values, "speed"), integer(values, "force"))


COMMANDS = (
    CommandSpec(
        "move",
        say("Move to position", "Position anfahren", "移动到位置"),
        _move,
        (_POSITION, _SPEED, _FORCE),
        writes.judge_write,
        readback=lambda params, values: _status(ACTIVE | GO, ACTIVE | GO, integer(values, "position")),
    ),
    CommandSpec(
        "open_to",
        say("Open to a width", "Auf Weite öffnen", "张开到指定宽度"),
        _open,
        (_WIDTH, _SPEED, _FORCE),
        writes.judge_write,
        readback=lambda params, values: _status(ACTIVE | GO, ACTIVE | GO, position_of(params, values)),
    ),
    CommandSpec(
        "stop",
        say("Stop", "Anhalten", "停止"),
        lambda params, values: request(ACTIVE),
        judge=writes.judge_write,
        readback=lambda params, values: _status(ACTIVE, ACTIVE | GO),
    ),
    CommandSpec(
        "activate",
        say("Activate (the fingers move)", "Aktivieren (Finger bewegen sich)", "激活（夹爪会动作）"),
        lambda params, values: request(ACTIVE),
        judge=writes.judge_write,
        is_hazardous=True,
        readback=lambda params, values: _status(ACTIVE, ACTIVE),
    ),
    CommandSpec(
        "reset",
        say("Reset", "Zurücksetzen", "复位"),
        lambda params, values: request(0),
        judge=writes.judge_write,
        is_hazardous=True,
        readback=lambda params, values: _status(0, ACTIVE),
    ),
)
