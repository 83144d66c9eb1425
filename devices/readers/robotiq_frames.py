"""Modbus RTU frames of Robotiq devices, unit 9 by default: reads, writes and their answers, by length and CRC.

A reply does not say which registers it carries: the request heard before does, and where none was heard the device's
usual block is meant.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.checksum import MODBUS, crc16_of
from devices.declared import DeclaredKind
from devices.messages import Fields, Told, crc_fields

EXCEPTION = 0x80
READS = (3, 4)
WRITE_ONE, WRITE_MANY, READ_WRITE = 6, 16, 23
LONGEST = 256
Words = Mapping[int, int]
"""Register address -> 16-bit word."""


@dataclass(frozen=True)
class Exchange:
    """Show one frame: `kind` is "read", "reply", "write", "write_ack" or "exception"; `words` by register address."""

    kind: str
    fields: Fields
    words: Words


def kinds(unit: int) -> tuple[DeclaredKind, ...]:
    """Return the frames of one unit: functions 3, 4, 6, 16, 23 and exceptions."""
    found = [_fixed(unit, function, 8) for function in (*READS, WRITE_ONE, WRITE_MANY)]
    found += [_counted(unit, function, 3, 5) for function in (*READS, READ_WRITE)]
    found += [_counted(unit, WRITE_MANY, 7, 9), _counted(unit, READ_WRITE, 11, 13)]
    found += [_fixed(unit, function | EXCEPTION, 5) for function in (*READS, WRITE_ONE, WRITE_MANY, READ_WRITE)]
    return tuple(found)


def _fixed(unit: int, function: int, size: int) -> DeclaredKind:
    return DeclaredKind(bytes((unit, function)), 2, lambda header: size, is_sound, size)


def _counted(unit: int, function: int, header_size: int, beside: int) -> DeclaredKind:
    """Describe frames whose last header byte counts the data bytes; they are whole registers."""

    def size_of(header: bytes) -> int | None:
        count = header[header_size - 1]
        return beside + count if count and count % 2 == 0 else None

    return DeclaredKind(bytes((unit, function)), header_size, size_of, is_sound, LONGEST)


def is_sound(frame: bytes) -> bool:
    """Say whether the CRC is right; it is sent low byte first."""
    return crc16_of(MODBUS, frame[:-2]) == int.from_bytes(frame[-2:], "little")


def correct(frame: bytes) -> Fields:
    """Return the CRC a frame states and the right one, in the order of the wire."""
    return crc_fields(frame[-2:], crc16_of(MODBUS, frame[:-2]).to_bytes(2, "little"))


class Listener:
    """Read frames in their order and remember what was asked."""

    def __init__(self, usual: int, most: int) -> None:
        """Take replies of at most `most` registers for those from address `usual` when no request was heard."""
        self._usual = usual
        self._most = most
        self._asked: tuple[int, int] | None = None

    def hear(self, frame: bytes) -> Exchange:
        """Return what a sound frame says."""
        unit, function = frame[0], frame[1]
        fields: Fields = {"unit": unit, "fc": function & 0x7F}
        if function & EXCEPTION:
            return Exchange("exception", fields | {"exception": frame[2]}, {})
        if function == READ_WRITE and len(frame) >= 13 and frame[10] == len(frame) - 13:
            return self._read_write(frame, fields)
        if function in READS and len(frame) == 8:
            return self._ask(frame, fields)
        if function in (*READS, READ_WRITE):
            return self._reply(frame, fields)
        return _write(frame, fields)

    def _ask(self, frame: bytes, fields: Fields) -> Exchange:
        address, count = struct.unpack(">HH", frame[2:6])
        self._asked = address, count
        return Exchange("read", fields | {"address": address, "count": count}, {})

    def _read_write(self, frame: bytes, fields: Fields) -> Exchange:
        address, count, target, size = struct.unpack(">HHHH", frame[2:10])
        self._asked = address, count
        words = _words(frame[11:-2], target)
        more = {"address": address, "count": count, "write_address": target, "write_count": size}
        return Exchange("write", fields | more | {"registers": list(words.values())}, words)

    def _reply(self, frame: bytes, fields: Fields) -> Exchange:
        payload = frame[3:-2]
        asked, self._asked = self._asked, None
        first = asked[0] if asked and asked[1] == len(payload) // 2 else None
        if first is None and len(payload) // 2 <= self._most:
            first = self._usual
        values = list(struct.unpack(f">{len(payload) // 2}H", payload))
        words = {} if first is None else {first + index: value for index, value in enumerate(values)}
        return Exchange("reply", fields | {"registers": values}, words)


def _write(frame: bytes, fields: Fields) -> Exchange:
    """Read a write of one or many registers, or its acknowledgement; a single write and its echo are the same."""
    address, word = struct.unpack(">HH", frame[2:6])
    fields = fields | {"address": address}
    if fields["fc"] == WRITE_ONE:
        return Exchange("write", fields | {"value": word}, {address: word})
    if len(frame) == 8:
        return Exchange("write_ack", fields | {"count": word}, {})
    words = _words(frame[7:-2], address)
    return Exchange("write", fields | {"count": word, "registers": list(words.values())}, words)


def _words(data: bytes, first: int) -> dict[int, int]:
    return {first + index: word for index, word in enumerate(struct.unpack(f">{len(data) // 2}H", data))}


def told(exchange: Exchange, meaning: Callable[[str, Words], Told | None]) -> Told:
    """Return a message: the fields of the frame with what its registers mean, under the meaning's name."""
    found = meaning(exchange.kind, exchange.words)
    if found is None:
        return exchange.kind, exchange.fields
    return found[0], {**exchange.fields, **found[1]}
