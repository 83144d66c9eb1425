"""Write every device profile as one installable package: decoders, simulators and a list for other programs."""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from center_app.core.errors import SurroundingsError
from center_app.core.paths import PROGRAM
from center_app.telemetry.profile_errors import PACKAGE_UNWRITTEN
from devices import profiles
from devices.profiles import OwnText
from devices.toml_profiles.describe import described

NAME = "center_desk_devices"
VERSION = str(tomllib.loads((PROGRAM / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
_NEEDS = ("numpy", "pyserial", "cobs", "fastcrc")
_STAMP = (2026, 1, 1, 0, 0, 0)
_README = """# Device profiles of Center Desk

Decoders, simulators and samples of {count} devices, as Python without a window or a database.

    from devices import profiles
    profile = profiles.get("robotiq_ft300")
    decoder = profile.decoder()
    for block in decoder.feed(profile.sample):
        print(block.stream, block.values)
    print(decoder.account())

`devices/profiles.json` lists every profile with line, streams, channels (unit, scale, range, states), a sample in hex
and what it decodes to, for programs in any language. Profiles that people wrote lie in `devices/written/` as TOML;
read one with `profiles.resolve("path/to/file.toml")`.

    python -m devices.simulators robotiq_ft300 ./port

makes a pseudo-terminal that behaves like the device.
"""


@dataclass(frozen=True)
class Exported:
    """Say what a package holds."""

    file: str
    profiles: int
    files: int
    size_bytes: int


def export_package(target: Path, written: tuple[OwnText, ...] = ()) -> Exported:
    """Write the package (a wheel; a .zip has the same content); the same profiles give the same bytes.

    Raises SurroundingsError when the file cannot be written.
    """
    content = dict(_content(written))
    part = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, data in sorted(content.items()):
                bundle.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
        part.replace(target)
        size = target.stat().st_size
    except OSError as error:
        raise SurroundingsError(PACKAGE_UNWRITTEN, file=str(target), detail=error.strerror or "") from error
    return Exported(str(target), len(profiles.all()), len(content), size)


def _content(written: tuple[OwnText, ...]) -> Iterator[tuple[str, bytes]]:
    files = {path: data for folder in ("devices", "resources/profiles") for path, data in _sources(folder)}
    files["devices/profiles.json"] = _listing()
    files |= {f"devices/written/{one.profile_id}.toml": one.text.encode() for one in written}
    info = f"{NAME}-{VERSION}.dist-info"
    files[f"{info}/METADATA"] = _metadata()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: center-desk\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    license_file = PROGRAM / "LICENSE"
    if license_file.exists():
        files[f"{info}/licenses/LICENSE"] = license_file.read_bytes()
    record = f"{info}/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(files.items())]
    files[record] = ("\n".join([*lines, f"{record},,"]) + "\n").encode()
    yield from files.items()


def _sources(folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder; register maps lie where the code looks for them, beside `devices`."""
    for path in sorted((PROGRAM / folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            yield path.relative_to(PROGRAM).as_posix(), path.read_bytes()


def _listing() -> bytes:
    listing = {"format": 1, "version": VERSION, "profiles": [described(profile) for profile in profiles.all()]}
    return (json.dumps(listing, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _metadata() -> bytes:
    lines = [
        "Metadata-Version: 2.1",
        "Name: center-desk-devices",
        f"Version: {VERSION}",
        "Summary: Decoders, simulators and samples of serial devices",
        "License: MIT",
        "Requires-Python: >=3.11",
        *(f"Requires-Dist: {name}>={_lowest(name)}" for name in _NEEDS),
        "Description-Content-Type: text/markdown",
        "",
        _README.format(count=len(profiles.all())),
    ]
    return "\n".join(lines).encode()


def _lowest(name: str) -> str:
    """Return the major version that this program runs with."""
    return metadata.version(name).split(".", 1)[0]


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
