"""Wait for a port that cannot be had: say why, try again a little later each time, never spin (port thread)."""

from __future__ import annotations

from center_app.core import log
from center_app.telemetry import errors
from center_app.telemetry.collector.counters import Counters
from center_app.telemetry.collector.mailbox import Mailbox
from center_app.telemetry.values import PortState
from devices.errors import PortBusy, PortError, PortForbidden

LOG = log.topic("collector")
FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 0.5


class BackOff:
    """Pace the tries to open one port."""

    def __init__(self, counters: Counters, mail: Mailbox) -> None:
        """Begin with a short wait."""
        self._counters, self._mail = counters, mail
        self._wait_s = FIRST_WAIT_S

    def refused(self, error: PortError, t_ns: int) -> None:
        """Tell why the port was not opened, then wait."""
        state, code = _why(error)
        holder = error.holder if isinstance(error, PortBusy) else ""
        if self._counters.state is not state:
            LOG.warning("cell %s: %s", self._counters.cell_id, error)
        self._counters.enter(state, t_ns, code, holder)
        self.wait(code)

    def wait(self, code: str) -> None:
        """Wait before the next try, longer each time; a wish ends the wait."""
        self._counters.code, self._counters.next_try_s = code, self._wait_s
        self._mail.rest(self._wait_s)
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)

    def opened(self) -> None:
        """Begin with a short wait the next time."""
        self._wait_s = FIRST_WAIT_S
        self._counters.next_try_s = None


def _why(error: PortError) -> tuple[PortState, str]:
    if isinstance(error, PortBusy):
        return PortState.BUSY, errors.PORT_BUSY.id
    if isinstance(error, PortForbidden):
        return PortState.FORBIDDEN, errors.PORT_FORBIDDEN.id
    return PortState.MISSING, errors.PORT_MISSING.id
