"""Do what comes round in a collector: health, clocks, freed memory, a sign of life for the service manager."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from center_app.core.errors import CenterError
from center_app.telemetry.collector import heap
from center_app.telemetry.collector.keeper import Keeper
from center_app.telemetry.collector.notify import Notifier
from center_app.telemetry.collector.port import PortReader
from center_app.telemetry.collector.stamps import Stamps
from center_app.telemetry.store.writer import StoreWriter
from center_app.telemetry.values import PortHealth

HEALTH_S, ANCHOR_S, MEMORY_S = 0.5, 1.0, 60.0


class Rounds:
    """Run the periodic work of one collector (request loop only); `readers` is the collector's own, by cell."""

    def __init__(
        self, writer: StoreWriter, keeper: Keeper, stamps: Stamps, readers: Mapping[int, PortReader],
        notifier: Notifier,
    ) -> None:  # fmt: skip
        """Nothing has been done yet."""
        self._writer, self._keeper, self._stamps = writer, keeper, stamps
        self._readers, self._notifier = readers, notifier
        self._health_s = self._anchor_s = self._memory_s = 0.0

    def run(self, now_s: float) -> None:
        """Do what is due at a second of the monotonic clock."""
        if now_s >= self._health_s:
            self._health_s = now_s + HEALTH_S
            self.publish()
        if now_s >= self._anchor_s:
            self._anchor_s = now_s + ANCHOR_S
            self._mark_time()
        if now_s >= self._memory_s:
            self._memory_s = now_s + MEMORY_S
            heap.give_back()
        if all(reader.thread.is_alive() for reader in self._readers.values()):
            self._notifier.alive(now_s)

    def publish(self) -> None:
        """Store the health of every port; trouble with the store shows at each of them."""
        now = self._stamps.now()
        ports = [reader.counters.health(now.t_ns, now.wall_ns) for reader in self._readers.values()]
        self._keeper.put_health(self._with_trouble(ports))

    def _with_trouble(self, ports: Collection[PortHealth]) -> list[PortHealth]:
        trouble, lost = self._writer.state.trouble, self._writer.state.lost_samples
        if not isinstance(trouble, CenterError):
            return list(ports)
        return [replace(port, code=trouble.code.id, lost_samples=lost) for port in ports]

    def _mark_time(self) -> None:
        """Tie the recording clock to the wall clock; a step stands in the log."""
        anchor = self._stamps.anchor()
        if anchor is None:
            return
        if anchor.reason == "step":
            details = {"wall_ns": anchor.wall_ns, "offset_ns": anchor.offset_ns}
            self._keeper.put_event(anchor.t_ns, "clock", "wall", details)
        for reader in self._readers.values():
            reader.anchor(anchor.reason)
