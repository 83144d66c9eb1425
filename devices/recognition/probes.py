"""The queries that recognition may send when it is allowed to ask: all of them only read.

SCPI `*IDN?` (its question mark is also Grbl's status request), Marlin `M105`, Dynamixel and Feetech ping, RPLIDAR
"get info", and Modbus reads of one register (function 3), which any unit answers, be it with an exception.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from devices.checksum import UMTS, crc16_of
from devices.modbus import is_sound, sealed
from devices.modbus.frames import HIGHEST_UNIT
from devices.profiles.feetech_sts import KIND as FEETECH
from devices.profiles.feetech_sts import packet as feetech_packet
from devices.readers import scpi
from devices.recognition.values import Finding, Kind
from devices.values import LineSettings

_MODBUS_FIRST = (1, 2, 3, 9, 247, 248)
"""Units that are tried at every likely setting before all the others: factory settings, and PZEM's common one."""


@dataclass(frozen=True)
class Answer:
    """Say what an answer proves: the profile with its settings, and who speaks, in the device's own words."""

    profile_id: str
    params: Mapping[str, object] = field(default_factory=dict)
    kind: Kind = Kind.FORM
    told: str = ""

    def finding(self, query: bytes, settings: LineSettings, size: int) -> Finding:
        """Return the finding for a query of these settings and so many bytes of answer."""
        return Finding(
            self.profile_id, dict(self.params), settings, 1, 0, 1.0, self.kind, size, asked=query, told=self.told
        )  # fmt: skip


Reader = Callable[[bytes], Answer | None]


@dataclass(frozen=True)
class Probe:
    """Describe one query: what to send, how long the first byte of an answer may take, and what its answers prove."""

    name: str
    query: bytes
    wait_s: float
    readers: tuple[Reader, ...]

    def read(self, heard: bytes) -> Answer | None:
        """Return what an answer proves, None for other bytes."""
        return next((found for reader in self.readers if (found := reader(heard)) is not None), None)


_GRBL = re.compile(rb"<[A-Z][a-z]+(?::\d)?[|,][A-Z]\w*:[^>]*>|^\s*Grbl \d\.\d\w* \[", re.MULTILINE)
_MARLIN = re.compile(rb"\bT\d?:\s*-?\d+(?:\.\d+)?\s*/\s*-?\d")
_NO_IDENTITY = (b"<", b"[", b"$", b"echo", b"error", b"ok", b"Error")


def grbl(heard: bytes) -> Answer | None:
    """Read a status report or the banner of Grbl."""
    return Answer("grbl") if _GRBL.search(heard) else None


def marlin(heard: bytes) -> Answer | None:
    """Read a temperature report of Marlin."""
    return Answer("marlin") if _MARLIN.search(heard) else None


def instrument(heard: bytes) -> Answer | None:
    """Read the identity that an instrument answers: maker, model and more, set apart by commas."""
    for line in re.split(rb"[\r\n]+", heard):
        parts = line.strip().split(b",")
        is_whole = line.isascii() and len(parts) >= 3 and len(parts[0]) >= 2 and len(line) < 200
        is_plain = not line.startswith(_NO_IDENTITY) and scpi.read(line)[0] not in ("reading", "error", "query")
        if is_whole and is_plain and all(32 <= byte < 127 for byte in line.strip()):
            return Answer("scpi_reading", told=" ".join(b" ".join(parts[:2]).decode("ascii").split()))
    return None


def dynamixel(heard: bytes) -> Answer | None:
    """Read the statuses that answer a ping: every servo's number."""
    numbers, at = [], heard.find(b"\xff\xff\xfd\x00")
    while at >= 0:
        size = 7 + int.from_bytes(heard[at + 5 : at + 7], "little")
        frame = heard[at : at + size]
        is_status = len(frame) == size >= 11 and frame[7] == 0x55
        if is_status and crc16_of(UMTS, frame[:-2]) == int.from_bytes(frame[-2:], "little"):
            numbers.append(frame[4])
        at = heard.find(b"\xff\xff\xfd\x00", at + 4)
    return _servos("dynamixel_master", numbers)


def feetech(heard: bytes) -> Answer | None:
    """Read the replies to a ping: every servo's number."""
    numbers, at = [], heard.find(b"\xff\xff")
    while 0 <= at <= len(heard) - 6:
        frame = heard[at : at + 6]
        if frame[2] < 0xFE and frame[3] == 2 and FEETECH.is_sound(frame):
            numbers.append(frame[2])
        at = heard.find(b"\xff\xff", at + 1)
    return _servos("feetech_master", numbers)


def _servos(profile_id: str, numbers: list[int]) -> Answer | None:
    if not numbers:
        return None
    known = ",".join(str(number) for number in sorted(set(numbers))[:16])
    return Answer(profile_id, {"servos": known}, Kind.CHECKSUMS, f"ID {known}")


def rplidar(heard: bytes) -> Answer | None:
    """Read the descriptor that answers "get info", with model and firmware."""
    at = heard.find(bytes.fromhex("a55a1400000004"))
    if at < 0 or len(heard) < at + 27:
        return None
    model, minor, major = heard[at + 7], heard[at + 8], heard[at + 9]
    return Answer("rplidar", told=f"model {model >> 4}, firmware {major}.{minor:02d}")


