"""The side panel: who has the machine, for what, hours so far, rules, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLayout, QMenu, QVBoxLayout, QWidget

from ui.kit.buttons import button, icon_button
from ui.kit.charts import HoursBar
from ui.kit.icons import icon
from ui.kit.layout import Card, clear, column, holder, row, scrolling
from ui.kit.panels import KeyValues, icon_label
from ui.kit.pill import StateChip
from ui.kit.text import Elided, label, rule
from ui.kit.theme import font, theme
from ui.kit.words import _

WIDTH = 300
_KEY = 78


@dataclass(frozen=True)
class PanelAct:
    """Offer one act: what it is called, its icon, what runs, whether it is the main one."""

    text: str
    run: Callable[[], Any]
    icon: str = ""
    main: bool = False
    danger: bool = False


@dataclass(frozen=True)
class PanelRule:
    """State one rule: its sentence, and for a broken one what to do and who may waive it."""

    text: str
    is_pass: bool = True
    step: str = ""
    waivers: str = ""


@dataclass(frozen=True)
class PanelMove:
    """Offer new times for one displaced booking: who, what it was, the slots; ``none`` says that there is none."""

    person: str
    note: str
    acts: tuple[PanelAct, ...] = ()
    none: str = ""


@dataclass(frozen=True)
class PanelHours:
    """Hold hours so far in seconds; ``measured`` None means not measured."""

    booked: float
    checked_in: float
    measured: float | None
    note: str = ""


@dataclass(frozen=True)
class PanelContent:
    """Hold all that the panel shows; empty parts are left out."""

    state: str
    machine: str
    person: str = ""
    organisation: str = ""
    reference: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    facts_title: str = ""
    hours: PanelHours | None = None
    rules_title: str = ""
    rules: tuple[PanelRule, ...] = ()
    moves: tuple[PanelMove, ...] = ()
    acts: tuple[PanelAct, ...] = ()


class Avatar(QWidget):
    """A round with the initials of a person."""

    def __init__(self, name: str) -> None:
        """Take the whole name."""
        super().__init__()
        words = name.split()
        first_and_last = words[:1] + words[1:][-1:]
        self._text = "".join(word[0] for word in first_and_last).upper()[:2]
        self.setFixedSize(QSize(32, 32))
        self.setAccessibleName(name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the round."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme["accent_soft"])
        painter.drawEllipse(self.rect())
        painter.setPen(theme["accent"])
        painter.setFont(font(12, bold=True))
        painter.drawText(QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), self._text)


class Panel(QFrame):
    """Show one booking, outage or machine; closes on its cross."""

    closed = Signal()

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.setObjectName("calendar_panel")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(_("Selected booking"))
        self.acts: tuple[PanelAct, ...] = ()
        self._head = QVBoxLayout()
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._foot = QVBoxLayout()
        self._foot.setContentsMargins(16, 12, 16, 12)
        self._foot.setSpacing(8)
        area = scrolling(holder(self._body))
        self._foot_rule = rule()
        inner = column(self._head, rule(), area, self._foot_rule, self._foot, gap=0)
        line = rule(vertical=True)
        self.setLayout(row(line, inner, gap=0))
        self.setStyleSheet(f"#calendar_panel {{ background: {theme.tokens.hex('surface')}; }}")

    def show_content(self, content: PanelContent) -> None:
        """Replace what is shown."""
        for part in (self._head, self._body, self._foot):
            clear(part)
        self.setAccessibleDescription(f"{content.machine}; {content.person}".strip("; "))
        close = icon_button(_("Close the panel"), "x", self.closed.emit, quiet=True)
        name = Elided(content.machine, "heading")
        self._head.addLayout(row(StateChip(content.state), name, close, gap=8, margins=(16, 9, 10, 9)))
        for section in self._sections(content):
            self._body.addLayout(section)
            self._body.addWidget(rule())
        self._body.addStretch(1)
        self.acts = content.acts
        self._show_acts(content.acts)

    def menu(self) -> QMenu:
        """Make a menu of the acts, for the pointer."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for act in self.acts:
            entry = menu.addAction(icon(act.icon or "circle", "text2"), act.text.replace("&", "&&"))
            entry.triggered.connect(partial(_run, act))
        return menu

    def _sections(self, content: PanelContent) -> list[QLayout]:
        made: list[QLayout] = []
        if content.person:
            made.append(_person(content))
        if content.moves:
            made.append(_section(_title(content.facts_title)))
            made.extend(_move(one) for one in content.moves)
        if content.facts:
            made.append(_facts(content))
        if content.hours:
            made.append(_hours(content.hours))
        if content.rules:
            made.append(_rules(content.rules_title, content.rules))
        return made

    def _show_acts(self, acts: Sequence[PanelAct]) -> None:
        self._foot_rule.setVisible(bool(acts))
        for act in acts:
            if act.main:
                self._foot.addWidget(button(act.text, act.run, icon=act.icon, kind="primary"))
        grid = QGridLayout()
        grid.setSpacing(8)
        rest = [act for act in acts if not act.main]
        for number, act in enumerate(rest):
            made = button(act.text, act.run, icon=act.icon, kind="danger" if act.danger else "plain")
            wide = number == len(rest) - 1 and number % 2 == 0
            grid.addWidget(made, number // 2, number % 2, 1, 2 if wide else 1)
        self._foot.addLayout(grid)


def _run(act: PanelAct, _checked: bool = False) -> None:
    act.run()


def _section(*items: Any) -> QVBoxLayout:
    return column(*items, gap=6, margins=(16, 13, 16, 13))


def _title(text: str, note: str = "") -> QLayout:
    heading = label(text, "strong", "text2")
    return row(heading, None, label(note, "muted"), gap=8)


def _person(content: PanelContent) -> QLayout:
    names = column(label(content.person, "bold"), Elided(content.organisation, "secondary"), gap=0)
    return row(Avatar(content.person), names, gap=10, margins=(16, 13, 16, 13))


def _move(one: PanelMove) -> QLayout:
    said: list[Any] = [row(Avatar(one.person), column(label(one.person, "bold"), label(one.note, "secondary"), gap=0))]
    said += [button(act.text, act.run, kind="accent", small=True) for act in one.acts]
    if one.none:
        said.append(label(one.none, "secondary", "warn"))
    return _section(*said)


def _facts(content: PanelContent) -> QLayout:
    values = KeyValues(_KEY, gap=3)
    values.show_rows(content.facts)
    return _section(_title(content.facts_title, content.reference), values)


def _hours(hours: PanelHours) -> QLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(5)
    grid.setHorizontalSpacing(8)
    grid.setColumnMinimumWidth(0, _KEY)
    grid.setColumnStretch(1, 1)
    widest = max(hours.booked, hours.checked_in, hours.measured or 0, 1)
    lines = (
        (_("Booked"), "booked", hours.booked),
        (_("Checked-in"), "checked_in", hours.checked_in),
        (_("Measured"), "measured", hours.measured),
    )
    for number, (text, kind, value) in enumerate(lines):
        grid.addWidget(label(text, "secondary"), number, 0)
        if value is None:
            grid.addWidget(label(_("not measured"), "muted"), number, 1, 1, 2, Qt.AlignmentFlag.AlignRight)
            continue
        grid.addWidget(HoursBar(kind, value / widest), number, 1)
        said = label(_("{hours} h", hours=_.hours(value, 2)), "bold")
        grid.addWidget(said, number, 2, Qt.AlignmentFlag.AlignRight)
    return _section(_title(_("Hours so far"), hours.note), grid)


def _rules(title: str, rules: Sequence[PanelRule]) -> QLayout:
    passed = sum(one.is_pass for one in rules)
    note = _("{passed} of {n} pass", passed=passed, n=len(rules))
    lines: list[Any] = [_title(title, note)]
    lines.extend(_passing(one) for one in rules if one.is_pass)
    lines.extend(broken_card(one) for one in rules if not one.is_pass)
    return _section(*lines)


def _passing(one: PanelRule) -> QLayout:
    return row(icon_label("check", "ok", 14), Elided(one.text, "secondary", "text"), gap=8)


def broken_card(one: PanelRule) -> QWidget:
    """Make the red card of a broken rule: sentence, next step, who may waive it."""
    said = [label(one.text, "strong", wrap=True)]
    if one.step:
        said.append(label(one.step, "secondary", wrap=True))
    if one.waivers:
        said.append(label(one.waivers, "secondary", "text", wrap=True))
    mark = icon_label("circle-x", "crit", 14)
    inner = row(gap=8, margins=(10, 9, 10, 9))
    inner.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    inner.addLayout(column(*said, gap=2), 1)
    card = Card(inner, "crit")
    card.setProperty("soft", "crit")
    card.setStyleSheet(f"QFrame {{ background: {theme.tokens.hex('crit_soft')}; }}")
    return card
