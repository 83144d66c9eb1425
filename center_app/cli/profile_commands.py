"""The commands `profiles …`: list, show, check, add, remove and export device profiles."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from center_app.cli.own_profiles import load_own_profiles
from center_app.cli.shared import Store, opened, operator, show, words
from center_app.core.errors import PersonError
from center_app.telemetry.profile_errors import NOT_EXPRESSIBLE
from devices.values import Profile

_FILE = typer.Argument(help="Profile written as TOML")


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Device profiles: shipped ones and those that people write.", invoke_without_command=True)
    group.callback()(listed)
    for name, command in (
        ("list", listed), ("show", shown), ("check", check), ("add", add), ("remove", remove), ("export", export),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="profiles")


def listed(context: typer.Context, store: Store = "") -> None:
    """List the device profiles."""
    if context.invoked_subcommand is None:
        from devices import profiles

        load_own_profiles(store)
        show([_brief(profile) for profile in profiles.all()])


def shown(
    profile: Annotated[str, typer.Argument(help="Profile id, or a TOML file")],
    store: Store = "",
    toml: Annotated[bool, typer.Option("--toml", help="Print it as TOML to start from")] = False,
) -> None:
    """Show one profile: line, streams, channels with units and ranges, sample, source."""
    from center_app.telemetry import user_profiles
    from devices.toml_profiles.describe import described, template_of

    load_own_profiles(store)
    found = user_profiles.resolve(profile)
    if toml:
        text = template_of(found, user_profiles.text_of(found))
        if text is None:
            raise PersonError(NOT_EXPRESSIBLE, profile=found.id)
        typer.echo(text)
    else:
        show(described(found))


def check(file: Annotated[str, _FILE]) -> None:
    """Check a written profile: every problem with its line on the error output; JSON when it is sound."""
    show({**_brief(_written(file)), "sound": True})


def add(file: Annotated[str, _FILE], store: Store = "") -> None:
    """Save a written profile in the centre as a new version, in force at once."""
    from center_app.telemetry import user_profiles

    _written(file)
    center = opened(store)
    try:
        saved = center.write(operator(), user_profiles.save_profile, Path(file).read_text(encoding="utf-8-sig"))
    finally:
        center.close()
    show({"id": saved.profile_id, "version": saved.version})


def remove(profile: Annotated[str, typer.Argument(help="Profile id")], store: Store = "") -> None:
    """Take a written profile out of force; its recordings still decode."""
    from center_app.telemetry import user_profiles

    center = opened(store)
    try:
        removed = center.write(operator(), user_profiles.remove_profile, profile)
    finally:
        center.close()
    show({"id": removed.profile_id, "version": removed.version, "removed": True})


def export(
    target: Annotated[str, typer.Argument(help="Package to write: FILE.whl or FILE.zip")], store: Store = ""
) -> None:
    """Write all profiles as one package that installs anywhere, with profiles.json for other programs."""
    from center_app.telemetry import user_profiles
    from center_app.telemetry.profile_package import export_package

    load_own_profiles(store)
    show(asdict(export_package(Path(target), user_profiles.texts_in_force())))


def _written(file: str) -> Profile:
    """Return the profile of a TOML file; other files are refused as damaged TOML, never taken for an id."""
    from center_app.telemetry import user_profiles

    return user_profiles.from_file(Path(file))


def _brief(profile: Profile) -> dict[str, Any]:
    name = profile.label.get(words().language) or profile.label["en"]
    return {"id": profile.id, "version": profile.version, "name": name, "line": asdict(profile.line)}
