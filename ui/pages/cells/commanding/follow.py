"""Follow one request until it is answered; give it up when nobody takes it in time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from center_app.telemetry import commands, queries
from center_app.telemetry.values import RequestState, RequestView
from ui.kit.page import Context

LOOK_MS = 60


class Follow(QObject):
    """Tell the outcome of the newest request that was asked here."""

    def __init__(self, context: Context, owner: QObject, told: Callable[[RequestView], None]) -> None:
        """Take what hears the outcome."""
        super().__init__(owner)
        self._context, self._told = context, told
        self._request: RequestView | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_waiting(self) -> bool:
        """Tell whether an answer is awaited."""
        return self._request is not None

    def begin(self, request: RequestView) -> None:
        """Follow a request from now on."""
        self._request = request
        self._timer.start()

    def _look(self) -> None:
        if self._request is not None:
            self._context.tasks.read(queries.request, self._request.id, done=self._on_read, owner=self, key="request")

    def _on_read(self, request: RequestView | None) -> None:
        if request is None or self._request is None or request.id != self._request.id:
            return
        age_s = (self._context.center.clock.now() - request.asked_at).total_seconds()
        if request.state is RequestState.ASKED and age_s > float(request.payload.get("expires_s", 0.0)) + 0.5:
            self._context.tasks.write(commands.expire, request.id, done=self._end, owner=self)
            self._timer.stop()
        elif request.state not in (RequestState.ASKED, RequestState.SENDING):
            self._end(request)

    def _end(self, request: RequestView) -> None:
        self._timer.stop()
        self._request = None
        self._told(request)
