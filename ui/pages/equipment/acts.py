"""What the equipment page does: out of order, back, edit, archive, label; each can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from center_app.core.access import Right
from center_app.equipment import service as equipment
from center_app.equipment.values import MachineView
from center_app.flows import breakdown
from center_app.registry import queries as registry
from ui.kit.dialog import FormDialog
from ui.kit.page import Context
from ui.kit.words import _
from ui.pages.equipment.data import Detail, Equipment
from ui.pages.equipment.forms import machine_draft, machine_form, outage_form


class EquipmentActs:
    """The acts of the page on one context."""

    def __init__(self, context: Context, host: QWidget) -> None:
        """Take the context and the widget over which dialogs open."""
        self._context, self._host = context, host

    @property
    def _currency(self) -> str:
        profile = self._context.center.profile
        return str(profile.currency) if profile else "CNY"

    def book(self, detail: Detail) -> None:
        """Go to the calendar with the booking form open."""
        self._context.navigate("calendar", machine_id=detail.row.id, book=True)

    def out_of_order(self, detail: Detail) -> None:
        """Ask what is wrong, then take the machine out at once."""
        machine = detail.row.machine

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            def told(outcome: breakdown.Breakdown) -> None:
                done(outcome)
                self._told_breakdown(machine, outcome)

            self._context.tasks.write(
                breakdown.out_of_order, machine.id, values["title"], values["until"], values["note"],
                done=told, failed=failed,
            )  # fmt: skip

        title = _("{machine} is out of order", machine=machine.names)
        FormDialog(self._host, title, outage_form(_.now()), _("Out of order now"), save).open()

    def _told_breakdown(self, machine: MachineView, outcome: breakdown.Breakdown) -> None:
        moved = _.plural("{n} booking displaced", "{n} bookings displaced", len(outcome.moves))
        text = _("{machine} is out of order; {moved}", machine=machine.names, moved=moved)
        self._context.notices.tell(
            text, lambda: self._context.tasks.write(breakdown.undo_out_of_order, outcome), token="warn"
        )

    def back(self, detail: Detail) -> None:
        """End the outage under way."""
        running = next((held for held in detail.outages if held.id == detail.row.now.outage_id), None)
        if running is None:
            return
        name = detail.row.machine.names

        def told(view: Any) -> None:
            undo = lambda: self._context.tasks.write(  # noqa: E731
                equipment.reopen_outage, view.id, view.version, running.end_at
            )
            self._context.notices.tell(_("{machine} is back in order", machine=name), undo)

        self._context.tasks.write(breakdown.back_in_order, running.id, running.version, done=told)

    def edit(self, data: Equipment, view: MachineView | None) -> None:
        """Open the form of a machine, or of a new one."""
        self._context.tasks.read(
            registry.people, owner=self._host, key="people", done=lambda people: self._show_form(data, people, view)
        )

    def _show_form(self, data: Equipment, people: Any, view: MachineView | None) -> None:
        form = machine_form(data, people, view, self._currency)
        title = _("Edit machine") if view else _("Add machine")
        FormDialog(self._host, title, form, _("Save"), lambda *args: self._save(view, *args), width=560).open()

    def _save(self, view: MachineView | None, values: dict[str, Any], done: Any, failed: Any) -> None:
        draft = machine_draft(values, view, self._currency)

        def told(saved: MachineView) -> None:
            done(saved)
            self._context.notices.tell(_("Saved: {machine}", machine=saved.names), lambda: self._undo(view, saved))

        if view is None:
            self._context.tasks.write(equipment.add_machine, draft, done=told, failed=failed)
        else:
            self._context.tasks.write(equipment.edit_machine, view.id, view.version, draft, done=told, failed=failed)

    def _undo(self, before: MachineView | None, saved: MachineView) -> None:
        if before is None:
            self._context.tasks.write(equipment.archive_machine, saved.id, saved.version)
        else:
            self._context.tasks.write(equipment.edit_machine, saved.id, saved.version, before.draft())

    def archive(self, detail: Detail) -> None:
        """Take a machine out of the lists; undo brings it back."""

        def told(view: MachineView) -> None:
            undo = lambda: self._context.tasks.write(equipment.restore_machine, view.id, view.version)  # noqa: E731
            self._context.notices.tell(_("Archived: {machine}", machine=view.names), undo)

        machine = detail.row.machine
        self._context.tasks.write(equipment.archive_machine, machine.id, machine.version, done=told)

    def label(self, detail: Detail) -> None:
        """Make the machine's label with its code and open it for printing."""
        from ui.kit.paper import scratch_pdf

        machine = detail.row.machine
        target = scratch_pdf(f"label-{machine.code}.pdf")
        self._context.tasks.work(
            make_label, self._context.center, machine, _.language, target, owner=self._host, done=self._on_label
        )

    def _on_label(self, made: Path) -> None:
        from ui.kit.paper import open_file

        if not open_file(made):
            self._context.notices.tell(_("Written: {file}", file=str(made)))

    def may_edit(self) -> bool:
        """Say whether the person may change the register."""
        return self._context.may(Right.EDIT_EQUIPMENT)


def make_label(_report: Any, center: Any, machine: MachineView, language: str, target: Path) -> Path:
    """Write a machine's label as a PDF (runs on the work lane)."""
    from center_app.documents.label import MachineLabel, write_labels

    said = MachineLabel(
        machine.names.say(language), machine.code, machine.place.say(language), machine.custodian,
        f"center-desk:{machine.code}",
    )  # fmt: skip
    centre = center.profile.name.say(language) if center.profile else "Center Desk"
    write_labels(target, [said], centre, center.clock.now())
    return target
