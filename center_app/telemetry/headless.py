"""Commands without a screen: collect, decode a file, replay a capture into a recording."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from center_app.core.access import Actor
from center_app.core.db import Database
from center_app.core.errors import PersonError, SurroundingsError
from center_app.core.labels import Label
from center_app.core.paths import PROGRAM
from center_app.telemetry import errors, queries, service, user_profiles
from center_app.telemetry.collector.process import run as collect
from center_app.telemetry.decoding import Decoded, decode_place
from center_app.telemetry.exchange.export import export
from center_app.telemetry.exchange.values import ExportOptions, ExportResult
from center_app.telemetry.records import Records
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.values import AccountView, RecordingView
from center_app.telemetry.values import CellDraft, CellView
from devices.errors import CaptureDamaged
from devices.recognition import recognise
from devices.simulators.capture import Capture, read_capture
from devices.values import LineSettings, Profile

__all__ = ["Decoded", "Replayed", "collect", "decode_file", "guess_file", "guess_profile", "replay_file"]

REPLAY_COLLECTOR = "replay"
_POLL_S = 0.05


@dataclass(frozen=True)
class Replayed:
    """Show what became of a replayed capture."""

    cell: CellView
    recording: RecordingView
    account: AccountView
    profile: str
    played_s: float
    csv: ExportResult | None
    csv_path: Path | None


def decode_file(profile_id: str, path: Path, params: Mapping[str, object] | None = None) -> Decoded:
    """Decode a capture, a file of plain bytes or of hexadecimal text with a profile.

    Raises PersonError for an unknown profile or settings, SurroundingsError for a file that cannot be read.
    """
    return decode_place(profile_id, str(path), params)


def guess_profile(data: bytes, line: LineSettings | None = None) -> str | None:
    """Return the profile that explains the bytes best, None when none does; `line` are the settings they came at."""
    found = recognise(data, line)
    return found[0].profile_id if found else None


def guess_file(path: Path) -> str | None:
    """Return the profile that explains a file best, None when none does."""
    return guess_profile(*_bytes_of(path))


def replay_file(
    path: Path, database: Database, folder: Path, actor: Actor, *, profile_id: str | None = None, speed: float = 1.0,
    csv: Path | None = None, options: ExportOptions | None = None, stop: threading.Event | None = None,
    told: Callable[[float], None] = lambda _share: None,
) -> Replayed:  # fmt: skip
    """Play a capture with its own timing through a pseudo-terminal, recorded by a collector; export it to CSV.

    The recording stays in the store under a cell named after the file. `told(share)` follows the playing; setting
    `stop` ends it early. Raises SurroundingsError for an unreadable file, PersonError when no profile fits.
    """
    capture = _capture(path)
    chosen = _profile(profile_id or _guess(path, capture))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="replay-") as place:
        link = Path(place) / "port"
        cell = _cell(database, actor, capture, chosen, link)
        try:
            _play(path, link, database, folder, cell, capture.duration_s / speed, speed, stop, told)
        finally:
            view = database.write(
                actor, service.edit_cell, cell.id, replace(_draft(capture, chosen, link), enabled=False)
            )
    return _result(folder, view, chosen, time.monotonic() - began, csv, options)


def _result(
    folder: Path, cell: CellView, profile: Profile, played_s: float, csv: Path | None, options: ExportOptions | None
) -> Replayed:
    with StoreReader(folder) as reader:
        found = reader.recordings(cell.id)
        if not found:
            raise SurroundingsError(errors.PORT_MISSING, port=cell.port)
        recording = found[-1]
        written = export(reader, recording.id, csv, options) if csv is not None else None
        return Replayed(cell, recording, reader.account(recording.id), profile.id, played_s, written, csv)


def _play(
    path: Path, link: Path, database: Database, folder: Path, cell: CellView, length_s: float, speed: float,
    stop: threading.Event | None, told: Callable[[float], None],
) -> None:  # fmt: skip
    """Run player and collector side by side until the capture is over and recorded."""
    command = [sys.executable, "-m", "devices.simulators", str(path.absolute()), str(link), "--speed", str(speed)]
    player = subprocess.Popen(command, cwd=PROGRAM, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    ended = threading.Event()
    failure: list[BaseException] = []
    store = str(folder) if database.is_sqlite else database.url
    recorder = threading.Thread(target=_record, args=(store, folder, ended, failure), name="replay-collector")
    recorder.start()
    try:
        _follow(player, recorder, length_s, stop or threading.Event(), told)
        written = _tally(player)
        _wait_for(folder, cell.id, written)
    finally:
        if player.poll() is None:
            player.kill()
            player.communicate()
        ended.set()
        recorder.join(30)
    if failure:
        raise failure[0]


def _record(store: str, folder: Path, ended: threading.Event, failure: list[BaseException]) -> None:
    try:
        collect(store, REPLAY_COLLECTOR, folder, stop=ended)
    except (PersonError, SurroundingsError) as error:
        failure.append(error)


def _follow(
    player: subprocess.Popen[bytes], recorder: threading.Thread, length_s: float, stop: threading.Event,
    told: Callable[[float], None],
) -> None:  # fmt: skip
    began = time.monotonic()
    while player.poll() is None and recorder.is_alive() and not stop.wait(_POLL_S):
        told(min(1.0, (time.monotonic() - began) / max(length_s, 0.1)))
    if player.poll() is None:
        player.terminate()


def _tally(player: subprocess.Popen[bytes]) -> int:
    output, _ = player.communicate(timeout=10)
    try:
        return int(json.loads(output or b"{}").get("bytes_written", 0))
    except ValueError:
        return 0


def _wait_for(folder: Path, cell_id: int, written: int) -> None:
    """Wait until the collector has stored what was played, 3 s at most."""
    records, pause = Records(folder), threading.Event()
    deadline = time.monotonic() + 3.0
    try:
        while time.monotonic() < deadline:
            health = next((port for port in records.health() if port.cell_id == cell_id), None)
            if health is not None and health.bytes_in >= written:
                return
            pause.wait(_POLL_S)
    finally:
        records.close()


def _cell(database: Database, actor: Actor, capture: Capture, profile: Profile, link: Path) -> CellView:
    """Return the cell of an earlier replay of the same capture with the new port, or a new cell."""
    draft = _draft(capture, profile, link)
    for known in database.read(queries.cells, REPLAY_COLLECTOR):
        if known.label.say("en") == capture.name:
            return database.write(actor, service.edit_cell, known.id, draft)
    return database.write(actor, service.add_cell, draft)


def _draft(capture: Capture, profile: Profile, link: Path) -> CellDraft:
    return CellDraft(None, Label.of(capture.name), str(link), profile.id, collector=REPLAY_COLLECTOR)


def _profile(profile_id: str) -> Profile:
    return user_profiles.resolve(profile_id)


def _guess(path: Path, capture: Capture) -> str:
    found = guess_profile(capture.data, capture.line)
    if found is None:
        raise PersonError(errors.PROFILE_UNGUESSED, file=path.name)
    return found


def _bytes_of(path: Path) -> tuple[bytes, LineSettings | None]:
    """Return a file's bytes: those of a capture, or all of a plain file."""
    if path.suffix == ".csv":
        capture = _capture(path)
        return capture.data, capture.line
    try:
        return path.read_bytes(), None
    except OSError as error:
        raise SurroundingsError(errors.CAPTURE_UNREADABLE, file=path.name, detail=error.strerror or "") from error


def _capture(path: Path) -> Capture:
    try:
        return read_capture(path)
    except (OSError, CaptureDamaged) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise SurroundingsError(errors.CAPTURE_UNREADABLE, file=path.name, detail=detail or "") from error
