"""Find the line on which each key of a TOML text stands, because the standard parser does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|#.*|[\[\]{}]')
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*""")


class Locator:
    """Map paths such as ("message", 0, "field", 2, "scale") to lines, counted from 1."""

    def __init__(self, text: str) -> None:
        """Scan a text that the parser has accepted, or one up to its error."""
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._table: Path = ()
        self._value: Path = ()
        self._depth = 0
        self._items = 0
        self._closing = ""
        for number, line in enumerate(text.splitlines(), 1):
            self._take(number, line)

    def line_of(self, path: Path) -> int:
        """Return the line of a path, or of the nearest table around it; 1 when nothing is known."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1

    def _take(self, number: int, line: str) -> None:
        if not self._closing and self._depth == 0:
            header = _HEADER.match(line)
            key = _KEY.match(line)
            if header:
                self._open(number, header[1], _parts(header[2]))
                return
            if key:
                self._value = self._table + tuple(_parts(key[1]))
                self._items = 0
                self._lines.setdefault(self._value, number)
                line = line[key.end() :]
        for token in self._tokens(line):
            self._step(number, token)

    def _tokens(self, line: str) -> Iterator[str]:
        """Yield brackets outside texts; follow texts over several lines."""
        while line:
            if self._closing:
                _before, mark, line = line.partition(self._closing)
                if mark:
                    self._closing = ""
                continue
            match = _TOKEN.search(line)
            if match is None:
                return
            line = line[match.end() :]
            if match[0] in ('"""', "'''"):
                self._closing = match[0]
            elif match[0] in "[]{}":
                yield match[0]

    def _step(self, number: int, token: str) -> None:
        if token in "]}":
            self._depth = max(0, self._depth - 1)
            return
        if token == "{" and self._depth == 1:
            self._lines.setdefault((*self._value, self._items), number)
            self._items += 1
        self._depth += 1

    def _open(self, number: int, mark: str, parts: list[str]) -> None:
        path: Path = ()
        for part in parts[:-1]:
            path = (*path, part)
            if path in self._counts:
                path = (*path, self._counts[path])
        path = (*path, parts[-1]) if parts else path
        if mark == "[[":
            self._counts[path] = self._counts.get(path, -1) + 1
            path = (*path, self._counts[path])
        self._table = path
        self._lines.setdefault(path, number)


def _parts(dotted: str) -> list[str]:
    return [match[1] or match[2] or match[3] or "" for match in _PART.finditer(dotted)]
