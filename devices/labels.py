"""Names in the three languages of the centre."""

from __future__ import annotations

from collections.abc import Mapping

Names = Mapping[str, str]


def say(english: str, german: str, chinese: str) -> Names:
    """Return one name in English, German and Chinese."""
    return {"en": english, "de": german, "zh": chinese}


def same(text: str) -> Names:
    """Return a name that is the same in every language."""
    return {"en": text, "de": text, "zh": text}
