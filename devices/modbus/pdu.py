"""Read the part of a Modbus frame that serial lines and TCP share: function code and data, any function.

Layouts: MODBUS Application Protocol V1.1b3, sections 6.1–6.21. A function code above 0x80 is an exception reply.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

EXCEPTION = 0x80
MOST_REGISTERS = 125
MOST_COILS = 2000
MOST_WRITTEN_REGISTERS = 123
MOST_WRITTEN_COILS = 1968
LONGEST_PDU = 253
EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge",
    6: "device busy",
    7: "negative acknowledge",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target failed to respond",
}
Fields = dict[str, object]

REQUEST_SIZES = {1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 7: 1, 8: 5, 11: 1, 12: 1, 17: 1, 22: 7, 24: 3, 43: 4}
REQUEST_COUNTED = {15: 5, 16: 5, 20: 1, 21: 1, 23: 9}
REPLY_SIZES = {5: 5, 6: 5, 7: 2, 8: 5, 11: 5, 15: 5, 16: 5, 22: 7}
REPLY_COUNTED = {1: 1, 2: 1, 3: 1, 4: 1, 12: 1, 17: 1, 20: 1, 21: 1, 23: 1}
"""Bytes of a PDU by function, and where the byte lies that counts what follows it."""
READS = (1, 2, 3, 4)
KNOWN = frozenset({*REQUEST_SIZES, *REQUEST_COUNTED})
ECHOED = (5, 6, 8, 22)
"""Functions whose reply repeats the request byte for byte."""


def request_size(head: bytes) -> int | None:
    """Return the size in bytes a request declares: 0 when it is none, None when more bytes are needed to tell."""
    return _size(head, REQUEST_SIZES, REQUEST_COUNTED)


def reply_size(head: bytes) -> int | None:
    """Return the size in bytes a reply declares: 0 when it is none, None when more bytes are needed to tell."""
    if head and head[0] & EXCEPTION:
        return 2
    if head[:1] == b"\x18":
        return _within(3 + int.from_bytes(head[1:3], "big")) if len(head) >= 3 else None
    if head[:1] == b"\x2b":
        return _identification_size(head)
    return _size(head, REPLY_SIZES, REPLY_COUNTED)


def _size(head: bytes, fixed: Mapping[int, int], counted: Mapping[int, int]) -> int | None:
    if not head:
        return None
    if head[0] in fixed:
        return fixed[head[0]]
    at = counted.get(head[0])
    if at is None:
        return 0
    return _within(at + 1 + head[at]) if len(head) > at else None


def _within(size: int) -> int:
    return size if size <= LONGEST_PDU else 0


def _identification_size(head: bytes) -> int | None:
    """Return the size of a reply with device identification: seven bytes, then objects of stated length."""
    if head[1:2] not in (b"", b"\x0e"):
        return 0
    if len(head) < 7:
        return None
    at = 7
    for _ in range(head[6]):
        if len(head) < at + 2:
            return None if _within(at + 2) else 0
        at += 2 + head[at + 1]
    return _within(at)


def parse_request(pdu: bytes) -> Fields | None:
    """Return the named fields of a request, None when its function or lengths are impossible."""
    if request_size(pdu) != len(pdu):
        return None
    reader = _REQUESTS.get(pdu[0])
    fields = reader(pdu) if reader else {}
    return None if fields is None else {"fc": pdu[0], **fields}


def parse_reply(pdu: bytes) -> Fields | None:
    """Return the named fields of a reply or an exception, None when its function or lengths are impossible."""
    if reply_size(pdu) != len(pdu):
        return None
    if pdu[0] & EXCEPTION:
        return {"fc": pdu[0] & 0x7F, "exception": pdu[1]} if pdu[0] != EXCEPTION and 1 <= pdu[1] <= 11 else None
    reader = _REPLIES.get(pdu[0])
    fields = reader(pdu) if reader else {}
    return None if fields is None else {"fc": pdu[0], **fields}


def bits_of(data: bytes, count: int) -> list[int]:
    """Return `count` bits, the lowest of the first byte first."""
    return [data[bit // 8] >> bit % 8 & 1 for bit in range(count)]


def words_of(data: bytes) -> list[int]:
    """Return big-endian registers."""
    return list(struct.unpack(f">{len(data) // 2}H", data))


def _span(pdu: bytes, most: int) -> Fields | None:
    address, count = struct.unpack(">HH", pdu[1:5])
    return {"address": address, "count": count} if 1 <= count <= most and address + count <= 0x10000 else None


def _coil(pdu: bytes) -> Fields | None:
    address, word = struct.unpack(">HH", pdu[1:5])
    return {"address": address, "value": word == 0xFF00} if word in (0, 0xFF00) else None


def _register(pdu: bytes) -> Fields:
    address, word = struct.unpack(">HH", pdu[1:5])
    return {"address": address, "value": word}


def _write_coils(pdu: bytes) -> Fields | None:
    fields = _span(pdu, MOST_WRITTEN_COILS)
    count = int.from_bytes(pdu[3:5], "big")
    return {**fields, "coils": bits_of(pdu[6:], count)} if fields and pdu[5] == (count + 7) // 8 else None


def _write_registers(pdu: bytes) -> Fields | None:
    fields = _span(pdu, MOST_WRITTEN_REGISTERS)
    return {**fields, "registers": words_of(pdu[6:])} if fields and pdu[5] == 2 * int(str(fields["count"])) else None


def _masks(pdu: bytes) -> Fields:
    address, mask_and, mask_or = struct.unpack(">HHH", pdu[1:7])
    return {"address": address, "and_mask": mask_and, "or_mask": mask_or}


def _read_write(pdu: bytes) -> Fields | None:
    fields = _span(pdu, MOST_REGISTERS)
    first, count = struct.unpack(">HH", pdu[5:9])
    if fields is None or not 1 <= count <= 121 or pdu[9] != 2 * count:
        return None
    return {**fields, "write_address": first, "write_count": count, "registers": words_of(pdu[10:])}


def _coils(pdu: bytes) -> Fields | None:
    name = "coils" if pdu[0] == 1 else "inputs"
    return {"byte_count": pdu[1], name: bits_of(pdu[2:], 8 * pdu[1])} if pdu[1] else None


def _registers(pdu: bytes) -> Fields | None:
    return {"byte_count": pdu[1], "registers": words_of(pdu[2:])} if pdu[1] and pdu[1] % 2 == 0 else None


def _diagnosis(pdu: bytes) -> Fields:
    code, data = struct.unpack(">HH", pdu[1:5])
    return {"subfunction": code, "data": data}


def _fifo(pdu: bytes) -> Fields | None:
    count = int.from_bytes(pdu[3:5], "big")
    return {"count": count, "registers": words_of(pdu[5:])} if len(pdu) == 5 + 2 * count and count <= 31 else None


def _objects(pdu: bytes) -> Fields:
    found, at = {}, 7
    for _ in range(pdu[6]):
        size = pdu[at + 1]
        found[str(pdu[at])] = pdu[at + 2 : at + 2 + size].decode("ascii", "replace")
        at += 2 + size
    return {"code": pdu[2], "objects": found}


def _hex(pdu: bytes) -> Fields | None:
    return {"byte_count": pdu[1], "data": pdu[2:].hex(" ")} if pdu[1] else None


_Reader = Callable[[bytes], Fields | None]
_WRITES: dict[int, _Reader] = {5: _coil, 6: _register, 8: _diagnosis, 22: _masks}
_REQUESTS: dict[int, _Reader] = {
    **_WRITES,
    **dict.fromkeys((1, 2), lambda pdu: _span(pdu, MOST_COILS)),
    **dict.fromkeys((3, 4), lambda pdu: _span(pdu, MOST_REGISTERS)),
    15: _write_coils,
    16: _write_registers,
    20: _hex,
    21: _hex,
    23: _read_write,
    24: lambda pdu: {"address": int.from_bytes(pdu[1:3], "big")},
    43: lambda pdu: {"code": pdu[2], "object": pdu[3]} if pdu[1] == 14 else None,
}
_REPLIES: dict[int, _Reader] = {
    **_WRITES,
    **dict.fromkeys((1, 2), _coils),
    **dict.fromkeys((3, 4, 23), _registers),
    **dict.fromkeys((12, 17, 20, 21), _hex),
    7: lambda pdu: {"status": pdu[1]},
    11: lambda pdu: {"status": int.from_bytes(pdu[1:3], "big"), "events": int.from_bytes(pdu[3:5], "big")},
    15: lambda pdu: _span(pdu, MOST_WRITTEN_COILS),
    16: lambda pdu: _span(pdu, MOST_WRITTEN_REGISTERS),
    24: _fifo,
    43: _objects,
}


def answers(request: Fields, reply: Fields) -> bool:
    """Say whether a reply can be the answer to a request: same function, fitting count, same echoed fields."""
    if request["fc"] != reply["fc"]:
        return False
    if "exception" in reply:
        return True
    function = int(str(request["fc"]))
    if function in (*READS, 23):
        count = int(str(request["count"]))
        return reply["byte_count"] == ((count + 7) // 8 if function < 3 else 2 * count)
    keys = ("address", "count") if function in (15, 16) else tuple(request) if function in ECHOED else ()
    return all(request[key] == reply[key] for key in keys)
