"""The long reliability runs: `make campaign`. A short form of each runs in the daily tests."""

from __future__ import annotations

import subprocess
import sys

RUNS = (
    ("tests.telemetry.store.kills", "200"),  # D1: kill the writer, nothing acknowledged is lost
    ("tests.campaign.fuzz", "10000000"),  # S3: hostile bytes, every profile
    ("tests.bench.booking",),  # D3: racing processes, no overlap
)


def main() -> int:
    failed = []
    for module, *arguments in RUNS:
        sys.stdout.write(f"== {module} {' '.join(arguments)}\n")
        sys.stdout.flush()
        if subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode:
            failed.append(module)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
