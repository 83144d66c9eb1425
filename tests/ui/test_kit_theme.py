"""The token file: complete, readable, and the style sheet made from it."""

from __future__ import annotations

import re

import pytest

from ui.kit.assets import asset
from ui.kit.sheet_css import style_sheet
from ui.kit.states import STATES
from ui.kit.theme import CURVES, STATE_TOKENS, Tokens, palette_tokens, qt_palette

PALETTES = ("light", "dark")


def luminance(tokens: Tokens, token: str) -> float:
    """Return the relative luminance of WCAG 2."""
    colour = tokens[token]
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(tokens: Tokens, one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2 between two tokens."""
    high, low = sorted((luminance(tokens, one), luminance(tokens, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    *[(text, ground) for text in ("text", "text2") for ground in ("bg", "surface", "sunken", "selection")],
    ("text3", "surface"), ("accent", "surface"), ("accent_on", "accent"), ("accent", "accent_soft"),
    *[(token, f"{token}_soft") for token in STATE_TOKENS],
    *[(token, "surface") for token in STATE_TOKENS],
]  # fmt: skip


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(palette: str, text: str, ground: str) -> None:
    assert contrast(palette_tokens(palette), text, ground) >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("curve", CURVES)
def test_curves_stand_out(palette: str, curve: str) -> None:
    assert contrast(palette_tokens(palette), curve, "surface") >= 3.0


def test_both_palettes_declare_the_same_tokens() -> None:
    assert palette_tokens("light").hexes.keys() == palette_tokens("dark").hexes.keys()


@pytest.mark.parametrize("palette", PALETTES)
def test_the_style_sheet_knows_every_token_it_names(palette: str, qtbot: object) -> None:
    text = style_sheet(palette_tokens(palette))
    assert "@" not in text
    for path in re.findall(r"url\((.+?)\)", text):
        assert path.endswith(".svg")


@pytest.mark.parametrize("palette", PALETTES)
def test_fusion_takes_our_colours(palette: str, qtbot: object) -> None:
    tokens = palette_tokens(palette)
    made = qt_palette(tokens)
    assert made.window().color() == tokens["bg"]
    assert made.highlight().color() == tokens["accent"]


def test_every_state_has_its_icon_and_colour() -> None:
    tokens = palette_tokens("light")
    for state in STATES.values():
        assert asset("icons", f"{state.icon}.svg").exists(), state.icon
        assert state.token in tokens.hexes


def test_the_icons_come_with_their_licence() -> None:
    assert "ISC" in asset("icons", "LICENSE").read_text("utf-8")
    assert 80 <= len(list(asset("icons").glob("*.svg"))) <= 160
