"""The small style sheet made from tokens; what QPalette alone cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.assets import asset

if TYPE_CHECKING:
    from ui.kit.theme import Tokens

_TEMPLATE = """
QToolTip { background: @surface; color: @text; border: 1px solid @line_strong; padding: 4px 6px; }
QWidget#page, QWidget#shell_body { background: @bg; }
QFrame[card="true"] { background: @surface; border: 1px solid @line; border-radius: 8px; }
QFrame[card="crit"] { background: @surface; border: 1px solid @crit; border-radius: 8px; }
QFrame[card="warn"] { background: @surface; border: 1px solid @warn; border-radius: 8px; }
QFrame[rule="true"] { background: @line; border: none; }

QLabel { background: transparent; }
QLabel[tone="text2"] { color: @text2; }
QLabel[tone="text3"] { color: @text3; }
QLabel[tone="accent"] { color: @accent; }
QLabel[tone="ok"] { color: @ok; }
QLabel[tone="warn"] { color: @warn; }
QLabel[tone="crit"] { color: @crit; }
QLabel[tone="info"] { color: @info; }
QLabel[tone="off"] { color: @off; }
QLabel[key="true"] { background: @surface; color: @text2; border: 1px solid @line_strong;
    border-radius: 4px; padding: 0 5px; }

QPushButton { background: @surface; color: @text; border: 1px solid @line_strong; border-radius: 6px;
    padding: 0 12px; min-height: 28px; max-height: 28px; }
QPushButton:hover { background: @sunken; }
QPushButton:pressed { background: @line; }
QPushButton:focus { border: 1px solid @accent; }
QPushButton:disabled { color: @text3; background: @surface; border-color: @line; }
QPushButton[kind="primary"] { background: @accent; color: @accent_on; border: 1px solid @accent; font-weight: bold; }
QPushButton[kind="primary"]:hover { background: @accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid @text; }
QPushButton[kind="primary"]:disabled { background: @off_soft; color: @text3; border-color: @line; }
QPushButton[kind="accent"] { color: @accent; }
QPushButton[kind="danger"] { color: @crit; border-color: @crit; }
QPushButton[kind="on"], QPushButton[kind="toggle"]:checked { background: @accent_soft; color: @accent;
    border: 1px solid @accent; font-weight: bold; }
QPushButton[kind="link"] { border: none; background: transparent; color: @accent; padding: 0 2px;
    min-height: 22px; max-height: 22px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 1px solid @accent; border-radius: 4px; }
QPushButton[kind="quiet"] { border: 1px solid transparent; background: transparent; }
QPushButton[kind="quiet"]:hover { background: @sunken; }
QPushButton[kind="quiet"]:focus { border: 1px solid @accent; }
QPushButton[kind="icon"] { padding: 0; min-width: 28px; max-width: 28px; }
QPushButton[kind="icon_quiet"] { padding: 0; min-width: 26px; max-width: 26px; min-height: 26px;
    max-height: 26px; border: 1px solid transparent; background: transparent; }
QPushButton[kind="icon_quiet"]:hover { background: @sunken; }
QPushButton[kind="icon_quiet"]:focus { border: 1px solid @accent; }
QPushButton[small="true"] { min-height: 22px; max-height: 22px; padding: 0 9px; border-radius: 5px; }
QPushButton[menu="true"]::menu-indicator { image: none; width: 0; }
QPushButton::menu-indicator { image: none; width: 0; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QDateTimeEdit, QComboBox {
    background: @surface; color: @text; border: 1px solid @line_strong; border-radius: 6px;
    selection-background-color: @accent; selection-color: @accent_on; }
QLineEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QDateTimeEdit, QComboBox { min-height: 28px;
    max-height: 28px; padding: 0 8px; }
QPlainTextEdit, QTextEdit { padding: 4px 6px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus, QDateEdit:focus,
QDateTimeEdit:focus { border: 1px solid @accent; }
QLineEdit[bad="true"], QPlainTextEdit[bad="true"], QComboBox[bad="true"] { border: 1px solid @crit; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QPlainTextEdit:disabled { color: @text3;
    background: @sunken; }
QLineEdit[filter="true"] { min-height: 22px; max-height: 22px; padding: 0 4px; border-radius: 4px; }
QLineEdit[sunken="true"] { background: @sunken; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(@chevron); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line_strong; outline: 0;
    selection-background-color: @selection; selection-color: @text; padding: 4px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button,
QDateTimeEdit::up-button, QDateTimeEdit::down-button { width: 0; border: none; }

QCheckBox { spacing: 8px; background: transparent; }
QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @text3; border-radius: 3px; background: @surface; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(@check); }
QCheckBox::indicator:focus { border: 2px solid @accent; }

QAbstractItemView { outline: 0; }
QTableView, QTreeView, QListView, QListWidget { background: @surface; border: none; gridline-color: @line;
    selection-background-color: @selection; selection-color: @text; }
QHeaderView { background: @surface; border: none; }
QHeaderView::section { background: @surface; color: @text2; border: none; border-bottom: 1px solid @line_strong;
    padding: 0 8px; }
QTableCornerButton::section { background: @surface; border: none; }

QTabBar { background: transparent; border: none; }
QTabBar::tab { background: transparent; color: @text2; padding: 7px 9px 8px 9px;
    border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @accent; border-bottom: 2px solid @accent; font-weight: bold; }
QTabBar::tab:hover:!selected { color: @text; }
QTabBar::tab:focus { color: @accent; }
QTabWidget::pane { border: none; }

QMenu { background: @surface; color: @text; border: 1px solid @line_strong; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 4px; }
QMenu::item:selected { background: @selection; color: @text; }
QMenu::item:disabled { color: @text3; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QMenu::icon { padding-left: 6px; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: @line_strong; border-radius: 3px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: @text3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QProgressBar { background: @sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QDialog { background: @surface; }
QCalendarWidget QWidget { alternate-background-color: @sunken; }
QCalendarWidget QAbstractItemView { selection-background-color: @accent; selection-color: @accent_on; }
"""


def style_sheet(tokens: Tokens) -> str:
    """Fill the template with a palette's colours."""
    text = _TEMPLATE
    names = {**tokens.hexes, "accent_hover": tokens.mixed("accent", "text", 0.88).name()}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace("@" + name, names[name])
    text = text.replace("@chevron", _drawn("chevron-down", tokens.hex("text2"), tokens.name))
    return text.replace("@check", _drawn("check", tokens.hex("accent_on"), tokens.name))


def _drawn(icon: str, colour: str, palette: str) -> str:
    """Write a recoloured SVG for the style sheet engine, which reads only files; return its path."""
    from ui.kit.icons import svg_bytes
    from ui.kit.scratch import scratch_folder

    path = scratch_folder() / f"{icon}-{palette}.svg"
    if not path.exists() and asset("icons", f"{icon}.svg").exists():
        path.write_bytes(svg_bytes(icon, colour, stroke=2.6 if icon == "check" else 2.0))
    return path.as_posix()
