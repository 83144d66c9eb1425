"""Every text that a person may read exists in English, German and Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from center_app.core.paths import RESOURCES
from tests.contract import source

# names of calls -> positions of their message ids; a context comes first in `context`
_MARKS = {"_": (0,), "N_": (0,), "words": (0,), "declare": (1, 2), "plural": (0, 1)}
_FIELD = re.compile(r"\{(\w*)\}")


def _texts() -> Iterator[tuple[str, str | None, str]]:
    for module, call in source.calls():
        name = source.called_name(call)
        if name == "context" and len(call.args) >= 2:
            context, text = source.literal(call.args[0]), source.literal(call.args[1])
            if context and text:
                yield module, context, text
        for position in _MARKS.get(name, ()):
            text = source.literal(call.args[position]) if len(call.args) > position else None
            if text and any(letter.isalpha() for letter in _FIELD.sub("", text)):
                yield module, None, text


def _catalogue(language: str) -> dict[tuple[str | None, str], list[str]]:
    known: dict[tuple[str | None, str], list[str]] = {}
    for path in sorted((RESOURCES / "i18n" / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, charset="utf-8"):
                ids = message.id if isinstance(message.id, list | tuple) else [message.id]
                strings = list(message.string) if isinstance(message.string, list | tuple) else [message.string]
                for one in ids:
                    if one and all(strings):
                        known[message.context, one] = [str(s) for s in strings]
    return known


@pytest.mark.parametrize("language", ["de", "zh"])
def test_every_text_is_translated(language: str) -> None:
    known = _catalogue(language)
    missing = sorted({f"{module}: {text}" for module, context, text in _texts() if (context, text) not in known})
    assert not missing, f"{len(missing)} texts lack {language}:\n" + "\n".join(missing)


@pytest.mark.parametrize("language", ["de", "zh"])
def test_translations_keep_their_fields(language: str) -> None:
    wrong = []
    for (_, text), strings in _catalogue(language).items():
        fields = set(_FIELD.findall(text)) - {"n"}
        wrong += [f"{text!r} -> {told!r}" for told in strings if set(_FIELD.findall(told)) - {"n"} != fields]
    assert not wrong


def test_no_formatted_string_is_translated() -> None:
    wrong = [
        f"{module}:{call.lineno}"
        for module, call in source.calls()
        if source.called_name(call) in _MARKS and any(isinstance(argument, ast.JoinedStr) for argument in call.args)
    ]
    assert not wrong


@pytest.mark.parametrize("language", ["de", "zh"])
def test_no_translation_outlives_its_text(language: str) -> None:
    """A text may be found by its value at run time: it counts as used where any literal or data file holds it."""
    nodes = (node for path in source.files() for node in ast.walk(source.tree(path)))
    written = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    data = "\n".join(path.read_text("utf-8") for path in RESOURCES.rglob("*") if path.suffix in (".toml", ".json"))
    idle = sorted({text for _, text in _catalogue(language) if text not in written and text not in data})
    assert not idle, f"{len(idle)} texts in {language} are used nowhere:\n" + "\n".join(idle)
