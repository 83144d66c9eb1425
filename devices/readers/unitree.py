"""Unitree GO-M8010-6 on RS-485: the host's command (17 bytes) and the motor's feedback (16 bytes), rotor side.

Little-endian after FE EE or FD EE: mode byte (id in bits 0–3, status in bits 4–6), then torque × 256, speed × 256/2π,
position × 32768/2π; the command adds kp × 1280 and kd × 1280, the feedback temperature, error (3 bits) and foot force
(12 bits); CRC-16/KERMIT. Output side: position and speed divided by the gear ratio 6.33, torque times it.
Source: unitreerobotics/unitree_actuator_sdk, include/unitreeMotor.
"""

from __future__ import annotations

import math
import struct

from devices.checksum import KERMIT, crc16_of
from devices.declared import DeclaredKind
from devices.messages import Fields, Told, crc_fields, explain_frames, number
from devices.values import Message, Params

TORQUE = 1 / 256
SPEED = 2 * math.pi / 256
POSITION = 2 * math.pi / 32768
STIFFNESS = 1 / 1280
MODES = {0: "locked", 1: "FOC", 2: "calibrating"}
FAULTS = {0: "none", 1: "overheated", 2: "overcurrent", 3: "overvoltage", 4: "encoder"}
COMMAND_SYNC, FEEDBACK_SYNC = b"\xfe\xee", b"\xfd\xee"


def is_sound(frame: bytes) -> bool:
    """Say whether the CRC over everything before it is right."""
    return crc16_of(KERMIT, frame[:-2]) == int.from_bytes(frame[-2:], "little")


COMMAND = DeclaredKind(COMMAND_SYNC, 2, lambda header: 17, is_sound, 17)
FEEDBACK = DeclaredKind(FEEDBACK_SYNC, 2, lambda header: 16, is_sound, 16)


def read(frame: bytes) -> Told:
    """Return what a sound frame says."""
    mode = frame[2] >> 4 & 7
    fields: Fields = {"id": frame[2] & 15, "mode": mode, "mode_text": MODES.get(mode, "reserved")}
    if frame.startswith(COMMAND_SYNC):
        tau, dq, q, kp, kd = struct.unpack("<hhihh", frame[3:15])
        fields |= _motion(tau, dq, q) | {"kp": number(kp * STIFFNESS), "kd": number(kd * STIFFNESS)}
        return "command", fields | {"raw_tau": tau, "raw_dq": dq, "raw_q": q, "raw_kp": kp, "raw_kd": kd}
    tau, dq, q, heat, word = struct.unpack("<hhibH", frame[3:14])
    fields |= _motion(tau, dq, q) | {"temp": heat, "merror": word & 7, "foot_force": word >> 3 & 0xFFF}
    fields["merror_text"] = FAULTS.get(word & 7, "reserved")
    return "feedback", fields | {"raw_tau": tau, "raw_dq": dq, "raw_q": q}


def _motion(tau: int, dq: int, q: int) -> Fields:
    return {"tau": number(tau * TORQUE), "dq": number(dq * SPEED), "q": number(q * POSITION)}


def _correct(frame: bytes) -> Fields:
    return crc_fields(frame[-2:], crc16_of(KERMIT, frame[:-2]).to_bytes(2, "little"))


def explain(data: bytes, params: Params) -> list[Message]:
    """Read commands and feedback as messages: N·m, rad/s and rad at the rotor, °C."""
    return explain_frames((COMMAND, FEEDBACK), data, read, _correct)
