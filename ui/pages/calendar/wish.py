"""Read a wished slot such as "2 h, 5-axis, this week" in English, German or Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_LENGTHS = (
    (re.compile(r"(\d+)\s*(?:h|std\.?|stunden?|hours?|个?小时)\s*(\d{1,2})(?:\s*(?:min|分钟?))?(?!\d)", re.I), 3600),
    (re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:hours?|hrs?|h|stunden?|std\.?|个?小时)(?![a-zäöü])", re.I), 3600),
    (re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:minutes?|minuten|mins?|分钟|分)(?![a-zäöü])", re.I), 60),
    (re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:days?|tage?n?|d|天)(?![a-zäöü])", re.I), 86400),
)
_HALF = re.compile(r"half an hour|half hour|halbe stunde|半个?小时", re.I)
_SPANS = {
    "today": ("today", "heute", "今天", "今日"),
    "tomorrow": ("day after tomorrow", "übermorgen", "后天", "tomorrow", "morgen", "明天"),
    "this week": ("this week", "diese woche", "dieser woche", "本周", "这周", "这个星期"),
    "next week": ("next week", "nächste woche", "nächster woche", "kommende woche", "下周", "下个星期"),
    "this month": ("this month", "diesen monat", "本月", "这个月"),
}
_WEEKDAYS = (
    ("monday", "montag", "mon", "mo", "周一", "星期一"),
    ("tuesday", "dienstag", "tue", "di", "周二", "星期二"),
    ("wednesday", "mittwoch", "wed", "mi", "周三", "星期三"),
    ("thursday", "donnerstag", "thu", "do", "周四", "星期四"),
    ("friday", "freitag", "fri", "fr", "周五", "星期五"),
    ("saturday", "samstag", "sonnabend", "sat", "sa", "周六", "星期六"),
    ("sunday", "sonntag", "sun", "so", "周日", "星期日", "星期天"),
)
_PARTS = {
    (6 * 60, 12 * 60): ("in the morning", "morning", "vormittags", "vormittag", "上午"),
    (12 * 60, 18 * 60): ("in the afternoon", "afternoon", "nachmittags", "nachmittag", "下午"),
    (18 * 60, 24 * 60): ("in the evening", "evening", "abends", "abend", "晚上"),
}
_AFTER = re.compile(
    r"(?:after|from|ab|nach)\s*(\d{1,2})(?::(\d{2}))?(?:\s*uhr)?|(\d{1,2})(?::(\d{2}))?点?(?:以后|之后|后)", re.I
)
_FILLERS = frozenset(
    "on for at in the a an any some am um für im auf ein eine einen irgendein".split(" ")  # noqa: SIM905
)
DEFAULT_LENGTH_S = 3600
_HORIZON_DAYS = 14


@dataclass(frozen=True)
class Wish:
    """Hold a wished slot: seconds, days from first to last, minutes of the day, words that name machines."""

    length_s: int
    first: date
    last: date
    from_minute: int = 0
    to_minute: int = 1440
    words: tuple[str, ...] = ()

    def names(self, *texts: str) -> bool:
        """Say whether every word occurs in one of the texts."""
        joined = _plain(" ".join(texts))
        return all(_plain(word) in joined for word in self.words)


def _plain(text: str) -> str:
    """Fold case and drop what people write differently: spaces and hyphens."""
    return re.sub(r"[\s\-‐‑–]+", "", text.casefold())


def read_wish(text: str, today: date) -> Wish:
    """Read length, days, time of day and machine words; what is missing gets a usual value."""
    (low, high), rest = _part(text.strip())
    length_s, rest = _length(rest)
    (first, last), rest = _days(rest, today)
    words = [word for word in re.split(r"[\s,;，、；]+", rest) if word and word.casefold() not in _FILLERS]
    return Wish(length_s, first, last, low, high, tuple(words))


def _length(text: str) -> tuple[int, str]:
    if found := _HALF.search(text):
        return 1800, _cut(text, found)
    for pattern, unit_s in _LENGTHS:
        if found := pattern.search(text):
            minutes = int(found[2]) if pattern.groups > 1 else 0
            return round(float(found[1].replace(",", ".")) * unit_s) + minutes * 60, _cut(text, found)
    return DEFAULT_LENGTH_S, text


def _cut(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + " " + text[found.end() :]


def _taken(text: str, terms: tuple[str, ...]) -> tuple[str, str]:
    """Take the first of the terms out of a text; Latin ones count as whole words only."""
    for term in terms:
        edge = r"\b" if ord(term[0]) < 0x2E80 else ""
        if found := re.search(f"{edge}{re.escape(term)}{edge}", text, re.I):
            return term, _cut(text, found)
    return "", text


def _part(text: str) -> tuple[tuple[int, int], str]:
    if found := _AFTER.search(text):
        hour, minute = found[1] or found[3], found[2] or found[4] or "0"
        return (min(int(hour), 23) * 60 + int(minute), 1440), _cut(text, found)
    for span, terms in _PARTS.items():
        term, rest = _taken(text, terms)
        if term:
            return span, rest
    return (0, 1440), text


def _days(text: str, today: date) -> tuple[tuple[date, date], str]:
    for span, terms in _SPANS.items():
        term, rest = _taken(text, terms)
        if term:
            return _span(span, term, today), rest
    for number, terms in enumerate(_WEEKDAYS):
        term, rest = _taken(text, terms)
        if term:
            day = today + timedelta(days=(number - today.weekday()) % 7)
            return (day, day), rest
    return (today, today + timedelta(days=_HORIZON_DAYS)), text


def _span(span: str, term: str, today: date) -> tuple[date, date]:
    if span == "today":
        return today, today
    if span == "tomorrow":
        day = today + timedelta(days=2 if term in _SPANS["tomorrow"][:3] else 1)
        return day, day
    if span == "this month":
        after = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
        return today, after - timedelta(days=1)
    sunday = today + timedelta(days=6 - today.weekday())
    return (today, sunday) if span == "this week" else (sunday + timedelta(days=1), sunday + timedelta(days=7))
