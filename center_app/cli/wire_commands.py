"""Commands about devices and recordings: collect, replay, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from center_app.cli.numbers import at_least
from center_app.cli.shared import Store, chosen_store, folder_of, opened, operator, say, show
from center_app.core.text import N_
from center_app.wiring import Center, open_center


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (collect, replay, check_recordings):
        app.command(command.__name__.replace("_", "-"))(command)


def collect(
    store: Store = "",
    name: Annotated[str, typer.Option(help="Name of this collector")] = "local",
    folder: Annotated[str, typer.Option(help="Folder for recordings, where the centre lies on a server")] = "",
) -> None:
    """Record every cell of the centre until stopped; needs no window. Reloads on SIGHUP, tells systemd its state."""
    from center_app.cli.housekeeping import Housekeeping
    from center_app.core import log
    from center_app.telemetry.collector import heap, priority, process

    priority.go_first()
    heap.share()
    chosen = chosen_store(store)
    place = Path(folder) if folder else folder_of(chosen)
    center = open_center(chosen, folder=place)
    log.start(center.folder / "logs", f"collector-{name}")
    center.close()
    beside = Housekeeping(chosen, place)
    beside.start()
    try:
        process.run(chosen, name, place)
    finally:
        beside.stop()


def replay(
    file: Annotated[str, typer.Argument(help="Capture file (t_us,byte_hex,framing_ok)")],
    store: Annotated[str, typer.Option(help="Centre to record into; a folder beside the file without")] = "",
    profile: Annotated[str, typer.Option(help="Profile id; recognised without")] = "",
    speed: Annotated[
        float, typer.Option(callback=at_least(0.001), help="Playing speed, 1 is the capture's own timing")
    ] = 1.0,
    csv: Annotated[str, typer.Option(help="CSV to write; beside the capture without")] = "",
) -> None:
    """Play a capture with its own timing through a pseudo-terminal, record it, export it, print the byte account."""
    from center_app.telemetry.headless import replay_file

    place = store or str(Path(file).with_suffix("").absolute()) + "-store"
    center = opened(place) if store else _scratch(Path(place))
    target = Path(csv) if csv else Path(file).with_suffix(".recorded.csv")
    try:
        found = replay_file(
            Path(file), center.database, center.folder, operator(), profile_id=profile or None, speed=speed, csv=target
        )
    finally:
        center.close()
    show(found)


def _scratch(place: Path) -> Center:
    """Open a small centre for a replay that names none, made on first use."""
    from center_app.core import centre
    from center_app.core.labels import Label

    if (place / "center.db").exists():
        return open_center(str(place))
    center = open_center(str(place), create=True)
    center.write(operator(), centre.establish, centre.CentreDraft(Label.of("Replay"), "UTC"))
    return center


def check_recordings(store: Store = "") -> None:
    """Recompute the hash chains of every recording; name the first bad chunk or segment."""
    from center_app.telemetry.opening import open_reader

    center = opened(store)
    bad = 0
    try:
        with open_reader(center) as reader:
            views = reader.recordings()
            elsewhere = [view for view in views if not reader.is_here(view.id)]
            for view in views:
                damage = reader.verify(view.id)
                if damage is not None:
                    bad += 1
                    show(damage)
    finally:
        center.close()
    say(N_("{count} recordings checked, {bad} damaged."), count=len(views), bad=bad)
    if elsewhere:
        say(N_("Of {count} recordings the raw bytes lie with their collector; what the server has was checked."),
            count=len(elsewhere))  # fmt: skip
    raise typer.Exit(1 if bad else 0)
