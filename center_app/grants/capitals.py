"""Read RMB capitals back into minor units; both spellings that the payment rules allow."""

from __future__ import annotations

import re

_DIGITS = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"〇": 0, "贰": 2, "弍": 2, "陸": 6}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}
_SHAPE = re.compile(
    r"(?:人民币)?(负?)(?:([^元圆角分整正]+)[元圆])?(?:零?([壹贰叁肆伍陆柒捌玖])角)?(?:零?([壹贰叁肆伍陆柒捌玖])分)?[整正]?"
)


def read_capitals(text: str) -> int | None:
    """Return fen of an amount such as 人民币叁佰万元整, or None for what is not one."""
    match = _SHAPE.fullmatch(text.strip())
    if not match or not any(match.groups()[1:]):
        return None
    sign, yuan_text, jiao, fen = match.groups()
    yuan = _yuan(yuan_text) if yuan_text else 0
    if yuan is None:
        return None
    minor = yuan * 100 + _DIGITS.get(jiao or "零", 0) * 10 + _DIGITS.get(fen or "零", 0)
    return -minor if sign else minor


def _yuan(text: str) -> int | None:
    """Return the number, group by group of 亿 and 万."""
    if "亿" in text:
        head, _, tail = text.rpartition("亿")
        high, low = _yuan(head), _yuan(tail) if tail else 0
        return None if high is None or low is None else high * 10**8 + low
    if "万" in text:
        head, _, tail = text.rpartition("万")
        high, low = _group(head), _group(tail) if tail else 0
        return None if high is None or low is None else high * 10**4 + low
    return _group(text)


def _group(text: str) -> int | None:
    total, digit, last = 0, None, 10_000
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char in _PLACES and _PLACES[char] < last and (digit or (char == "拾" and not total)):
            last = _PLACES[char]
            total += (digit or 1) * last
            digit = None
        else:
            return None
    return total + (digit or 0)
