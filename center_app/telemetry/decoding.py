"""Decode a file with a profile: channels, rows with their quality, messages and the byte account, as JSON.

What is shown is bounded by `rows`; the file itself is decoded whole, in pieces, in bounded memory.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from center_app.core.errors import PersonError, declare
from center_app.telemetry import user_profiles
from center_app.telemetry.byte_files import HEAD_BYTES, ByteFile, Form, hex_line, looks_like_hex
from devices import profiles
from devices.account import CUT, OVERLONG
from devices.messages import explain, number
from devices.recognition.members import members
from devices.values import Account, Block, Decoder, Message, Profile, Quality, StreamSpec

MOST_EXPLAINED = 1 << 18
"""Messages are read from the first 256 KiB at most; rows and account cover the whole file."""

UNKNOWN = declare(
    "decode.profile_unknown",
    "There is no device profile called {profile}.",
    "Nearest: {near}. `main.py profiles` lists them all.",
)
PARAMS_UNKNOWN = declare("decode.params_unknown", "{profile} has no setting {key}.", "It has these: {known}.")
PARAMS_WRONG = declare(
    "decode.params_wrong",
    "These settings cannot be used ({detail}).",
    'Write them as a JSON object, for example {{"names": "force,torque"}}.',
)
NOTHING = declare(
    "decode.nothing",
    "No sound frame of {profile} is in {file}.",
    "The byte account says why; `main.py recognise {file}` tries every profile.",
)


@dataclass
class DecodedStream:
    """Show one stream: its channels, how many rows there are and the first ones, scaled, with their quality."""

    channels: tuple[Mapping[str, object], ...]
    row_count: int = 0
    rows: list[Mapping[str, object]] = field(default_factory=list)
    rows_cut: bool = False
    sequence_gaps: int = 0


@dataclass
class Decoded:
    """Show what a profile makes of a file's bytes."""

    profile: str
    version: int
    label: str
    format: str
    line: str
    account: Account
    balanced: bool
    params: Mapping[str, object]
    framing_errors: int
    streams: Mapping[str, DecodedStream]
    messages: list[Mapping[str, object]]
    messages_cut: bool

    @property
    def has_anything(self) -> bool:
        """Say whether at least one frame was sound."""
        return self.account.frames_good > 0 or any(
            not told["error"] and told["kind"] not in ("text", "noise") for told in self.messages
        )


def profile_of(profile_id: str) -> Profile:
    """Return a profile by id, whatever its case and dashes, or of a TOML file; PersonError names the nearest ones."""
    if profile_id.lower().endswith(".toml"):
        return user_profiles.resolve(profile_id)
    known = {profile.id: profile for profile in profiles.all()}
    asked = profile_id.strip().lower().replace("-", "_")
    if asked in known:
        return known[asked]
    near = difflib.get_close_matches(asked, known, 3, 0.5)
    near += [name for name in known if name not in near and _shares_a_word(name, asked)]
    raise PersonError(UNKNOWN, profile=profile_id, near=", ".join(near[:4]) or ", ".join(list(known)[:4]))


def _shares_a_word(name: str, asked: str) -> bool:
    return bool({word for word in asked.split("_") if len(word) > 2} & set(name.split("_")))


def checked(profile: Profile, params: Mapping[str, object] | None) -> dict[str, object]:
    """Return a profile's settings with the given ones; PersonError for one it does not have or cannot use."""
    given = dict(params or {})
    known = profile.defaults()
    for key in given:
        if key not in known:
            raise PersonError(PARAMS_UNKNOWN, profile=profile.id, key=key, known=", ".join(known) or "–")
    settings = profile.settled(given)
    try:
        profile.decoder(settings)
        profile.streams_for(settings)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise PersonError(PARAMS_WRONG, detail=str(error)) from error
    return settings


def decode_place(
    profile_id: str, place: str, params: Mapping[str, object] | None = None, form: Form = Form.AUTO, rows: int = 1000
) -> Decoded:
    """Decode a file, or the standard input for "-"; at most `rows` rows per stream and messages are kept.

    Raises PersonError for an unknown profile, wrong settings, a missing or empty file, and SurroundingsError for a
    file that cannot be read.
    """
    profile = profile_of(profile_id)
    checked(profile, params)
    source = ByteFile(place, form)
    pieces = iter(_unwrapped(source, profile, params or {}))
    first = next(pieces, b"")
    reading = _Reading(profile, settings_for(profile, params or {}, first), rows)
    for piece in chain((first,), pieces):
        reading.take(piece)
    return reading.result(source)


def settings_for(profile: Profile, given: Mapping[str, object], data: bytes) -> dict[str, object]:
    """Return a profile's settings: the given ones, then those its first bytes tell, then the defaults.

    The bytes tell who speaks on a bus (units, servos) and what the profile itself finds out, such as column names.
    """
    found = profile.discover(data[:HEAD_BYTES]) if profile.discover is not None else {}
    return profile.settled({**members(profile, data[:HEAD_BYTES]), **found, **given})


