"""Run a long piece of work in a process of its own: progress, cancel, a bound on time and memory.

The process is spawned, never forked: a desk has threads. The work is a module-level function
`work(progress, *args)`; progress takes 0 to 1.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from center_app.core.errors import BugError, CenterError, PersonError, SurroundingsError, declare

CANCELLED = declare(
    "documents.cancelled", "The work was cancelled.", "Nothing was written; start it again when you like."
)
TOO_LONG = declare(
    "documents.too_long",
    "The work took longer than {seconds} s and was stopped.",
    "Close other programs and try again, or choose a shorter period.",
)
TOO_LARGE = declare(
    "documents.too_large",
    "The work needed more memory than the {size_bytes} bytes it may use.",
    "Choose a shorter period, or raise the limit in the settings.",
)
ENDED = declare(
    "documents.ended",
    "The program that prints ended early (exit code {exit_code}).",
    "Try again; if it returns, send the diagnostics bundle to your administrator.",
)
FAILED = declare(
    "documents.failed",
    "Printing failed inside the program ({detail}).",
    "Copy the details and send them to your administrator.",
)

TIME_LIMIT_S = 300.0
MEMORY_LIMIT_BYTES = 2_000_000_000
Work = Callable[..., Any]
_KINDS: dict[str, type[CenterError]] = {
    "PersonError": PersonError, "SurroundingsError": SurroundingsError, "BugError": BugError,
}  # fmt: skip


def run(
    work: Work, *args: Any, progress: Callable[[float], None] | None = None, cancel: threading.Event | None = None,
    time_limit_s: float = TIME_LIMIT_S, memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
) -> Any:  # fmt: skip
    """Run `work(progress, *args)` in a child and return its result; its declared errors come back as they were.

    `cancel` is looked at every 50 ms; the memory bound is the child's address space (POSIX only).
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_child, args=(theirs, memory_limit_bytes, work, args), name="center-desk-print", daemon=True
    )
    process.start()
    theirs.close()
    try:
        return _wait(ours, process, progress or _ignore, cancel, time_limit_s, memory_limit_bytes)
    finally:
        if process.is_alive():
            process.terminate()
        process.join(5)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
        ours.close()


def _ignore(share: float) -> None:
    """Take progress and do nothing."""


def _wait(
    pipe: Connection, process: Any, progress: Callable[[float], None], cancel: threading.Event | None,
    time_limit_s: float, memory_limit_bytes: int,
) -> Any:  # fmt: skip
    deadline = time.monotonic() + time_limit_s
    while True:
        if cancel is not None and cancel.is_set():
            raise PersonError(CANCELLED)
        if time.monotonic() > deadline:
            raise SurroundingsError(TOO_LONG, seconds=round(time_limit_s))
        if not pipe.poll(0.05):
            continue
        try:
            kind, value = pipe.recv()
        except EOFError:
            process.join(5)
            raise SurroundingsError(ENDED, exit_code=process.exitcode) from None
        if kind == "progress":
            progress(value)
        elif kind == "result":
            return value
        else:
            raise _error(kind, value, memory_limit_bytes)


def _error(kind: str, value: Any, memory_limit_bytes: int) -> Exception:
    if kind == "memory":
        return SurroundingsError(TOO_LARGE, size_bytes=memory_limit_bytes)
    if kind == "error":
        name, code, params = value
        return _KINDS[name](code, **params)
    return BugError(FAILED, detail=value)


def _child(pipe: Connection, memory_limit_bytes: int, work: Work, args: tuple[Any, ...]) -> None:
    _bound_memory(memory_limit_bytes)
    try:
        pipe.send(("result", work(lambda share: pipe.send(("progress", share)), *args)))
    except MemoryError:
        pipe.send(("memory", None))
    except CenterError as error:
        name = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _KINDS)
        pipe.send(("error", (name, error.code, error.params)))
    except Exception:  # noqa: BLE001 - the boundary of this process; the parent logs it
        pipe.send(("bug", traceback.format_exc(limit=-4)))
    finally:
        pipe.close()


def _bound_memory(limit_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # no such thing on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
