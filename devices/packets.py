"""Cut a byte stream into packets between delimiters: COBS (zero byte) and SLIP (RFC 1055)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cobs import cobs

from devices.account import CUT, MALFORMED, OVERLONG, Book

SLICE_BYTES = 65536
_END, _ESCAPE, _ESCAPED_END, _ESCAPED_ESCAPE = 0xC0, 0xDB, 0xDC, 0xDD


@dataclass(frozen=True)
class Packing:
    """Describe a packing: its delimiter and how a packet unpacks, None when it cannot."""

    delimiter: bytes
    unpack: Callable[[bytes], bytes | None]


def unpack_cobs(packet: bytes) -> bytes | None:
    """Return the payload of a COBS packet without its zero byte."""
    try:
        return bytes(cobs.decode(packet))
    except cobs.DecodeError:
        return None


def unpack_slip(packet: bytes) -> bytes | None:
    """Return the payload of a SLIP packet without its ends."""
    payload, escaped = bytearray(), False
    for byte in packet:
        if escaped:
            if byte not in (_ESCAPED_END, _ESCAPED_ESCAPE):
                return None
            payload.append(_END if byte == _ESCAPED_END else _ESCAPE)
            escaped = False
        elif byte == _ESCAPE:
            escaped = True
        else:
            payload.append(byte)
    return None if escaped else bytes(payload)


COBS = Packing(b"\x00", unpack_cobs)
SLIP = Packing(bytes((_END,)), unpack_slip)


class PacketFramer:
    """Find packets of one packing and account for every byte; empty ones count as good."""

    def __init__(self, packing: Packing, longest: int = 4096) -> None:
        """Keep at most `longest` bytes of an unfinished packet."""
        self._packing = packing
        self._longest = longest
        self._buffer = b""
        self._offset = 0
        self._skipping = False
        self.book = Book()
        self.sizes: list[int] = []

    def feed(self, data: bytes) -> list[tuple[bytes, int]]:
        """Take received bytes; return payloads with the offset just after each packet's delimiter.

        `sizes` then holds how many received bytes each of them took.
        """
        found: list[tuple[bytes, int]] = []
        self.sizes = []
        for start in range(0, len(data), SLICE_BYTES):
            piece = data[start : start + SLICE_BYTES]
            self.book.take(len(piece))
            *packets, self._buffer = (self._buffer + piece).split(self._packing.delimiter)
            for packet in packets:
                self._judge(packet, found)
            self._bound()
        return found

    def flush(self) -> None:
        """End the input: an unfinished packet is cut."""
        self.book.discard(OVERLONG if self._skipping else CUT, len(self._buffer))
        self._offset += len(self._buffer)
        self._buffer, self._skipping = b"", False

    def _judge(self, packet: bytes, found: list[tuple[bytes, int]]) -> None:
        size = len(packet) + 1
        self._offset += size
        if self._skipping or len(packet) > self._longest:
            self.book.discard(OVERLONG, size, 0 if self._skipping else 1)
            self._skipping = False
            return
        payload = self._packing.unpack(packet)
        if payload is None:
            self.book.discard(MALFORMED, size, 1)
            return
        self.book.good(size, 1 if packet else 0)
        if packet:
            found.append((payload, self._offset))
            self.sizes.append(size)

    def _bound(self) -> None:
        """Give up an unfinished packet that is too long already."""
        if self._skipping or len(self._buffer) > self._longest:
            self.book.discard(OVERLONG, len(self._buffer), 0 if self._skipping else 1)
            self._offset += len(self._buffer)
            self._buffer, self._skipping = b"", True
