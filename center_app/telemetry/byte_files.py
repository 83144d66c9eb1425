"""Read the bytes of a file piece by piece: plain, written as hexadecimal text, or a capture with times.

Nothing is held but one piece, however large the file is. In a capture a character whose framing or parity was wrong
reads as 00, as a serial port gives it, and is counted.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from center_app.core.errors import PersonError, SurroundingsError, declare
from devices.values import LineSettings

PIECE_BYTES = 1 << 20
HEAD_BYTES = 1 << 16
_SPEED = re.compile(r"(\d{2,8}) baud ([5-8])([NEOMS])(1\.5|1|2)")
_ROW = re.compile(rb"(\d{1,15}(?:\.\d{1,9})?),([0-9A-Fa-f]{2}),([01])")
_CAPTURE = re.compile(rb"\s*(?:#[^\n]*\n\s*)*t_us,byte_hex,framing_ok\b")
_REMARK = re.compile(rb"(?:#|//|;)[^\n]*")
_DUMP = re.compile(rb"^[0-9A-Fa-f]{6,16}:?[ \t]+((?:[0-9A-Fa-f]{2,4}[ \t]{1,2})*[0-9A-Fa-f]{2,4})(?:[ \t].*)?$")
_TOKEN = re.compile(rb"(?:0[xX]|\\x)?([0-9A-Fa-f]+)")
_SEPARATORS = re.compile(rb"[\s,:|\-]+|(?=\\x)")
_PREFIXED = re.compile(rb"0[xX][0-9A-Fa-f]{1,2}|\\x[0-9A-Fa-f]{2}")

FILE_MISSING = declare("decode.missing", "There is no file {file}.", "Check the path; - reads from the standard input.")
FILE_EMPTY = declare("decode.empty", "{file} holds no bytes.", "Record the line again, or name another file.")
FILE_UNREADABLE = declare(
    "decode.unreadable", "{file} cannot be read ({detail}).", "Check the file and your right to read it."
)
NOT_A_CAPTURE = declare(
    "decode.not_a_capture",
    "{file} is no capture (line {line}).",
    "A capture has the header t_us,byte_hex,framing_ok and rows such as 250.0,4b,1; use --format raw for plain bytes.",
)
NOT_HEX = declare(
    "decode.not_hex",
    "{file} is no hexadecimal text (line {line}: {text}).",
    "Write bytes as pairs of digits, such as 09 03 02; remarks begin with # or //.",
)


class Form(StrEnum):
    """Say how a file holds its bytes."""

    AUTO = "auto"
    RAW = "raw"
    HEX = "hex"
    CAPTURE = "capture"


@dataclass
class ByteFile:
    """Read one file, or the standard input for "-"; `line` and `framing_errors` are filled while reading."""

    place: str
    form: Form = Form.AUTO
    line: LineSettings | None = None
    framing_errors: int = 0

    @property
    def name(self) -> str:
        """Return what to call the file in a sentence."""
        return "stdin" if self.place == "-" else Path(self.place).name

    def pieces(self, prefer_raw: bool = False) -> Iterator[bytes]:
        """Yield the bytes; `prefer_raw` leaves text as it is when the form is to be found.

        Raises PersonError for a missing or empty file and for text of another form, SurroundingsError for a file that
        cannot be read.
        """
        with self._open() as stream:
            chunks = self._chunks(stream)
            first = next(chunks, b"")
            if not first:
                raise PersonError(FILE_EMPTY, file=self.name)
            if self.form is not Form.RAW:
                first, chunks = _unmarked(first, chunks)
            if self.form is Form.AUTO:
                self.form = form_of(first[:HEAD_BYTES], prefer_raw)
            readers = {Form.RAW: self._raw, Form.HEX: self.unhexed, Form.CAPTURE: self._capture}
            yield from readers[self.form](first, chunks)

    def _open(self) -> BinaryIO:
        if self.place == "-":
            return sys.stdin.buffer
        try:
            return Path(self.place).open("rb")
        except FileNotFoundError as error:
            raise PersonError(FILE_MISSING, file=self.place) from error
        except OSError as error:
            raise SurroundingsError(FILE_UNREADABLE, file=self.name, detail=error.strerror or str(error)) from error

    def _chunks(self, stream: BinaryIO) -> Iterator[bytes]:
        try:
            while chunk := stream.read(PIECE_BYTES):
                yield chunk
        except OSError as error:
            raise SurroundingsError(FILE_UNREADABLE, file=self.name, detail=error.strerror or str(error)) from error

    def _raw(self, first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        yield first
        yield from chunks

    def unhexed(self, first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the bytes that hexadecimal text names; PersonError names the first line that is none."""
        number = 1
        for text in _whole_lines(first, chunks):
            data = bytearray()
            for line in text.splitlines():
                found = hex_line(line)
                if found is None:
                    shown = line[:40].decode("ascii", "backslashreplace")
                    raise PersonError(NOT_HEX, file=self.name, line=number, text=shown)
                data += found
                number += 1
            if data:
                yield bytes(data)

    def _capture(self, first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        self._settings(first[:HEAD_BYTES])
        number, last_us, is_begun = 0, -1.0, False
        for text in _whole_lines(first, chunks):
            data = bytearray()
            for line in text.splitlines():
                number += 1
                row = _ROW.fullmatch(line.strip())
                if row is None:
                    if is_begun and line.strip():
                        raise self._damaged(number)
                    continue
                is_begun = True
                if float(row[1]) < last_us:
                    raise self._damaged(number)
                last_us = float(row[1])
                data.append(int(row[2], 16) if row[3] == b"1" else 0)
                self.framing_errors += row[3] == b"0"
            if data:
                yield bytes(data)
        if not is_begun:
            raise self._damaged(number)

    def _damaged(self, number: int) -> SurroundingsError:
        return SurroundingsError(NOT_A_CAPTURE, file=self.name, line=number)

    def _settings(self, head: bytes) -> None:
        match = _SPEED.search(head.split(b"\n")[0].decode("utf-8", "replace"))
        if match:
            self.line = LineSettings(int(match[1]), int(match[2]), match[3], float(match[4]))


def _unmarked(first: bytes, chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return text without the mark that Windows programs put before it, UTF-16 as UTF-8; other bytes as they are."""
    if first.startswith(codecs.BOM_UTF8) and _is_text(first[3:HEAD_BYTES]):
        return first[3:], chunks
    if not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return first, chunks
    if not _is_text(first[: HEAD_BYTES // 2 * 2].decode("utf-16", "replace").encode()):
        return first, chunks
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    return decoder.decode(first).encode(), (decoder.decode(chunk).encode() for chunk in chunks)


def _is_text(head: bytes) -> bool:
    return bool(head) and head.isascii() and all(byte >= 32 or byte in b"\t\r\n" for byte in head)


def form_of(head: bytes, prefer_raw: bool = False) -> Form:
    """Find out how a file's first bytes are written; text that may be either stays raw when that is preferred."""
    if _CAPTURE.match(head):
        return Form.CAPTURE
    return Form.HEX if not prefer_raw and looks_like_hex(head) else Form.RAW


def looks_like_hex(head: bytes, is_digits_enough: bool = False) -> bool:
    """Say whether text can only sensibly be hexadecimal bytes: every line is, and there is more than plain numbers.

    `is_digits_enough` also takes plain numbers, for a profile that will judge what it reads of either.
    """
    if not head.isascii() or any(byte < 32 and byte not in b"\t\r\n" for byte in head):
        return False
    lines = head.splitlines()
    if len(head) >= HEAD_BYTES:
        lines = lines[:-1] or lines
    found = [hex_line(line) for line in lines]
    tokens = [token for line in lines for token in _SEPARATORS.split(_REMARK.sub(b"", line)) if token]
    if None in found or not any(found):
        return False
    return (
        is_digits_enough
        or any(_PREFIXED.fullmatch(token) or re.search(rb"[A-Fa-f]", token) for token in tokens)
        or (len(tokens) > 2 and all(len(token) == 2 for token in tokens))
    )


def hex_line(line: bytes) -> bytes | None:
    """Return the bytes one line of hexadecimal text names, b"" for a remark, None when it is no such line."""
    line = _REMARK.sub(b"", line).strip()
    dump = _DUMP.match(line)
    is_dump = dump is not None and (b":" in line[:17] or b"  " in line)
    data = bytearray()
    for token in _SEPARATORS.split(dump[1] if dump and is_dump else line):
        if not token:
            continue
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        digits = match[1].zfill(2) if _PREFIXED.fullmatch(token) else match[1]
        if len(digits) % 2:
            return None
        data += bytes.fromhex(digits.decode("ascii"))
    return bytes(data)


def _whole_lines(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield text cut at line ends, or, where a line does not end, between two tokens."""
    carry = first
    for chunk in chunks:
        cut = max(carry.rfind(b"\n"), carry.rfind(b"\r")) + 1 or carry.rfind(b" ") + 1 or len(carry) // 2 * 2
        yield carry[:cut]
        carry = carry[cut:] + chunk
    if carry:
        yield carry
