"""Describe profiles for other programs, and write a shipped one as TOML to start from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from devices.checksum import Check
from devices.structs import Layout, StructDecoder
from devices.toml_profiles.crc import CRCS, SUMS, Checksum
from devices.values import ChannelSpec, Profile, StreamSpec

_FAMILIES = {"u": "u", "i": "i", "f": "f"}


def described(profile: Profile) -> dict[str, Any]:
    """Return a profile as plain data: line, streams, channels, sample as hex, what it decodes to, source."""
    return {
        "id": profile.id,
        "version": profile.version,
        "name": dict(profile.label),
        "line": asdict(profile.line),
        "streams": [_stream(stream) for stream in profile.streams],
        "settings": [
            {"key": one.key, "default": _plain(one.default), "name": dict(one.label)} for one in profile.params
        ],
        "is_polled": profile.make_master is not None,
        "sample_hex": profile.sample.hex(),
        "sample_expect": {
            "frames": dict(profile.sample_expect.frames),
            "first": dict(profile.sample_expect.first),
            "bytes_discarded": profile.sample_expect.bytes_discarded,
        },
        "source": profile.source,
    }


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _stream(stream: StreamSpec) -> dict[str, Any]:
    channels = [
        {
            "key": one.key, "name": dict(one.label), "unit": one.unit, "dtype": one.dtype, "scale": one.scale,
            "offset": one.offset, "low": one.low, "high": one.high, "group": one.group,
            "states": {str(key): text for key, text in one.states.items()} if one.states else None,
        }
        for one in stream.channels
    ]  # fmt: skip
    return {
        "key": stream.key, "rate_hz": stream.rate_hz, "tick_ns": stream.tick_ns, "tick_bits": stream.tick_bits,
        "channels": channels,
    }  # fmt: skip


def template_of(profile: Profile, text: str | None = None) -> str | None:
    """Return the TOML of a profile, under an id of its own; None where TOML cannot say what the profile does.

    That are profiles whose frames are not one struct behind sync bytes with numbers at fixed places.
    """
    if text is not None:
        return text
    decoder = profile.decoder()
    layouts = [state.layout for state in decoder._states] if isinstance(decoder, StructDecoder) else []  # noqa: SLF001
    if not layouts or any(callable(field) for layout in layouts for field in layout.fields):
        return None
    kind = layouts[0].kind
    if any(layout.kind is not kind or not _same_select(layout, layouts[0]) for layout in layouts):
        return None
    check = _check(profile, kind.check, kind.sync, kind.size) if kind.check else []
    if check is None:
        return None
    return "\n".join([*_head(profile, layouts), *check, *_messages(layouts)]) + "\n"


def _same_select(layout: Layout, first: Layout) -> bool:
    """Say whether the frames of a layout are picked as those of the first: at the same whole byte, or not at all."""
    if layout.select is None or first.select is None:
        return layout.select is first.select
    return layout.select[0] == first.select[0] and layout.select[1] == 0xFF


def _head(profile: Profile, layouts: list[Layout]) -> list[str]:
    kind, select = layouts[0].kind, layouts[0].select
    lines = [
        "format = 1",
        f'id = "my_{profile.id}"',
        f"name = {_names(profile.label)}",
        f"source = {_quoted('Made from ' + profile.id + ': ' + profile.source)}",
        f'sample = "{profile.sample.hex(" ")}"',
        "",
        "[line]",
        f"baud = {profile.line.baud}",
        f"data_bits = {profile.line.data_bits}",
        f'parity = "{profile.line.parity}"',
        f"stop_bits = {profile.line.stop_bits:g}",
        "",
        "[frame]",
        'framing = "sync"',
        f'sync = "{kind.sync.hex(" ")}"',
        f"size = {kind.size}",
    ]
    return [*lines, "", "[frame.id]", 'type = "u8"', f"at = {select[0]}"] if select else lines


def _check(profile: Profile, check: Check, sync: bytes, size: int) -> list[str] | None:
    """Return the table of a checksum, found by trying every known one on the sample; None when none fits."""
    at = profile.sample.find(sync)
    frame = np.frombuffer(profile.sample[at : at + size], dtype=np.uint8)[None, :]
    if at < 0 or frame.shape[1] < size:
        return None
    part = frame[:, check.start : check.stop]
    trial = np.random.default_rng(1).integers(0, 256, (8, part.shape[1]), dtype=np.uint8)
    known: dict[str, Checksum] = {**SUMS, **CRCS}
    for name, one in known.items():
        if one.width == 8 * check.width and bool((one.rows(trial) == check.rows_sum(trial)).all()):
            stop = check.stop if check.stop >= 0 else check.stop + size
            order = "little" if check.order == "<" else "big"
            return ["", "[frame.checksum]", f'kind = "{name}"', f"from = {check.start}", f"to = {stop}",
                    f"at = {check.at}", f'endian = "{order}"']  # fmt: skip
    return None


def _messages(layouts: list[Layout]) -> list[str]:
    lines: list[str] = []
    for layout in layouts:
        stream = layout.stream
        lines += ["", "[[message]]", f'key = "{stream.key}"', f"rate_hz = {stream.rate_hz or 10}"]
        if layout.select:
            lines.append(f"id = 0x{layout.select[2]:02X}")
        if layout.tick:
            period = stream.tick_ns or 1
            lines.append(
                f'tick = {{ type = "{_type(layout.tick.dtype)}", at = {layout.tick.at}, period_ns = {period} }}'
            )
        if layout.sequence:
            lines.append(f'sequence = {{ type = "{_type(layout.sequence.dtype)}", at = {layout.sequence.at} }}')
        for field, channel in zip(layout.fields, stream.channels, strict=True):
            assert isinstance(field, tuple)
            lines += ["", "[[message.field]]", *_field(channel, field[0], field[1])]
    return lines


def _field(channel: ChannelSpec, dtype: str, at: int) -> list[str]:
    lines = [f'key = "{channel.key}"', f"label = {_names(channel.label)}", f'type = "{_type(dtype)}"', f"at = {at}"]
    lines += [f"{key} = {_quoted(getattr(channel, key))}" for key in ("unit", "group") if getattr(channel, key)]
    lines += [f"{key} = {getattr(channel, key)!r}" for key, usual in (("scale", 1.0), ("offset", 0.0)) if
              getattr(channel, key) != usual]  # fmt: skip
    lines += [f"{key} = {getattr(channel, key)!r}" for key in ("low", "high") if getattr(channel, key) is not None]
    if channel.states:
        lines.append(
            "states = { " + ", ".join(f"{key} = {_quoted(text)}" for key, text in channel.states.items()) + " }"
        )
    return lines


def _type(dtype: str) -> str:
    kind = np.dtype(dtype)
    order = "" if kind.itemsize == 1 else "be" if dtype.startswith(">") else "le"
    return f"{_FAMILIES[kind.kind]}{8 * kind.itemsize}{order}"


def _names(label: Any) -> str:
    return "{ " + ", ".join(f"{key} = {_quoted(text)}" for key, text in label.items()) + " }"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
