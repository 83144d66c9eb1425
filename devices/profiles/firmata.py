"""Firmata: microcontroller boards whose pins a host reads and sets, 57600 baud, either direction.

MIDI-like: a command byte of 80 hex and more, then data bytes of seven bits. E0+pin, low, high: analog value of 14
bits; 90+port, low, high: eight digital pins; C0+pin and D0+port switch reports on and off; F4 pin mode, F5 pin value,
F9 version (alone: the question), FF reset; F0 … F7 hold longer messages (firmware, capabilities, mapping, pin state,
text, extended analog, I2C, sampling). There is no checksum: data bytes above 7F are refused, and so is a message
F0 … of more than 4096 bytes. An analog count is of the board's own converter (0–1023 on most), so it has no unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from devices.account import MALFORMED, OVERLONG
from devices.labels import say
from devices.messages import Told, explain_scanned
from devices.scanner import Row, RowDecoder, Scanner, Verdict
from devices.simulators.turns import TurnSimulator
from devices.values import ChannelSpec, LineSettings, Message, Params, Profile, SampleExpectation, StreamSpec

STARTS = rb"[\x90-\x9f\xc0-\xf0\xf4\xf5\xf9\xff]"
SYSEX, END, VERSION, RESET, SET_MODE, SET_PIN = 0xF0, 0xF7, 0xF9, 0xFF, 0xF4, 0xF5
LONGEST = 4096
RATE_HZ = 50.0
_NOT_DATA = re.compile(rb"[\x80-\xff]")
_PLAIN = {0x90: 3, 0xC0: 2, 0xD0: 2, 0xE0: 3, SET_MODE: 3, SET_PIN: 3, VERSION: 3, RESET: 1}
MODES = (
    *("input", "output", "analog", "pwm", "servo", "shift", "i2c", "onewire", "stepper", "encoder", "serial"),
    *("pullup", "spi", "sonar", "tone", "dht"),
)


def judge(buffer: bytes, at: int, is_end: bool) -> Verdict | None:
    """Say what the message that may start here is."""
    first = buffer[at]
    if first == SYSEX:
        return _judge_sysex(buffer, at)
    size = _PLAIN[first if first >= SYSEX else first & 0xF0]
    bad = _NOT_DATA.search(buffer, at + 1, at + size)
    if first == VERSION and ((bad and bad.start() == at + 1) or (is_end and len(buffer) == at + 1)):
        return Verdict(1)
    if bad:
        return Verdict(bad.start() - at, MALFORMED)
    return Verdict(size) if len(buffer) >= at + size else None


def _judge_sysex(buffer: bytes, at: int) -> Verdict | None:
    """Look for the end of a long message; any other command byte before it breaks it off."""
    stop = _NOT_DATA.search(buffer, at + 1, at + LONGEST)
    if stop is None:
        return Verdict(LONGEST, OVERLONG) if len(buffer) >= at + LONGEST else None
    size = stop.start() - at
    return Verdict(size + 1) if buffer[stop.start()] == END and size > 1 else Verdict(size, MALFORMED)


def wide(data: bytes) -> int:
    """Return a number of any width, seven bits a byte, least significant first."""
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data))


def narrow(value: int, count: int = 2) -> bytes:
    """Return a number as `count` bytes of seven bits."""
    return bytes(value >> 7 * place & 0x7F for place in range(count))


def _pairs(data: bytes) -> bytes:
    """Return bytes that were sent in two halves, low seven bits first."""
    return bytes((data[at] | data[at + 1] << 7) & 0xFF for at in range(0, len(data) - 1, 2))


def sysex(code: int, data: bytes = b"") -> bytes:
    """Return a long message."""
    return bytes((SYSEX, code)) + data + bytes((END,))


def read(frame: bytes) -> Iterator[Row]:
    """Yield an analog value or the pins of a port."""
    kind, place = frame[0] & 0xF0, frame[0] & 0x0F
    if kind == 0xE0:
        yield Row(f"analog_{place}", (wide(frame[1:]),))
    elif kind == 0x90:
        yield Row(f"port_{place}", (wide(frame[1:]) & 0xFF,))


Fields = dict[str, object]


def _firmware(data: bytes) -> Fields:
    return {"major": data[0], "minor": data[1], "name": _pairs(data[2:]).decode("utf-8", "replace")}


def _capabilities(data: bytes) -> Fields:
    pins = data.split(b"\x7f")[:-1]
    return {"pins": [{_mode(pin[at]): pin[at + 1] for at in range(0, len(pin) - 1, 2)} for pin in pins]}


def _mode(number: int) -> str:
    return MODES[number] if number < len(MODES) else str(number)


def _i2c_request(data: bytes) -> Fields:
    way = ("write", "read_once", "read_continuously", "stop")[data[1] >> 3 & 3]
    wide_address = data[1] & 7 if data[1] & 0x20 else 0
    return {"address": data[0] | wide_address << 7, "way": way, "data": list(_pairs(data[2:]))}


# Code: (name, bytes needed, name when it is empty, reader).
LONG: dict[int, tuple[str, int, str, Callable[[bytes], Fields]]] = {
    0x69: ("analog_mapping_query", 0, "", lambda data: {}),
    0x6A: (
        "analog_mapping_response",
        0,
        "",
        lambda data: {"channels": [None if each == 127 else each for each in data]},
    ),
    0x6B: ("capability_query", 0, "", lambda data: {}),
    0x6C: ("capability_response", 0, "", _capabilities),
    0x6D: ("pin_state_query", 1, "", lambda data: {"pin": data[0]}),
    0x6E: (
        "pin_state_response",
        3,
        "",
        lambda data: {"pin": data[0], "mode": _mode(data[1]), "state": wide(data[2:])},
    ),
    0x6F: ("extended_analog", 2, "", lambda data: {"pin": data[0], "value": wide(data[1:])}),
    0x70: (
        "servo_config",
        5,
        "",
        lambda data: {"pin": data[0], "min_us": wide(data[1:3]), "max_us": wide(data[3:5])},
    ),
    0x71: ("string", 0, "", lambda data: {"text": _pairs(data).decode("utf-8", "replace")}),
    0x76: ("i2c_request", 2, "", _i2c_request),
    0x77: (
        "i2c_reply",
        4,
        "",
        lambda data: {"address": data[0], "register": wide(data[2:4]), "data": list(_pairs(data[4:]))},
    ),
    0x78: ("i2c_config", 0, "", lambda data: {"delay_us": wide(data[:2])}),
    0x79: ("report_firmware", 2, "query_firmware", _firmware),
    0x7A: ("sampling_interval", 2, "", lambda data: {"interval_ms": wide(data[:2])}),
    0x7C: ("sampling_interval_query", 0, "", lambda data: {}),
}


def _long(code: int, data: bytes) -> Fields:
    name, least, empty, fields = LONG.get(code, (f"sysex_{code:02x}", 1 << 16, "", lambda data: {}))
    if not data and empty:
        return {"command": empty}
    return {"command": name} | (fields(data) if len(data) >= least else {"data": data.hex(" ").upper()})


def _short(frame: bytes) -> Fields:
    kind, place = frame[0] & 0xF0, frame[0] & 0x0F
    if kind == 0xE0:
        return {"command": "analog", "pin": place, "value": wide(frame[1:])}
    if kind == 0x90:
        return {"command": "digital", "port": place, "bits": wide(frame[1:]) & 0xFF}
    if kind == 0xC0:
        return {"command": "report_analog", "pin": place, "enable": bool(frame[1])}
    if kind == 0xD0:
        return {"command": "report_digital", "port": place, "enable": bool(frame[1])}
    if frame[0] == SET_MODE:
        return {"command": "set_pin_mode", "pin": frame[1], "mode": _mode(frame[2])}
    if frame[0] == SET_PIN:
        return {"command": "set_pin", "pin": frame[1], "value": frame[2]}
    if frame[0] == VERSION and len(frame) == 3:
        return {"command": "report_version", "major": frame[1], "minor": frame[2]}
    return {"command": "query_version" if frame[0] == VERSION else "reset"}


def tell(frame: bytes) -> list[Told]:
    """Return a message with its command's name and values."""
    fields = _long(frame[1], frame[2:-1]) if frame[0] == SYSEX else _short(frame)
    return [(str(fields["command"]), fields)]


