"""Frozen shapes that cross from the wire to the collector; numpy and the standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]
Params = Mapping[str, object]


class Quality(IntEnum):
    """Say how far one sample may be trusted; stored as uint8."""

    GOOD = 0
    STALE = 1
    BAD_CHECKSUM = 2
    TIMEOUT = 3
    OUT_OF_RANGE = 4
    NOT_MEASURED = 5


@dataclass(frozen=True)
class ChannelSpec:
    """Describe one channel: scaled value = raw * scale + offset, in `unit`.

    `low` and `high` bound the scaled value (same unit); outside them a sample is OUT_OF_RANGE.
    `dtype` is the stored numpy type code ("i2", "u2", "i4", "f4", "f8", …).
    """

    key: str
    label: Mapping[str, str]
    unit: str
    dtype: str
    scale: float = 1.0
    offset: float = 0.0
    low: float | None = None
    high: float | None = None
    states: Mapping[int, str] | None = None
    group: str = ""


@dataclass(frozen=True)
class StreamSpec:
    """Describe the channels of one frame type, which share one time column.

    `rate_hz` is the nominal frame rate; `tick_ns` the period of the device counter, when frames carry
    one, and `tick_bits` its width.
    """

    key: str
    channels: tuple[ChannelSpec, ...]
    rate_hz: float | None = None
    tick_ns: int | None = None
    tick_bits: int = 0


@dataclass(frozen=True)
class LineSettings:
    """Hold the settings of a serial line; `baud` in bits per second.

    `echo`: own bytes are heard back (two-wire RS-485) and left out of the input; `rs485`: the driver is asked to
    switch the direction.
    """

    baud: int
    data_bits: int = 8
    parity: str = "N"
    stop_bits: float = 1
    echo: bool = False
    rs485: bool = False

    @property
    def bits_per_byte(self) -> float:
        """Count the bits one byte takes on the line, start and stop bits included."""
        return 1 + self.data_bits + (self.parity != "N") + self.stop_bits

    @property
    def byte_ns(self) -> float:
        """Give the time one byte takes on the line, in nanoseconds."""
        return 1e9 * self.bits_per_byte / self.baud

    def __str__(self) -> str:
        """Write the usual short form, such as "9600 8N1"."""
        return f"{self.baud} {self.data_bits}{self.parity}{self.stop_bits:g}"


@dataclass(frozen=True)
class Block:
    """Carry one decoded block of one stream, n frames by c channels.

    values: shape (c, n), the raw stored dtype if all channels share it, else float64 (raw, unscaled);
    quality: uint8 of `Quality`, shape (c, n); end_offset: int64 (n,), offset in received bytes since
    the decoder's start, just after each frame's last byte; tick: int64 (n,) unwrapped device counter
    or None; sequence_gaps: frames known to be missing from sequence numbers.
    """

    stream: str
    values: NDArray[Any]
    quality: NDArray[np.uint8]
    end_offset: Int64Array
    tick: Int64Array | None = None
    sequence_gaps: int = 0


@dataclass(frozen=True)
class Account:
    """Balance the bytes: bytes_in == bytes_good + sum(discarded) + pending, always.

    `discarded` maps a reason (see `devices.account`) to bytes; `frames_good` and `frames_bad`
    (reason -> frames) count frames.
    """

    bytes_in: int = 0
    bytes_good: int = 0
    discarded: Mapping[str, int] = field(default_factory=dict)
    pending: int = 0
    frames_good: int = 0
    frames_bad: Mapping[str, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Say whether every received byte is accounted for."""
        return self.bytes_in == self.bytes_good + sum(self.discarded.values()) + self.pending


class Decoder(Protocol):
    """Turn received bytes into blocks; never raise, whatever the bytes are."""

    def feed(self, data: bytes) -> list[Block]:
        """Take the next received bytes; return the blocks they completed."""
        ...

    def flush(self) -> list[Block]:
        """End the input: what is pending becomes a discard with reason "cut"."""
        ...

    def account(self) -> Account:
        """Return the balanced byte account."""
        ...


class Master(Protocol):
    """Poll devices that answer only when asked; times are CLOCK_BOOTTIME nanoseconds."""

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the next request to write, or None while an answer or a pause is awaited."""
        ...

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Take received bytes (b"" too, so that a timeout is noticed); return completed blocks."""
        ...

    def flush(self) -> list[Block]:
        """End the input: what is pending becomes a discard with reason "cut"."""
        ...

    def account(self) -> Account:
        """Return the balanced byte account."""
        ...

    def deadline_ns(self) -> int:
        """Return when `next_request` or `on_bytes` is due again."""
        ...


class Simulator(Protocol):
    """Produce the bytes of a simulated device for virtual time, deterministic by seed."""

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return the bytes whose frames start in [start_s, end_s) of virtual time."""
        ...

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the reply to a request of a master; b"" from devices that only stream."""
        ...


@dataclass(frozen=True)
class SampleExpectation:
    """State what a profile's own sample must decode to.

    `frames` per stream key; `first` the first frame's scaled values by "stream.channel".
    """

    frames: Mapping[str, int]
    first: Mapping[str, float]
    bytes_discarded: int = 0


