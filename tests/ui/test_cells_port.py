"""The port in the window: what the facts panel says of it, releasing it and taking it back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from center_app.core.access import Role
from center_app.core.labels import Label
from center_app.telemetry import queries, service
from center_app.telemetry.values import CellDraft, PortHealth, PortState, RequestKind
from ui.kit.words import _
from ui.pages.cells import health_rows
from ui.pages.cells.acts import port as port_acts
from ui.pages.cells.data import CellCard, Facts
from ui.pages.cells.facts_panel import FactsPanel

NOW = 1_780_000_000_000_000_000
FINE = PortHealth(
    1, PortState.RECORDING, "/dev/ttyUSB0", NOW, NOW - 1_000_000_000, frames=100, frames_per_s=200.0,
    bytes_per_s=8000.0, longest_pause_s=0.021, pause_p999_s=0.004, jitter_p50_s=0.0003, jitter_p99_s=0.0021,
    buffer_peak=512, wall_ns=NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "token"),
    [
        ({}, "ok"),
        ({"latency_ms": 16, "is_adapter_slow": True}, "warn"),
        ({"line_errors": {"framing": 2}}, "warn"),
        ({"line_errors": {"break": 2}}, "ok"),
        ({"frames_missing": 1}, "warn"),
        ({"longest_pause_s": 0.4}, "warn"),
        ({"echoes_missed": 1}, "warn"),
        ({"lost_samples": 5}, "crit"),
    ],
)
def test_every_warning_is_colour_icon_and_word(desk, changes: dict[str, object], token: str) -> None:
    found = health_rows.warning_of(replace(FINE, **changes))
    assert (found.token if found else "ok") == token
    if found:
        assert found.icon
        assert found.word


def test_the_panel_tells_frames_errors_pauses_and_the_adapter(desk) -> None:
    health = replace(
        FINE, frames_bad={"bad_checksum": 3}, frames_missing=2, line_errors={"parity": 4}, latency_ms=16,
        is_adapter_slow=True, echo_bytes=1200, rs485="adapter",
    )  # fmt: skip
    told = dict(health_rows.port_rows(health))
    assert told["   " + _("bad checksum")] == "3"
    assert told[_("Missing")] == "2"
    assert told[_("parity")] == "4"
    assert told[_("Jitter")].startswith("0.3 / 2.1")
    assert dict(health_rows.adapter_rows(health)) == {_("Adapter latency"): "16 ms", "RS-485": _("adapter")}


def test_every_unit_of_a_bus_has_its_counts(desk) -> None:
    told = {"polls": 120, "answers": 117, "timeouts": 2, "exceptions": 0, "bad_checksums": 1, "late": 0}
    rows = health_rows.port_rows(replace(FINE, units={"7": told}))
    at = rows.index((_("Unit {n}", n="7"), _("{answers} of {polls}", answers="117", polls="120")))
    assert rows[at + 1 :] == [("   " + _("no answer in time"), "2"), ("   " + _("bad checksum"), "1")]


def test_a_released_port_counts_down_with_who_and_why(desk, qtbot) -> None:
    health = replace(
        FINE, state=PortState.RELEASED, resumes_ns=NOW + 754_000_000_000, released_by="Lin Wei", release_reason="flash"
    )
    told = dict(health_rows.release_rows(health))
    assert told[_("Left")] == "12:34"
    assert (told[_("For")], told[_("Reason")]) == ("Lin Wei", "flash")
    panel = FactsPanel()
    qtbot.addWidget(panel)
    card = _card(desk.go("cells"))
    panel.show_facts(card, Facts(health=health), None)
    (back,) = [made for made in panel.findChildren(QPushButton) if made.accessibleName() == _("Take port back")]
    with qtbot.waitSignal(panel.take_back_wanted):
        back.click()
    panel.show_facts(card, Facts(health=FINE), None)
    assert not [made for made in panel.findChildren(QPushButton) if made.accessibleName() == _("Take port back")]
    assert "12:34" not in [made.text() for made in panel.findChildren(QLabel)]


def _card(page):
    cell = page.context.center.read(queries.cells)
    view = cell[0] if cell else None
    return CellCard(view, Label.of("Cell"), FINE, (), (), (), None, ())


def test_a_set_clock_is_told() -> None:
    assert health_rows.clock_rows(FINE) == []
    moved = health_rows.clock_rows(replace(FINE, wall_ns=NOW - 7_200_000_000_000))
    assert moved[0][1].startswith("−2")


def test_hours_minutes_seconds() -> None:
    assert [health_rows.countdown(s) for s in (0, 59.6, 754, 3661, -5)] == ["0:00", "1:00", "12:34", "1:01:01", "0:00"]


def test_the_dialog_asks_for_time_and_reason_and_the_request_is_written(desk, qtbot) -> None:
    desk.window.context.session.become(replace(desk.seeded.actor(1), role=Role.ENGINEER))
    desk.settle()
    page = desk.go("cells")
    actor = page.context.actor
    draft = CellDraft(None, Label.of("Port cell"), "/dev/ttyPORT", "robot_cell")
    cell = desk.center.write(actor, service.add_cell, draft)
    page.monitor.card = replace(_card(page), cell=cell, health=FINE)
    port_acts.ask(page)
    dialog = desk.dialog()
    dialog.submit()
    assert dialog.isVisible(), "a reason is asked for"
    dialog.form.field("seconds").set_value(900)
    dialog.form.field("reason").set_value("new firmware")
    dialog.submit()
    desk.until(lambda: not dialog.isVisible())
    (request,) = desk.center.read(queries.waiting_requests, "local")
    assert (request.kind, request.payload) == (RequestKind.RELEASE_PORT, {"seconds": 900, "reason": "new firmware"})
    port_acts.take_back(page)
    desk.settle()
    assert desk.center.read(queries.waiting_requests, "local")[-1].kind is RequestKind.TAKE_PORT
