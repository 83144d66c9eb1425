"""Name the registers of a heard line: "unit/function/address+count:types@order", several parted by blanks.

    247/3/0+15:u2,u2,f4      15 registers from 0 with function 3: two words, then 32-bit floats (a last odd one: u2)
    1/16/6+2:f4@CDAB         what is written with function 16, words swapped
    1/4/?+2                  replies of two registers whose polls are not on this line

Types are u2 i2 u4 i4 u8 i8 f4 f8 (of registers) and b1 (of coils and inputs, functions 1, 2, 5 and 15).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.modbus.numbering import register_names
from devices.modbus.registers import ORDERS, Register
from devices.values import ChannelSpec, StreamSpec

_PART = re.compile(
    r"(\d{1,3})/(1|2|3|4|5|6|15|16|22|23)/(\?|\d{1,5})\+(\d{1,4})(?::([a-z]\d(?:,[a-z]\d)*))?(?:@([A-D]{4}))?"
)
_KINDS = frozenset({"u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"})
BITS = (1, 2, 5, 15)
MOST_RANGES, MOST_CHANNELS = 64, 1024


@dataclass(frozen=True)
class Range:
    """Hold consecutive registers or coils of one unit and function; address None: not known."""

    unit: int
    function: int
    address: int | None
    count: int
    kinds: tuple[str, ...] = ()
    order: str = ""

    @property
    def key(self) -> str:
        """Return the stream's key, such as "u247_f3_0x15"."""
        return f"u{self.unit}_f{self.function}_{'any' if self.address is None else self.address}x{self.count}"

    def __str__(self) -> str:
        """Write the range as the settings hold it."""
        kinds = f":{','.join(self.kinds)}" if self.kinds else ""
        order = f"@{self.order}" if self.order else ""
        at = "?" if self.address is None else self.address
        return f"{self.unit}/{self.function}/{at}+{self.count}{kinds}{order}"

    def covers(self, function: int, address: int | None, count: int) -> bool:
        """Say whether an exchange of this function carries the whole range."""
        if function != self.function:
            return False
        if self.address is None or address is None:
            return self.address is None and address is None and count == self.count
        return address <= self.address and self.address + self.count <= address + count

    def registers(self, order: str) -> tuple[Register, ...]:
        """Return the registers with their channels; `order` stands where the range has none of its own."""
        first = self.address or 0
        if self.function in BITS:
            return tuple(self._register(first + index, "b1", "ABCD") for index in range(self.count))
        found: list[Register] = []
        kinds = list(self.kinds) or ["u2"]
        at, last = 0, kinds[-1]
        while at < self.count:
            kind = kinds.pop(0) if kinds else last
            kind = kind if at + int(kind[1]) // 2 <= self.count else "u2"
            found.append(self._register(first + at, kind, self.order or order))
            at += int(kind[1]) // 2
        return tuple(found)

    def _register(self, address: int, kind: str, order: str) -> Register:
        base = f"u{self.unit}_f{self.function}_" if self.address is not None else f"{self.key}_"
        key = f"{base}{address}"
        known = None if self.address is None else address
        label = register_names(self.unit, self.function, known, address)
        dtype = "f4" if kind in ("b1", "u2", "i2", "f4") else "f8"
        channel = ChannelSpec(key, label, "", dtype, group=f"{self.unit}")
        return Register(channel, self.function, address, kind, order)

    def stream(self, order: str) -> StreamSpec:
        """Return the stream of this range."""
        return StreamSpec(self.key, tuple(register.channel for register in self.registers(order)))


def read_ranges(text: str) -> tuple[Range, ...]:
    """Return the ranges of a setting; ValueError names the part that cannot be read."""
    found: dict[str, Range] = {}
    for part in text.split():
        one = _read(part)
        if one.key in found:
            raise ValueError(f"{part}: {found[one.key]} is the same range")
        found[one.key] = one
    if len(found) > MOST_RANGES or sum(one.count for one in found.values()) > MOST_CHANNELS:
        raise ValueError(f"more than {MOST_RANGES} ranges or {MOST_CHANNELS} registers")
    return tuple(found.values())


def _read(part: str) -> Range:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{part}: not unit/function/address+count:types@order")
    unit, function, count = int(match[1]), int(match[2]), int(match[4])
    address = None if match[3] == "?" else int(match[3])
    kinds = tuple(match[5].split(",")) if match[5] else ()
    most = 2000 if function in BITS else 125
    if unit > 247 or not 1 <= count <= most or (address or 0) + count > 0x10000:
        raise ValueError(f"{part}: unit 0–247, addresses 0–65535, at most {most} at once")
    if kinds and (function in BITS or not set(kinds) <= _KINDS):
        raise ValueError(f"{part}: types are {' '.join(sorted(_KINDS))}, of registers only")
    if match[6] and match[6] not in ORDERS:
        raise ValueError(f"{part}: orders are {' '.join(ORDERS)}")
    return Range(unit, function, address, count, kinds, match[6] or "")
