"""The first start asks one thing: the demo, a new centre, or a centre on a server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QDialog, QSizePolicy, QStackedWidget, QWidget

from center_app.core.errors import CenterError, describe
from center_app.core.text import N_
from ui.kit.buttons import button
from ui.kit.icons import paint_icon
from ui.kit.layout import column, holder, row, scrolling
from ui.kit.text import elide, label
from ui.kit.theme import font, theme
from ui.kit.words import _
from ui.shell.founding import connect, found, new_centre_form, open_demo, server_form

CHOICES = (
    (
        "demo",
        "sparkles",
        N_("Look at the demo"),
        N_("A centre with machines, bookings and a robot cell that is being recorded"),
    ),
    ("new", "building-2", N_("Start a new centre"), N_("Your own data, in a folder on this computer or on a server")),
    ("server", "server", N_("Connect to a centre"), N_("Your organisation has one on a PostgreSQL server")),
)


class ChoiceCard(QAbstractButton):
    """A large button with icon, title and one line that says what it is."""

    def __init__(self, icon: str, title: str, text: str) -> None:
        """Take translated texts."""
        super().__init__()
        self._icon, self._title, self._note = icon, title, text
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the card's size."""
        return QSize(520, 76)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(theme["accent"] if hot else theme["line_strong"], 1))
        painter.setBrush(theme["accent_soft"] if hot else theme["surface"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        paint_icon(painter, self._icon, 20, self.height() / 2 - 12, 24, theme["accent"])
        wide = self.width() - 96
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(theme["text"])
        painter.setFont(font(14, bold=True))
        painter.drawText(QRectF(64, 14, wide, 22), middle, elide(painter.fontMetrics(), self._title, wide))
        painter.setPen(theme["text2"])
        painter.setFont(font(12))
        painter.drawText(QRectF(64, 38, wide, 20), middle, elide(painter.fontMetrics(), self._note, wide))
        paint_icon(painter, "chevron-right", self.width() - 32, self.height() / 2 - 8, 16, theme["text3"])


class FirstStart(QDialog):
    """Ask one thing, then only what that needs."""

    def __init__(self) -> None:
        """Show the three choices."""
        super().__init__()
        self.center: Any = None
        self.submit: Callable[[], None] = lambda: None
        self.setWindowTitle("Center Desk")
        self.resize(600, 420)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._choices())
        self.setLayout(column(self._stack, margins=(28, 26, 28, 22)))

    def _choices(self) -> QWidget:
        cards: list[QWidget] = []
        for key, icon, title, text in CHOICES:
            card = ChoiceCard(icon, _(title), _(text))
            card.clicked.connect(partial(self.choose, key))
            cards.append(card)
        head = label(_("What would you like to open?"), "title")
        self.problem = label("", "secondary", "crit", wrap=True)
        self.problem.hide()
        return holder(column(head, 8, *cards, self.problem, None, gap=10))

    def choose(self, key: str, _checked: bool = False) -> None:
        """Go on with a choice: demo, new or server."""
        if key == "demo":
            self._try(open_demo, self.problem)
        elif key == "new":
            self._show_form(_("New centre"), new_centre_form(), _("Start the centre"), found)
        else:
            self._show_form(_("Connect to a centre"), server_form(), _("Connect"), connect)

    def _show_form(self, title: str, form: Any, act: str, use: Callable[[dict[str, Any]], Any]) -> None:
        problem = label("", "secondary", "crit", wrap=True)
        problem.hide()
        go = button(act, kind="primary")
        back = button(_("Back"), lambda: self._stack.setCurrentIndex(0), icon="chevron-left")

        def submit() -> None:
            if form.check_all():
                self._try(lambda: use(form.values()), problem)

        go.clicked.connect(submit)
        self.submit = submit
        go.setDefault(True)
        body = holder(column(form, None, margins=(0, 0, 10, 0)))
        page = holder(column(label(title, "title"), scrolling(body), problem, row(back, None, go), gap=12))
        while self._stack.count() > 1:
            old = self._stack.widget(1)
            assert old is not None
            self._stack.removeWidget(old)
            old.deleteLater()
        self._stack.addWidget(page)
        self._stack.setCurrentIndex(1)
        self.form, self.form_problem = form, problem
        self.resize(600, 640)

    def _try(self, make: Callable[[], Any], problem: Any) -> None:
        try:
            self.center = make()
        except CenterError as error:
            problem.setText(" ".join(describe(error, _.words)))
            problem.show()
            return
        self.accept()


def ask_first_start() -> Any:
    """Return an open centre, None when the person gave up."""
    dialog = FirstStart()
    dialog.exec()
    return dialog.center