def modbus_unit(heard: bytes) -> tuple[int, bytes] | None:
    """Return unit and frame of a sound reply to a read with function 3, an exception too; None when there is none."""
    for at in range(len(heard) - 4):
        if 1 <= heard[at] <= HIGHEST_UNIT and heard[at + 1] & 0x7F == 3:
            for size in (5, 7):
                frame = heard[at : at + size]
                is_reply = len(frame) == size and (frame[1] == 0x83 if size == 5 else frame[2] == 2)
                if is_reply and is_sound(frame):
                    return frame[0], frame
    return None


def modbus_query(unit: int) -> bytes:
    """Return the read of one holding register of a unit."""
    return sealed(struct.pack(">BBHH", unit, 3, 0, 1))


def _dynamixel_ping() -> bytes:
    body = bytes.fromhex("fffffd00fe030001")
    return body + struct.pack("<H", crc16_of(UMTS, body))


TEXT = Probe("*IDN?", b"\r\n*IDN?\r\n", 0.3, (grbl, marlin, instrument))
M105 = Probe("M105", b"\nM105\n", 0.3, (marlin, grbl))
DYNAMIXEL = Probe("Dynamixel ping", _dynamixel_ping(), 0.06, (dynamixel,))
FEETECH_ALL = Probe("Feetech ping", feetech_packet(0xFE, 1), 0.04, (feetech,))
RPLIDAR = Probe("RPLIDAR info", b"\xa5\x50", 0.06, (rplidar,))


def feetech_one(number: int) -> Probe:
    """Return the ping of one servo, for a bus where several answers to the common one collide."""
    return Probe(f"Feetech ping {number}", feetech_packet(number, 1), 0.02, (feetech,))


@dataclass(frozen=True)
class Round:
    """Gather what is asked at one setting, in this order: queries, then Modbus units."""

    line: LineSettings
    probes: tuple[Probe, ...] = ()
    units: tuple[int, ...] = ()

    @property
    def trials(self) -> int:
        """Return how many queries that are."""
        return len(self.probes) + len(self.units)


_SPEEDS = (
    9600, 115200, 19200, 57600, 1_000_000, 38400, 2400, 4800, 230400, 250_000, 500_000, 1200, 2_000_000, 3_000_000,
    4_000_000,
)  # fmt: skip
_AT: tuple[tuple[Probe, tuple[int, ...]], ...] = (
    (TEXT, (9600, 115200, 19200, 57600, 38400, 2400, 4800, 1200, 230400, 250_000)),
    (M105, (115200, 250_000)),
    (DYNAMIXEL, (57600, 1_000_000, 115200, 2_000_000, 3_000_000, 4_000_000, 9600)),
    (FEETECH_ALL, (1_000_000, 500_000, 115200, 38400)),
    (RPLIDAR, (115200, 1_000_000)),
)
_MODBUS_SPEEDS = (9600, 115200, 19200, 57600, 38400, 2400, 4800)
_WITH_PARITY = (
    *(Round(LineSettings(baud, 8, parity), (), _MODBUS_FIRST[:3])
      for baud, parity in ((9600, "E"), (19200, "E"), (38400, "E"), (9600, "O"), (2400, "E"), (115200, "E"))),
    Round(LineSettings(9600, 7, "E"), (TEXT,)),
)  # fmt: skip


def first_rounds(has_parity: bool) -> tuple[Round, ...]:
    """Return what is asked first: every kind of device at its usual settings; a pseudo-terminal has no parity."""
    rounds = [
        Round(
            LineSettings(baud), tuple(probe for probe, speeds in _AT if baud in speeds),
            _MODBUS_FIRST if baud in _MODBUS_SPEEDS else (),
        )
        for baud in _SPEEDS
    ]  # fmt: skip
    return (*rounds[:3], *_WITH_PARITY[:2], *rounds[3:], *_WITH_PARITY[2:]) if has_parity else tuple(rounds)


def late_rounds() -> tuple[Round, ...]:
    """Return what is asked once more: a board that was reset by opening its port may have been starting up."""
    return (Round(LineSettings(115200), (TEXT, M105)), Round(LineSettings(250_000), (M105,)))


_LIKELY = (
    (9600, "N", 1.0), (9600, "E", 1.4), (19200, "E", 1.6), (19200, "N", 1.8), (115200, "N", 2.4), (38400, "N", 8.0),
    (57600, "N", 8.0), (4800, "N", 9.0), (2400, "N", 8.0),
)  # fmt: skip
_BLOCK = 31


def unit_rounds(has_parity: bool) -> tuple[Round, ...]:
    """Return all Modbus units at the likely settings, in blocks, low units and likely settings first."""
    found = []
    for baud, parity, weight in _LIKELY:
        for first in range(1, 248, _BLOCK):
            units = tuple(unit for unit in range(first, min(first + _BLOCK, 248)) if unit not in _MODBUS_FIRST)
            if has_parity or parity == "N":
                found.append((weight * (1 + first // _BLOCK), Round(LineSettings(baud, 8, parity), (), units)))
    return tuple(one for _, one in sorted(found, key=lambda each: each[0]))
