"""Klipper's message blocks and their content: numbers of variable length and the data dictionary.

Numbers (VLQ): seven bits a byte, most significant first, bit 7 says that another byte follows; the first byte is
negative when its bits 5 and 6 are both set, so that -32 … 95 take one byte. Text is a length and its bytes. Which
numbers a message holds says its format, such as "clock clock=%u", in the data dictionary: zlib-compressed JSON that
the controller gives out in pieces (identify_response), with the formats' ids and names for enumerated values. The
dictionary is bounded here: 256 KiB compressed, 4 MiB unpacked.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

_MOST_PACKED = 256 << 10
_MOST_UNPACKED = 4 << 20
_MOST_FORMATS = 4096
_LONGEST_NUMBER = 5
_SIGNED = {"%i", "%hi"}
_TEXT = {"%s", "%*s", "%.*s"}
_TYPE = re.compile(r"%(?:\.?\*)?[hl]?[uics]")


class UnreadableError(ValueError):
    """Say that content does not follow its format."""


def number_at(data: bytes, at: int, signed: bool = False) -> tuple[int, int]:
    """Return a number and where the next one starts; UnreadableError when it is cut or longer than five bytes."""
    value = 0
    for index in range(_LONGEST_NUMBER):
        if at + index >= len(data):
            raise UnreadableError("cut")
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if index == 0 and byte & 0x60 == 0x60:
            value -= 0x80
        if not byte & 0x80:
            return (value if signed else value & 0xFFFFFFFF), at + index + 1
    raise UnreadableError("long")


def number_bytes(value: int) -> bytes:
    """Return a number, -2147483648 … 4294967295, in its shortest form."""
    groups = [value & 0x7F]
    rest = value >> 7
    # A number ends when what is left is the sign that its first byte says anyhow.
    while not ((rest == 0 and groups[-1] & 0x60 != 0x60) or (rest == -1 and groups[-1] & 0x60 == 0x60)):
        groups.append(rest & 0x7F)
        rest >>= 7
    return bytes(group | 0x80 for group in groups[:0:-1]) + bytes((groups[0],))


def text_bytes(data: bytes) -> bytes:
    """Return text with its length before it."""
    return number_bytes(len(data)) + data


@dataclass(frozen=True)
class Format:
    """Describe one message: its name and its values' names and types; text for people has no names."""

    name: str
    values: tuple[tuple[str, str], ...]
    part: str
    text: str = ""

    @staticmethod
    def parse(text: str, part: str) -> Format | None:
        """Read a format of "commands", "responses" or "output"; None when it is none."""
        if part == "output":
            return Format("output", tuple(("", kind) for kind in _TYPE.findall(text)), part, text)
        name, *parts = text.split() or [""]
        pairs = [(key, kind) for key, _, kind in (each.partition("=") for each in parts)]
        is_format = name and all(_TYPE.fullmatch(kind) for _, kind in pairs)
        return Format(name, tuple(pairs), part) if is_format else None

    def read(self, data: bytes, at: int, names: Mapping[str, Mapping[int, str]]) -> tuple[dict[str, object], int]:
        """Return the values at `at` by name and where the next message starts."""
        found: dict[str, object] = {}
        values: list[object] = []
        for name, kind in self.values:
            value, at = _value(data, at, kind)
            values.append(value)
            found[name] = _named(name, value, names)
        if not self.text:
            return found, at
        pieces = _TYPE.split(self.text)
        shown = [each.hex() if isinstance(each, bytes) else str(each) for each in values]
        return {"text": "".join(part for pair in zip(pieces, [*shown, ""], strict=True) for part in pair)}, at


def _value(data: bytes, at: int, kind: str) -> tuple[object, int]:
    if kind not in _TEXT:
        return number_at(data, at, kind in _SIGNED)
    size, start = number_at(data, at)
    if start + size > len(data):
        raise UnreadableError("cut")
    return data[start : start + size], start + size


