"""D6: the disk is full or broken while recording: named, counted, overcome, nothing corrupt.

Run: `python -m tests.campaign.disk_full`. Prints one JSON object for each fault that can be made here: `full` on
an 8 MB tmpfs (where mounting is allowed), `limit` by RLIMIT_FSIZE, `io_error` by a shim
compiled with gcc that makes every write fail, once with room for all that waits and once without, `read_only` by
the same shim with the error of a read-only file system. A process of its
own records 5,000 samples/s meanwhile. Passed: named in 2 s, going on 10 s after the disk is back, and every sample
sent is kept or counted as lost.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from center_app.core.paths import PROGRAM
from center_app.telemetry.store.files import collector_folder
from center_app.telemetry.store.reader import StoreReader

NAMED_S, RESUMED_S = 2.0, 10.0
BACKLOG_BYTES, SMALL_BACKLOG_BYTES = 2_000_000, 60_000
_SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int broken_path(const char *path) {
    return !access(getenv("BROKEN_MARK"), F_OK) && strstr(path, getenv("BROKEN_IN"));
}
static int broken(int fd) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = 0;
    return broken_path(path);
}
static int refused(void) { errno = atoi(getenv("BROKEN_ERRNO")); return -1; }
static int read_only(void) { return atoi(getenv("BROKEN_ERRNO")) == EROFS; }
#define REAL(TYPE, NAME, ...) static TYPE (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, #NAME)
#define WRITE(NAME, OFFSET) ssize_t NAME(int fd, const void *data, size_t size, OFFSET place) { \\
    REAL(ssize_t, NAME, int, const void *, size_t, OFFSET); \\
    return broken(fd) ? refused() : real(fd, data, size, place); }
#define TRUNCATE(NAME, OFFSET) int NAME(int fd, OFFSET size) { \\
    REAL(int, NAME, int, OFFSET); \\
    return read_only() && broken(fd) ? refused() : real(fd, size); }
#define OPEN(NAME) int NAME(const char *path, int flags, ...) { \\
    REAL(int, NAME, const char *, int, ...); \\
    va_list more; va_start(more, flags); int mode = va_arg(more, int); va_end(more); \\
    return read_only() && (flags & O_ACCMODE) != O_RDONLY && broken_path(path) ? refused() : real(path, flags, mode); }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
OPEN(open)
OPEN(open64)
int unlink(const char *path) {
    REAL(int, unlink, const char *);
    return read_only() && broken_path(path) ? refused() : real(path);
}
"""
_RECORDER = """
import json, signal, sys, time
import numpy as np
from tests.telemetry.store.rig import Feed, begin, open_writer, stream
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
writer = open_writer(sys.argv[1], backlog=int(sys.argv[2]))
start = time.time_ns()
feed = Feed(begin(writer, stream(), t_ns=start))
sent = 0
while True:
    is_last = bool(asked)
    due = int((time.time_ns() - start) / 1e9 * 5000 / 3)
    if due > sent:
        row = np.arange(sent, due)
        feed.send(start + row * 600_000, np.stack([row % 30_000, row % 7, row % 11]).astype(np.int16))
        sent = due
    if is_last:
        feed.recording.end()
        writer.close()
    state = writer.state
    trouble = state.trouble
    code = [trouble.code.id, trouble.params.get("detail", "")] if trouble else None
    print(json.dumps([code, state.lost_samples, writer.acknowledged, sent * 3]), flush=True)
    if is_last:
        break
    time.sleep(0.05)
"""


class _Recorder:
    """Run the recording process and look at what it says."""

    def __init__(self, folder: Path, backlog: int, **options: Any) -> None:
        command = [sys.executable, "-c", _RECORDER, str(folder), str(backlog)]
        self.process = subprocess.Popen(command, cwd=PROGRAM, stdout=subprocess.PIPE, text=True, **options)
        self.last: list[Any] = [None, 0, 0, 0]

    def until(self, condition: Callable[[list[Any]], bool], limit_s: float) -> float:
        """Read on until its words fit; return after how many seconds. AssertionError when it died or never did."""
        began = time.monotonic()
        assert self.process.stdout is not None
        while time.monotonic() - began < limit_s:
            line = self.process.stdout.readline()
            assert line, "the recorder died"
            self.last = json.loads(line)
            if condition(self.last):
                return time.monotonic() - began
        raise AssertionError(f"{self.last} after {limit_s} s")

    def finish(self) -> None:
        """Let it seal the recording; keep its last words."""
        self.process.terminate()
        assert self.process.stdout is not None
        told = self.process.stdout.read().splitlines()
        assert self.process.wait(30) == 0, "the recorder did not end by itself"
        self.last = json.loads(told[-1])

    def kill(self) -> None:
        """Leave nothing behind, whatever happened."""
        self.process.kill()
        self.process.communicate()


