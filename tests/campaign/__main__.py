"""The long reliability runs: `make campaign`, or some: `python -m tests.campaign kills wal`. About eleven hours.

A short form of each runs in the daily tests. Each prints JSON and judges itself against docs/reliability.md.
"""

from __future__ import annotations

import subprocess
import sys

RUNS = (
    ("tests.campaign.kills", "500"),  # D1: kill writer and desk, nothing acknowledged is lost
    ("tests.campaign.power_loss", "2000"),  # D2: cut the power, flushed rows stay
    ("tests.campaign.wal", "600"),  # D4: an idle reader does not let the log grow
    ("tests.campaign.disk_full",),  # D6: a full or broken disk is named, counted, overcome
    ("tests.campaign.server_loss", "600"),  # D5: recordings while the server is frozen
    ("tests.campaign.corruption", "1000000"),  # S2: every injected fault is found, nothing intact is lost
    ("tests.campaign.hostile", "30"),  # S3: floods on a live port beside a quiet one
    ("tests.campaign.fuzz", "10000000"),  # S3: hostile bytes, every profile
    ("tests.campaign.properties", "40"),  # every property test with forty times its examples
    ("tests.bench.booking",),  # D3: racing processes, no overlap
    ("tests.campaign.unplug", "--pulls", "50", "--longest", "30"),  # S1: pulled plugs, one exact gap each
    ("tests.campaign.stall", "--seconds", "600"),  # S4: full lines on a loaded computer
    ("tests.campaign.clock", "--seconds", "120"),  # S5: the wall clock jumps
    ("tests.campaign.soak", "--seconds", "28800"),  # S6: eight hours of pulled plugs and spoilt frames
)


def main(wanted: list[str]) -> int:
    known = [module.rpartition(".")[2] for module, *_ in RUNS]
    if unknown := set(wanted) - set(known):
        sys.stderr.write(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}\n")
        return 2
    failed = []
    for module, *arguments in RUNS:
        if wanted and module.rpartition(".")[2] not in wanted:
            continue
        sys.stdout.write(f"== {module} {' '.join(arguments)}\n")
        sys.stdout.flush()
        if subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode:
            failed.append(module)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
