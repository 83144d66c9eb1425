"""Rules that the window's source code keeps: plain text, known icons, named icon buttons."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ui.kit.assets import asset

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "ui").rglob("*.py"))


def calls(source: Path) -> list[ast.Call]:
    """Return every call in a source file."""
    return [node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    """Return the plain name that is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_labels_are_plain_text(source: Path) -> None:
    bare = [call.lineno for call in calls(source) if name_of(call) == "QLabel"]
    assert not bare, f"use ui.kit.text.label, lines {bare}"
    assert "RichText" not in source.read_text("utf-8")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_icons_that_are_named_exist(source: Path) -> None:
    for call in calls(source):
        for keyword in call.keywords:
            value = keyword.value
            if (
                keyword.arg == "icon"
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and value.value
            ):
                assert asset("icons", f"{value.value}.svg").exists(), f"{source.name}:{call.lineno} {value.value}"


def test_no_wild_style_in_pages() -> None:
    for source in SOURCES:
        if "pages" in source.parts:
            colours = re.findall(r"#[0-9a-fA-F]{6}\b", source.read_text("utf-8"))
            assert not colours, f"{source.name} names colours itself: {colours}"
