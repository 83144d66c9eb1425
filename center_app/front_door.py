"""Prepare this machine and hand over: `python3 -m center_app.front_door run|test|check|bench|…`.

Runs on the system's own Python before anything is installed, so it uses the standard library only
and syntax that older Pythons can read, to be able to tell them what is missing.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable  # noqa: UP035 - older Pythons read this file too

PROGRAM = Path(__file__).resolve().parent.parent
VENV = PROGRAM / ".venv"
OLDEST = (3, 11)
# library that must load -> Debian and Ubuntu package that brings it
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stop(text: str) -> None:
    """Say what is missing and leave with an error."""
    sys.stderr.write(text + "\n")
    raise SystemExit(1)


def loads(library: str) -> bool:
    """Tell whether a shared library can be loaded."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_postgresql() -> bool:
    """Tell whether a PostgreSQL server is installed."""
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def missing_packages(needs_server: bool) -> tuple[list[str], list[str]]:
    """Return the Debian packages that this machine lacks, required ones and wished ones."""
    if not sys.platform.startswith("linux"):
        return [], []
    required = [package for library, package in QT_LIBRARIES.items() if not loads(library)]
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        required.append("python3-venv")
    wished = [package for library, package in X11_LIBRARIES.items() if not loads(library)]
    if needs_server and not has_postgresql():
        wished.append("postgresql")
    return required, wished


def install_packages(needs_server: bool) -> None:
    """Install what is missing where apt can; ask before sudo, go ahead as root."""
    required, wished = missing_packages(needs_server)
    if not required + wished:
        return
    names = " ".join(required + wished)
    command = ["apt-get", "install", "-y", "--no-install-recommends", *required, *wished]
    by_hand = "apt-get install --no-install-recommends " + names
    if not shutil.which("apt-get"):
        done = False
    elif os.geteuid() == 0:
        say("Installing system packages: " + names)
        done = _apt([], command)
    else:
        done = _may_use_sudo(names) and _apt(["sudo"], command)
    still_required, still_wished = missing_packages(needs_server)
    if still_required:
        stop(f"These system packages are missing: {' '.join(still_required)}. Install them with: sudo {by_hand}")
    if still_wished and not done:
        say(f"Going on without: {' '.join(still_wished)} (sudo {by_hand})")


def _may_use_sudo(names: str) -> bool:
    if not (shutil.which("sudo") and sys.stdin.isatty()):
        return False
    answer = input(f"These system packages are missing: {names}. Install them with sudo? [Y/n] ")
    return answer.strip().lower() in ("", "y", "yes", "j", "ja", "是")


def _apt(prefix: list[str], command: list[str]) -> bool:
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for step in ([*prefix, "apt-get", "update", "-qq"], [*prefix, *command]):
        done = subprocess.run(step, check=False, stdout=subprocess.DEVNULL, env=environment)
    return done.returncode == 0


def python_of_environment() -> Path:
    """Return the interpreter of the private environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_environment(lock: str) -> None:
    """Make the private environment from a lock file of versions and hashes; nothing to do when it fits."""
    wanted = hashlib.sha256((PROGRAM / lock).read_bytes()).hexdigest()
    stamp = VENV / ("stamp-" + lock)
    if stamp.exists() and stamp.read_text() == wanted and python_of_environment().exists():
        return
    if not python_of_environment().exists():
        say("Making a private Python environment in .venv …")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    say("Installing the locked libraries (a minute on a first start) …")
    pip = [str(python_of_environment()), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "-r", str(PROGRAM / lock)], check=False)
    if done.returncode:
        stop(
            "The Python libraries could not be installed. Check the network and the proxy, then run the command again."
        )
    stamp.write_text(wanted)


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _tools(*commands: list[str]) -> None:
    """Run modules of the environment one after the other; the first that fails ends it."""
    for command in commands:
        say("$ python -m " + " ".join(command))
        done = subprocess.run([str(python_of_environment()), "-m", *command], check=False, cwd=str(PROGRAM))
        if done.returncode:
            raise SystemExit(done.returncode)


def _main(*arguments: str) -> None:
    os.chdir(str(PROGRAM))
    done = subprocess.run([str(python_of_environment()), "main.py", *arguments], check=False)
    raise SystemExit(done.returncode)


def _check() -> None:
    _tools(
        ["ruff", "format", "--check", "-q", "."],
        ["ruff", "check", "-q", "."],
        ["mypy"],
        ["tests.layers"],
        ["pytest", "tests/contract", "-q", "-p", "no:cacheprovider"],
    )


def _processes() -> str:
    return str(max(2, min(8, os.cpu_count() or 2)))


JOBS: dict[str, tuple[bool, Callable[[], object]]] = {
    "env": (False, lambda: None),
    "run": (False, lambda: _main("demo" if has_display() else "tour")),
    "test": (True, lambda: _tools(["pytest", "-n", _processes(), "--dist", "worksteal"])),
    "check": (True, _check),
    "bench": (True, lambda: _tools(["tests.bench"])),
    "campaign": (True, lambda: _tools(["tests.campaign"])),
    "shots": (False, lambda: _main("tour")),
}


def main(arguments: list[str]) -> None:
    """Prepare the machine for a job and do it."""
    job = arguments[0] if arguments else "run"
    if job not in JOBS:
        stop(f"Unknown job {job}; there are: {', '.join(JOBS)}")
    if sys.version_info < OLDEST:
        wanted = ".".join(str(part) for part in OLDEST)
        found = sys.version.split()[0]
        stop(f"Python {wanted} or later is needed; this is {found}. Install a newer one and run the command again.")
    is_for_tests, run = JOBS[job]
    install_packages(needs_server=is_for_tests)
    make_environment("requirements-dev.lock" if is_for_tests else "requirements.lock")
    run()


if __name__ == "__main__":
    main(sys.argv[1:])
