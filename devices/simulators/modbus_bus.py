"""Simulated machines on one Modbus bus: byte-exact replies to every function a master may use, RTU and TCP.

Read-only registers show a measured signal, writable ones what was last written. Answers follow MODBUS Application
Protocol V1.1b3: exception 1 for a function or table the machine lacks, 2 for an address outside its map, 3 for a count
outside the limits. A unit that is not on the bus stays silent; a broadcast (unit 0) is obeyed and not answered.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping

from devices.modbus import pdu
from devices.modbus.frames import HEADER_SIZE, LONGEST_RTU, is_sound, sealed, wrapped
from devices.modbus.pdu import EXCEPTION
from devices.modbus.plan import Read, grouped
from devices.modbus.registers import Register, bytes_of

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
Measure = Callable[[float], Mapping[str, float]]
_WRITTEN_TABLE = {5: 1, 15: 1, 6: 3, 16: 3, 22: 3, 23: 3}
_LONGEST_HEARD = 8 * (LONGEST_RTU + HEADER_SIZE)


class Refused(Exception):  # noqa: N818
    """Answer with this exception code."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class UnitImage:
    """Hold one machine: its registers and coils, what it measures and what was written."""

    def __init__(self, registers: tuple[Register, ...], measure: Measure) -> None:
        """Serve these registers; `measure(second)` gives scaled values by channel key."""
        self._registers = registers
        self._measure = measure
        self._spans = grouped(registers)
        self._writable = {
            (each.function, address)
            for each in registers
            if each.is_writable
            for address in range(each.address, each.address + each.words)
        }
        self._written: dict[tuple[int, int], int] = {}

    def reply(self, body: bytes, at_s: float) -> bytes:
        """Return function code and data of the answer to a request's."""
        try:
            return self._answer(body, at_s)
        except Refused as refused:
            return bytes((body[0] | EXCEPTION, refused.code))

    def _answer(self, body: bytes, at_s: float) -> bytes:
        function = body[0]
        fields = pdu.parse_request(body)
        if fields is None:
            raise Refused(ILLEGAL_VALUE if function in pdu.KNOWN else ILLEGAL_FUNCTION)
        if function in _WRITTEN_TABLE:
            self._write(function, fields, body, at_s)
        if function in (5, 6, 22):
            return body
        if function in (15, 16):
            return body[:5]
        if function not in (*pdu.READS, 23):
            raise Refused(ILLEGAL_FUNCTION)
        table = 3 if function == 23 else function
        data = self._read(Read(table, int(str(fields["address"])), int(str(fields["count"]))), at_s)
        return bytes((function, len(data))) + data

    def _read(self, read: Read, at_s: float) -> bytes:
        spans = [span for span in self._spans if span.function == read.function]
        if not spans:
            raise Refused(ILLEGAL_FUNCTION)
        first = min(span.address for span in spans)
        last = max(span.address + span.count for span in spans)
        if read.address < first or read.address + read.count > last:
            raise Refused(ILLEGAL_ADDRESS)
        image = self._image(read, at_s)
        return _packed(image) if read.function < 3 else struct.pack(f">{read.count}H", *image)

    def _image(self, read: Read, at_s: float) -> list[int]:
        """Return the words or bits of a read; registers of packed bits share theirs, holes are zero."""
        values = self._measure(at_s)
        image = [0] * read.count
        for register in self._registers:
            at = register.address - read.address
            if register.function == read.function and -register.words < at < read.count:
                for word, value in enumerate(_words(register, values), at):
                    if 0 <= word < read.count:
                        image[word] |= value
        for (table, address), value in self._written.items():
            if table == read.function and 0 <= address - read.address < read.count:
                image[address - read.address] = value
        return image

    def _write(self, function: int, fields: pdu.Fields, body: bytes, at_s: float) -> None:
        table = _WRITTEN_TABLE[function]
        if not any(span.function == table for span in self._spans):
            raise Refused(ILLEGAL_FUNCTION)
        first = int(str(fields["write_address" if function == 23 else "address"]))
        for address, value in enumerate(self._values(function, fields, first, at_s), first):
            if (table, address) not in self._writable:
                raise Refused(ILLEGAL_ADDRESS)
            self._written[table, address] = value

    def _values(self, function: int, fields: pdu.Fields, first: int, at_s: float) -> list[int]:
        if function in (5, 6):
            return [int(bool(fields["value"])) if function == 5 else int(str(fields["value"]))]
        if function == 22:
            now = self._image(Read(3, first, 1), at_s)[0]
            mask_and, mask_or = int(str(fields["and_mask"])), int(str(fields["or_mask"]))
            return [(now & mask_and) | (mask_or & ~mask_and & 0xFFFF)]
        told = fields["coils" if function == 15 else "registers"]
        return [int(value) for value in told] if isinstance(told, list) else []


