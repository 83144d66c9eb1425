"""Measure the compliance report: 2,000 and 10,000 cost lines in Chinese, as PDF/A-3b with its data embedded.

Prints one JSON object a line: name, pages, wall and processor seconds, peak memory of the printing
process in MB, targets. Run: ``python -m tests.bench.report``.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from center_app.grants.reports.layout import make_report
from tests.documents.sample import snapshot

TARGET_S, TARGET_MB = 8.0, 250.0
CASES = ((2_000, 4), (10_000, 10))


def measure(lines: int, per_file: int, folder: Path) -> dict[str, object]:
    """Print one report in its own process; cost lines share evidence files by `per_file`."""
    frozen = snapshot(lines, per_file=per_file)
    before = _children_cpu_s()
    start = time.perf_counter()
    made = make_report(frozen, "zh", folder / f"{lines}.pdf")
    wall = time.perf_counter() - start
    return {
        "name": f"report of {lines:,} cost lines",
        "pages": made.page_count,
        "figures": made.figure_count,
        "size_bytes": made.size_bytes,
        "wall_s": round(wall, 2),
        "cpu_s": round(_children_cpu_s() - before, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
        "target_s": TARGET_S,
        "target_mb": TARGET_MB,
    }


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Run every case, the smaller first, because the peak is that of the largest child so far."""
    with tempfile.TemporaryDirectory() as folder:
        for lines, per_file in CASES:
            print(json.dumps(measure(lines, per_file, Path(folder))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
