"""Commands about the centre as a whole: found, migrate, back up, restore, examine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from center_app.cli.shared import Store, chosen_store, folder_of, opened, operator, say, words
from center_app.core import backup, centre, diagnostics, doctor, migrations
from center_app.core.db import Database
from center_app.core.errors import CenterError
from center_app.core.labels import Label
from center_app.core.settings import DeskSettings, load, log_folder, save
from center_app.core.text import N_
from center_app.wiring import open_center

_MARKS = {doctor.Verdict.GOOD: "✓", doctor.Verdict.WARNING: "!", doctor.Verdict.BAD: "✗"}


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (init, migrate, do_backup, check_backup, restore, examine, bundle):
        name = {"do_backup": "backup", "check_backup": "check-backup", "examine": "doctor", "bundle": "diagnostics"}
        app.command(name.get(command.__name__, command.__name__))(command)


def init(
    name: Annotated[str, typer.Argument(help="Name of the new centre")],
    store: Annotated[str, typer.Option(help="Empty folder, or postgresql:// address of an empty database")],
    zone: str = "Asia/Shanghai",
    currency: str = "CNY",
    language: str = "en",
    folder: Annotated[str, typer.Option(help="Local folder for recordings and evidence beside a server")] = "",
) -> None:
    """Found a new centre."""
    draft = centre.CentreDraft(Label.of(name), zone, currency, language)
    center = open_center(store, folder=Path(folder) if folder else None, create=True)
    try:
        center.write(operator(), centre.establish, draft)
    finally:
        center.close()
    save(DeskSettings(**{**load().model_dump(), "store": store, "folder": folder}))
    say(N_("The centre {name} stands in {store}."), name=name, store=store)


def migrate(store: Store = "") -> None:
    """Bring a centre's data to this program's version; the owner of a server runs it."""
    chosen = chosen_store(store)
    open_center(chosen, folder=folder_of(chosen), as_owner=True).close()
    say(N_("The data is of version {version}."), version=migrations.HEAD)


def do_backup(
    target: Annotated[str, typer.Argument(help="Folder that receives the backup")] = "",
    store: Store = "",
    recordings: Annotated[bool, typer.Option(help="Copy the recordings too")] = True,
) -> None:
    """Copy the centre while it is in use, and check the copy."""
    center = opened(store)
    place = Path(target) if target else center.folder / "backups"
    try:
        made = backup.back_up(
            center.database, center.folder, place.absolute(), center.clock.now(), recordings=recordings
        )
    finally:
        center.close()
    size = sum(file.size_bytes for file in made.files)
    say(
        N_("{count} files, {size}, checked: {folder}"),
        count=len(made.files),
        size=words().bytes(size),
        folder=str(made.folder),
    )


def check_backup(folder: Annotated[str, typer.Argument(help="Folder of the backup")]) -> None:
    """Check every file of a backup against its hash."""
    made = backup.check(Path(folder))
    say(N_("The backup of {at} is whole: {count} files."), at=made.made_at, count=len(made.files))


def restore(
    folder: Annotated[str, typer.Argument(help="Folder of the backup")],
    store: Annotated[str, typer.Option(help="Empty folder that becomes the centre")],
    url: Annotated[str, typer.Option(help="Empty postgresql:// database, for a backup of a server")] = "",
) -> None:
    """Make a centre from a backup."""
    made = backup.restore(Path(folder), Path(store), url or None)
    say(N_("Restored {count} files of {at} into {store}."), count=len(made.files), at=made.made_at, store=store)


def _findings(store: str) -> list[doctor.Finding]:
    """Return the findings for a store, or for this computer alone when there is none."""
    found = store or load().store
    if not found:
        return list(doctor.examine(None))
    try:
        center = open_center(found, folder=folder_of(found))
    except CenterError as error:
        trouble = error

        def fail() -> Database:
            raise trouble

        return list(doctor.examine(None, fail))
    try:
        return list(doctor.examine(center.folder, lambda: center.database))
    finally:
        center.close()


def examine(store: Store = "") -> None:
    """Check this computer and the centre, and print the command that mends what is wrong."""
    told = words()
    findings = _findings(store)
    for finding in findings:
        print(f"{_MARKS[finding.verdict]} {told.text(finding.check)}: {told(finding.text, **finding.params)}")
        if finding.verdict is not doctor.Verdict.GOOD and finding.fix:
            print(f"    {finding.fix}")
    raise typer.Exit(1 if any(finding.verdict is doctor.Verdict.BAD for finding in findings) else 0)


def bundle(
    target: Annotated[str, typer.Argument(help="Folder that receives the bundle")] = ".", store: Store = ""
) -> None:
    """Write a bundle for the people who look for a fault: no secrets, no data of the centre."""
    from center_app.core.clock import SystemClock

    found = store or load().store
    place = None if found.startswith("postgresql") or not found else Path(found)
    logs = sorted(log_folder().glob("*.log")) + (sorted((place / "logs").glob("*.log")) if place else [])
    made = diagnostics.bundle(Path(target), SystemClock().now(), _findings(store), logs, place)
    say(N_("Written: {file}"), file=str(made))
