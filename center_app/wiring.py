"""The composition root: a store becomes one frozen Center."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from center_app.core import centre, migrations
from center_app.core.access import Actor
from center_app.core.clock import Clock, SystemClock
from center_app.core.db import Database, Read, Work
from center_app.core.errors import PersonError, SurroundingsError, declare
from center_app.core.settings import data_folder
from center_app.core.upgrade import bring_up
from center_app.telemetry import user_profiles

P = ParamSpec("P")
T = TypeVar("T")

NO_CENTRE = declare(
    "store.no_centre",
    "There is no centre in {store}.",
    "Check the folder or address, or start a new centre there.",
)
FOLDER_REFUSED = declare(
    "store.folder_refused",
    "The folder {folder} cannot be written ({detail}).",
    "Choose another folder, or ask for the right to write there.",
)
_MODELS = (
    "center_app.core.audit",
    "center_app.core.centre",
    "center_app.registry.models",
    "center_app.equipment.models",
    "center_app.telemetry.models",
    "center_app.telemetry.keep_models",
    "center_app.telemetry.replica.tables",
    "center_app.booking.models",
    "center_app.grants.models",
)


@dataclass(frozen=True)
class Center:
    """Hold one open centre: its database, its folder and its clock; safe in every thread."""

    database: Database
    folder: Path
    clock: Clock

    def write(self, actor: Actor, verb: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one verb in a unit of work."""
        return self.database.write(actor, verb, *args, **kwargs)

    def read(self, query: Callable[Concatenate[Read, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one query."""
        return self.database.read(query, *args, **kwargs)

    @cached_property
    def profile(self) -> centre.CentreView | None:
        """Return the centre's name, zone and currency as they were when it was opened."""
        return self.read(centre.centre)

    @property
    def zone(self) -> str:
        """Return the site's time zone, UTC before the centre is founded."""
        return self.profile.zone if self.profile else "UTC"

    @property
    def store(self) -> str:
        """Return what opens this centre again: its folder, or its URL."""
        return str(self.folder) if self.database.is_sqlite else self.database.url

    def close(self) -> None:
        """Give every connection back."""
        self.database.close()


def load_models() -> None:
    """Import every wing's tables, so that the schema is whole."""
    for name in _MODELS:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not name.startswith(error.name):
                raise


def open_center(
    store: str,
    clock: Clock | None = None,
    *,
    folder: Path | None = None,
    create: bool = False,
    as_owner: bool = False,
) -> Center:
    """Open the centre in a folder or behind a postgresql:// URL; `create` makes its tables first.

    An older centre in a folder is brought up after a backup, one on a server only `as_owner`; a newer one is
    refused with PersonError, a damaged one with SurroundingsError.
    """
    load_models()
    is_server = store.startswith("postgresql")
    place = folder or (data_folder() if is_server else Path(store))
    _make_folder(place, create or is_server, store)
    url = (
        store.replace("postgresql://", "postgresql+psycopg://", 1)
        if is_server
        else f"sqlite:///{place.absolute() / 'center.db'}"
    )
    database = Database(url, clock or SystemClock())
    if create and migrations.version(database) is None:
        migrations.create(database)
    else:
        bring_up(database, place.absolute(), database.clock.now(), as_owner=as_owner)
    database.read(user_profiles.refresh)
    return Center(database, place.absolute(), database.clock)


def _make_folder(place: Path, may_make: bool, store: str) -> None:
    """Make the store folder group-writable and setgid, or say why not."""
    if not may_make:
        if not (place / "center.db").exists():
            raise PersonError(NO_CENTRE, store=store)
        return
    try:
        if not place.exists():
            place.mkdir(parents=True)
            place.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_ISGID)
        if not os.access(place, os.W_OK):
            raise PermissionError(f"not writable: {place}")
    except OSError as error:
        raise SurroundingsError(FOLDER_REFUSED, folder=str(place), detail=error.strerror or str(error)) from error
