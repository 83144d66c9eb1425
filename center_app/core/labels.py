"""Names in several languages, as people enter them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("en", "de", "zh")


@dataclass(frozen=True)
class Label:
    """Hold one name in one or more languages; an empty language falls back to English, then any."""

    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str = "", **by_language: str) -> Label:
        """Make a label from one text for every language, or from texts by language code."""
        return cls({"en": text, **by_language} if text else dict(by_language))

    def say(self, language: str) -> str:
        """Return the text in a language."""
        for key in (language, "en", *self.texts):
            if self.texts.get(key):
                return self.texts[key]
        return ""

    def __str__(self) -> str:
        return self.say("en")

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.texts.items())))
