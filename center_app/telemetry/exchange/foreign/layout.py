"""See how a text table is laid out: encoding, separator, preamble, header, row of units.

A table begins at the first line that holds values where the table holds values and that is followed by such lines;
what stands right above is its header. Nothing below that line is ever left out.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

SNIFF_BYTES = 262_144
LOOKED_AT_LINES = 400
WHITESPACE = " "
_COMMENT = ("#", "%", "//")
_VALUE = re.compile(
    r"[+\-−]?[\d.,' \u00a0]*\d[\d.,]*([eE][+-]?\d+)?\s?(%|[a-zA-Zµμ°Ω][\w°/²³]{0,5})?"
    r"|\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?([ T]\d.*)?|\d{1,2}[- ][A-Za-zä]{3,4}[- ]\d{2,4}.*"
    r"|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?|nan|-?inf(inity)?|null|none|n/?a|true|false|#\S+!|",
    re.IGNORECASE,
)
_UNITS = frozenset(
    [
        "s",
        "ms",
        "us",
        "µs",
        "μs",
        "ns",
        "min",
        "h",
        "sec",
        "v",
        "mv",
        "kv",
        "a",
        "ma",
        "µa",
        "μa",
        "w",
        "kw",
        "mw",
        "kwh",
        "wh",
        "n",
        "kn",
        "nm",
        "n·m",
        "mm",
        "cm",
        "m",
        "µm",
        "μm",
        "um",
        "km",
        "in",
        "g",
        "kg",
        "t",
        "rpm",
        "1/min",
        "°c",
        "°f",
        "k",
        "c",
        "degc",
        "f",
        "deg",
        "°",
        "rad",
        "rad/s",
        "deg/s",
        "m/s",
        "mm/s",
        "m/s²",
        "m/s^2",
        "m/s2",
        "hz",
        "khz",
        "mhz",
        "pa",
        "kpa",
        "mpa",
        "hpa",
        "bar",
        "mbar",
        "psi",
        "%",
        "%",
        "l/min",
        "l",
        "ml",
        "db",
        "lux",
        "lx",
        "ppm",
        "ohm",
        "ω",
        "kω",
        "t",
        "mt",
        "var",
        "va",
        "-",
    ]
)


@dataclass(frozen=True)
class Layout:
    """Describe a text table: `skip` whole lines stand before its first row, `names` are unique, blanks filled."""

    encoding: str
    separator: str
    skip: int
    names: tuple[str, ...]
    comment: str
    has_header: bool
    needs_copy: bool
    """The library cannot read it as it is: another encoding, lone carriage returns, columns parted by blanks."""


def layout_of(path: Path) -> Layout | None:
    """Look at the beginning of a file; None when it is no text."""
    with path.open("rb") as file:
        start = file.read(SNIFF_BYTES)
    encoding = encoding_of(start)
    if encoding is None:
        return None
    text = start.decode(encoding, "replace")
    lines = re.split(r"\r\n|\r|\n", text)
    whole = lines[:-1] if len(start) == SNIFF_BYTES else lines
    found = _laid_out(whole[:LOOKED_AT_LINES])
    has_lone_returns = re.search(r"\r(?!\n)", text) is not None
    foreign = encoding not in ("utf-8", "utf-8-sig") or has_lone_returns or found.separator == WHITESPACE
    return replace(found, encoding=encoding, needs_copy=foreign)


def encoding_of(start: bytes) -> str | None:
    """Return the encoding of a text's first bytes, by its mark or by what reads; None for binary data."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if start.startswith(mark):
            return name if name == "utf-8-sig" or _is_text(start.decode(name, "replace")) else None
    if b"\0" in start:
        sides = start[0:4000:2].count(0), start[1:4000:2].count(0)
        half = len(start[:4000]) // 2
        name = "utf-16-le" if sides[1] > 0.7 * half else "utf-16-be" if sides[0] > 0.7 * half else ""
        return name if name and _is_text(start.decode(name, "replace")) else None
    for name in ("utf-8", "gb18030", "cp1252"):
        try:
            start[: len(start) - 4 if len(start) == SNIFF_BYTES else None].decode(name)
        except UnicodeDecodeError as error:
            if name == "utf-8" and error.start >= len(start) - 8:
                return name
            continue
        return name if name != "gb18030" or _is_chinese(start) else "cp1252"
    return "latin-1"


def _is_text(text: str) -> bool:
    return not re.search(r"[\x00-\x08\x0e-\x1a]", text[:4000])


def _is_chinese(start: bytes) -> bool:
    """Tell GB 18030 from a western text that happens to decode: its pairs are signs and common characters.

    Those lie in rows A1–A3 and B0–D7 of GB 2312, level 1.
    """
    pairs = re.findall(rb"[\x81-\xfe][\x30-\xfe]", start)
    usual = sum(1 for pair in pairs if (0xB0 <= pair[0] <= 0xD7 or 0xA1 <= pair[0] <= 0xA3) and pair[1] >= 0xA1)
    return bool(pairs) and usual >= 0.8 * len(pairs)


