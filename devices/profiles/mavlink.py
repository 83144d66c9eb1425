"""MAVLink 1 and 2: autopilots, gimbals and ground stations, at any speed.

Version 1: FE, payload length, sequence, system, component, message uint8, payload. Version 2: FD, length,
incompatible and compatible flags, sequence, system, component, message uint24, payload without its trailing zeros.
Then a CRC-16/MCRF4XX over all after the first byte and the message's CRC_EXTRA; flag 1 adds a signature of 13 bytes
(link, time of 48 bits in 10 µs since 2015, 48 bits of hash; not checked: the key is not ours). Frames with other
incompatible flags are refused. A message that is not in the common dialects has an unknown CRC_EXTRA: it is shown but
never counted as good. Each sender has its own sequence number; channels follow the first sender of a message (of an
autopilot's heartbeat, not a ground station's), or the system in the settings.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from devices.account import BAD_CHECKSUM, BAD_LENGTH, MALFORMED, UNCHECKED
from devices.checksum import MCRF4XX
from devices.labels import say
from devices.mavlink_messages import Definition, by_name, definitions
from devices.mavlink_streams import READINGS, STREAMS, key_of
from devices.messages import Told, crc_fields, explain_scanned, shown
from devices.scanner import Row, RowDecoder, Scanner, Verdict
from devices.simulators.turns import TurnSimulator
from devices.values import LineSettings, Message, Params, ParamSpec, Profile, SampleExpectation

V1, V2 = 0xFE, 0xFD
SIGNED, SIGNATURE = 1, 13
GROUND_STATION = 6
RATE_HZ = 20.0


def _sum(frame: bytes, stop: int, seal: int) -> int:
    return MCRF4XX.single(frame[1:stop] + bytes((seal,)), None)


def judge(buffer: bytes, at: int, is_end: bool) -> Verdict | None:
    """Say what the frame that may start here is."""
    head = 6 if buffer[at] == V1 else 10
    if len(buffer) < at + head:
        return None
    if head == 10 and buffer[at + 2] & ~SIGNED:
        return Verdict(1, MALFORMED)
    stop = at + head + buffer[at + 1]
    size = stop + 2 - at + (SIGNATURE if head == 10 and buffer[at + 2] else 0)
    if len(buffer) < at + size:
        return None
    found = definitions().get(_number(buffer, at))
    if found is None:
        return Verdict(size, UNCHECKED)
    if head == 6 and buffer[at + 1] != found.base_size:
        return Verdict(1, BAD_LENGTH)
    right = _sum(buffer[at:stop], stop - at, found.seal)
    return Verdict(size, "" if right == int.from_bytes(buffer[stop : stop + 2], "little") else BAD_CHECKSUM)


def _number(data: bytes, at: int = 0) -> int:
    return data[at + 5] if data[at] == V1 else int.from_bytes(data[at + 7 : at + 10], "little")


def frame_of(
    found: Definition, payload: bytes, sequence: int = 0, sender: tuple[int, int] = (1, 1), version: int = 2
) -> bytes:
    """Return a whole unsigned frame of a packed payload; version 1 leaves the extension fields out."""
    if version == 1:
        payload = payload[: found.base_size]
        body = struct.pack("<6B", V1, len(payload), sequence & 0xFF, *sender, found.number) + payload
    else:
        payload = payload.rstrip(b"\0") or payload[:1]
        number = found.number.to_bytes(3, "little")
        body = struct.pack("<7B", V2, len(payload), 0, 0, sequence & 0xFF, *sender) + number + payload
    return body + struct.pack("<H", _sum(body, len(body), found.seal))


def fields_of(frame: bytes) -> dict[str, object]:
    """Return the header fields of a frame."""
    at = 2 if frame[0] == V1 else 4
    sequence, system, component = frame[at : at + 3]
    version = 1 if frame[0] == V1 else 2
    return {"version": version, "seq": sequence, "sysid": system, "compid": component, "msgid": _number(frame)}


def payload_of(frame: bytes) -> bytes:
    """Return the payload as it was sent."""
    start = 6 if frame[0] == V1 else 10
    return frame[start : start + frame[1]]


def tell(frame: bytes) -> list[Told]:
    """Return a sound frame as a message."""
    found = definitions()[_number(frame)]
    fields = fields_of(frame) | found.values(payload_of(frame))
    if frame[0] == V2 and frame[2] & SIGNED:
        fields["signature"] = frame[-SIGNATURE:].hex(" ").upper()
    return [(found.name, fields)]


def tell_refused(frame: bytes) -> Told:
    """Return a frame that is not good: its header where it is whole, and its bytes."""
    number = _number(frame) if len(frame) >= 10 or (frame[0] == V1 and len(frame) >= 6) else -1
    found = definitions().get(number)
    name = found.name if found else f"message {number}" if number >= 0 else "frame"
    return name, (fields_of(frame) if number >= 0 else {}) | shown(frame) | _correct(frame, found)


def _correct(frame: bytes, found: Definition | None) -> dict[str, object]:
    """Return the checksum a whole frame of a known message states and the one it should."""
    stop = (6 if frame[0] == V1 else 10) + (frame[1] if len(frame) > 1 else 0)
    if found is None or len(frame) < stop + 2:
        return {}
    return crc_fields(frame[stop : stop + 2], _sum(frame, stop, found.seal).to_bytes(2, "little"))


class Listener:
    """Follow the sequence of each sender and choose whose values are the channels."""

    def __init__(self, system: int) -> None:
        """Take the values of this system; 0: of the first that sends a message."""
        self._system = system
        self._sequence: dict[tuple[int, int], int] = {}
        self._chosen: dict[int, tuple[int, int]] = {}
        self._gaps = 0

    def rows(self, frame: bytes) -> Iterator[Row]:
        """Yield the channels of a message that has some; gaps are told with the next such message."""
        at = 2 if frame[0] == V1 else 4
        sender, number = (frame[at + 1], frame[at + 2]), _number(frame)
        step = (frame[at] - self._sequence.get(sender, frame[at] - 1)) & 0xFF
        self._gaps += max(0, step - 1)
        self._sequence[sender] = frame[at]
        found = definitions()[number]
        readings = READINGS.get(found.name)
        if readings is None:
            return
        values = found.values(payload_of(frame))
        if self._is_chosen(number, sender, values):
            yield Row(key_of(found.name), [reading.raw(values) for reading in readings], self._gaps)
            self._gaps = 0

    def _is_chosen(self, number: int, sender: tuple[int, int], values: dict[str, object]) -> bool:
        if self._system:
            return sender[0] == self._system
        if number == 0 and values["type"] == GROUND_STATION:
            return False
        return self._chosen.setdefault(number, sender) == sender


def _scanner() -> Scanner:
    return Scanner(b"[\xfd\xfe]", judge)


def explain(data: bytes, params: Params) -> list[Message]:
    """Read frames as messages; those that cannot be checked carry the error "unchecked"."""
    return explain_scanned(lambda hear: Scanner(b"[\xfd\xfe]", judge, hear), data, tell, tell_refused)


def _turn(number: int) -> bytes:
    """Return one twentieth of a second of flight: attitude and motion, once a second the slow messages."""
    at, boot = number / RATE_HZ, number * 50 & 0xFFFFFFFF
    roll, pitch, yaw = 0.3 * math.sin(at), 0.1 * math.cos(at), math.remainder(0.2 * at, 2 * math.pi)
    east, north = 40 * math.sin(0.1 * at), 40 * math.cos(0.1 * at)
    said: list[tuple[str, dict[str, object]]] = [
        ("ATTITUDE", {"time_boot_ms": boot, "roll": roll, "pitch": pitch, "yaw": yaw, "rollspeed": 0.3 * math.cos(at)}),
        ("GLOBAL_POSITION_INT", {"time_boot_ms": boot, "lat": 476395200 + round(north * 90), "lon": 85445678 + round(
            east * 130), "alt": 450000, "relative_alt": 30000, "hdg": round(math.degrees(yaw) % 360 * 100) % 36000}),
        ("SCALED_IMU", {"time_boot_ms": boot, "xacc": round(1000 * math.sin(pitch)), "zacc": -1000}),
    ]  # fmt: skip
    if number % 20 == 0:
        said += [
            ("HEARTBEAT", {"type": 2, "autopilot": 3, "base_mode": 81, "system_status": 4, "mavlink_version": 3}),
            ("SYS_STATUS", {"load": 412, "voltage_battery": 15800 - number // 200 % 3000, "current_battery": 1530,
                            "battery_remaining": 88}),
        ]  # fmt: skip
    # Five messages in the first of twenty turns, three in the others.
    first = number * 3 + (number + 19) // 20 * 2
    return b"".join(
        frame_of(by_name(name), by_name(name).pack(**values), first + index)
        for index, (name, values) in enumerate(said)
    )


PROFILE = Profile(
    id="mavlink",
    version=1,
    label=say("MAVLink 1/2", "MAVLink 1/2", "MAVLink 1/2"),
    line=LineSettings(57600),
    streams=STREAMS,
    make_decoder=lambda params: RowDecoder(_scanner(), STREAMS, Listener(int(str(params["system"]))).rows),
    make_simulator=lambda seed, params: TurnSimulator(RATE_HZ, _turn),
    sample=bytes.fromhex(
        "fe0900010100000000000203510303" + "7851"
        "fe1c0501011e40e20100cdcccc3dcdcc4cbe0000c03f0ad7233c0ad7a33c8fc2f5bcdcac"
    ),
    sample_expect=SampleExpectation(
        {"heartbeat": 1, "attitude": 1},
        {"heartbeat.base_mode": 81, "attitude.roll": 5.72957795, "attitude.yaw": 85.9436693},
    ),
    source=(
        "MAVLink developer guide (serialisation, CRC_EXTRA, signing) and the common, standard and minimal definitions "
        "of mavlink/mavlink; the sample was packed by pymavlink 2.4.50."
    ),
    params=(
        ParamSpec(
            "system", 0, say("System (0: the first heard)", "System (0: das erste gehörte)", "系统（0：首个听到的）")
        ),
    ),
    explain=explain,
)
