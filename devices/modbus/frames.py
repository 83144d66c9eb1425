"""Modbus RTU and TCP frames: RTU by length and CRC, never by silence on the line; TCP by its header.

Layouts: MODBUS over Serial Line V1.02, MODBUS Messaging on TCP/IP V1.0b. The CRC goes low byte first.
"""

from __future__ import annotations

import struct

from devices.checksum import MODBUS, crc16_of
from devices.modbus import pdu
from devices.modbus.pdu import Fields

HIGHEST_UNIT = 248  # 247 by the standard; 248 is the address that any PZEM-004T answers to
LONGEST_RTU = pdu.LONGEST_PDU + 3
HEADER_SIZE = 7
"""Bytes of the TCP header: transaction, protocol 0, length of what follows, unit."""


def sealed(body: bytes) -> bytes:
    """Return a frame with its CRC appended, low byte first."""
    return body + struct.pack("<H", crc16_of(MODBUS, body))


def is_sound(frame: bytes) -> bool:
    """Say whether a frame's CRC is right."""
    return len(frame) >= 4 and crc16_of(MODBUS, frame[:-2]) == frame[-2] | frame[-1] << 8


def wrapped(transaction: int, unit: int, body: bytes) -> bytes:
    """Return a TCP frame around function code and data."""
    return struct.pack(">HHHB", transaction & 0xFFFF, 0, len(body) + 1, unit) + body


def parse_request(frame: bytes) -> Fields | None:
    """Return the fields of a sound RTU request, None otherwise."""
    fields = pdu.parse_request(frame[1:-2]) if is_sound(frame) and frame[0] <= HIGHEST_UNIT else None
    return None if fields is None else {"unit": frame[0], **fields}


def parse_reply(frame: bytes) -> Fields | None:
    """Return the fields of a sound RTU reply or exception, None otherwise."""
    fields = pdu.parse_reply(frame[1:-2]) if is_sound(frame) and 1 <= frame[0] <= HIGHEST_UNIT else None
    return None if fields is None else {"unit": frame[0], **fields}