def _laid_out(lines: Sequence[str]) -> Layout:
    stated = re.fullmatch(r"\ufeff?sep=(.)", lines[0].strip()) if lines else None
    filled = [(number, line) for number, line in enumerate(lines) if line.strip() and not (stated and number == 0)]
    rows = [(number, line) for number, line in filled if not line.lstrip().startswith(_COMMENT)]
    separator = stated[1] if stated else _separator([line for _number, line in rows])
    cells = [(number, cut(line, separator)) for number, line in rows]
    width = _width([each for _number, each in cells])
    first = _first_row([each for _number, each in cells], width)
    comments = [line for number, line in filled if cells and number < cells[first][0] and (number, line) not in rows]
    names, has_header = _names([each for _number, each in cells[:first]], comments, separator, width)
    skip = cells[first][0] if cells else 0
    comment = "#" if any(line.startswith("#") for line in lines[skip:]) else ""
    return Layout("", separator, skip, names, comment, has_header, needs_copy=False)


def cut(line: str, separator: str) -> list[str]:
    """Cut one line into cells."""
    if separator == WHITESPACE:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _separator(lines: Sequence[str]) -> str:
    """Return the separator that cuts most lines into the same number of cells; blanks when none does."""
    best: tuple[float, int, str] = (0, 0, ",")
    for mark in ("\t", ";", ",", "|"):
        counts = Counter(re.sub(r'"[^"]*"', "", line).count(mark) for line in lines)
        common, times = max(
            ((count, n) for count, n in counts.items() if count), key=lambda item: item[1], default=(0, 0)
        )
        if common:
            best = max(best, (times / len(lines), mark in "\t;|", mark))
    words = Counter(len(line.split()) for line in lines)
    blanks, times = max(
        ((count, n) for count, n in words.items() if count > 1), key=lambda item: item[1], default=(0, 0)
    )
    return WHITESPACE if blanks and best[0] < 0.5 and times / len(lines) > 0.5 else best[2]


def _width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(len(row) for row in rows if len(row) > 1)
    return max(counts, key=lambda width: (counts[width], width), default=1)


def _first_row(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return the index of the first row of values; 1 (below a header) when no column holds values."""
    typical = [row for row in rows[-200:] if len(row) == width]
    values = [at for at in range(width) if sum(map(_is_filled_value, (row[at] for row in typical))) > len(typical) / 2]
    if not values:
        return min(1, max(0, len(rows) - 1))

    def holds(row: Sequence[str]) -> bool:
        hits = [at < len(row) and _is_value(row[at]) for at in values]
        return len(row) >= min(width, 2) and hits[0] and sum(hits) >= len(hits) / 2

    for index in range(len(rows)):
        following = rows[index : index + 20]
        if holds(rows[index]) and sum(map(holds, following)) >= 0.7 * len(following):
            return index
    return min(1, max(0, len(rows) - 1))


def _is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell.strip()) is not None


def _is_filled_value(cell: str) -> bool:
    return bool(cell.strip()) and _is_value(cell)


def _names(
    above: Sequence[Sequence[str]], comments: Sequence[str], separator: str, width: int
) -> tuple[tuple[str, ...], bool]:
    """Return the columns' names from the lines above the rows, with units of a row of units in brackets."""
    if above and len(above[-1]) >= width:
        header: Sequence[str] = above[-1]
        units: Sequence[str] = ()
        if len(above) > 1 and len(above[-2]) >= width and _is_units(above[-1]):
            header, units = above[-2], above[-1]
        return unique(_with_units(header, units), width), True
    for line in reversed(comments):
        named = cut(line.lstrip("#%/ "), separator)
        if len(named) == width > 1 and not any(map(_is_filled_value, named)):
            return unique(named, width), True
    return unique((), width), False


def _is_units(row: Sequence[str]) -> bool:
    cells = [cell.strip().strip("[]()").lower() for cell in row]
    known = sum(1 for cell in cells if cell in _UNITS)
    return known >= 1 and known + cells.count("") >= 0.5 * len(cells) and all(len(cell) <= 12 for cell in cells)


def _with_units(header: Sequence[str], units: Sequence[str]) -> list[str]:
    bare = [unit.strip().strip("[]()") for unit in units] + [""] * len(header)
    return [f"{name} [{unit}]" if unit and unit != "-" else name for name, unit in zip(header, bare, strict=False)]


def unique(names: Sequence[str], width: int) -> tuple[str, ...]:
    """Return `width` or more names: blank ones numbered by their column, equal ones numbered, letter case ignored."""
    count = max(width, len(names))
    given = [" ".join(name.replace("\ufeff", "").split()) for name in names] + [""] * (count - len(names))
    used: set[str] = set()
    found = []
    for number, name in enumerate(given, start=1):
        base, again = name or f"column {number}", 2
        chosen = base
        while chosen.lower() in used:
            chosen, again = f"{base} {again}", again + 1
        used.add(chosen.lower())
        found.append(chosen)
    return tuple(found)
