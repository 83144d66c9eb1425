"""How long recordings are kept: the rule, and what it would take before anything goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from center_app.telemetry import retention
from center_app.telemetry.retention import CENTRE, Outlook, RetentionDraft
from center_app.telemetry.store.keeping import KeepPolicy, KeepRule
from ui.kit.buttons import button
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.layout import row
from ui.kit.page import Context
from ui.kit.text import label
from ui.kit.words import _
from ui.pages.cells.recordings import data


def ask(context: Context, parent: QWidget, cell_id: int = CENTRE, name: str = "") -> None:
    """Read the rule in force, then show the form for the centre or one cell."""
    context.tasks.read(retention.policy, done=lambda policy: KeepDialog(context, parent, policy, cell_id, name).open())


class KeepDialog(FormDialog):
    """Set how long raw bytes and samples are kept; "What would go?" tries it first."""

    def __init__(self, context: Context, parent: QWidget, policy: KeepPolicy, cell_id: int, name: str) -> None:
        """Take the rules in force."""
        self._context, self._policy, self._cell_id = context, policy, cell_id
        rule = policy.of(cell_id)
        form = Form([
            Field("raw", _("Keep raw bytes, days"), "text", _text(rule.raw_days), hint=_("for ever"),
                  check=_checked(36_500)),
            Field("samples", _("Keep samples, months"), "text", _text(rule.chunk_months), hint=_("for ever"),
                  check=_checked(1_200)),
        ])  # fmt: skip
        title = _("How long recordings of {name} are kept", name=name) if name else _("How long recordings are kept")
        note = _(
            "Empty means for ever. Coarse curves (from 256 samples a point) and everything that a report pinned always"
            " stay. Without raw bytes a recording can no longer be decoded again."
        )
        super().__init__(parent, title, form, _("Save"), self._keep, note=note)
        self.outlook = label("", "secondary", wrap=True)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        tried = button(_("What would go?"), self.look_ahead)
        layout.insertLayout(2, row(tried, None))
        layout.insertWidget(3, self.outlook)
        self.setTabOrder(form.field("samples").editor, tried)
        self.setTabOrder(tried, self.cancel)

    def look_ahead(self) -> None:
        """Say what the rule in the form would free now; nothing is deleted."""
        if self.form.check_all():
            self._context.tasks.work(data.look_ahead, self._context.center, self._tried(), done=self._say, owner=self)

    def _tried(self) -> KeepPolicy:
        rule = KeepRule(*self._numbers())
        if self._cell_id == CENTRE:
            return KeepPolicy(rule, self._policy.cells)
        return KeepPolicy(self._policy.default, {**self._policy.cells, self._cell_id: rule})

    def _say(self, found: Outlook) -> None:
        freed, total = _.bytes(found.frees_bytes), _.bytes(found.total_bytes)
        pins = _.plural("{n} pin stays", "{n} pins stay", found.pins)
        text = _("Would free {freed} of {total}; {pins}.", freed=freed, total=total, pins=pins)
        if found.next_on is not None:
            text += " " + _("More goes on {date}.", date=_.date(found.next_on))
        self.outlook.setText(text)

    def _numbers(self) -> tuple[int | None, int | None]:
        values = self.form.values()
        raw, samples = (int(values[key]) if str(values[key]).strip() else None for key in ("raw", "samples"))
        return raw, samples

    def _keep(self, _values: dict[str, Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        before, context, cell_id = self._policy.of(self._cell_id), self._context, self._cell_id

        def saved(result: Any) -> None:
            done(result)
            old = RetentionDraft(cell_id, before.raw_days, before.chunk_months)
            context.notices.tell(
                _("The rule is saved; what is due goes once a day."),
                undo=lambda: context.tasks.write(retention.set_rule, old),
            )

        context.tasks.write(retention.set_rule, RetentionDraft(cell_id, *self._numbers()), done=saved, failed=failed)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _checked(most: int) -> Callable[[Any], str]:
    def check(text: Any) -> str:
        given = str(text).strip()
        is_fine = not given or (given.isdigit() and 1 <= int(given) <= most)
        return "" if is_fine else _("Enter 1 to {most}, or nothing.", most=most)

    return check
