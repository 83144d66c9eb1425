"""Ask the collector to recognise a port and wait for its answer, without blocking the window."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from center_app.core.errors import SurroundingsError, declare
from center_app.telemetry import queries, searches, service
from center_app.telemetry.collector.recogniser import failure
from center_app.telemetry.searches import SearchProgress
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from ui.kit.page import Context
from ui.kit.recorded import Doors
from ui.kit.words import _

SECONDS = 25.0
_GRACE_S = 20.0
_POLL_MS = 200
NO_ANSWER = declare(
    "cells.no_listener",
    "The recording program does not answer.",
    "Look on the page Settings whether it runs, then listen again.",
)


class Listening(QObject):
    """Follow one request; the GUI thread owns it."""

    progressed = Signal(object)
    answered = Signal(object)
    failed = Signal(Exception)

    def __init__(self, context: Context, owner: QObject) -> None:
        """Belong to a dialog."""
        super().__init__(owner)
        self._context = context
        self._doors = Doors(context.center.folder, database=context.center.database)
        self._request: RequestView | None = None
        self._began_s = 0.0
        self._number = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._look)

    def start(self, port: str, asks: bool) -> None:
        """Ask the collector; the answer comes as a signal."""
        self.cancel()
        number = self._number
        payload = {"port": port, "seconds": SECONDS, "ask": asks, "language": _.language}

        def asked(request: RequestView) -> None:
            if not isValid(self) or number != self._number:
                withdraw(self_context, request)
                return
            self._request = request
            self._timer.start()

        self_context = self._context
        self._began_s = time.monotonic()
        self._context.tasks.write(
            service.ask, RequestKind.RECOGNISE, None, payload, done=asked, failed=self._on_not_asked
        )  # fmt: skip

    def cancel(self) -> None:
        """Wait no longer, and have the collector give the port back."""
        request = self._forget()
        if request is not None:
            withdraw(self._context, request)

    def _forget(self) -> RequestView | None:
        self._timer.stop()
        self._number += 1
        request, self._request = self._request, None
        return request

    def _on_not_asked(self, error: Exception) -> None:
        if isValid(self):
            self.failed.emit(error)

    def _look(self) -> None:
        if time.monotonic() - self._began_s > SECONDS + _GRACE_S:
            self.cancel()
            self.failed.emit(SurroundingsError(NO_ANSWER))
        elif self._request is not None:
            request = self._request
            self._context.tasks.read(queries.request, request.id, done=self._on_read, owner=self, key="recognise")
            self._context.tasks.window(
                _progress, self._doors, request, done=self._on_progress, owner=self, key="recognise-progress"
            )

    def _on_progress(self, found: SearchProgress | None) -> None:
        if self._request is not None and found is not None:
            self.progressed.emit(found)

    def _on_read(self, found: Any) -> None:
        if self._request is None or found is None or found.id != self._request.id:
            return
        if found.state is RequestState.ASKED:
            return
        self._forget()
        if found.state is RequestState.DONE:
            self.answered.emit(found.outcome)
        elif found.state is RequestState.REFUSED:
            self.failed.emit(failure(found.outcome))
        else:
            self.failed.emit(SurroundingsError(NO_ANSWER))


def withdraw(context: Context, request: RequestView) -> None:
    """Withdraw a request; one that is answered meanwhile needs it no more."""
    context.tasks.write(searches.withdraw, request.id, failed=lambda _error: None)


def _progress(doors: Doors, request: RequestView) -> SearchProgress | None:
    return searches.progress_of(doors.open_records(), request)
