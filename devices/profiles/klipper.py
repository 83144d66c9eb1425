"""Klipper printer controllers (stepper and heater boards) on their line to the host, 250000 baud, either direction.

Block: length 5 … 64, sequence (10 hex | 4 bits), content, CRC-16/MCRF4XX over all before it with its high byte first,
7E; one more 7E may stand before it. Content is told in `devices/klipper_words.py`: without the controller's data
dictionary only its hand-out (identify) is read; a dictionary heard on the line or given in the settings (its JSON
text) names everything after it. Sequences are followed for host and controller apart: a controller repeats the number
it expects next, and an unheard step is a gap; a block of the host that was heard before is booked as sent again, and
one whose content does not follow its formats as malformed. Readings of the converter are sums of raw counts: their
scale is in the printer's configuration, not on the line.
"""

from __future__ import annotations

import math
import re
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from devices.account import BAD_CHECKSUM, MALFORMED, NOISE, RETRANSMIT
from devices.checksum import MCRF4XX
from devices.klipper_words import Assembly, Dictionary, UnreadableError, number_bytes, text_bytes
from devices.labels import Names, say
from devices.messages import Told, crc_fields, explain_scanned, shown
from devices.scanner import Row, RowDecoder, Scanner, Verdict
from devices.simulators.turns import TurnSimulator
from devices.values import (
    ChannelSpec,
    LineSettings,
    Message,
    Params,
    ParamSpec,
    Profile,
    SampleExpectation,
    StreamSpec,
)

STARTS = rb"\x7e\Z|\x7e?[\x05-\x40](?=[\x10-\x1f]|\Z)"
SYNC = 0x7E
PIECE = 40
RATE_HZ = 20.0
HOST, CONTROLLER, UNSURE = "host", "controller", ""


def block_of(sequence: int, content: bytes = b"") -> bytes:
    """Return a whole block."""
    body = bytes((len(content) + 5, 0x10 | sequence & 15)) + content
    return body + struct.pack(">H", MCRF4XX.single(body, None)) + bytes((SYNC,))


@dataclass(frozen=True)
class Heard:
    """Hold what a sound block says; `gaps` blocks were missing before it."""

    sequence: int
    sender: str
    messages: list[tuple[str, dict[str, object]]]
    size: int
    gaps: int = 0


class Listener:
    """Judge blocks and keep what they say until it is asked for; learn the dictionary on the way."""

    def __init__(self, text: str) -> None:
        """Start with a dictionary's JSON text, or with "" and what every controller knows."""
        self._dictionary = Dictionary()
        self._dictionary.learn(text.encode())
        self._assembly = Assembly()
        self._last: dict[str, int] = {}
        self._sent: dict[int, bytes] = {}
        self.heard: deque[Heard] = deque()

    def judge(self, buffer: bytes, at: int, is_end: bool) -> Verdict | None:
        """Say what the block that may start here is."""
        lead = int(buffer[at] == SYNC)
        start = at + lead
        if len(buffer) < start + 2 or len(buffer) < start + buffer[start]:
            return None
        block = buffer[start : start + buffer[start]]
        if block[-1] != SYNC:
            return Verdict(1, NOISE)
        if MCRF4XX.single(block[:-3], None) != block[-3] << 8 | block[-2]:
            return Verdict(1, NOISE) if lead else Verdict(len(block), BAD_CHECKSUM)
        reason = self._hear(block)
        return Verdict(lead + len(block), reason, is_whole=bool(reason))

    def _hear(self, block: bytes) -> str:
        """Read a block's content; return why it is refused, "" when it is not."""
        try:
            messages = self._dictionary.read(block[2:-3])
        except UnreadableError:
            return MALFORMED
        sender, sequence = self._sender(messages), block[1] & 15
        step = (sequence - self._last.get(sender, sequence)) % 16
        if sender == HOST and (step == 0 or step > 7) and self._sent.get(sequence) == block:
            return RETRANSMIT
        if sender == HOST:
            self._sent[sequence] = block
        if step < 8:
            self._last[sender] = sequence
        gaps = step - 1 if 1 < step < 8 and sender != UNSURE else 0
        self.heard.append(Heard(sequence, sender, messages, len(block), gaps))
        self._learn(messages)
        return ""

    def _sender(self, messages: list[tuple[str, dict[str, object]]]) -> str:
        """Say who sends such content: an empty block is a controller's acknowledge."""
        form = self._dictionary.formats.get(int(str(messages[0][1]["id"]))) if messages else None
        if not messages:
            return CONTROLLER
        return UNSURE if form is None else HOST if form.part == "commands" else CONTROLLER

    def _learn(self, messages: list[tuple[str, dict[str, object]]]) -> None:
        for name, values in messages:
            if name == "identify_response":
                text = self._assembly.add(values["offset"], values["data"])
                if text is not None:
                    self._dictionary.learn(text)

    def rows(self, frame: bytes) -> Iterator[Row]:
        """Yield the channels of the next block."""
        heard = self.heard.popleft()
        yield Row("line", (heard.size, len(heard.messages)), heard.gaps)
        for name, values in heard.messages:
            yield from self._values(name, values)

    def _values(self, name: str, values: dict[str, object]) -> Iterator[Row]:
        if name == "analog_in_state":
            readings = _readings(values)
            for index, reading in enumerate(readings):
                yield Row(f"analog_{values.get('oid')}", (reading,), back=2 * (len(readings) - 1 - index))
        elif name in KEYS:
            found = {key: float(value) for key, value in values.items() if isinstance(value, int)}
            if name == "uptime":
                found["seconds"] = self._seconds(found.get("high", 0.0) * 2.0**32 + found.get("clock", 0.0))
            yield Row(name, [found.get(key, math.nan) for key in KEYS[name]])

    def _seconds(self, ticks: float) -> float:
        rate = self._dictionary.constants.get("CLOCK_FREQ")
        return ticks / rate if isinstance(rate, int | float) and rate > 0 else math.nan

    def tell(self, frame: bytes) -> list[Told]:
        """Return the next block as a message."""
        heard = self.heard.popleft()
        fields: dict[str, object] = {"seq": heard.sequence, "msgs": [_shown(*each) for each in heard.messages]}
        if heard.sender:
            fields["sender"] = heard.sender
        if heard.gaps:
            fields["missing_before"] = heard.gaps
        return [(heard.messages[0][0] if heard.messages else "ack", fields)]


