"""Write registers and coils of a Modbus RTU unit, read back and compared: for any device on the bus."""

from __future__ import annotations

import struct

from devices.commands import modbus_writes as writes
from devices.commands.fields import ADDRESS, STATE, UNIT, Values, integer, number
from devices.labels import say
from devices.values import CommandField

_KINDS = {"f4": ">f", "i4": ">i", "u4": ">I"}
_ORDERS = {"ABCD": (0, 1, 2, 3), "CDAB": (2, 3, 0, 1), "BADC": (1, 0, 3, 2), "DCBA": (3, 2, 1, 0)}
MOST_COILS = 64
_REGISTER = CommandField("value", say("Value", "Wert", "值"), "integer", low=-32768, high=65535)
_COILS = CommandField(
    "states",
    say(
        "States, first coil first (0 and 1)",
        "Zustände, erster Ausgang zuerst (0 und 1)",
        "状态，自首个线圈起（0 与 1）",
    ),
    "text",
    default="",
    longest=MOST_COILS,
)
_KIND = CommandField(
    "kind",
    say("Type", "Typ", "类型"),
    "choice",
    default="f4",
    choices={
        "f4": say("32-bit float", "Gleitkomma 32 Bit", "32 位浮点"),
        "i4": say("32-bit integer, signed", "Ganzzahl 32 Bit mit Vorzeichen", "32 位有符号整数"),
        "u4": say("32-bit integer, unsigned", "Ganzzahl 32 Bit ohne Vorzeichen", "32 位无符号整数"),
    },
)
_ORDER = CommandField(
    "order",
    say("Word order", "Wortreihenfolge", "字序"),
    "choice",
    default="ABCD",
    choices={order: say(order, order, order) for order in _ORDERS},
)
_WIDE = CommandField("value", say("Value", "Wert", "值"), "number", low=-3.4e38, high=3.4e38)


def _place(values: Values) -> tuple[int, int]:
    return integer(values, "unit"), integer(values, "address")


def _wide(values: Values) -> bytes:
    """Return the four bytes of a 32-bit value in its word order; ValueError when it does not fit its type."""
    kind, value = str(values["kind"]), number(values, "value")
    if kind != "f4" and value != int(value):
        raise ValueError(f"{value:g} is no whole number")
    try:
        raw = struct.pack(_KINDS[kind], value if kind == "f4" else int(value))
    except (struct.error, OverflowError) as error:
        raise ValueError(str(error)) from error
    return bytes(raw[at] for at in _ORDERS[str(values["order"])])


def _states(values: Values) -> list[bool]:
    text = str(values["states"]).replace(" ", "")
    if not text or set(text) - {"0", "1"}:
        raise ValueError("write 0 and 1, as in 1010")
    return [letter == "1" for letter in text]


COMMANDS = (
    writes.command(
        "write_register",
        say("Write a register", "Register schreiben", "写寄存器"),
        lambda params, values: writes.register(*_place(values), integer(values, "value")),
        (UNIT, ADDRESS, _REGISTER),
    ),
    writes.command(
        "write_value",
        say("Write a 32-bit value", "32-Bit-Wert schreiben", "写 32 位数值"),
        lambda params, values: writes.registers(*_place(values), _wide(values)),
        (UNIT, ADDRESS, _KIND, _ORDER, _WIDE),
    ),
    writes.command(
        "write_coil",
        say("Switch a coil", "Ausgang schalten", "写线圈"),
        lambda params, values: writes.coil(*_place(values), bool(integer(values, "state"))),
        (UNIT, ADDRESS, STATE),
    ),
    writes.command(
        "write_coils",
        say("Switch several coils", "Mehrere Ausgänge schalten", "写多个线圈"),
        lambda params, values: writes.coils(*_place(values), _states(values)),
        (UNIT, ADDRESS, _COILS),
    ),
)
