"""Write registers or coils, read them back and compare: requests and judgements, no line and no clock.

    orders = write_requests(unit=3, table="holding", address=100, values=[250, 17])
    for order in orders:                 # at most 123 registers or 1968 coils each
        send(order.request); order.judge(reply)        # None: not whole yet, else an Answer
        send(order.readback); order.compare(reply)     # None: not whole yet, else an Answer with what differs

`transaction` makes the frames Modbus TCP instead of RTU; the read-back then carries the next number. Every judgement
skips our own echo and frames of other units; a late reply to another question is never taken for the answer.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from devices.modbus import pdu
from devices.modbus.frames import HEADER_SIZE, is_sound, sealed, wrapped
from devices.modbus.pdu import EXCEPTIONS, MOST_WRITTEN_COILS, MOST_WRITTEN_REGISTERS, Fields
from devices.modbus.registers import COILS, HOLDING

TABLES = {"holding": HOLDING, "coils": COILS}


@dataclass(frozen=True)
class Differs:
    """Name one address whose value after the write is not what was written."""

    address: int
    wanted: int
    found: int


@dataclass(frozen=True)
class Answer:
    """Say what a unit answered: done, refused with an exception code (0: none), or which addresses differ."""

    is_good: bool
    exception: int = 0
    differs: tuple[Differs, ...] = ()

    @property
    def reason(self) -> str:
        """Return what went wrong in the protocol's words, empty when nothing did."""
        if self.exception:
            return EXCEPTIONS.get(self.exception, f"exception {self.exception}")
        return "values differ" if self.differs else ""


@dataclass(frozen=True)
class Write:
    """Carry one write and the read that proves it."""

    unit: int
    function: int
    address: int
    values: tuple[int, ...]
    request: bytes = field(repr=False)
    readback: bytes = field(repr=False)

    def judge(self, reply: bytes) -> Answer | None:
        """Judge what came back after the write so far; None while the answer is not whole."""
        return answer_to(self.request, reply)

    def compare(self, reply: bytes) -> Answer | None:
        """Judge what came back after the read-back so far; None while the answer is not whole."""
        fields = _answer(self.readback, reply)
        if fields is None:
            return None
        if "exception" in fields:
            return Answer(False, int(str(fields["exception"])))
        found = _values(fields, len(self.values))
        pairs = enumerate(zip(self.values, found, strict=True), self.address)
        differs = tuple(Differs(at, wanted, have) for at, (wanted, have) in pairs if wanted != have)
        return Answer(not differs, 0, differs)


def answer_to(request: bytes, reply: bytes) -> Answer | None:
    """Judge what came back after any request so far: done, refused, or None while the answer is not whole."""
    fields = _answer(request, reply)
    if fields is None:
        return None
    code = int(str(fields.get("exception", 0)))
    return Answer(not code, code)


def write_requests(
    unit: int,
    table: str,
    address: int,
    values: Sequence[int],
    *,
    single: bool = True,
    transaction: int | None = None,
) -> tuple[Write, ...]:
    """Return the writes that put `values` (registers 0–65535, coils 0/1) at a zero-based `address` of a unit.

    `table` is "holding" or "coils". One value goes with function 6 or 5 when `single`, else with 16 or 15, as some
    makes know only these. Raises ValueError when unit, address or a value is outside the protocol.
    """
    numbers = _checked(unit, table, address, values)
    most = MOST_WRITTEN_COILS if table == "coils" else MOST_WRITTEN_REGISTERS
    writes = []
    for start in range(0, len(numbers), most):
        piece = numbers[start : start + most]
        body = _body(table, address + start, piece, single and len(numbers) == 1)
        back = struct.pack(">BHH", TABLES[table], address + start, len(piece))
        number = None if transaction is None else transaction + 2 * (start // most)
        request, readback = _framed(unit, body, number), _framed(unit, back, None if number is None else number + 1)
        writes.append(Write(unit, body[0], address + start, piece, request, readback))
    return tuple(writes)


def _checked(unit: int, table: str, address: int, values: Sequence[int]) -> tuple[int, ...]:
    if table not in TABLES:
        raise ValueError(f"table {table!r} cannot be written: holding or coils")
    if not 1 <= unit <= 255:
        raise ValueError(f"unit {unit} is not in 1–255")
    if not values or address < 0 or address + len(values) > 0x10000:
        raise ValueError(f"addresses {address}–{address + len(values) - 1} are not in 0–65535")
    highest = 1 if table == "coils" else 0xFFFF
    for value in values:
        if int(value) != value or not 0 <= value <= highest:
            raise ValueError(f"value {value} is not in 0–{highest}")
    return tuple(int(value) for value in values)


def _body(table: str, address: int, values: tuple[int, ...], single: bool) -> bytes:
    if table == "coils":
        if single:
            return struct.pack(">BHH", 5, address, 0xFF00 if values[0] else 0)
        packed = sum(bit << index for index, bit in enumerate(values)).to_bytes((len(values) + 7) // 8, "little")
        return struct.pack(">BHHB", 15, address, len(values), len(packed)) + packed
    if single:
        return struct.pack(">BHH", 6, address, values[0])
    return struct.pack(f">BHHB{len(values)}H", 16, address, len(values), 2 * len(values), *values)


def _framed(unit: int, body: bytes, transaction: int | None) -> bytes:
    return sealed(bytes((unit,)) + body) if transaction is None else wrapped(transaction, unit, body)


def _values(fields: Fields, count: int) -> list[int]:
    found = fields.get("registers", fields.get("coils", []))
    return list(found)[:count] if isinstance(found, list) else []


def _answer(request: bytes, reply: bytes) -> Fields | None:
    """Return the fields of the first sound answer to a request in what was received, None while there is none."""
    is_tcp = not is_sound(request)
    asked = pdu.parse_request(request[HEADER_SIZE:] if is_tcp else request[1:-2])
    if asked is None:
        return None
    reply = reply.removeprefix(request) if not is_tcp and len(reply) > len(request) else reply
    head = request[:2] if is_tcp else request[:1]
    at = reply.find(head)
    while at >= 0:
        body = _tcp_body(reply[at:], request) if is_tcp else _rtu_body(reply[at:])
        fields = pdu.parse_reply(body) if body else None
        if fields is not None and pdu.answers(asked, fields):
            return fields
        at = reply.find(head, at + 1)
    return None


def _rtu_body(data: bytes) -> bytes:
    size = pdu.reply_size(data[1:])
    frame = data[: size + 3] if size else b""
    return frame[1:-2] if size and len(frame) == size + 3 and is_sound(frame) else b""


def _tcp_body(data: bytes, request: bytes) -> bytes:
    if len(data) < HEADER_SIZE or data[2:4] != b"\0\0" or data[6] != request[6]:
        return b""
    stop = 6 + int.from_bytes(data[4:6], "big")
    return data[HEADER_SIZE:stop] if len(data) >= stop else b""