@dataclass(frozen=True)
class ParamSpec:
    """Describe one user setting of a profile: its default and what it means (en, de, zh)."""

    key: str
    default: object
    label: Mapping[str, str]


@dataclass(frozen=True)
class Message:
    """Show one frame as a person reads it: bytes [start, end) of the input, its kind and its named values.

    `fields` hold numbers in the unit the device's manual gives, text or lists. `error` is empty for a sound frame,
    else why it is refused ("bad_checksum", "bad_length", …); what a refused frame says is never shown as good.
    """

    start: int
    end: int
    kind: str
    fields: Mapping[str, object] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class CommandField:
    """Describe one value a command takes, in `unit`; outside [low, high] it is refused.

    `choices` maps the values of a closed list to their labels (en, de, zh); `kind` is "number", "integer", "choice"
    or "text" (at most `longest` characters, printable).
    """

    key: str
    label: Mapping[str, str]
    kind: str = "number"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    default: object = 0
    choices: Mapping[object, Mapping[str, str]] | None = None
    longest: int = 80


@dataclass(frozen=True)
class Readback:
    """Ask again after a command was taken: `request` is written, `judge(request, reply)` compares as in a command."""

    request: bytes
    judge: Callable[[bytes, bytes], bool | None]


@dataclass(frozen=True)
class CommandSpec:
    """Describe a command a device understands.

    `encode(params, values)` gives the bytes to send; `judge(request, reply)` reads what came back so far: True when
    the device has taken the command, False when it refuses it, None while the answer is not whole. A command without
    `judge` is done once it is written. `timeout_s` bounds the wait for the answer; two commands of one kind lie at
    least `min_interval_s` apart. `readback(params, values)` asks afterwards whether the device did as told; its
    answer has `timeout_s` of its own.
    """

    key: str
    label: Mapping[str, str]
    encode: Callable[[Params, Mapping[str, object]], bytes]
    fields: tuple[CommandField, ...] = ()
    judge: Callable[[bytes, bytes], bool | None] | None = None
    timeout_s: float = 0.5
    min_interval_s: float = 0.05
    is_hazardous: bool = False
    readback: Callable[[Params, Mapping[str, object]], Readback] | None = None


@dataclass(frozen=True)
class Profile:
    """Describe a device as data: its line, streams, decoder, simulator and proof.

    `make_streams(params)` gives the streams for the user's settings (`streams` are those of the
    defaults); `make_decoder(params)` a fresh decoder; `make_master` is None for devices that stream by
    themselves, and its first argument is the same params; `make_simulator(seed, params)` the device.
    `sample` decodes to `sample_expect`; `source` names where the layout comes from. `explain(data, params)` reads
    whole frames, requests too, as messages (None: the messages are the decoded rows); `commands` are what the
    device can be told. `discover(data)` finds settings in received bytes ({}: none), for devices whose channels only
    their bytes tell.
    """

    id: str
    version: int
    label: Mapping[str, str]
    line: LineSettings
    streams: tuple[StreamSpec, ...]
    make_decoder: Callable[[Params], Decoder]
    make_simulator: Callable[[int, Params], Simulator]
    sample: bytes
    sample_expect: SampleExpectation
    source: str
    make_master: Callable[[Params], Master] | None = None
    make_streams: Callable[[Params], tuple[StreamSpec, ...]] | None = None
    params: tuple[ParamSpec, ...] = ()
    explain: Callable[[bytes, Params], list[Message]] | None = None
    commands: tuple[CommandSpec, ...] = ()
    discover: Callable[[bytes], Params] | None = None

    def defaults(self) -> dict[str, object]:
        """Return the settings a fresh device of this profile starts with."""
        return {spec.key: spec.default for spec in self.params}

    def settled(self, given: Params | None = None) -> dict[str, object]:
        """Return the defaults overlaid with the user's settings; unknown keys are dropped."""
        settings = self.defaults()
        settings.update({key: value for key, value in (given or {}).items() if key in settings})
        return settings

    def streams_for(self, given: Params | None = None) -> tuple[StreamSpec, ...]:
        """Return the streams that these settings declare."""
        return self.make_streams(self.settled(given)) if self.make_streams else self.streams

    def decoder(self, given: Params | None = None) -> Decoder:
        """Return a fresh decoder for these settings."""
        return self.make_decoder(self.settled(given))

    def master(self, given: Params | None = None, line: LineSettings | None = None) -> Master | None:
        """Return a fresh master for a polled device, None for one that streams by itself.

        A master whose pauses depend on the line's speed (it has `take_line`) is told the settings that are in use.
        """
        made = self.make_master(self.settled(given)) if self.make_master else None
        if line is not None and (take_line := getattr(made, "take_line", None)) is not None:
            take_line(line)
        return made

    def simulator(self, seed: int, given: Params | None = None) -> Simulator:
        """Return the simulated device; the same seed gives the same bytes."""
        return self.make_simulator(seed, self.settled(given))


def scaled(channel: ChannelSpec, raw: NDArray[Any]) -> NDArray[np.float64]:
    """Return raw * scale + offset as float64, in the channel's unit."""
    return raw.astype(np.float64) * channel.scale + channel.offset
