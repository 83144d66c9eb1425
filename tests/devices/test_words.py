"""Words that profiles show: groups, states and discard reasons have German and Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from devices import profiles
from devices.account import REASONS

FOLDER = Path(__file__).parents[2] / "resources" / "i18n"


def needed() -> set[tuple[str | None, str]]:
    channels = [channel for each in profiles.all() for stream in each.streams for channel in stream.channels]
    groups = {("group", channel.group) for channel in channels if channel.group}
    states = {("state", word) for channel in channels for word in (channel.states or {}).values()}
    return groups | states | {(None, names["en"]) for names in REASONS.values()}


@pytest.mark.parametrize("language", ["de", "zh"])
def test_words_are_translated(language: str) -> None:
    with (FOLDER / language / "devices.po").open("rb") as file:
        known = {(message.context, message.id) for message in read_po(file, charset="utf-8") if message.string}
    assert not sorted(needed() - known, key=str)


def test_reasons_have_three_names() -> None:
    for names in REASONS.values():
        assert set(names) == {"en", "de", "zh"}
