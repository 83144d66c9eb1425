"""Commands about stored recordings: decode again, versions, retention."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from center_app.cli.shared import Store, opened, operator, show
from center_app.core.errors import PersonError, SurroundingsError, declare
from center_app.wiring import Center

if TYPE_CHECKING:
    from center_app.telemetry.store.reader import StoreReader
    from center_app.telemetry.store.values import RecordingView
    from devices.values import LineSettings, Profile

NO_SUCH_RECORDING = declare(
    "again.no_recording",
    "There is no recording {recording} in this centre.",
    "Take a number from the page Cells, or write 'newest'.",
)
PROFILE_REFUSED = declare(
    "again.profile_refused",
    "The profile {profile} cannot be used: {detail}",
    "Name a profile of `main.py profiles`, or correct the TOML file at the line that is named.",
)
NOT_JSON = declare("again.not_json", "{option} is no JSON object.", "Write it like '{{\"baud\": 9600}}'.")
Recording = Annotated[str, typer.Argument(help="Number of the recording, or 'newest'")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (recordings, decode_again, use_version, retention):
        app.command(command.__name__.replace("_", "-"))(command)


def recordings(
    store: Store = "",
    cell: Annotated[int, typer.Option(help="Cell; 0 all of them")] = 0,
) -> None:
    """List the recordings, oldest first: when, how they ended, which one they continue, versions, byte account."""
    from center_app.telemetry.opening import open_reader

    center = opened(store)
    try:
        with open_reader(center) as reader:
            show([_listed(reader, view) for view in reader.recordings(cell or None)])
    finally:
        center.close()


def _listed(reader: StoreReader, view: RecordingView) -> dict[str, Any]:
    account = reader.account(view.id)
    return {
        "recording": view.id, "cell": view.cell_id, "collector": view.collector, "profile": view.profile_id,
        "started_ns": view.started_ns, "ended_ns": view.ended_ns, "ended_by": view.ended_by,
        "continues": reader.continues(view.id), "continued_by": reader.continued_by(view.id),
        "versions": [one.version for one in reader.versions(view.id)], "served": reader.served(view.id),
        "bytes_in": account.bytes_in, "is_balanced": account.is_balanced, "is_here": reader.is_here(view.id),
    }  # fmt: skip


def decode_again(
    recording: Recording,
    store: Store = "",
    profile: Annotated[str, typer.Option(help="Profile id or TOML file; the recording's own without")] = "",
    params: Annotated[str, typer.Option(help="Profile settings as JSON; the recording's own without")] = "",
    line: Annotated[str, typer.Option(help="Line settings as JSON; the recording's own without")] = "",
) -> None:
    """Decode a recording's raw bytes again as a new version beside the old; prints version, account, differences."""
    center = opened(store)
    try:
        show(_again(center, recording, profile, _object("--params", params), _object("--line", line)))
    finally:
        center.close()


def _again(
    center: Center, asked: str, profile: str, params: dict[str, Any] | None, line: dict[str, Any] | None
) -> dict[str, Any]:
    from center_app.telemetry import comparing, decoding_again, queries, recordings
    from center_app.telemetry.opening import open_reader

    with open_reader(center) as reader:
        number = chosen(reader, asked)
        view = reader.recording(number)
        found = _profile(profile or view.profile_id)
        source = Path(profile).read_text(encoding="utf-8") if profile.lower().endswith(".toml") else ""
        rules = center.read(queries.run_rules, [view.cell_id])
        draft = decoding_again.AgainDraft(found, params, _line(view.line, line), operator().name, source, rules)
        center.write(operator(), recordings.begin_version, number, found.id, params)
        done = decoding_again.decode_again(reader, center.folder, number, draft, center.clock)
        center.write(operator(), recordings.note_version, done)
        before = [one.version for one in reader.versions(number)][-2]
        return {
            "version": asdict(done),
            "account": reader.account(number, done.version),
            "is_served": reader.served(number) == done.version,
            "compared_with": before,
            "differences": comparing.compare(reader, number, before, done.version),
        }


