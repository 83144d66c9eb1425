"""Name registers as people do: unit, table, and the number that names the table too (40012 is holding register 11)."""

from __future__ import annotations

from collections.abc import Mapping

from devices.labels import Names, say

_TABLES: Mapping[int, tuple[int, Names]] = {
    1: (0, say("coil", "Spule", "线圈")),
    2: (1, say("discrete", "Eingang", "离散输入")),
    3: (4, say("holding", "Halteregister", "保持寄存器")),
    4: (3, say("input", "Eingangsregister", "输入寄存器")),
}
_TABLE_OF = {5: 1, 15: 1, 6: 3, 16: 3, 22: 3, 23: 3}
_WRITTEN = (5, 6, 15, 16, 22)


def number_of(function: int, address: int) -> str:
    """Return the number of a register or coil: table and address from 1, 40012 or, beyond 9999, 410001."""
    prefix, _ = _TABLES[_TABLE_OF.get(function, function)]
    number = address + 1
    return f"{prefix}{number:04d}" if number <= 9999 else f"{prefix}{number:05d}"


def register_names(unit: int, function: int, address: int | None, offset: int = 0) -> Names:
    """Return what a register is called, such as "Unit 3 · holding 40012"; what is written to it says so.

    Without an address (its poll was not heard) the register counts from the start of the reply, "+0".
    """
    _, table = _TABLES[_TABLE_OF.get(function, function)]
    number = f"+{offset}" if address is None else number_of(function, address)
    written = say(" written", " geschrieben", "（写入）") if function in _WRITTEN else say("", "", "")
    return say(
        f"Unit {unit} · {table['en']} {number}{written['en']}",
        f"Gerät {unit} · {table['de']} {number}{written['de']}",
        f"设备 {unit} · {table['zh']} {number}{written['zh']}",
    )