def _readings(values: dict[str, object]) -> list[int]:
    """Return one reading, or the readings of a report of several, uint16 little-endian."""
    if isinstance(values.get("value"), int):
        return [int(str(values["value"]))]
    many = values.get("values")
    return [each for (each,) in struct.iter_unpack("<H", many[: len(many) & ~1])] if isinstance(many, bytes) else []


def _shown(name: str, values: dict[str, object]) -> dict[str, object]:
    plain = {key: value.hex(" ").upper() if isinstance(value, bytes) else value for key, value in values.items()}
    return {"name": name, **plain}


def _channel(key: str, label: Names, unit: str = "", group: str = "Controller") -> ChannelSpec:
    return ChannelSpec(key, label, unit, "f8", low=0.0, high=2.0**53, group=group)


def _streams(params: Params) -> tuple[StreamSpec, ...]:
    ticks = say("Clock", "Takt", "时钟")
    oids = list(dict.fromkeys(int(each) for each in re.findall(r"\d{1,3}", str(params["sensors"]))))[:64]
    return (
        StreamSpec(
            "line",
            (
                _channel("size", say("Block size", "Blockgröße", "数据块大小"), "B"),
                _channel("messages", say("Messages", "Nachrichten", "消息数")),
            ),
        ),
        StreamSpec("clock", (_channel("clock", ticks),)),
        StreamSpec(
            "uptime",
            (
                _channel("high", say("Clock overflows", "Taktüberläufe", "时钟溢出次数")),
                _channel("clock", ticks),
                _channel("seconds", say("Time since start", "Zeit seit Start", "启动后时间"), "s"),
            ),
        ),
        StreamSpec(
            "stats",
            (
                _channel("count", say("Tasks run", "Aufgaben ausgeführt", "任务次数")),
                _channel("sum", say("Task time, sum", "Aufgabenzeit, Summe", "任务时间总和")),
                _channel("sumsq", say("Task time, sum of squares", "Aufgabenzeit, Quadratsumme", "任务时间平方和")),
            ),
        ),
        *(
            StreamSpec(
                f"analog_{oid}", (_channel("value", say(*(f"{text} {oid}" for text in _ANALOG)), group="Analog"),)
            )
            for oid in oids
        ),
    )


_ANALOG = ("Analog input (counts)", "Analogeingang (Digits)", "模拟输入（计数）")
KEYS = {"clock": ("clock",), "uptime": ("high", "clock", "seconds"), "stats": ("count", "sum", "sumsq")}
PARAMS = (
    ParamSpec(
        "sensors", ",".join(map(str, range(16))), say("Analog inputs (oid)", "Analogeingänge (oid)", "模拟输入（oid）")
    ),
    ParamSpec("dictionary", "", say("Data dictionary (JSON)", "Datenverzeichnis (JSON)", "数据字典（JSON）")),
)
_DEFAULTS = {spec.key: spec.default for spec in PARAMS}


def _decoder(params: Params) -> RowDecoder:
    listener = Listener(str(params["dictionary"]))
    return RowDecoder(Scanner(STARTS, listener.judge), _streams(params), listener.rows)


