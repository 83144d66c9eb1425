"""Tell a Robotiq 2F or Hand-E gripper: reset, activate, move, stop; each read back from its status registers.

Function 16 writes three registers from 0x03E8: rACT bit 0, rGTO bit 3 of the first byte, then position, speed and
force in bytes 3, 4 and 5 (instruction manual, section Modbus RTU). The status at 0x07D0 carries gACT, gGTO and the
echo of the requested position in the low byte of its second register.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.commands import modbus_writes as writes
from devices.commands.fields import Values, integer, number
from devices.labels import say
from devices.modbus import Read
from devices.values import CommandField, Params

UNIT, WRITE_AT = 9, 0x03E8
STATUS = Read(3, 0x07D0, 2)
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


def unit_of(params: Params) -> int:
    """Return the gripper's Modbus address."""
    return int(str(params.get("unit", UNIT)))


def request(action: int, position: int = 0, speed: int = 0, force: int = 0, unit: int = UNIT) -> bytes:
    """Return the request that writes the three output registers."""
    return writes.registers(unit, WRITE_AT, bytes((action, 0, 0, position, speed, force))).request


def position_of(params: Params, values: Values) -> int:
    """Return the position (0–255) that opens the fingers by a width in mm; ValueError beyond the stroke.

    Position and width are taken as proportional over the stroke, as the manual's table of the 2F-85 is within 2 mm.
    """
    stroke = float(str(params.get("stroke_mm", 85)))
    width = number(values, "width")
    if not 0 <= width <= stroke:
        raise ValueError(f"{width:g} mm > {stroke:g} mm")
    return round(255 * (stroke - width) / stroke)


def _act(action: int, mask: int) -> Callable[[Params, Values], writes.Write]:
    """Return the write of an action whose bits of `mask` are compared with the status."""

    def write(params: Params, values: Values) -> writes.Write:
        unit = unit_of(params)
        readback = writes.reads(unit, STATUS, bytes((action, 0, 0, 0)), bytes((mask, 0, 0, 0)))
        return writes.Write(request(action, unit=unit), readback)

    return write


def _move(position: int, params: Params, values: Values) -> writes.Write:
    """Return the write that moves the fingers; the status repeats the position asked for."""
    unit = unit_of(params)
    told = request(ACTIVE | GO, position, integer(values, "speed"), integer(values, "force"), unit)
    return writes.Write(
        told, writes.reads(unit, STATUS, bytes((ACTIVE | GO, 0, 0, position)), bytes((ACTIVE | GO, 0, 0, 0xFF)))
    )


COMMANDS = (
    writes.command(
        "move",
        say("Move to position", "Position anfahren", "移动到位置"),
        lambda params, values: _move(integer(values, "position"), params, values),
        (_POSITION, _SPEED, _FORCE),
        is_hazardous=False,
    ),
    writes.command(
        "open_to",
        say("Open to a width", "Auf Weite öffnen", "张开到指定宽度"),
        lambda params, values: _move(position_of(params, values), params, values),
        (_WIDTH, _SPEED, _FORCE),
        is_hazardous=False,
    ),
    writes.command("stop", say("Stop", "Anhalten", "停止"), _act(ACTIVE, ACTIVE | GO), is_hazardous=False),
    writes.command(
        "activate", say("Activate (the fingers move)", "Aktivieren (Finger bewegen sich)", "激活（夹爪会动作）"),
        _act(ACTIVE, ACTIVE),
    ),
    writes.command("reset", say("Reset", "Zurücksetzen", "复位"), _act(0, ACTIVE)),
)  # fmt: skip
