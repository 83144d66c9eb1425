"""The page Alarms: active ones first, by priority; one click acknowledges or opens the curve."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from center_app.core.access import Right
from center_app.core.changes import Changed
from center_app.core.text import N_
from center_app.telemetry import service
from center_app.telemetry.values import RequestKind
from ui.kit.controls import SegmentedControl
from ui.kit.dialog import FormDialog
from ui.kit.form import Field, Form
from ui.kit.layout import Card, column, holder, row
from ui.kit.page import Context, Page, PageSpec
from ui.kit.panels import EmptyState
from ui.kit.recorded import Doors
from ui.kit.table_model import RowTableModel
from ui.kit.table_view import TableView
from ui.kit.words import _
from ui.pages.alarms.columns import active_columns, group_of, history_columns
from ui.pages.alarms.data import AlarmRow, Loaded, curve_around, load
from ui.pages.alarms.foot import Foot
from ui.pages.alarms.sheet import AlarmSheet

REFRESH_MS = 1000
CURVE_COLUMNS = 320
TABS = (("active", N_("Active")), ("shelved", N_("Shelved")), ("out", N_("Out of service")), ("log", N_("History")))


class AlarmsPage(Page):
    """Show alarms in tabs, one of them in a sheet."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, _("Alarms"))
        self._doors = Doors(context.center.folder, database=context.center.database)
        self._loaded = Loaded()
        self._now = [0]
        self._names: dict[int, str] = {}
        self._picked: tuple[str, int] | None = None
        self._tabs = SegmentedControl(_("Which alarms"), framed=False)
        self._tabs.picked.connect(lambda _key: self._show())
        self._model = RowTableModel(active_columns(self._now), group_of)
        self.table = TableView(self._model, _("Active alarms"), row_height=52, memory=context.memory)
        self.table.same_row = lambda one, two: one.key == two.key
        self._log_model = RowTableModel(history_columns(self._names))
        self.log = TableView(self._log_model, _("Alarm history"), memory=context.memory)
        self._stack = QStackedWidget()
        for part in (self.table, self.log, self._calm()):
            self._stack.addWidget(part)
        self.foot = Foot()
        self.sheet = AlarmSheet({"main": self._act, "curve": self._show_curve, "shelve": self._ask_shelve})
        self.sheet.hide()
        self._lay()
        self._connect()

    def _calm(self) -> QWidget:
        return EmptyState(
            "circle-check", _("No alarm is active"), _("Alarms appear here as soon as a limit is crossed.")
        )

    def _lay(self) -> None:
        left = column(row(self._tabs, None), Card(column(self._stack)), self.foot, gap=12)
        left.setStretch(1, 1)
        both = row(holder(left), self.sheet, gap=12, margins=(16, 14, 16, 16))
        both.setStretch(0, 1)
        self.setLayout(both)

    def _connect(self) -> None:
        self.table.row_picked.connect(self._pick)
        self.table.row_activated.connect(self._show_curve)
        self.table.button_pressed.connect(lambda alarm, _column: self._act(alarm))
        self.sheet.closed.connect(self._close_sheet)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        for action_id, text, run, key in (
            ("alarms.acknowledge", N_("Acknowledge"), lambda: self._with_current(self._act), "A"),
            ("alarms.curve", N_("Show curve"), lambda: self._with_current(self._show_curve), "C"),
            ("alarms.shelve", N_("Shelve…"), lambda: self._with_current(self._ask_shelve), "S"),
        ):
            self.act(action_id, text, run, shortcut=key, right=Right.ACKNOWLEDGE_ALARM)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while not seen."""
        super().hideEvent(event)
        self._timer.stop()

    def refresh(self) -> None:
        """Load alarms and log again."""
        self.context.tasks.window(
            load, self.context.center, self._doors, done=self._on_loaded, owner=self, key="alarms"
        )

    def open(self, **args: Any) -> None:
        """Pick the alarm of `rule_id`."""
        if "rule_id" in args:
            self._picked = next((row.key for row in self._loaded.rows if row.rule.id == args["rule_id"]), None)
            self._show()

    def _on_loaded(self, loaded: Loaded) -> None:
        self._now[0] = loaded.now_ns
        self._names.clear()
        self._names.update({row.rule.id: row.rule.label.say(_.language) for row in loaded.rows})
        is_first = not self._loaded.now_ns
        changed = is_first or loaded.rows != self._loaded.rows or loaded.events != self._loaded.events
        self._loaded = loaded
        self.foot.show_loaded(loaded)
        if changed:
            self._show()
        else:
            self.table.viewport().update()

    def _in_tab(self, tab: str) -> list[AlarmRow]:
        groups = {"active": ("waiting", "active", "returned"), "shelved": ("shelved",), "out": ("out",)}.get(tab, ())
        return [alarm for alarm in self._loaded.rows if alarm.group in groups]

    def _show(self) -> None:
        counts = {key: str(len(self._in_tab(key)) or "") for key, _word in TABS}
        self._tabs.set_segments([(key, _(word), counts[key]) for key, word in TABS], self._tabs.key or "active")
        if self._tabs.key == "log":
            self._log_model.set_rows(list(self._loaded.events))
            self._stack.setCurrentWidget(self.log)
            return
        rows = self._in_tab(self._tabs.key)
        self._model.set_rows(rows)
        self._stack.setCurrentIndex(0 if rows else 2)
        self._follow_pick(rows)

    def _follow_pick(self, rows: list[AlarmRow]) -> None:
        wanted = next((alarm for alarm in rows if alarm.key == self._picked), rows[0] if rows else None)
        if wanted is None:
            self.sheet.hide()
            return
        self.table.pick(lambda alarm: alarm.key == wanted.key)
        self._pick(wanted)

    def _pick(self, alarm: Any) -> None:
        if not isinstance(alarm, AlarmRow):
            return
        self._picked = alarm.key
        self.context.tasks.window(
            curve_around, self._doors, alarm, CURVE_COLUMNS, self._now[0],
            done=lambda found: self._show_sheet(alarm, found), owner=self, key="curve",
        )  # fmt: skip

    def _show_sheet(self, alarm: AlarmRow, found: Any) -> None:
        own = [event for event in self._loaded.events if int(event.details.get("rule_id", 0)) == alarm.rule.id]
        self.sheet.show_alarm(alarm, own, found[0] if found else None, self._now[0])
        self.sheet.show()

    def _close_sheet(self) -> None:
        self.sheet.hide()
        self.table.setFocus()

    def _with_current(self, run: Any) -> None:
        current = self.table.current_row()
        if isinstance(current, AlarmRow):
            run(current)

    def _act(self, alarm: AlarmRow) -> None:
        """Do the one main act: acknowledge, reset or unshelve."""
        kind = {"latched": RequestKind.RESET, "shelved": RequestKind.UNSHELVE}.get(
            alarm.alarm.state, RequestKind.ACKNOWLEDGE
        )
        payload = {"rule_id": alarm.rule.id, "occurrence": alarm.alarm.occurrence}
        told = _("Acknowledged: {alarm}", alarm=alarm.rule.label.say(_.language))
        self.context.tasks.write(
            service.ask, kind, alarm.cell.id, payload, alarm.alarm.collector,
            done=lambda _view: self._asked(told if kind is RequestKind.ACKNOWLEDGE else ""), owner=self,
        )  # fmt: skip

    def _asked(self, told: str) -> None:
        if told:
            self.context.notices.tell(told)
        QTimer.singleShot(150, self.refresh)

    def _show_curve(self, alarm: Any) -> None:
        if isinstance(alarm, AlarmRow):
            self.context.navigate("cells", cell_id=alarm.cell.id, at_ns=alarm.alarm.raised_ns)

    def _ask_shelve(self, alarm: AlarmRow) -> None:
        """Ask how long and why."""
        hours = [(n * 3600, _.span(n * 3600)) for n in (1, 2, 4, 8)]
        form = Form(
            [
                Field("seconds", _("How long"), "choice", 3600, choices=hours),
                Field("reason", _("Reason"), required=True),
            ]
        )

        def save(values: dict[str, Any], done: Any, failed: Any) -> None:
            payload = {"rule_id": alarm.rule.id, **values}

            def saved(view: Any) -> None:
                done(view)
                self._asked("")

            self.context.tasks.write(
                service.ask, RequestKind.SHELVE, alarm.cell.id, payload, alarm.alarm.collector,
                done=saved, failed=failed, owner=self,
            )  # fmt: skip

        FormDialog(self, _("Shelve alarm"), form, _("Shelve"), save, width=420).open()

    def state(self) -> dict[str, Any]:
        """Keep tab and choice."""
        return {"tab": self._tabs.key, "picked": self._picked}

    def restore(self, state: dict[str, Any]) -> None:
        """Take them up again."""
        self._picked = state.get("picked")
        if state.get("tab"):
            self._tabs.pick(state["tab"])


PAGE = PageSpec(
    id="alarms", icon="bell", title=N_("Alarms"), build=AlarmsPage, watches=Changed.ALARMS | Changed.REQUESTS
)