def explain(data: bytes, params: Params) -> list[Message]:
    """Read commands and answers as messages."""
    return explain_scanned(lambda hear: Scanner(STARTS, judge, hear), data, tell)


_ANALOG = ("Analog input A{} (counts)", "Analogeingang A{} (Digits)", "模拟输入 A{}（计数）")
_PORT = ("Digital port {}", "Digitaler Port {}", "数字端口 {}")
STREAMS = (
    *(
        StreamSpec(
            f"analog_{pin}",
            (
                ChannelSpec(
                    "value", say(*(text.format(pin) for text in _ANALOG)), "", "u2", low=0, high=16383, group="Analog"
                ),
            ),
        )
        for pin in range(16)
    ),
    *(
        StreamSpec(
            f"port_{port}",
            (
                ChannelSpec(
                    "bits", say(*(text.format(port) for text in _PORT)), "", "u2", low=0, high=255, group="Digital"
                ),
            ),
        )
        for port in range(16)
    ),
)
FIRMWARE = bytes((2, 5)) + b"".join(narrow(byte) for byte in b"StandardFirmata.ino")


def _turn(number: int) -> bytes:
    """Return one sampling of six analog pins; a button changes every second."""
    at_s = number / RATE_HZ
    values = [round(512 + 400 * math.sin(at_s / (1 + pin))) for pin in range(6)]
    said = b"".join(bytes((0xE0 | pin,)) + narrow(value) for pin, value in enumerate(values))
    if number % 50 == 0:
        said += bytes((0x91,)) + narrow(0x81 if number // 50 % 2 else 0x01)
    head = bytes((VERSION, 2, 5)) + sysex(0x79, FIRMWARE) if number == 0 else b""
    return head + said


def _reply(request: bytes, at_s: float) -> bytes:
    """Answer what a host asks when it connects."""
    answers = {
        "query_version": bytes((VERSION, 2, 5)),
        "query_firmware": sysex(0x79, FIRMWARE),
        "analog_mapping_query": sysex(0x6A, bytes((*[127] * 14, *range(6)))),
        "capability_query": sysex(0x6C, b"\x00\x01\x01\x01\x7f" * 14 + b"\x00\x01\x02\x0a\x7f" * 6),
    }
    return b"".join(answers.get(each.kind, b"") for each in explain(request, {}) if not each.error)


PROFILE = Profile(
    id="firmata",
    version=1,
    label=say("Firmata board", "Firmata-Board", "Firmata 开发板"),
    line=LineSettings(57600),
    streams=STREAMS,
    make_decoder=lambda params: RowDecoder(Scanner(STARTS, judge), STREAMS, read),
    make_simulator=lambda seed, params: TurnSimulator(RATE_HZ, _turn, _reply),
    sample=bytes.fromhex("f90205" + "f079f7" + "f069f7" + "c001" + "910101" + "e07f07"),
    sample_expect=SampleExpectation({"port_1": 1, "analog_0": 1}, {"port_1.bits": 129, "analog_0.value": 1023}),
    source="firmata/protocol, protocol.md and i2c.md; the frames of the sample are its examples.",
    explain=explain,
)
