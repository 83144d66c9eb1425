"""Make a line pattern safe: a small part of the usual patterns that never looks back, so it takes linear time.

Every repeat and every choice keeps what it first took (possessive and atomic in Python's words). A pattern that would
need to give something back is refused, and so are repeats inside repeats, back references and looking around.
"""

from __future__ import annotations

import re

LONGEST = 400
MOST_REPEATS = 1000
_TOKEN = re.compile(
    r"(?P<open>\((?:\?P<\w{1,40}>|\?:)?)|(?P<close>\))|(?P<bar>\|)|(?P<times>(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})[?+]?)"
    r"|(?P<atom>\[\^?(?:\\.|(?!--)[^\]\\\[&|~])++\]|\\[dDwWsS.\\+*?()\[\]{}|^$/\-tnr]|[^\\()\[\]{}*+?|^$])",
    re.DOTALL,
)


class PatternRefused(ValueError):  # noqa: N818
    """Say why a pattern is refused: "runaway", "unsupported", "too_long", "no_groups" or "greedy", and at what."""

    def __init__(self, reason: str, part: str = "") -> None:
        """Keep reason and the part of the pattern."""
        super().__init__(f"{reason}: {part}")
        self.reason, self.part = reason, part


def safe_pattern(text: str) -> re.Pattern[bytes]:
    """Return the compiled pattern for whole lines (ASCII); PatternRefused when it could run away."""
    if len(text) > LONGEST or not text.isascii():
        raise PatternRefused("too_long")
    try:
        compiled = re.compile(_rewritten(text).encode(), re.ASCII)
    except re.error as error:
        raise PatternRefused("unsupported", str(error)) from None
    if not compiled.groupindex:
        raise PatternRefused("no_groups")
    return compiled


def _rewritten(text: str) -> str:
    """Return the pattern with possessive repeats and atomic choices."""
    parts: list[str] = ["(?>"]
    stack: list[tuple[int, bool]] = []
    has_repeat, previous, last, at = False, "", "", 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise PatternRefused("unsupported", text[at : at + 6])
        at, token = match.end(), match[0]
        if match["open"]:
            stack.append((len(parts), has_repeat))
            has_repeat, last = False, ""
            parts.append((token if token.startswith("(?P") else "(?:") + "(?>")
        elif match["close"]:
            if not stack:
                raise PatternRefused("unsupported", ")")
            start, outer = stack.pop()
            parts.append("))")
            last = "".join(parts[start:])
            inner_repeat, has_repeat = has_repeat, outer or has_repeat
            if inner_repeat and (follows := _TOKEN.match(text, at)) and follows["times"]:
                raise PatternRefused("runaway", follows[0])
        elif match["times"]:
            _judge_repeat(token, last, text[at:])
            has_repeat, last = True, ""
            parts.append((token if token[-1] not in "?+" or len(token) == 1 else token[:-1]) + "+")
        else:
            last = "" if match["bar"] else token
            parts.append(token)
        previous = token
    if stack or previous == "\\":
        raise PatternRefused("unsupported", "(")
    return "".join(parts) + ")"


def _judge_repeat(times: str, last: str, rest: str) -> None:
    """Refuse a repeat of nothing, of a named group, of too many, and one that takes what must come after it."""
    if not last or "(?P<" in last:
        raise PatternRefused("runaway" if last else "unsupported", times)
    if any(int(number) > MOST_REPEATS for number in re.findall(r"\d+", times)):
        raise PatternRefused("runaway", times)
    rest = rest.lstrip(")")
    follows = _TOKEN.match(rest)
    if follows is None or not follows["atom"] or last.startswith("("):
        return
    after = _TOKEN.match(rest, follows.end())
    if after is not None and after["times"] and (after["times"][0] in "*?" or after["times"].startswith("{0")):
        return
    if _characters(last) & _characters(follows["atom"]):
        raise PatternRefused("greedy", f"{last}{times}{follows['atom']}")


def _characters(atom: str) -> set[str]:
    """Return the ASCII characters that one item takes."""
    try:
        pattern = re.compile(atom, re.ASCII)
    except re.error as error:
        raise PatternRefused("unsupported", str(error)) from None
    return {chr(code) for code in range(128) if pattern.fullmatch(chr(code))}
