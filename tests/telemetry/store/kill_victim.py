"""A program that records until it is killed; prints what the store acknowledged."""

from __future__ import annotations

import sys
import time

import numpy as np

from tests.telemetry.store.rig import MS, Feed, begin, open_writer, stream


def main(folder: str, cell: int, rows_per_block: int, pause_s: float) -> None:
    writer = open_writer(folder)
    start = time.time_ns()
    feed = Feed(begin(writer, stream("drive"), t_ns=start, cell=cell))
    sent = 0
    print("ready", flush=True)
    while True:
        rows = np.arange(sent, sent + rows_per_block)
        feed.send(start + rows * MS // 4, np.stack([rows % 30_000, rows % 7, rows % 11]).astype(np.int16))
        sent += rows_per_block
        print(f"{feed.recording.id} {writer.acknowledged} {writer.state.acknowledged_samples}", flush=True)
        if pause_s:
            time.sleep(pause_s)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
