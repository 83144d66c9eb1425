"""Read a table of a TOML document key by key; what has the wrong shape becomes a problem with its line."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import Any

from devices.toml_profiles.locate import Locator, Path
from devices.toml_profiles.problems import Findings

_LONGEST_TEXT = 400


class Table:
    """Give typed access to one table; `finish` reports the keys that nobody asked for."""

    def __init__(self, content: Any, path: Path, locator: Locator, findings: Findings) -> None:
        """Read `content`, which should be a table, at `path`."""
        self.path, self.findings, self._locator = path, findings, locator
        self._asked: set[str] = set()
        if not isinstance(content, dict):
            self.problem("not_a_table", "", name=".".join(str(part) for part in path))
            content = {}
        self.content: dict[str, Any] = content

    def line(self, key: str = "") -> int:
        """Return the line of a key, of the table itself without one."""
        return self._locator.line_of((*self.path, key) if key else self.path)

    def problem(self, code: str, place: str = "", /, **params: object) -> None:
        """Note a problem at a key of the table, at the table itself without one."""
        self.findings.add(self.line(place), code, **params)

    def has(self, key: str) -> bool:
        """Say whether a key is given."""
        self._asked.add(key)
        return key in self.content

    def text(self, key: str, default: str | None = "", longest: int = _LONGEST_TEXT) -> str:
        """Return a text; `default` None means that it must be given."""
        value = self._get(key, default)
        if isinstance(value, str) and len(value) <= longest:
            return value
        if value is not None:
            self.problem("not_a_text", key, key=key, longest=longest)
        return default or ""

    def integer(self, key: str, default: int | None, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        value = self._get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            if low <= value <= high:
                return value
            self.problem("out_of_bounds", key, key=key, value=value, low=low, high=high)
        elif value is not None:
            self.problem("not_a_whole_number", key, key=key, low=low, high=high)
        return default if default is not None else max(low, 0)

    def maybe_integer(self, key: str, low: int, high: int) -> int | None:
        """Return a whole number in [low, high], None when the key is not given."""
        return self.integer(key, low, low, high) if self.has(key) else None

    def number(self, key: str, default: float) -> float:
        """Return a finite number."""
        found = self.maybe_number(key)
        return default if found is None else found

    def maybe_number(self, key: str) -> float | None:
        """Return a finite number, None when the key is not given or wrong."""
        value = self._get(key, 0.0) if self.has(key) else None
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problem("not_a_number", key, key=key)
        elif not math.isfinite(value) or abs(value) > 1e300:
            self.problem("not_finite", key, key=key, value=str(value))
        else:
            return float(value)
        return None

    def flag(self, key: str) -> bool:
        """Return true or false; false when not given."""
        value = self._get(key, False)
        if not isinstance(value, bool):
            self.problem("not_a_flag", key, key=key)
        return value is True

    def choice(self, key: str, known: Iterable[str], default: str | None) -> str:
        """Return one of the known words."""
        value = self._get(key, default)
        names = tuple(known)
        if isinstance(value, str) and value in names:
            return value
        if value is not None:
            near = nearest(str(value), names)
            self.problem("unknown_choice", key, key=key, value=str(value), near=near, known=", ".join(names))
        return default or names[0]

    def octets(self, key: str, most: int) -> bytes:
        """Return bytes written as hex, blanks allowed; b"" when not given."""
        value = self._get(key, "")
        try:
            found = bytes.fromhex(value)
        except (TypeError, ValueError):
            self.problem("not_hex", key, key=key)
            return b""
        if len(found) > most:
            self.problem("out_of_bounds", key, key=key, value=len(found), low=0, high=most)
            return b""
        return found

    def names(self, key: str, default: str) -> dict[str, str]:
        """Return a name in the three languages: a text, or a table with en, de, zh."""
        value = self._get(key, default)
        if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT:
            return {"en": value, "de": value, "zh": value}
        if isinstance(value, dict) and value and set(value) <= {"en", "de", "zh"}:
            given = {one: text for one, text in value.items() if isinstance(text, str) and 0 < len(text) <= 200}
            if len(given) == len(value):
                first = given.get("en") or next(iter(given.values()))
                return {language: given.get(language, first) for language in ("en", "de", "zh")}
        self.problem("bad_name", key, key=key)
        return {"en": default, "de": default, "zh": default}

    def table(self, key: str) -> Table:
        """Return a table inside this one, an empty one when it is not given."""
        return Table(self._get(key, {}), (*self.path, key), self._locator, self.findings)

    def tables(self, key: str, most: int) -> list[Table]:
        """Return the tables of a list such as [[message]]."""
        value = self._get(key, [])
        if not isinstance(value, list) or len(value) > most:
            self.problem("too_many" if isinstance(value, list) else "not_a_list", key, key=key, most=most)
            return []
        return [Table(one, (*self.path, key, at), self._locator, self.findings) for at, one in enumerate(value)]

    def finish(self) -> None:
        """Report keys that mean nothing here, each with the nearest that would."""
        for key in self.content:
            if key not in self._asked:
                near = nearest(key, self._asked)
                self.problem("unknown_key", key, key=key, near=near, known=", ".join(sorted(self._asked)))

    def _get(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        if key in self.content:
            return self.content[key]
        if default is None:
            self.problem("missing_key", "", key=key)
        return default


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like another one; the first known when none is like it."""
    names = sorted(known)
    close = difflib.get_close_matches(word.lower()[:60], names, 1, 0.4)
    return close[0] if close else (names[0] if names else "")
