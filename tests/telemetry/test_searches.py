"""A recognition is asked for, followed and withdrawn through the centre; who uses a port is said before."""

from __future__ import annotations

from pathlib import Path

import pytest

from center_app.core.access import Actor, Role
from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.telemetry import errors, port_list, queries, searches, service
from center_app.telemetry.collector import ledger
from center_app.telemetry.records import Records
from center_app.telemetry.values import CellDraft, RequestKind, RequestState
from center_app.wiring import Center
from devices.recognition import Progress
from devices.simulators.line import PtyLine
from tests.fakes import FakeClock

AUDITOR = Actor(9, "Ada", Role.AUDITOR, "desk 1")


def _asked(center: Center, admin: Actor):
    return center.write(admin, service.ask, RequestKind.RECOGNISE, None, {"port": "/dev/ttyX"})


def test_a_withdrawn_search_waits_no_more_and_says_so_once(center: Center, admin: Actor) -> None:
    request = _asked(center, admin)
    with pytest.raises(PersonError):
        center.write(AUDITOR, searches.withdraw, request.id)
    assert center.write(admin, searches.withdraw, request.id).state is RequestState.EXPIRED
    assert center.read(queries.waiting_requests, "local") == []
    with pytest.raises(PersonError) as again:
        center.write(admin, searches.withdraw, request.id)
    assert again.value.code is errors.REQUEST_ANSWERED


def test_only_searches_can_be_withdrawn(center: Center, admin: Actor) -> None:
    reload = center.write(admin, service.ask, RequestKind.RELOAD, None, {}, "local")
    with pytest.raises(PersonError) as refused:
        center.write(admin, searches.withdraw, reload.id)
    assert refused.value.code is errors.REQUEST_UNKNOWN


def test_progress_belongs_to_its_request(center: Center, admin: Actor, tmp_path: Path) -> None:
    request = _asked(center, admin)
    place = tmp_path / "telemetry" / "local" / "collector.db"
    place.parent.mkdir(parents=True)
    link = ledger_at(place)
    other = searches.noted(request.id + 8, Progress(9, 9, 0.9, "other"))
    ledger.put_store_health(link, searches.slot_of(request.id), 1, other)
    records = Records(tmp_path)
    assert searches.progress_of(records, request) is None
    ledger.put_store_health(
        link, searches.slot_of(request.id), 2, searches.noted(request.id, Progress(3, 40, 0.1, "9600"))
    )  # fmt: skip
    link.close()
    told = searches.progress_of(records, request)
    assert told == searches.SearchProgress(request.id, 3, 40, 0.1, "9600")


def ledger_at(place: Path) -> ledger.Connection:
    """Make a collector's ledger."""
    from center_app.core.db import open_sqlite

    link = open_sqlite(place)
    ledger.create(link)
    return link


def test_who_uses_a_port_is_said(center: Center, admin: Actor, clock: FakeClock, tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    port = str(tmp_path / "port")
    try:
        assert center.read(port_list.use_of, port).is_free
        center.write(admin, service.add_cell, CellDraft(None, Label.of("Oven"), port, "robot_cell"))
        use = center.read(port_list.use_of, str((tmp_path / "port").resolve()))
        assert use.cell is not None
        assert use.cell.say("en") == "Oven"
        assert center.read(port_list.use_of, "/dev/ttyNONE9").is_free
    finally:
        line.unplug()