def use_version(
    recording: Recording,
    version: Annotated[int, typer.Argument(help="Number of the version; 1 is what was recorded, 0 the newest")],
    store: Store = "",
) -> None:
    """Serve one version of a recording from now on; measured hours keep the version they were measured with."""
    from center_app.telemetry import recordings
    from center_app.telemetry.opening import open_reader

    center = opened(store)
    try:
        with open_reader(center) as reader:
            number = chosen(reader, recording)
            if version:
                reader.version_archive(number, version)
            before = center.write(
                operator(), recordings.use_version, center.folder, reader.recording(number).collector, number,
                version or None,
            )  # fmt: skip
            reader.forget_versions()
            show({"recording": number, "before": before, "served": reader.served(number)})
    finally:
        center.close()


def retention(
    store: Store = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go")] = False,
    raw_days: Annotated[int | None, typer.Option(help="Set: keep raw bytes so many days; 0 for ever")] = None,
    chunk_months: Annotated[int | None, typer.Option(help="Set: keep samples so many months; 0 for ever")] = None,
    cell: Annotated[int, typer.Option(help="Cell the rule is for; 0 the whole centre")] = 0,
) -> None:
    """Set the rule by which recordings go, or show what it would free; the collector takes what is due once a day."""
    from center_app.telemetry import retention as rules

    center = opened(store)
    try:
        if not dry_run and (raw_days is not None or chunk_months is not None):
            draft = rules.RetentionDraft(cell, raw_days or None, chunk_months or None)
            center.write(operator(), rules.set_rule, draft)
        policy = center.read(rules.policy)
        if dry_run and (raw_days is not None or chunk_months is not None):
            policy = _tried(policy, cell, raw_days or None, chunk_months or None)
        found, due = rules.outlook(center.folder, policy, center.clock.wall_ns())
        files = [
            {"collector": plan.collector, "file": plan.name, "frees_bytes": plan.frees_bytes, "pins": plan.pins}
            for plan in due
        ]
        cells = {str(number): asdict(rule) for number, rule in policy.cells.items()}
        show({"rule": asdict(policy.default), "cells": cells, "outlook": asdict(found), "due": files})
    finally:
        center.close()


def _tried(policy: Any, cell: int, raw_days: int | None, chunk_months: int | None) -> Any:
    from center_app.telemetry.store.keeping import KeepPolicy, KeepRule

    rule = KeepRule(raw_days, chunk_months)
    return KeepPolicy(policy.default, {**policy.cells, cell: rule}) if cell else KeepPolicy(rule, policy.cells)


def chosen(reader: StoreReader, asked: str) -> int:
    """Return a recording's number; 'newest' is the one that began last. Raises PersonError."""
    known = {view.id: view.started_ns for view in reader.recordings()}
    if asked == "newest" and known:
        return max(known, key=lambda number: known[number])
    if asked.isdigit() and int(asked) in known:
        return int(asked)
    raise PersonError(NO_SUCH_RECORDING, recording=asked)


def _profile(name: str) -> Profile:
    from devices import profiles
    from devices.errors import ProfileUnknown

    try:
        return profiles.resolve(name)
    except (ProfileUnknown, ValueError) as error:
        raise PersonError(PROFILE_REFUSED, profile=name, detail=str(error)) from error
    except OSError as error:
        raise SurroundingsError(PROFILE_REFUSED, profile=name, detail=error.strerror or "") from error


def _line(own: Any, changed: dict[str, Any] | None) -> LineSettings | None:
    from devices.values import LineSettings

    if changed is None:
        return None
    try:
        return LineSettings(**{**own, **changed})
    except TypeError as error:
        raise PersonError(NOT_JSON, option="--line") from error


def _object(option: str, text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise PersonError(NOT_JSON, option=option) from error
    if not isinstance(found, dict):
        raise PersonError(NOT_JSON, option=option)
    return found
