"""Run a simulator or play a capture as a program of its own; the tally is printed as JSON at the end."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from devices.simulators.capture import replay
from devices.simulators.faults import FaultTape
from devices.simulators.runner import run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devices.simulators", description=__doc__)
    parser.add_argument("profile", help="profile id, or a capture file (*.csv) to play")
    parser.add_argument("link", type=Path, help="path of the link to make; open it as the port")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--params", default="{}", help="profile settings as JSON")
    parser.add_argument("--faults", default="{}", help="fault tape as JSON")
    parser.add_argument("--start", type=float, default=0.0, help="virtual second to start at")
    parser.add_argument("--duration", type=float, default=None, help="seconds to run; endless without")
    parser.add_argument("--speed", type=float, default=1.0, help="playing speed of a capture")
    return parser.parse_args()


def main() -> int:
    """Run until the end, SIGTERM or SIGINT; print the tally."""
    given = _arguments()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if given.profile.endswith(".csv"):
        tally = replay(Path(given.profile), given.link, given.speed, stop=stop)
    else:
        tape = FaultTape.from_mapping(json.loads(given.faults))
        params = json.loads(given.params)
        tally = run(
            given.profile,
            given.link,
            given.seed,
            tape,
            params,
            stop=stop,
            duration_s=given.duration,
            start_s=given.start,
        )
    sys.stdout.write(json.dumps(tally.as_json()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