def _words(register: Register, values: Mapping[str, float]) -> list[int]:
    scaled = values.get(register.channel.key, 0.0)
    if register.kind == "b1":
        return [int(bool(scaled))]
    if register.kind == "s":
        text = register.channel.key.upper().encode()[: 2 * register.words].ljust(2 * register.words, b" ")
        return pdu.words_of(text)
    raw = (scaled - register.channel.offset) / register.channel.scale
    return pdu.words_of(bytes_of(register, raw))


def _packed(bits: list[int]) -> bytes:
    number = sum(bit << index for index, bit in enumerate(bits))
    return number.to_bytes((len(bits) + 7) // 8, "little")


class RtuBus:
    """Answer RTU requests for several units; others stay silent."""

    def __init__(self, units: Mapping[int, UnitImage]) -> None:
        """Put these machines on the bus."""
        self._units = units

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: they speak only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the reply to a sound request for one of the units, b"" otherwise."""
        if not is_sound(request):
            return b""
        if request[0] == 0:
            for unit in self._units.values():
                unit.reply(request[1:-2], at_s)
            return b""
        machine = self._units.get(request[0])
        return sealed(request[:1] + machine.reply(request[1:-2], at_s)) if machine else b""


class TcpBus:
    """Answer Modbus TCP requests for several units behind a gateway; a missing unit gives exception 11."""

    frames_itself = True
    """Any received piece is handed over as it is, not cut by RTU checksums."""

    def __init__(self, units: Mapping[int, UnitImage]) -> None:
        """Put these machines behind the gateway."""
        self._units = units
        self._heard = b""

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: they speak only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the replies to the requests that these bytes complete."""
        self._heard = (self._heard + request)[-_LONGEST_HEARD:]
        out = b""
        while len(self._heard) > HEADER_SIZE:
            length = int.from_bytes(self._heard[4:6], "big")
            if self._heard[2:4] != b"\0\0" or not 2 <= length <= pdu.LONGEST_PDU + 1:
                self._heard = self._heard[1:]
                continue
            if len(self._heard) < 6 + length:
                break
            frame, self._heard = self._heard[: 6 + length], self._heard[6 + length :]
            out += self._reply(frame, at_s)
        return out

    def _reply(self, frame: bytes, at_s: float) -> bytes:
        machine = self._units.get(frame[6])
        body = machine.reply(frame[7:], at_s) if machine else bytes((frame[7] | EXCEPTION, 11))
        return wrapped(int.from_bytes(frame[:2], "big"), frame[6], body)


class Conversation:
    """Show what a listener hears of a bus: the polls of a master and their replies, every `interval_s`."""

    def __init__(self, bus: RtuBus, requests: tuple[bytes, ...], interval_s: float) -> None:
        """Poll these requests in turn."""
        self._bus = bus
        self._requests = requests
        self._interval_s = interval_s

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the exchanges that start in [start_s, end_s)."""
        out = b""
        number = max(0, math.ceil(round(start_s / self._interval_s, 6)))
        while (at_s := number * self._interval_s) < end_s - 1e-9 * self._interval_s:
            request = self._requests[number % len(self._requests)]
            out += request + self._bus.answer(request, at_s)
            number += 1
        return out

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return nothing: the listener does not ask."""
        return b""
