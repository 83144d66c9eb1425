"""Run every measurement one after the other: `make bench`, or `python -m tests.bench NAME …` for some.

Each prints JSON lines; docs/benchmarks.md keeps the figures beside their targets.
"""

from __future__ import annotations

import subprocess
import sys

ALL = (
    "wire",
    "telemetry_ingest",
    "telemetry_window",
    "telemetry_day",
    "plots",
    "live",
    "booking",
    "timeline",
    "report",
    "commands",
    "start",
)


def main(chosen: list[str]) -> int:
    failed = []
    for name in chosen or ALL:
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
