"""What the settings page changes; every change holds at once and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.core import backup
from center_app.core.centre import CentreView, amend
from center_app.core.errors import CenterError
from center_app.equipment import service as equipment
from center_app.registry import service as registry
from center_app.registry.values import QualificationKindView
from center_app.telemetry import service as telemetry
from ui.kit.dialog import FormDialog
from ui.kit.form import Form
from ui.kit.page import Context
from ui.kit.words import _
from ui.pages.settings import forms
from ui.pages.settings.data import AlarmRow, RuleRow, RunRow

Change = tuple[Callable[..., Any], tuple[Any, ...]]


class SettingsActs:
    """The acts of the page on one context."""

    def __init__(self, context: Context, host: QWidget) -> None:
        """Take the context and the widget over which dialogs open."""
        self._context, self._host = context, host

    def _ask(
        self,
        title: str,
        form: Form,
        change: Callable[[dict[str, Any]], Change],
        undo: Callable[[Any], Change],
        note: str = "",
    ) -> None:
        """Ask for values, write them, tell with Undo."""
        tasks, notices = self._context.tasks, self._context.notices

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            def told(saved: Any) -> None:
                done(saved)
                verb, args = undo(saved)
                notices.tell(_("Changed: {what}", what=title), lambda: tasks.write(verb, *args))

            try:
                verb, args = change(values)
            except CenterError as error:
                failed(error)
                return
            tasks.write(verb, *args, done=told, failed=failed)

        FormDialog(self._host, title, form, _("Save"), save, note=note).open()

    def edit_centre(self, view: CentreView) -> None:
        """Change name, zone, currency, language or backup hour."""
        self._ask(
            _("Centre"),
            forms.centre_form(view),
            lambda values: (amend, (forms.centre_draft(values, view),)),
            lambda _saved: (amend, (forms.draft_of(view),)),
        )

    def edit_rule(self, row: RuleRow) -> None:
        """Change a machine's booking limits."""
        machine = row.machine
        self._ask(
            machine.names.say(_.language),
            forms.policy_form(row.policy),
            lambda values: (equipment.edit_machine, (machine.id, machine.version, forms.policy_draft(values, machine))),
            lambda saved: (equipment.edit_machine, (machine.id, saved.version, machine.draft())),
            note=_.plural("{n} person is affected.", "{n} people are affected.", row.people),
        )

    def edit_alarm(self, row: AlarmRow) -> None:
        """Change an alarm's limit, delays or priority."""
        rule = row.rule
        self._ask(
            rule.label.say(_.language),
            forms.alarm_form(rule),
            lambda values: (telemetry.set_alarm_rule, (forms.alarm_draft(rule, values), rule.id)),
            lambda saved: (telemetry.set_alarm_rule, (forms.alarm_draft(rule), saved.id)),
        )

    def edit_run(self, row: RunRow) -> None:
        """Change when a machine counts as running; makes a new version of the rule."""
        rule = row.rule
        self._ask(
            row.machine.names.say(_.language) if row.machine else rule.channel,
            forms.run_form(rule),
            lambda values: (telemetry.set_run_rule, (forms.run_draft(rule, values),)),
            lambda _saved: (telemetry.set_run_rule, (forms.run_draft(rule),)),
        )

    def edit_kind(self, view: QualificationKindView | None) -> None:
        """Change a kind of qualification, or add one."""
        if view is None:
            self._ask(
                _("Add qualification"),
                forms.kind_form(None),
                lambda values: (registry.add_kind, (forms.kind_draft(values),)),
                lambda saved: (registry.archive_kind, (saved.id, saved.version)),
            )
            return
        held = view
        self._ask(
            held.names.say(_.language),
            forms.kind_form(held),
            lambda values: (registry.edit_kind, (held.id, held.version, forms.kind_draft(values))),
            lambda saved: (registry.edit_kind, (held.id, saved.version, held.draft())),
        )

    def back_up(self, done: Callable[[Any], Any]) -> Any:
        """Copy the centre into its backup folder and check the copy; returns the running task."""
        center = self._context.center

        def told(made: backup.BackupView) -> None:
            size = sum(file.size_bytes for file in made.files)
            self._context.notices.tell(_("Backup made and checked: {size}", size=_.bytes(size)))
            done(made)

        return self._context.tasks.work(run_backup, center, owner=self._host, done=told)


def run_backup(_report: Any, center: Any) -> backup.BackupView:
    """Make a backup without recordings (runs on the work lane)."""
    target = Path(center.folder) / "backups"
    return backup.back_up(center.database, Path(center.folder), target, center.clock.now(), recordings=False)
