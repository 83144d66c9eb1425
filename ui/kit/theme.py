"""One theme file, two palettes: colours, measures, fonts and the Fusion palette made from them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from ui.kit.assets import asset
from ui.kit.qt_words import apply_qt_language

CURVES: Final = ("curve1", "curve2", "curve3", "curve4", "curve5", "curve6")
STATE_TOKENS: Final = ("ok", "warn", "crit", "info", "off")
FAMILY: Final = "Noto Sans SC"


@cache
def token_file() -> dict[str, dict[str, Any]]:
    """Read `resources/themes/tokens.toml` once."""
    return tomllib.loads(asset("themes", "tokens.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Tokens:
    """One palette: token name to colour, see LOOK's token table."""

    name: str
    hexes: dict[str, str]

    def __getitem__(self, token: str) -> QColor:
        """Return a fresh QColor of a token."""
        return QColor(self.hexes[token])

    def hex(self, token: str) -> str:
        """Return a token as `#RRGGBB`."""
        return self.hexes[token]

    def alpha(self, token: str, opacity: float) -> QColor:
        """Return a token with an opacity between 0 and 1."""
        colour = self[token]
        colour.setAlphaF(opacity)
        return colour

    def mixed(self, token: str, other: str, share: float) -> QColor:
        """Blend two tokens; `share` is the weight of the first, 0 to 1."""
        one, two = self[token], self[other]
        parts = [round(a * share + b * (1 - share)) for a, b in zip(_rgb(one), _rgb(two), strict=True)]
        return QColor(*parts)

    def curves(self) -> list[QColor]:
        """Return the six curve colours in order."""
        return [self[token] for token in CURVES]


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


@cache
def palette_tokens(name: str) -> Tokens:
    """Return the tokens of "light" or "dark"."""
    return Tokens(name, {key: str(value) for key, value in token_file()[name].items()})


def measure(name: str) -> int:
    """Return a measure of the look in pixels at 100 %."""
    return int(token_file()["measures"][name])


class Theme(QObject):
    """The current palette; pages read it while painting and listen to `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        """Start in the light palette; nothing is applied yet."""
        super().__init__()
        self.choice = "light"
        self.tokens = palette_tokens("light")

    def __getitem__(self, token: str) -> QColor:
        """Return a colour of the current palette."""
        return self.tokens[token]

    @property
    def is_dark(self) -> bool:
        """Say whether the dark palette is on."""
        return self.tokens.name == "dark"

    def choose(self, choice: str) -> None:
        """Switch to "light", "dark" or "system"; applies to the running application."""
        self.choice = choice
        self.tokens = palette_tokens(_resolved(choice))
        apply_to_application(self.tokens)
        self.changed.emit()


def _resolved(choice: str) -> str:
    if choice != "system":
        return choice
    hints = QApplication.styleHints()
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


theme: Final = Theme()


def apply_to_application(tokens: Tokens) -> None:
    """Set Fusion, the palette and the style sheet of a palette on the application."""
    from ui.kit.sheet_css import style_sheet

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(qt_palette(tokens))
    app.setStyleSheet(style_sheet(tokens))


_ROLES: Final = {
    QPalette.ColorRole.Window: "bg",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "crit",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "text3",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "accent_on",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Midlight: "line",
    QPalette.ColorRole.Mid: "line_strong",
    QPalette.ColorRole.Dark: "line_strong",
    QPalette.ColorRole.Shadow: "line_strong",
}


def qt_palette(tokens: Tokens) -> QPalette:
    """Build the Fusion palette of a token set."""
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, tokens[token])
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, tokens["text3"])
    return palette


def load_fonts() -> bool:
    """Register the shipped fonts; False when none could be loaded."""
    loaded = [QFontDatabase.addApplicationFont(str(path)) for path in sorted(asset("fonts").glob("*.ttf"))]
    return any(index >= 0 for index in loaded)


def apply_fonts(language: str) -> None:
    """Set the application font and Qt's own words; proportional punctuation outside Chinese."""
    QApplication.setFont(font(language=language))
    apply_qt_language(language)


_language = "en"


def font(size: float = 13, *, bold: bool = False, language: str | None = None) -> QFont:
    """Return the family at a size in pixels; its figures are tabular by design."""
    global _language
    _language = language or _language
    return QFont(_made_font(size, bold, _language))


@cache
def _made_font(size: float, bold: bool, language: str) -> QFont:
    made = QFont(FAMILY)
    made.setPointSizeF(size * 72 / _dots_per_inch())
    made.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    if language != "zh":
        made.setFeature(QFont.Tag("palt"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


@cache
def _dots_per_inch() -> float:
    screen = QApplication.primaryScreen()
    return screen.logicalDotsPerInch() if screen else 96.0
