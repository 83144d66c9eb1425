"""The right side of the editor: captured bytes, decoded values and the byte account, made anew while typing."""

from __future__ import annotations

from PySide6.QtWidgets import QSplitter, QWidget

from center_app.telemetry.profile_preview import Preview
from devices.values import Account
from ui.kit.layout import Card, column, holder, row, scrolling
from ui.kit.text import label, rule
from ui.kit.words import _
from ui.pages.cells.profile_editor.hex_view import HexBytes, scrolled, word_of
from ui.pages.cells.profile_editor.values import ValueList


class PreviewPanel(QWidget):
    """Show one preview; an unsound text leaves the last one in view, greyed by its note."""

    def __init__(self) -> None:
        """Build the parts."""
        super().__init__()
        self.bytes, self.values = HexBytes(), ValueList()
        self.note = label("", "secondary", "text2", wrap=True)
        self.account = label("", "secondary", "text2", wrap=True)
        split = QSplitter()
        split.setOrientation(split.orientation().Vertical)
        split.addWidget(_card(_("Captured bytes"), scrolled(self.bytes), self._legend()))
        split.addWidget(
            _card(_("Decoded values"), scrolling(holder(column(self.values, None)), _("Decoded values")), None)
        )
        split.setSizes([300, 260])
        box = column(split, self.account, self.note, gap=8)
        box.setStretch(0, 1)
        self.setLayout(box)

    def _legend(self) -> QWidget:
        words = (("ok", _("good frame")), ("crit", _("bad or refused")), ("text3", _("noise, not decided")))
        marks = [label(f"■ {word}", "small", tone) for tone, word in words]
        return holder(row(*marks, label(f"▁ {_('field')}", "small", "accent"), None, gap=12))

    def show_preview(self, found: Preview, data: bytes) -> None:
        """Show what the text makes of the bytes."""
        if found.profile is None:
            self.note.setText(_("The preview waits until the problems are mended."))
            if data:
                self.bytes.show_bytes(data, (), ())
            return
        heard = data or found.profile.sample
        self.bytes.show_bytes(heard, found.spans, found.fields)
        self.values.show_rows(found.rows)
        self.account.setText(account_text(found.account))
        sample = _("These are the profile's own sample. Choose captured bytes above.") if found.is_sample else ""
        self.note.setText(sample)


def account_text(account: Account) -> str:
    """Say the byte account in one line."""
    parts = [
        _.plural("{n} byte", "{n} bytes", account.bytes_in),
        _("{n} in good frames", n=account.bytes_good),
        *(f"{_.number(count)} {word_of(reason)}" for reason, count in account.discarded.items()),
    ]
    if account.pending:
        parts.append(_("{n} pending", n=account.pending))
    return " • ".join([*parts, _.plural("{n} frame good", "{n} frames good", account.frames_good)])


def _card(title: str, body: QWidget, legend: QWidget | None) -> Card:
    head = row(label(title, "heading"), None, legend, gap=12, margins=(12, 8, 12, 8))
    inner = column(head, rule(), body, gap=0, margins=(1, 1, 1, 1))
    inner.setStretch(2, 1)
    return Card(inner)
