"""Read recorded lines as level changes: CSV of time and level, VCD (IEEE 1364), sigrok sessions (.sr).

Every one- or multi-channel file gives its lines by name; analog columns are cut at the middle of their range.
"""

from __future__ import annotations

import configparser
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devices.errors import CaptureDamaged
from devices.uart import Levels

_MOST_BYTES = 512 << 20
_MOST_LINES = 64
_UNITS = {"ns": 1.0, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "ps": 1e-3, "fs": 1e-6}
_UNIT = re.compile(r"(?:^|[\s_\[(])(ns|us|µs|μs|ms|s|ps|fs)[\])]?$", re.IGNORECASE)
_RATE = re.compile(r"([\d.]+)\s*([kMG]?)Hz", re.IGNORECASE)
_TIME = re.compile(r"time|^t(?:_|\b|$)|zeit|时间|second", re.IGNORECASE)
_SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}


def read_lines(path: Path) -> dict[str, Levels] | None:
    """Return the lines of a file by name, None when it holds no level changes.

    CaptureDamaged says what is wrong with a file of a known form; OSError when it cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    reader = _reader(head)
    if reader is None:
        return None
    if path.stat().st_size > _MOST_BYTES:
        raise CaptureDamaged(f"{path.name}: larger than 512 MiB")
    try:
        lines = reader(path)
    except (ValueError, KeyError, zipfile.BadZipFile, configparser.Error, EOFError, NotImplementedError) as problem:
        raise CaptureDamaged(f"{path.name}: {problem}") from problem
    return {name: levels for name, levels in lines.items() if levels.changes_ns.size}


def _reader(head: bytes) -> Callable[[Path], dict[str, Levels]] | None:
    if head.startswith(b"PK\x03\x04"):
        return _sigrok
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("$") and re.search(r"\$(timescale|var|date|version|comment|scope)\b", text[:2048]):
        return _vcd
    return _csv if _csv_shape(text) is not None else None


# -- CSV -----------------------------------------------------------------------------------------------


def _csv_shape(text: str) -> tuple[str, list[str], int, float] | None:
    """Return separator, names, lines to pass over and the sampling step in ns (0: times are given); None: no levels."""
    lines, skipped, step_ns = text.splitlines(), 0, 0.0
    for line in lines:
        if line.strip() and not line.lstrip().startswith((";", "#")):
            break
        rate = _RATE.search(line)
        step_ns = 1e9 / (float(rate[1]) * _SCALES[rate[2].lower()]) if rate and float(rate[1]) else step_ns
        skipped += 1
    rest = lines[skipped:]
    if len(rest) < 3:
        return None
    separator = next((each for each in (",", ";", "\t") if each in rest[1]), ",")
    names = [name.strip().strip('"') for name in rest[0].split(separator)]
    if "byte_hex" in names or _are_numbers(names):
        return _bare_shape(separator, rest, skipped, step_ns)
    rows = [row.split(separator) for row in rest[1:20] if row.strip()]
    if not rows or not all(_are_numbers(row) and len(row) == len(names) for row in rows[:-1] or rows):
        return None
    has_time = bool(_TIME.search(names[0])) and len(names) > 1
    if not has_time and not step_ns:
        return None
    return separator, names, skipped + 1, 0.0 if has_time else step_ns


def _bare_shape(
    separator: str, rest: list[str], skipped: int, step_ns: float
) -> tuple[str, list[str], int, float] | None:
    """Judge a file without header: times and levels of 0 and 1, or samples at a stated rate."""
    rows = [row.split(separator) for row in rest[:-1] if row.strip()][:200]
    widths = {len(row) for row in rows}
    if len(widths) != 1 or not all(map(_are_numbers, rows)):
        return None
    width = widths.pop()
    are_levels = all(cell.strip() in ("0", "1") for row in rows for cell in row[0 if step_ns else 1 :])
    if not are_levels or (width < 2 and not step_ns):
        return None
    first = [] if step_ns else ["time_s"]
    return separator, first + [f"line {index}" for index in range(width - len(first))], skipped, step_ns


def _are_numbers(cells: list[str]) -> bool:
    try:
        return bool([float(cell) for cell in cells])
    except ValueError:
        return False


def _csv(path: Path) -> dict[str, Levels]:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    shape = _csv_shape(text[:65536].lstrip())
    if shape is None:
        raise ValueError("no columns of time and level")
    separator, names, skipped, step_ns = shape
    body = "\n".join(line for line in text.lstrip().splitlines()[skipped:] if line.strip())
    table = np.loadtxt(io.StringIO(body), delimiter=separator, ndmin=2, dtype=np.float64)
    if step_ns:
        times = np.arange(table.shape[0], dtype=np.float64) * step_ns
        return _columns(times, table, names)
    times = table[:, 0] * _unit_ns(names[0], table[:, 0])
    if (np.diff(times) < 0).any():
        raise ValueError("time runs backwards")
    return _columns(times - times[0], table[:, 1:], names[1:])


def _unit_ns(name: str, times: NDArray[np.float64]) -> float:
    """Return the time unit in ns: the one the header names, else seconds or, for whole large numbers, µs."""
    found = _UNIT.search(name)
    if found:
        return _UNITS[found[1].lower()]
    are_whole = bool((times == np.rint(times)).all()) and float(times[-1]) > 1000
    return 1e3 if are_whole else 1e9


def _columns(times: NDArray[np.float64], table: NDArray[np.float64], names: list[str]) -> dict[str, Levels]:
    return {
        names[index] if index < len(names) else f"line {index}": _levels(times, table[:, index])
        for index in range(min(table.shape[1], _MOST_LINES))
    }


def _levels(times: NDArray[np.float64], values: NDArray[np.float64]) -> Levels:
    """Return the changes of a column; values other than two levels are cut at the middle of their range."""
    low, high = float(values.min()), float(values.max())
    marks = values > (low + high) / 2 if high > low else values > 0.5
    return _from_marks(times, marks)


def _from_marks(times: NDArray[np.float64], marks: NDArray[np.bool_]) -> Levels:
    changed = np.flatnonzero(marks[1:] != marks[:-1]) + 1
    return Levels(np.rint(times[changed]).astype(np.int64), bool(marks[0]), int(times[0]), int(times[-1]))


# -- VCD -----------------------------------------------------------------------------------------------


def _vcd(path: Path) -> dict[str, Levels]:
    """Read the one-bit variables of a value change dump; x and z read as mark."""
    text = path.read_text(encoding="utf-8", errors="replace")
    head, _, body = text.partition("$enddefinitions")
    scale = re.search(r"\$timescale\s+(\d+)\s*(fs|ps|ns|us|ms|s)\b", head)
    unit_ns = float(scale[1]) * _UNITS[scale[2]] if scale else 1.0
    names = dict(re.findall(r"\$var\s+\w+\s+1\s+(\S+)\s+(\S+)[^$]*\$end", head))
    if not names:
        raise ValueError("no one-bit variable")
    changes: dict[str, tuple[list[float], list[bool]]] = {code: ([], []) for code in list(names)[:_MOST_LINES]}
    now = 0.0
    for token in body.split():
        if token[0] == "#":
            now = float(token[1:]) * unit_ns
        elif token[0] in "01xXzZ" and token[1:] in changes:
            times, marks = changes[token[1:]]
            times.append(now)
            marks.append(token[0] != "0")
    return {names[code]: _from_steps(*found, end_ns=now) for code, found in changes.items() if found[0]}


def _from_steps(times: list[float], marks: list[bool], end_ns: float) -> Levels:
    found = _from_marks(np.array([*times, max(end_ns, times[-1])]), np.array([*marks, marks[-1]]))
    return Levels(found.changes_ns, found.first, found.start_ns, int(end_ns))


# -- sigrok --------------------------------------------------------------------------------------------


def _sigrok(path: Path) -> dict[str, Levels]:
    """Read the probes of a sigrok session: logic samples, or analog ones cut at the middle."""
    with zipfile.ZipFile(path) as session:
        if sum(each.file_size for each in session.infolist()) > _MOST_BYTES:
            raise ValueError("larger than 512 MiB unpacked")
        settings = configparser.ConfigParser(strict=False, interpolation=None)
        settings.read_string(session.read("metadata").decode("utf-8", "replace"))
        device = settings["device 1"]
        step_ns = 1e9 / _rate(device["samplerate"])
        lines = _logic(session, device, step_ns) if "capturefile" in device else {}
        return lines | _analog(session, device, step_ns)


def _rate(text: str) -> float:
    found = re.match(r"\s*([\d.]+)\s*([kMG]?)", text, re.IGNORECASE)
    if not found or not float(found[1]):
        raise ValueError(f"samplerate {text}")
    return float(found[1]) * _SCALES[found[2].lower()]


def _parts(session: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield the pieces of a file that sigrok cuts into name-1, name-2 and so on."""
    wanted = re.compile(re.escape(name) + r"(?:-(\d+))?")
    found = [(int(match[1] or 0), each) for each in session.namelist() if (match := wanted.fullmatch(each))]
    for _, each in sorted(found):
        yield session.read(each)