def _named(name: str, value: object, names: Mapping[str, Mapping[int, str]]) -> object:
    """Return the name of an enumerated value; a field is enumerated by its name or the end of its name."""
    for group, words in names.items():
        if (name == group or name.endswith("_" + group)) and isinstance(value, int):
            return words.get(value, value)
    return value


def _built_in() -> dict[int, Format]:
    return {
        0: Format("identify_response", (("offset", "%u"), ("data", "%.*s")), "responses"),
        1: Format("identify", (("offset", "%u"), ("count", "%c")), "commands"),
    }


@dataclass
class Dictionary:
    """Hold what a controller's messages mean; starts with the two that every controller knows."""

    formats: dict[int, Format] = field(default_factory=lambda: _built_in())
    names: dict[str, dict[int, str]] = field(default_factory=dict)
    constants: dict[str, object] = field(default_factory=dict)
    is_known: bool = False

    def read(self, content: bytes) -> list[tuple[str, dict[str, object]]]:
        """Return the messages of a block; UnreadableError when they do not follow their formats."""
        messages: list[tuple[str, dict[str, object]]] = []
        at = 0
        while at < len(content):
            number, after = number_at(content, at, signed=True)
            form = self.formats.get(number)
            if form is None:
                rest = {"id": number, "content": content[after:].hex(" ").upper()}
                return [*messages, ("unknown", rest)]
            values, at = form.read(content, after, self.names)
            messages.append((form.name, {"id": number, **values}))
        return messages

    def learn(self, text: bytes) -> bool:
        """Read a dictionary's JSON text; say whether it was one. What was known stays when it was none."""
        try:
            return self.take(json.loads(text))
        except (ValueError, RecursionError):
            return False

    def take(self, found: object) -> bool:
        """Take a dictionary as JSON object; say whether it was one."""
        if not isinstance(found, dict):
            return False
        formats: dict[int, Format] = {}
        for part in ("commands", "responses", "output"):
            for text, number in _pairs(found.get(part)):
                form = Format.parse(text, part)
                if isinstance(number, int) and len(formats) < _MOST_FORMATS and form is not None:
                    formats[number] = form
        self.formats = _built_in() | formats
        self.names = {group: _words(words) for group, words in _pairs(found.get("enumerations"))}
        self.constants = dict(_pairs(found.get("config")))
        self.is_known = bool(formats)
        return self.is_known


def _pairs(found: object) -> list[tuple[str, object]]:
    return [(str(key), value) for key, value in found.items()] if isinstance(found, dict) else []


def _words(found: object) -> dict[int, str]:
    """Return the words of an enumeration; [first, count] beside a word that ends in a number is a row of them."""
    words: dict[int, str] = {}
    for word, value in _pairs(found):
        if isinstance(value, int):
            words[value] = word
        elif isinstance(value, list) and len(value) == 2 and all(isinstance(each, int) for each in value):
            stem = word.rstrip("0123456789")
            first = int(word[len(stem) :] or 0)
            words |= {value[0] + step: f"{stem}{first + step}" for step in range(min(value[1], _MOST_FORMATS))}
    return words


class Assembly:
    """Gather the pieces of a dictionary as the controller gives them out, from the first to the last."""

    def __init__(self) -> None:
        """Start without a piece."""
        self._start()

    def _start(self) -> None:
        self._unpacker = zlib.decompressobj()
        self._size = 0
        self._text = b""

    def add(self, offset: object, piece: object) -> bytes | None:
        """Take a piece; return the dictionary's JSON text once it is whole."""
        if not isinstance(offset, int) or not isinstance(piece, bytes):
            return None
        if offset == 0:
            self._start()
        if offset != self._size or not piece or self._size + len(piece) > _MOST_PACKED:
            return None
        self._size += len(piece)
        try:
            self._text += self._unpacker.decompress(piece, _MOST_UNPACKED - len(self._text) + 1)
        except zlib.error:
            self._size = -1
        if len(self._text) > _MOST_UNPACKED:
            self._size = -1
        return self._text if self._unpacker.eof and self._size > 0 else None
