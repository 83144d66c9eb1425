"""Words that profiles show: groups, states and discard reasons have German and Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from devices import profiles
from devices.account import REASONS

FOLDER = Path(__file__).parents[2] / "resources" / "i18n"


def needed() -> set[str]:
    channels = [channel for each in profiles.all() for stream in each.streams for channel in stream.channels]
    groups = {channel.group for channel in channels if channel.group}
    states = {word for channel in channels for word in (channel.states or {}).values()}
    return groups | states | {names["en"] for names in REASONS.values()}


def known(language: str) -> set[str]:
    found: set[str] = set()
    for path in (FOLDER / language).glob("*.po"):
        with path.open("rb") as file:
            found |= {str(message.id) for message in read_po(file, charset="utf-8") if message.string}
    return found


@pytest.mark.parametrize("language", ["de", "zh"])
def test_words_are_translated(language: str) -> None:
    assert not sorted(needed() - known(language))


def test_reasons_have_three_names() -> None:
    for names in REASONS.values():
        assert set(names) == {"en", "de", "zh"}
