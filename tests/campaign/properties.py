"""Every property test with many times its examples: rare faults are to be found here, not by chance in the daily run.

Run: `python -m tests.campaign.properties [times] [paths or pytest options]`. Ends with pytest's code.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.campaign.many_examples import TIMES

TESTS = Path(__file__).resolve().parents[1]
USES = re.compile(r"^from hypothesis", re.MULTILINE)


def files() -> list[str]:
    """Return the test modules that hold property tests."""
    found = (path for path in sorted(TESTS.rglob("test_*.py")) if USES.search(path.read_text(encoding="utf-8")))
    return [str(path.relative_to(TESTS.parent)) for path in found]


def main(times: int, wanted: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.campaign.many_examples", "-m", "", "--durations=5"]
    environment = {**os.environ, TIMES: str(times)}
    return subprocess.run([*command, *(wanted or files())], cwd=TESTS.parent, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40, sys.argv[2:]))
