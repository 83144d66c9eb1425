"""Noto Sans SC on paper: registering, measuring, cleaning and breaking text.

Text goes to the page as it is: nothing here reads markup, so that a user's text can never become any.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from center_app.core.paths import RESOURCES

FACE = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
_FILES = {FACE: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}
_SPACES = dict.fromkeys(map(ord, "\u202f\u2009\u2007\u2002\u2003\t\n\r\v\f"), " ")
_LATIN = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "...", "·": "-"})
_NO_START = frozenset("\uff0c\u3002\uff1b\uff1a\uff01\uff1f\uff09、)」』】》〉〕%,.;:!?)]}%”’")
_NO_END = frozenset("\uff08(「『【《〈〔([{“‘¥")
_PIECES = re.compile(
    r"[^\S\u00a0]+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|(?:[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|\u00a0)+"
)
_SOFT = re.compile(r"(?<=[-/_\\@&+])(?=\D)")


@lru_cache(maxsize=1)
def register() -> frozenset[int]:
    """Register both faces with ReportLab, once; return the code points they can draw."""
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    rl_config.useA85 = 0
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(RESOURCES / "fonts" / file)))
    return frozenset(pdfmetrics.getFont(FACE).face.charToGlyph)


class _Widths(dict[str, float]):
    """Map characters to thousandths of an em; an unknown one is one em wide."""

    def __missing__(self, char: str) -> float:
        return 1000.0


@lru_cache(maxsize=2)
def _widths(bold: bool) -> _Widths:
    from reportlab.pdfbase.pdfmetrics import getFont

    register()
    face = getFont(BOLD if bold else FACE).face
    return _Widths({chr(code): float(face.charWidths[code]) for code in face.charToGlyph})


@lru_cache(maxsize=131_072)
def _thousandths(text: str, bold: bool) -> float:
    return sum(map(_widths(bold).__getitem__, text))


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the advance of a cleaned text in points."""
    return _thousandths(text, bold) * size / 1000


@lru_cache(maxsize=65_536)
def clean(text: str) -> str:
    """Return a text that the fonts can draw: one line, plain spaces, no control characters.

    Latin text gets straight quotes and three points, because the fonts draw the typographic ones a
    full em wide. A character without a glyph loses its accent, or becomes a box when that fails.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = unicodedata.normalize("NFC", text).translate(_SPACES)
    if not any("\u2e80" <= char <= "\uffef" for char in plain):
        plain = plain.translate(_LATIN)
    known = register()
    return "".join(char if ord(char) in known else _nearest(char, known) for char in plain)


def _nearest(char: str, known: frozenset[int]) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Mn"):
        return ""
    base = unicodedata.normalize("NFKD", char)[0]
    return base if ord(base) in known else "□"


@lru_cache(maxsize=65_536)
def wrapped(text: str, room: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """Break a cleaned text into lines of at most `room` points; a word longer than a line is cut.

    Chinese breaks between characters, but no line starts with a closing or ends with an opening mark.
    """
    if width(text, size, bold) <= room:
        return (text,)
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if width(line + piece.rstrip(" "), size, bold) <= room:
            line += piece
            continue
        line = _close(lines, line, piece)
        while width(line.rstrip(), size, bold) > room:
            cut = _cut(line, room, size, bold)
            lines.append(line[:cut])
            line = line[cut:]
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def _close(lines: list[str], line: str, piece: str) -> str:
    """End a line before a piece; return what the next line starts with."""
    kept = line.rstrip()
    at = len(kept)
    if kept == line and piece[0] in _NO_START:
        at = _last_word(kept)
    while at and kept[at - 1] in _NO_END:
        at -= 1
    at = at if kept[:at].strip() else len(kept)
    if kept:
        lines.append(kept[:at].rstrip())
    return kept[at:] + piece.lstrip(" ")


def _last_word(text: str) -> int:
    """Return where the last Chinese character or Latin word of a line starts."""
    if not text or _is_wide(text[-1]):
        return max(len(text) - 1, 0)
    at = len(text)
    while at and not text[at - 1].isspace() and not _is_wide(text[at - 1]):
        at -= 1
    return at


def _is_wide(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\uffef"


def _pieces(text: str) -> list[str]:
    """Return the parts between which a line may break; a space belongs to the word before it."""
    parts: list[str] = []
    for match in _PIECES.finditer(text):
        found = match.group()
        if found.isspace() and "\u00a0" not in found and parts:
            parts[-1] += found
        else:
            parts.extend(part for part in _SOFT.split(found) if part)
    return parts


def _cut(word: str, room: float, size: float, bold: bool) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """Return a text shortened to fit, with three points where it was cut."""
    if width(text, size, bold) <= room:
        return text
    return text[: _cut(text, max(room - width("...", size, bold), 0), size, bold)].rstrip() + "..."