def _logic(session: zipfile.ZipFile, device: configparser.SectionProxy, step_ns: float) -> dict[str, Levels]:
    width = int(device.get("unitsize", "1"))
    raw = np.frombuffer(b"".join(_parts(session, device["capturefile"])), dtype=np.uint8)
    samples = raw[: raw.size // width * width].reshape(-1, width)
    if not samples.size:
        raise ValueError("no samples")
    lines = {}
    for index in range(min(8 * width, _MOST_LINES)):
        name = device.get(f"probe{index + 1}")
        if name is not None:
            marks = (samples[:, index // 8] >> index % 8 & 1).astype(np.bool_)
            lines[name.splitlines()[0]] = _sampled(marks, step_ns)
    return lines


def _sampled(marks: NDArray[np.bool_], step_ns: float) -> Levels:
    changed = np.flatnonzero(marks[1:] != marks[:-1]) + 1
    return Levels(np.rint(changed * step_ns).astype(np.int64), bool(marks[0]), 0, round(marks.size * step_ns))


def _analog(session: zipfile.ZipFile, device: configparser.SectionProxy, step_ns: float) -> dict[str, Levels]:
    lines = {}
    for key in [key for key in device if re.fullmatch(r"analog\d+", key)]:
        number = int(key[6:])
        names = sorted(
            {each.rsplit("-", 1)[0] for each in session.namelist() if re.match(rf"analog-1-{number}\b", each)}
        )
        raw = b"".join(piece for name in names for piece in _parts(session, name))
        volts = np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<f4")
        if volts.size:
            low, high = np.percentile(volts, (1, 99))
            lines[device[key]] = _sampled(_cut(volts, float(low), float(high)), step_ns)
    return lines


def _cut(volts: NDArray[np.float32], low: float, high: float) -> NDArray[np.bool_]:
    """Return mark or space with hysteresis: between a third and two thirds of the range the last level stays."""
    state = np.where(volts > low + (high - low) * 2 / 3, 1, np.where(volts < low + (high - low) / 3, 0, -1))
    known = np.maximum.accumulate(np.where(state >= 0, np.arange(state.size), 0))
    return np.asarray(state[known] == 1)
