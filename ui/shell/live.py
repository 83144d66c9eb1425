"""Read what the status bar shows; a wing that has nothing yet counts as zero."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from center_app.core.db import SqliteError
from center_app.telemetry import queries as telemetry
from center_app.telemetry.exchange.values import IMPORTED
from center_app.telemetry.opening import of_center
from center_app.telemetry.values import PortState
from ui.kit.ledgers import records
from ui.shell.facts import Facts

UNACKNOWLEDGED = ("unacknowledged", "returned", "latched_unacknowledged")
STALE_S = 30.0


def read_facts(read: Any, center: Any) -> Facts:
    """Count cells, recordings, bytes lost today and unacknowledged alarms."""
    cells = [cell for cell in telemetry.cells(read) if cell.enabled and cell.profile_id != IMPORTED]
    if not cells:
        return Facts()
    ledger = records(of_center(center))
    alive = {lease.name for lease in telemetry.leases(read) if lease.lease_until > read.now}
    ids = {cell.id for cell in cells if cell.collector in alive}
    ports = [port for port in ledger.health() if port.cell_id in ids]
    alarms = [alarm for alarm in ledger.alarms() if alarm.state in UNACKNOWLEDGED]
    return Facts(
        cells=len(cells),
        recording=sum(port.state is PortState.RECORDING for port in ports),
        bytes_lost=_bytes_lost(center, {cell.id for cell in cells}, read.now),
        alarms=len(alarms),
    )


def _bytes_lost(center: Any, cell_ids: set[int], now: datetime) -> int:
    """Add up the bytes that today's gaps cost, as far as they could be counted."""
    from ui.kit.stores import store_reader
    from ui.kit.words import _

    midnight = _.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    start_ns = int(midnight.timestamp() * 1e9)
    reader = store_reader(of_center(center))
    try:
        return sum(gap.bytes_lost or 0 for cell_id in cell_ids for gap in reader.gaps(cell_id, start_ns))
    except SqliteError as error:
        if "no such table" in str(error):
            return 0
        raise
