"""Find the settings of text profiles in what a device sends: names, separator, decimal mark."""

from __future__ import annotations

from collections import Counter

from devices.decimals import number
from devices.json_text import flat_numbers
from devices.profiles.delimited_text import SEPARATORS
from devices.profiles.label_value import pairs

_MOST_LINES = 200
_MOST_NAMES = 64
_ONE_IN = 10


def _lines(data: bytes) -> list[bytes]:
    """Return whole lines; the first and last may be cut and are left out when there are others."""
    lines = [line.strip(b"\r") for line in data[:65536].split(b"\n")]
    return lines[1:-1][:_MOST_LINES] if len(lines) > 3 else [line for line in lines if line]


def discover_names(found: list[dict[str, float]]) -> str:
    """Return the names that one line in ten carries at least, in the order of their first appearance.

    A device may send each of its values on a line of its own.
    """
    counts = Counter(name for each in found for name in each)
    names = [
        name for name, times in counts.items() if times * _ONE_IN >= len(found) and "," not in name and "[" not in name
    ]
    return ",".join(names[:_MOST_NAMES])


def discover_labels(data: bytes) -> dict[str, object]:
    """Return settings for label:value lines, {} when there are none."""
    names = discover_names([found for line in _lines(data) if (found := pairs(line))])
    return {"names": names} if names else {}


def discover_json(data: bytes) -> dict[str, object]:
    """Return settings for JSON lines, {} when there are none."""
    found = [each for line in _lines(data) if isinstance(each := flat_numbers(line), dict) and each]
    names = discover_names(found)
    return {"names": names} if names else {}


def discover_columns(data: bytes) -> dict[str, object]:
    """Return settings for delimited text: the separator and mark that read most lines, names of a header."""
    # The first line may be cut; it can still be the header.
    lines = [data[:4096].split(b"\n")[0].strip(b"\r"), *_lines(data)]
    best: tuple[int, dict[str, object]] = (0, {})
    for key in ("tab", "semicolon", "comma", "blank"):
        for mark in (".", ","):
            if mark != SEPARATORS[key]:
                best = max(best, _reading(lines, key, mark), key=lambda each: each[0])
    return best[1]


def _reading(lines: list[bytes], key: str, mark: str) -> tuple[int, dict[str, object]]:
    """Return how many lines these settings read, and the settings."""
    rows = [(_tokens(line, key), line) for line in lines]
    widths = Counter(len(tokens) for tokens, _ in rows if _all_numbers(tokens, mark))
    if not widths:
        return 0, {}
    width, times = widths.most_common(1)[0]
    names = _header([tokens for tokens, _ in rows], width)
    return times * (2 if width > 1 else 1), {"names": names, "separator": key, "mark": mark}


def _tokens(line: bytes, key: str) -> list[bytes]:
    return line.split() if key == "blank" else [token.strip() for token in line.split(SEPARATORS[key].encode())]


def _all_numbers(tokens: list[bytes], mark: str) -> bool:
    return bool(tokens) and all(number(token.replace(mark.encode(), b".")) is not None for token in tokens)


def _header(rows: list[list[bytes]], width: int) -> str:
    """Return the names of a header line of this width, else numbered ones."""
    for tokens in rows:
        words = [token.decode("utf-8", "replace").replace(",", " ").strip() for token in tokens]
        if len(words) == width and len(set(words)) == width and all(word and word[0].isalpha() for word in words):
            return ",".join(words)
    return ",".join(f"value {index + 1}" for index in range(width))