def _unwrapped(source: ByteFile, profile: Profile, given: Mapping[str, object]) -> Iterable[bytes]:
    """Yield the bytes; text that could be hexadecimal is taken as it is when the profile reads more of it so."""
    pieces = source.pieces(prefer_raw=True)
    was_open = source.form is Form.AUTO
    first = next(pieces, b"")
    is_open = was_open and source.form is Form.RAW and looks_like_hex(first[:HEAD_BYTES], is_digits_enough=True)
    if is_open and _is_hex_for(profile, given, first[:HEAD_BYTES]):
        yield from _as_hex(source, first, pieces)
        return
    yield first
    yield from pieces


def _as_hex(source: ByteFile, first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    source.form = Form.HEX
    yield from source.unhexed(first, iter(rest))


def _is_hex_for(profile: Profile, given: Mapping[str, object], head: bytes) -> bool:
    """Say whether the profile reads no less of the bytes that hexadecimal text names than of the text itself.

    Of plain numbers it must read more.
    """
    named = b"".join(hex_line(line) or b"" for line in head.splitlines())
    as_hex, as_text = _share(profile, given, named), _share(profile, given, head)
    return as_hex >= as_text if looks_like_hex(head) else as_hex > as_text


def _share(profile: Profile, given: Mapping[str, object], data: bytes) -> float:
    decoder = profile.decoder(settings_for(profile, given, data))
    decoder.feed(data)
    decoder.flush()
    return decoder.account().bytes_good / max(1, len(data))


class _Reading:
    """Decode pieces and keep what is shown."""

    def __init__(self, profile: Profile, settings: Mapping[str, object], rows: int) -> None:
        self._profile = profile
        self._settings = settings
        self._most = rows
        self._decoder: Decoder = profile.decoder(settings)
        self._specs = {spec.key: spec for spec in profile.streams_for(settings)}
        self._streams: dict[str, DecodedStream] = {}
        self._head = b""
        self._size = 0

    def take(self, piece: bytes) -> None:
        """Decode the next bytes."""
        self._size += len(piece)
        if len(self._head) < MOST_EXPLAINED:
            self._head += piece[: MOST_EXPLAINED - len(self._head)]
        self._keep(self._decoder.feed(piece))

    def result(self, source: ByteFile) -> Decoded:
        """End the input and return what was found."""
        self._keep(self._decoder.flush())
        account = self._decoder.account()
        messages, is_cut = self._messages()
        profile = self._profile
        return Decoded(
            profile.id, profile.version, profile.label["en"], source.form.value, str(source.line or profile.line),
            account, account.balanced, self._settings, source.framing_errors, self._streams, messages, is_cut,
        )  # fmt: skip

    def _keep(self, blocks: list[Block]) -> None:
        for block in blocks:
            spec = self._specs[block.stream]
            stream = self._streams.setdefault(block.stream, DecodedStream(tuple(map(_channel, spec.channels))))
            count = len(block.end_offset)
            room = max(0, self._most - len(stream.rows))
            stream.rows.extend(_row(spec, block, index) for index in range(min(room, count)))
            stream.row_count += count
            stream.rows_cut = stream.row_count > len(stream.rows)
            stream.sequence_gaps += block.sequence_gaps

    def _messages(self) -> tuple[list[Mapping[str, object]], bool]:
        """Explain ever longer beginnings of the file until enough messages are there."""
        size = 1 << 14
        while True:
            size = min(size * 4, len(self._head))
            found = explain(self._profile, self._head[:size], self._settings)
            is_whole = size == self._size
            if not is_whole and found and found[-1].error in (CUT, OVERLONG):
                found = found[:-1]
            if size == len(self._head) or len(found) > self._most:
                shown = [_told(message) for message in found[: self._most]]
                return shown, not is_whole or len(found) > self._most


def _channel(channel: Any) -> Mapping[str, object]:
    told: dict[str, object] = {"key": channel.key, "label": channel.label["en"], "unit": channel.unit}
    return told | ({"states": dict(channel.states)} if channel.states else {})


def _row(spec: StreamSpec, block: Block, index: int) -> Mapping[str, object]:
    """Show one row: scaled values, null where the quality is not good, and then the quality's name."""
    marks = np.broadcast_to(block.quality, block.values.shape)[:, index].tolist()
    values: dict[str, float | None] = {}
    quality: dict[str, str] = {}
    for channel, raw, mark in zip(spec.channels, block.values[:, index].tolist(), marks, strict=True):
        value = number(float(raw) * channel.scale + channel.offset, 15)
        good = mark == Quality.GOOD and value is not None
        values[channel.key] = value if good else None
        if not good:
            quality[channel.key] = Quality(mark or Quality.NOT_MEASURED).name.lower()
    row: dict[str, object] = {"end": int(block.end_offset[index]), "values": values, "quality": quality}
    return row | ({"tick": int(block.tick[index])} if block.tick is not None else {})


def _told(message: Message) -> Mapping[str, object]:
    return {**asdict(message), "fields": strict(message.fields)}


def strict(value: object) -> object:
    """Return a value as strict JSON can hold it: no NaN, no infinity, plain types."""
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if isinstance(value, bytes):
        return value.hex(" ").upper()
    if isinstance(value, np.generic):
        return strict(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
