"""Ask the collector to recognise a port and wait for its answer, without blocking the window."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from center_app.core.errors import SurroundingsError, declare
from center_app.telemetry import queries, service
from center_app.telemetry.collector.recogniser import failure
from center_app.telemetry.values import RequestKind, RequestState, RequestView
from ui.kit.page import Context
from ui.kit.words import _

SECONDS = 25.0
_GRACE_S = 12.0
_POLL_MS = 200
NO_ANSWER = declare(
    "cells.no_listener",
    "The recording program does not answer.",
    "Look on the page Settings whether it runs, then listen again.",
)


class Listening(QObject):
    """Follow one request; the GUI thread owns it."""

    progressed = Signal(float)
    answered = Signal(object)
    failed = Signal(Exception)

    def __init__(self, context: Context, owner: QObject) -> None:
        """Belong to a dialog."""
        super().__init__(owner)
        self._context = context
        self._request: RequestView | None = None
        self._began_s = 0.0
        self._number = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._look)

    def start(self, port: str, asks: bool) -> None:
        """Ask the collector; the answer comes as a signal."""
        self.cancel()
        self._number += 1
        number = self._number
        payload = {"port": port, "seconds": SECONDS, "ask": asks, "language": _.language}

        def asked(request: RequestView) -> None:
            if number == self._number:
                self._request = request
                self._timer.start()

        self._began_s = time.monotonic()
        self._context.tasks.write(
            service.ask, RequestKind.RECOGNISE, None, payload, done=asked, failed=self.failed.emit, owner=self
        )

    def cancel(self) -> None:
        """Wait no longer."""
        self._timer.stop()
        self._request = None
        self._number += 1

    def _look(self) -> None:
        spent_s = time.monotonic() - self._began_s
        self.progressed.emit(min(0.99, spent_s / SECONDS))
        if spent_s > SECONDS + _GRACE_S:
            self.cancel()
            self.failed.emit(SurroundingsError(NO_ANSWER))
        elif self._request is not None:
            self._context.tasks.read(queries.request, self._request.id, done=self._on_read, owner=self, key="recognise")

    def _on_read(self, found: Any) -> None:
        if self._request is None or found is None or found.id != self._request.id:
            return
        if found.state is RequestState.ASKED:
            return
        self.cancel()
        if found.state is RequestState.DONE:
            self.answered.emit(found.outcome)
        else:
            self.failed.emit(failure(found.outcome))
