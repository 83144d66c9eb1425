"""Forms: labelled fields with inline validation; the main button works once all is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui.kit.text import Label, label
from ui.kit.theme import font
from ui.kit.words import _


@dataclass(frozen=True)
class Field:
    """Declare a field. kind: text, lines, choice, check, date_time, password.

    `check` returns a translated sentence when the value is wrong, "" when it is fine.
    `choices` are (key, translated text) pairs.
    """

    id: str
    title: str
    kind: str = "text"
    value: Any = ""
    hint: str = ""
    required: bool = False
    choices: Sequence[tuple[Any, str]] = ()
    check: Callable[[Any], str] = field(default=lambda _value: "")
    note: str = ""


class FieldWidget(QWidget):
    """One field with its title above and its problem below."""

    changed = Signal()

    def __init__(self, spec: Field) -> None:
        """Build the editor that the kind asks for."""
        super().__init__()
        self.spec = spec
        self.touched = False
        self.editor = _EDITORS[spec.kind](spec, self._on_edited)
        self.editor.setAccessibleName(spec.title)
        self._problem = Label("", "small", "crit", wrap=True)
        self._problem.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(3)
        if spec.kind != "check":
            title = label(spec.title, "secondary")
            title.setBuddy(self.editor)
            box.addWidget(title)
        box.addWidget(self.editor)
        if spec.note:
            box.addWidget(label(spec.note, "small", "text3", wrap=True))
        box.addWidget(self._problem)

    def value(self) -> Any:
        """Return what the editor holds."""
        return read_editor(self.editor)

    def set_value(self, value: Any) -> None:
        """Show a value."""
        write_editor(self.editor, value)

    def problem(self) -> str:
        """Return the translated problem, "" when the value is fine."""
        value = self.value()
        if self.spec.required and value in ("", None):
            return _("Fill in this field.")
        editor_problem = getattr(self.editor, "problem", None)
        own = str(editor_problem()) if callable(editor_problem) else ""
        return own or self.spec.check(value)

    def show_problem(self, text: str) -> None:
        """Show a problem under the field, or clear it."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self.editor.setProperty("bad", "true" if text else "false")
        self.editor.setAccessibleDescription(text)
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)

    def _on_edited(self) -> None:
        self.touched = True
        self.show_problem(self.problem())
        self.changed.emit()


def _text(spec: Field, edited: Callable[[], None]) -> QWidget:
    made = QLineEdit(str(spec.value or ""))
    made.setPlaceholderText(spec.hint)
    made.setFont(font(13))
    if spec.kind == "password":
        made.setEchoMode(QLineEdit.EchoMode.Password)
    made.textEdited.connect(lambda _text: edited())
    return made


def _lines(spec: Field, edited: Callable[[], None]) -> QWidget:
    made = QPlainTextEdit(str(spec.value or ""))
    made.setPlaceholderText(spec.hint)
    made.setFixedHeight(72)
    made.setTabChangesFocus(True)
    made.textChanged.connect(edited)
    return made


def _choice(spec: Field, edited: Callable[[], None]) -> QWidget:
    made = QComboBox()
    for key, text in spec.choices:
        made.addItem(text, key)
    made.setCurrentIndex(max(0, made.findData(spec.value)))
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.currentIndexChanged.connect(lambda _at: edited())
    return made


def _check(spec: Field, edited: Callable[[], None]) -> QWidget:
    made = QCheckBox(spec.title)
    made.setChecked(bool(spec.value))
    made.toggled.connect(lambda _on: edited())
    return made


def _date_time(spec: Field, edited: Callable[[], None]) -> QWidget:
    from ui.kit.datetime_field import DateTimeField

    made = DateTimeField(spec.value or None)
    made.edited.connect(edited)
    return made


_EDITORS: Mapping[str, Callable[[Field, Callable[[], None]], QWidget]] = {
    "text": _text,
    "password": _text,
    "lines": _lines,
    "choice": _choice,
    "check": _check,
    "date_time": _date_time,
}


def read_editor(editor: QWidget) -> Any:
    """Return an editor's value."""
    if isinstance(editor, QComboBox):
        return editor.currentData()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText().strip()
    reader = getattr(editor, "value", None)
    return reader() if callable(reader) else editor.text().strip()  # type: ignore[attr-defined]


def write_editor(editor: QWidget, value: Any) -> None:
    """Show a value in an editor."""
    if isinstance(editor, QComboBox):
        editor.setCurrentIndex(max(0, editor.findData(value)))
    elif isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, QPlainTextEdit):
        editor.setPlainText(str(value or ""))
    elif callable(setter := getattr(editor, "set_value", None)):
        setter(value)
    else:
        editor.setText(str(value or ""))  # type: ignore[attr-defined]


class Form(QWidget):
    """Fields one below the other, or several in a row; tells whether all values are fine."""

    validity_changed = Signal(bool)
    edited = Signal()

    def __init__(self, fields: Sequence[Field | Sequence[Field]]) -> None:
        """Take fields; a sequence of fields shares one row."""
        super().__init__()
        self._widgets: dict[str, FieldWidget] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        for item in fields:
            box.addLayout(self._line([item] if isinstance(item, Field) else list(item)))
        self._was_valid: bool | None = None

    def _line(self, fields: list[Field]) -> Any:
        from PySide6.QtWidgets import QHBoxLayout

        line = QHBoxLayout()
        line.setSpacing(10)
        for spec in fields:
            made = FieldWidget(spec)
            made.changed.connect(self._on_changed)
            self._widgets[spec.id] = made
            line.addWidget(made, 1, Qt.AlignmentFlag.AlignTop)
        return line

    def editors(self) -> list[QWidget]:
        """Return what takes the values, in order."""
        return [widget.editor for widget in self._widgets.values()]

    def field(self, field_id: str) -> FieldWidget:
        """Return one field."""
        return self._widgets[field_id]

    def has(self, field_id: str) -> bool:
        """Say whether the form has a field."""
        return field_id in self._widgets

    def values(self) -> dict[str, Any]:
        """Return every value by field id."""
        return {key: widget.value() for key, widget in self._widgets.items()}

    def is_valid(self) -> bool:
        """Say whether no field has a problem."""
        return not any(widget.problem() for widget in self._widgets.values())

    def check_all(self) -> bool:
        """Show every problem at once and focus the first; True when there is none."""
        bad = [widget for widget in self._widgets.values() if widget.problem()]
        for widget in self._widgets.values():
            widget.show_problem(widget.problem())
        if bad:
            bad[0].editor.setFocus()
        return not bad

    def show_problem(self, field_id: str, text: str) -> None:
        """Show a problem that a service found under its field."""
        self._widgets[field_id].show_problem(text)

    def _on_changed(self) -> None:
        self.edited.emit()
        valid = self.is_valid()
        if valid != self._was_valid:
            self._was_valid = valid
            self.validity_changed.emit(valid)
