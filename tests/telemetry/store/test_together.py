"""A reader beside a busy writer: it never fails, never goes back, never sees a hole."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from center_app.telemetry.store.reader import StoreReader
from tests.telemetry.store.rig import CELL, MS, T0, Feed, begin, open_writer, stream

PARTS, ROWS = 300, 500


def test_reading_beside_writing_sees_every_row_once(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    feed = Feed(begin(writer, stream(channels=2)))
    done = threading.Event()
    seen: list[int] = []
    faults: list[BaseException] = []

    def look() -> None:
        try:
            with StoreReader(tmp_path) as reader:
                while not done.is_set():
                    window = reader.window(CELL, "drive", "c1", T0, T0 + PARTS * ROWS * MS, 400)
                    found = reader.samples(CELL, "drive", "c0", T0, T0 + PARTS * ROWS * MS)
                    rows = len(found.t_ns)
                    assert (found.t_ns == T0 + np.arange(rows) * MS).all()
                    assert (found.values == np.arange(rows) % 30_000).all()
                    assert window.count.sum() <= rows
                    seen.append(int(window.count.sum()))
        except BaseException as fault:  # noqa: BLE001 - shown by the test's own thread
            faults.append(fault)

    thread = threading.Thread(target=look)
    thread.start()
    pause = threading.Event()
    for part in range(PARTS):
        rows = part * ROWS + np.arange(ROWS)
        feed.send(T0 + rows * MS, np.stack([rows % 30_000, rows % 7]).astype(np.int16))
        pause.wait(0.005)
    writer.flush()
    done.set()
    thread.join(30)
    writer.close()
    assert not faults
    assert len(seen) > 3
    assert seen == sorted(seen)
