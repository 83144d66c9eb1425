"""Look after what is recorded: old files go once a day, new rows go to the server, heard registers get names."""

from __future__ import annotations

import threading
from dataclasses import asdict
from pathlib import Path
from typing import Final

from center_app.core import log
from center_app.core.access import Actor, Role
from center_app.core.clock import Clock
from center_app.core.db import Database
from center_app.core.errors import CenterError
from center_app.telemetry import retention
from center_app.telemetry.collector.keeper import Keeper
from center_app.telemetry.collector.naming import Naming
from center_app.telemetry.replica.replicator import ReplicaState, Replicator
from center_app.telemetry.store.files import DAY_NS, collector_folder
from center_app.telemetry.store.writer import StoreWriter

LOG = log.topic("collector")
FIRST_S: Final = 30.0
EVERY_S: Final = 600.0


class StoreCare:
    """Run retention and naming (threads of these names) and, on a server centre, replication (thread "replication")."""

    def __init__(
        self, database: Database, folder: Path, name: str, writer: StoreWriter, keeper: Keeper, clock: Clock
    ) -> None:
        self._database, self._writer, self._keeper, self._clock = database, writer, keeper, clock
        self._folder = folder
        self._day = -1
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._naming = Naming(database, folder, name, Actor(0, f"collector {name}", Role.ENGINEER, "collector"), clock)
        self._replicator: Replicator | None = None
        if not database.is_sqlite:
            place = collector_folder(folder, name)
            self._replicator = Replicator(place, name, database, clock, self._tell)

    def start(self) -> None:
        """Begin them."""
        self._thread.start()
        self._naming.start()
        if self._replicator is not None:
            self._replicator.start()

    def stop(self) -> None:
        """End them; what the server lacks goes with the next start."""
        self._stop.set()
        self._naming.stop()
        if self._replicator is not None:
            self._replicator.stop()
        if self._thread.is_alive():
            self._thread.join(30)

    def _tell(self, state: ReplicaState) -> None:
        self._keeper.put_store_health("replication", self._clock.wall_ns(), asdict(state))

    def _run(self) -> None:
        pause_s = FIRST_S
        while not self._stop.wait(pause_s):
            pause_s = EVERY_S
            day = self._clock.wall_ns() // DAY_NS
            if day == self._day:
                continue
            try:
                self.retain()
                self._day = day
            except CenterError as error:
                LOG.warning("old recordings stay for now: %s", error)
            except Exception:
                LOG.exception("old recordings stay for now")

    def retain(self) -> int:
        """Take what the rule says is due, log each file, say what comes next; return the freed bytes."""
        rules = self._database.read(retention.policy)
        done = [] if rules.keeps_all else self._writer.retain(rules, self._stop)
        now_ns = self._clock.wall_ns()
        for one in done:
            self._keeper.put_event(now_ns, "retention", one.name, asdict(one))
        found, _ = retention.outlook(self._folder, rules, now_ns)
        freed = sum(one.freed_bytes for one in done)
        self._keeper.put_store_health("retention", now_ns, {**asdict(found), "freed_bytes": freed})
        return freed
