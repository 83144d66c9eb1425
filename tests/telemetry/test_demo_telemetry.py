"""The demo's telemetry: history that can be decoded again, live cells that record, in seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from center_app.core.periods import Period
from center_app.telemetry import evidence, queries
from center_app.telemetry.demo import CELL_CODES, METERED_CODES, Simulators, Use, seed
from center_app.telemetry.measured import measured
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from center_app.wiring import open_center
from tests.fakes import FakeClock
from tests.support import wait_until
from tests.telemetry import cells

DAY = date(2026, 5, 4)
MACHINES = {code: number for number, code in enumerate(METERED_CODES, start=101)}
ZONE = "Asia/Shanghai"


def period(day: int, start: float, end: float) -> Period:
    """Make a period in May 2026, hours of Shanghai time."""
    midnight = datetime(2026, 5, day, tzinfo=UTC) - timedelta(hours=8)
    return Period(midnight + timedelta(hours=start), midnight + timedelta(hours=end))


def uses() -> dict[str, list[Use]]:
    return {
        code: [Use(period(day, 9, 12), (period(day, 9.5, 10.5), period(day, 10.75, 11.75))) for day in (4, 5)]
        for code in METERED_CODES
    }


@pytest.fixture
def centre(tmp_path):
    opened = open_center(str(tmp_path / "store"), FakeClock(), create=True)
    yield opened
    opened.close()


def test_history_is_measured_where_recorded_and_every_interval_is_proved_from_bytes(centre):
    made = seed(centre.database, centre.folder, cells.ENGINEER, MACHINES, uses(), (DAY, date(2026, 5, 6)), ZONE)
    assert (set(made.by_code), made.meters.profile_id) == (set(CELL_CODES), "energy_meter")
    records, reader = Records(centre.folder), StoreReader(centre.folder)
    month = Period(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    found = centre.read(measured, records, reader, month)
    assert set(found) == set(MACHINES.values())
    mill = found[MACHINES["EQ-0201"]]
    hours = [run.duration_s / 3600 for run in mill.runs]
    assert hours == pytest.approx([1, 1, 1, 1], abs=0.02)
    covered_h = sum(end - start for start, end in mill.covered) / 3.6e12
    assert covered_h == pytest.approx(3 * 13, abs=0.1)
    quiet = centre.read(measured, records, reader, period(6, 0, 24))[MACHINES["EQ-0201"]]
    assert (quiet.runs, quiet.is_measured) == ((), True)
    before = centre.read(measured, records, reader, Period(month.start - timedelta(days=30), month.start))
    assert not before[MACHINES["EQ-0201"]].is_measured
    for run in mill.runs:
        assert evidence.recompute(reader, run, verify=True).is_same
    assert all(reader.account(one.id).is_balanced for one in reader.recordings())
    assert records.verify("local") is None
    records.close()
    reader.close()


def test_a_changed_byte_breaks_the_chain_and_the_link_is_named(centre):
    seed(centre.database, centre.folder, cells.ENGINEER, MACHINES, uses(), (DAY, DAY), ZONE)
    records = Records(centre.folder)
    run = records.runs(0, 2**62)[0]
    records.close()
    _spoil_segment(centre.folder, run.recording_id)
    with StoreReader(centre.folder) as reader:
        told = evidence.recompute(reader, run, verify=True)
    assert (told.broken, told.interval) == ("chain", None)
    assert "segment" in told.detail


def _spoil_segment(folder, recording_id: int) -> None:
    from center_app.core.db import open_sqlite

    for path in (folder / "telemetry" / "local").glob("2026-*.db"):
        link = open_sqlite(path)
        rows = link.execute("SELECT id, data FROM raw_segment WHERE recording_id = ?", (recording_id,)).fetchall()
        for row_id, data in rows:
            spoiled = data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]
            link.execute("UPDATE raw_segment SET data = ? WHERE id = ?", (spoiled, row_id))
        link.close()


def test_live_cells_record_from_separate_programs(tmp_path):
    centre = cells.new_center(tmp_path / "store")
    today = centre.clock.now().date()
    made = seed(centre.database, centre.folder, cells.ENGINEER, MACHINES, {}, (today, today), ZONE)
    simulators = Simulators(centre.folder / "ports")
    try:
        assert simulators.start() == 7
        with cells.collector(centre.folder):
            for cell in [*made.by_code.values(), made.meters]:
                health = cells.wait_for_bytes(centre.folder, cell.id, 100, 40)
                assert health.is_balanced
                assert not health.code
            wait_until(lambda: len(_open_machines(centre)) >= 5)
    finally:
        simulators.stop()
    rules = {rule.machine_id: rule.channel for rule in centre.read(queries.run_rules)}
    assert rules[MACHINES["EQ-0201"]] == "unit_3.power"
    assert rules[MACHINES["EQ-0602"]] == "motion.current_j3"
    centre.close()


def _open_machines(centre) -> set[int | None]:
    records = Records(centre.folder)
    found = {run.machine_id for run in records.runs(0, 2**62)}
    records.close()
    return found