def explain(data: bytes, params: Params) -> list[Message]:
    """Read blocks as messages; a block is named after its first message."""
    listener = Listener(str(params["dictionary"]))
    return explain_scanned(lambda hear: Scanner(STARTS, listener.judge, hear), data, listener.tell, tell_refused)


def tell_refused(block: bytes) -> Told:
    """Return a refused block: its bytes and, of a whole one, its checksum and the right one."""
    is_whole = len(block) >= 5 and block[0] == len(block)
    right = MCRF4XX.single(block[:-3], None).to_bytes(2, "big")
    return "block", {**shown(block), **(crc_fields(block[-3:-1], right) if is_whole else {})}


def numbers(*values: int) -> bytes:
    """Return numbers one after another."""
    return b"".join(map(number_bytes, values))


def piece(offset: int) -> bytes:
    """Return the content that hands out the simulated dictionary from `offset` on."""
    return numbers(0, offset) + text_bytes(PACKED[offset : offset + PIECE])


def _turn(number: int) -> bytes:
    """Return a twentieth of a second: an acknowledge, the dictionary every 2 s, a thermistor, clock and statistics."""
    at_s = number / RATE_HZ
    clock = round(at_s * 72e6)
    said = [b"", numbers(75, 3, clock + 3_600_000 & 0xFFFFFFFF, 9000 + round(1500 * math.sin(at_s / 9)))]
    if number % 40 <= len(PACKED) // PIECE:
        said.append(piece(number % 40 * PIECE))
    if number % 20 == 0:
        said.append(numbers(72, clock & 0xFFFFFFFF))
        said.append(numbers(73, clock >> 32, clock & 0xFFFFFFFF))
    if number % 100 == 0:
        said.append(numbers(74, 48_000, 2_150_000, 1_200_000))
    return b"".join(block_of(number, content) for content in said)


PACKED = bytes.fromhex(
    "78da6553ef6f9b3010fd57ac93f28d564056b222e503cdba2f5db476a4d2a469b25c70c00ad82eb6b35451fef79ef991661b5fe09def9d"
    "efbd3b8ec0b486141e1aa135ef208017279a92ee79678492068f3056a8b665b2447404d634aa609653254a430ae5a45dce0a48173e4d6e"
    "454599648daaa8900453f08c6821973307e96d0015b7b4c0023b483f8da827419a0cd0692b5a0ee94d00af8e776fff57ebe9588f18d6ea"
    "86532b8a9db9c0534ba4e3c67e9cb642d23d6b1c5fce6a44ec70813a262b24d6bcd8d10f45511880d3a5d75a8a4a58d650e5ecd4c6c8c6"
    "bccfa749baf727fbb2a2ebec27ea0b6f51c4eadbf7d503fdfae3fe092d8ac3fe0960bd7a46678d6de7f1360ae7078e26e79b6c93d3fc79"
    "9d3fd1bb2cbf8734be49b03497aee51db3c3388e806efad7631642fa2b0ca2e477008f771e448947483116d30b6a6c27245a578e7d91be"
    "fded2017f505b041af3b6295f2ae1a8cc527a4639a76d6934afee22a8a46bac6123411c97e908b05666154634b7cd88a694ad4dfcd2793"
    "243f8cf3f623381b8e15d09a3e7e1ea7b7270061a8a99d2dd51f49fe5531329341df79f770f0ae1d5fe675a884bb653bf3268bbfdb2998"
    "a458adaa78e7e1f889fa9851f272b720bd8afbe9fb6524b5a86a7fc145ab733460fc477090fbf03a8aafc32b235ad7e07d259cde0177cb"
    "1cea"
)
PROFILE = Profile(
    id="klipper",
    version=1,
    label=say("Klipper controller", "Klipper-Steuerung", "Klipper 主控板"),
    line=LineSettings(250_000),
    streams=_streams(_DEFAULTS),
    make_decoder=_decoder,
    make_simulator=lambda seed, params: TurnSimulator(RATE_HZ, _turn),
    sample=bytes.fromhex("0810010028" + "5e9f7e" + "05118f087e")
    + b"".join(block_of(1, piece(offset)) for offset in range(0, len(PACKED), PIECE))
    + block_of(2, numbers(75, 3, 3_600_000, 9321))
    + block_of(3, numbers(73, 2, 1_410_065_408)),
    sample_expect=SampleExpectation(
        {"line": 4 + -(-len(PACKED) // PIECE), "analog_3": 1, "uptime": 1},
        {"line.size": 8, "analog_3.value": 9321, "uptime.seconds": 138.888888888, "uptime.high": 2},
    ),
    source=(
        "Klipper documentation, Protocol; the first two blocks of the sample were made with Klipper's own "
        "msgproto, the dictionary is a shortened one made for this simulator."
    ),
    make_streams=_streams,
    params=PARAMS,
    explain=explain,
)