def fault(
    kind: str, folder: Path, begin: Callable[[], None], end: Callable[[], None], away_s: float = 3.0,
    backlog: int = BACKLOG_BYTES, **options: Any,
) -> dict[str, Any]:  # fmt: skip
    """Record, break the disk, mend it, record on; AssertionError when a promise of D6 is broken."""
    recorder = _Recorder(folder, backlog, **options)
    try:
        recorder.until(lambda said: said[2] > 2000, 10)
        begin()
        named_s = recorder.until(lambda said: bool(said[0]), NAMED_S)
        code, detail = recorder.last[0]
        back_at = time.monotonic() + away_s
        recorder.until(lambda _said: time.monotonic() > back_at, away_s + 2)
        before = recorder.last[2]
        end()
        resumed_s = recorder.until(lambda said: not said[0] and said[2] > before, RESUMED_S)
        recorder.until(lambda said: said[2] > before + 20_000, 10)
        recorder.finish()
    finally:
        recorder.kill()
    sent, lost = recorder.last[3], recorder.last[1]
    kept = _check(folder)
    assert kept + lost == sent, (kept, lost, sent)
    assert bool(lost) == (backlog < BACKLOG_BYTES), lost
    return {
        "fault": kind, "code": code, "detail": detail,
        "named_after_s": round(named_s, 2), "resumed_after_s": round(resumed_s, 2),
        "samples_sent": sent, "samples_kept": kept, "samples_counted_lost": lost, "corrupt": 0, "passed": True,
    }  # fmt: skip


def _check(folder: Path) -> int:
    from tests.telemetry.store.rig import CELL, open_writer

    open_writer(folder).close()
    with StoreReader(folder) as reader:
        (view,) = reader.recordings(CELL)
        assert reader.verify(view.id) is None
        assert reader.account(view.id).is_balanced
        return 3 * len(reader.samples(CELL, "drive", "c0", 0, 1 << 62, 1 << 40).t_ns)


def limited(folder: Path) -> dict[str, Any]:
    """Let no file grow beyond what it has now (RLIMIT_FSIZE), then lift that."""

    def ignore_signal() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    recorder: list[int] = []

    def limit(size: int) -> None:
        for entry in Path("/proc").glob("[0-9]*"):
            if entry.name.isdigit() and str(folder) in _command(entry):
                recorder.append(int(entry.name))
                resource.prlimit(int(entry.name), resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    found = fault(
        "limit", folder, lambda: limit(_largest(folder)), lambda: limit(resource.RLIM_INFINITY),
        preexec_fn=ignore_signal,
    )  # fmt: skip
    assert recorder
    return found


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _largest(folder: Path) -> int:
    files = collector_folder(folder, "local").glob("20*")
    return max(path.stat().st_size for path in files)


def broken(folder: Path, backlog: int = BACKLOG_BYTES, number: int = errno.EIO) -> dict[str, Any]:
    """Let every write to a database file fail with an error number, by a shim; a small backlog runs over meanwhile.

    With EROFS opening, cutting and deleting fail too, as after a file system was remounted read-only; the real thing
    is refused by the kernel while a file is open for writing.
    """
    source, shim, mark = folder / "shim.c", folder / "shim.so", folder / "broken"
    source.write_text(_SHIM)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(source), "-ldl"], check=True)
    told = {"LD_PRELOAD": str(shim), "BROKEN_MARK": str(mark), "BROKEN_ERRNO": str(number)}
    told["BROKEN_IN"] = str(folder) if number == errno.EROFS else ".db"
    kind = "read_only" if number == errno.EROFS else "io_error"
    kind += "" if backlog == BACKLOG_BYTES else ", small backlog"
    return fault(kind, folder, mark.touch, mark.unlink, backlog=backlog, env={**os.environ, **told})


def small_disk(folder: Path, kind: str) -> dict[str, Any] | None:
    """Fill an 8 MB tmpfs; None where mounting is not allowed."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        return None
    try:
        return fault(kind, folder, lambda: _fill(folder / "ballast"), (folder / "ballast").unlink)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        try:
            while True:
                file.write(bytes(65536))
                file.flush()
        except OSError:
            return


FAULTS: dict[str, Callable[[Path], dict[str, Any] | None]] = {
    "full": lambda folder: small_disk(folder, "full"),
    "limit": limited,
    "io_error": broken,
    "io_error, small backlog": lambda folder: broken(folder, SMALL_BACKLOG_BYTES),
    "read_only": lambda folder: broken(folder, number=errno.EROFS),
}


def campaign() -> list[dict[str, Any]]:
    """Make every fault that can be made here."""
    found: list[dict[str, Any]] = []
    for kind, make in FAULTS.items():
        folder = Path(tempfile.mkdtemp(prefix="disk-"))
        try:
            told = make(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        found.append(told or {"fault": kind, "not_tested": "mounting is not allowed here"})
    return found


if __name__ == "__main__":
    for told in campaign():
        print(json.dumps(told), flush=True)
