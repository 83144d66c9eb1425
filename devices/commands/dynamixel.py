"""Tell a Dynamixel X servo (protocol 2.0): torque and goal position, each read back.

Write (instruction 3) to torque enable (address 64, 1 byte) and goal position (116, 4 bytes, 4096 steps a turn); the
status that acknowledges a write is 11 bytes long. Source: ROBOTIS e-Manual, protocol 2.0 and XM430 control table.
"""

from __future__ import annotations

import struct

from devices.commands.fields import STATE, Values, integer, number
from devices.declared import DeclaredFramer
from devices.labels import say
from devices.readers.dynamixel import KIND, READ, STATUS, WRITE, packet, unpack
from devices.values import CommandField, CommandSpec, Params, Readback

TORQUE, GOAL = 64, 116
ALERT = 0x80
_SERVO = CommandField("servo", say("Servo number", "Servonummer", "舵机编号"), "integer", low=0, high=252, default=1)
_ANGLE = CommandField("angle", say("Angle", "Winkel", "角度"), "number", "°", low=0.0, high=360.0, default=180.0)


def status_of(servo: int, size: int, reply: bytes) -> bytes | None:
    """Return error byte and data of the first sound status of a servo with `size` data bytes, None without one."""
    framer = DeclaredFramer(KIND)
    for frame, _ in framer.feed(reply) + framer.flush():
        number_, instruction, data = unpack(frame)
        if (number_, instruction, len(data)) == (servo, STATUS, size + 1):
            return data
    return None


def judge(request: bytes, reply: bytes) -> bool | None:
    """Say whether the servo acknowledged a write without an error; its hardware alert bit is no error of the write."""
    data = status_of(request[4], 0, reply)
    return None if data is None else not data[0] & ~ALERT


def _reads(servo: int, address: int, data: bytes) -> Readback:
    def compare(request: bytes, reply: bytes) -> bool | None:
        found = status_of(servo, len(data), reply)
        return None if found is None else found[1:] == data

    return Readback(packet(servo, READ, struct.pack("<HH", address, len(data))), compare)


def _goal(values: Values) -> bytes:
    return struct.pack("<i", min(4095, round(number(values, "angle") * 4096 / 360)))


def _write(servo: int, address: int, data: bytes) -> bytes:
    return packet(servo, WRITE, struct.pack("<H", address) + data)


def _torque(values: Values) -> bytes:
    return bytes((integer(values, "state"),))


def _turn(params: Params, values: Values) -> bytes:
    return _write(integer(values, "servo"), GOAL, _goal(values))


def _switch(params: Params, values: Values) -> bytes:
    return _write(integer(values, "servo"), TORQUE, _torque(values))


COMMANDS = (
    CommandSpec(
        "goal_position", say("Turn to an angle", "Winkel anfahren", "转到角度"), _turn, (_SERVO, _ANGLE), judge,
        timeout_s=0.2, readback=lambda params, values: _reads(integer(values, "servo"), GOAL, _goal(values)),
    ),
    CommandSpec(
        "torque", say("Switch the torque", "Drehmoment schalten", "扭矩开关"), _switch, (_SERVO, STATE), judge,
        timeout_s=0.2, is_hazardous=True,
        readback=lambda params, values: _reads(integer(values, "servo"), TORQUE, _torque(values)),
    ),
)  # fmt: skip
