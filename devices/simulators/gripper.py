"""A simulated Robotiq gripper: works by itself until it is commanded, then does what it is told."""

from __future__ import annotations

import math
from collections.abc import Mapping

from devices.modbus import Register, parse_request, sealed
from devices.simulators.meter import MeterBus

WRITE_AT, STOP_AT = 0x03E8, 180.0
STROKE_S = 1.2


class Gripper:
    """Answer reads of the status and writes of the action; fingers stop at 180 on a part."""

    def __init__(self, registers: tuple[Register, ...], unit: int = 9) -> None:
        """Serve these status registers at this address."""
        self._unit = unit
        self._status = MeterBus(registers, {unit: self.measure})
        self._told: tuple[int, int, float] | None = None
        self._from = (0.0, 0.0)

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: a gripper speaks only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Acknowledge a write of the action, answer a read of the status."""
        fields = parse_request(request)
        if fields and fields["unit"] == self._unit and fields["fc"] == 16:
            if fields["address"] != WRITE_AT or fields.get("count") != 3 or "registers" not in fields:
                return sealed(bytes((self._unit, 0x90, 2)))
            self._obey(request[7:13], at_s)
            return sealed(request[:6])
        return self._status.answer(request, at_s)

    def _obey(self, action: bytes, at_s: float) -> None:
        self._from = (self.position(at_s), at_s)
        wanted = float(action[3]) if action[0] & 8 else self._from[0]
        self._told = (action[0], action[3], min(wanted, STOP_AT))

    def position(self, at_s: float) -> float:
        """Return where the fingers are, 0 open to 255 closed, at a virtual second."""
        if self._told is None:
            inside = at_s % 8.0
            at = STOP_AT * (1 - math.cos(math.pi * min(1.0, inside % 4.0 / STROKE_S))) / 2
            return at if inside < 4.0 else STOP_AT - at
        start, since_s = self._from
        way = 255.0 / STROKE_S * (at_s - since_s)
        goal = self._told[2]
        return min(goal, start + way) if goal > start else max(goal, start - way)

    def measure(self, at_s: float) -> Mapping[str, float]:
        """Return the status by channel key, current in mA."""
        at = self.position(at_s)
        if self._told is None:
            wanted, action, is_still = 255.0 * (at_s % 8.0 < 4.0), 9, at_s % 4.0 >= STROKE_S
        else:
            action, wanted, goal = self._told
            is_still = at == goal
        stopped_by = 2.0 if wanted > STOP_AT else 3.0
        return {
            "object": stopped_by if is_still else 0.0,
            "status": 3.0 if action & 1 else 0.0,
            "moves": float(action >> 3 & 1),
            "activated": float(action & 1),
            "requested": wanted,
            "position": at,
            "current": 30.0 if is_still else 120.0,
        }
