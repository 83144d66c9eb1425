"""The console's rows: every byte once, messages explained, bounded at any speed."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import RawRecord
from center_app.telemetry.traffic import MOST_BYTES, PATIENCE_NS, Reader, Tap, TrafficRow
from devices import profiles
from tests.telemetry import commanded

GRBL = profiles.get("grbl")


def records(pieces: list[tuple[int, bytes]]) -> list[RawRecord]:
    return [RawRecord(0, 0, 1000 + n, 0, direction, data) for n, (direction, data) in enumerate(pieces)]


@given(st.lists(st.tuples(st.integers(0, 1), st.binary(min_size=1, max_size=60)), max_size=12),
       st.sampled_from(["grbl", "robotiq_2f", "robot_cell", "nmea0183"]))  # fmt: skip
def test_every_byte_is_shown_once_and_in_order(pieces: list[tuple[int, bytes]], profile_id: str) -> None:
    profile = profiles.get(profile_id)
    reader = Reader(profile, profile.settled())
    rows = reader.rows(records(pieces)) + reader.overdue(2000 + PATIENCE_NS)
    for direction in (0, 1):
        shown = b"".join(row.data for row in rows if row.direction == direction)
        assert shown == b"".join(data for way, data in pieces if way == direction)


def test_a_message_cut_in_two_is_read_whole() -> None:
    reader = Reader(GRBL, GRBL.settled())
    line = b"<Idle|MPos:1.000,2.000,3.000|FS:0,0>\r\n"
    assert reader.rows(records([(0, line[:9])])) == []
    (row,) = reader.rows(records([(0, line[9:])]))
    assert row.data == line
    assert row.error == ""
    assert "1" in row.says


def test_a_bad_frame_says_why() -> None:
    profile = profiles.get("robotiq_2f")
    reader = Reader(profile, profile.settled())
    rows = reader.rows(records([(0, bytes.fromhex("090306390000ff0e0af78c") * 2)])) + reader.overdue(1 << 60)
    assert any(row.error for row in rows)
    assert TrafficRow(0, 0, b"A\x00B").text == "A.B"
    assert TrafficRow(0, 0, b"A\x00").hex == "41 00"


class Flood:
    """Stand in for a store with far more bytes than one look shows."""

    def recordings(self, cell_id: int):  # type: ignore[no-untyped-def]
        class Newest:
            id, started_ns, profile_id, params = 1, 0, "grbl", GRBL.settled()

        return [Newest()]

    def raw(self, recording_id: int, t0_ns: int):  # type: ignore[no-untyped-def]
        return iter([RawRecord(0, 0, max(t0_ns, n), 0, 0, b"x" * 65536) for n in range(40)])


def test_a_flood_stays_bounded_and_says_what_it_leaves_out() -> None:
    heard = Tap(1).look(Flood(), 10)  # type: ignore[arg-type]
    shown = sum(len(row.data) for row in heard.rows)
    assert shown <= MOST_BYTES
    assert heard.skipped_bytes == 40 * 65536 - MOST_BYTES


def test_both_directions_of_a_real_line(tmp_path: Path) -> None:
    with commanded.running(tmp_path, "grbl") as bench:
        bench.sent("line", line="G1 X10")
        with StoreReader(bench.center.folder) as store:
            tap = Tap(bench.cell.id)
            rows: list[TrafficRow] = []

            def seen() -> bool:
                rows.extend(tap.look(store, int(bench.center.clock.now().timestamp() * 1e9)).rows)
                return any(row.direction == 1 and b"G1 X10" in row.data for row in rows) and any(
                    row.direction == 0 and row.data.startswith(b"ok") for row in rows
                )

            commanded.wait_until(seen)
    times = [row.t_ns for row in rows]
    assert len(set(times)) > 1


def test_a_reply_in_two_reads_is_one_message() -> None:
    profile = profiles.get("eastron_sdm120")
    master, simulator = profile.master(), profile.simulator(1)
    assert master is not None
    request = next(asked for asked in (master.next_request(n * 10**8) for n in range(1, 100)) if asked)
    reply = simulator.answer(request, 0.0)
    reader = Reader(profile, profile.settled({}))
    parts = [(1, request), (0, reply[:9]), (0, reply[9:-1]), (0, reply[-1:])]
    rows = [
        row
        for number, (direction, data) in enumerate(parts)
        for row in reader.rows([RawRecord(0, 0, number, number, direction, data)])
    ]
    assert [(row.direction, row.data, row.error) for row in rows] == [(1, request, ""), (0, reply, "")]
