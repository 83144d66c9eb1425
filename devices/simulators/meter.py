"""Simulated energy meters on one bus: they answer Modbus requests with the power of a working machine."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

import numpy as np

from devices.modbus import Register, bytes_of, parse_request, sealed
from devices.simulators.waves import noise, running, uniform, worked

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
Measure = Callable[[float], Mapping[str, float]]


class Machine:
    """Consume power: idle or running with a load that wobbles; the energy is its integral."""

    def __init__(self, seed: int, pattern: str) -> None:
        """Draw the machine's size from the seed; `pattern` says when it runs."""
        self._seed = seed
        self._pattern = pattern
        size = float(uniform(seed, 3, np.array([1]))[0])
        self.idle_w = 180.0 + 160.0 * size
        self.run_w = 1400.0 + 2200.0 * size

    def power_w(self, at_s: float) -> float:
        """Return the active power in watts at a virtual second."""
        index = np.array([int(at_s * 20)])
        if not running(np.array([at_s]), self._pattern, self._seed)[0]:
            return self.idle_w + 2.5 * float(noise(self._seed, 1, index)[0])
        cutting = 0.82 + 0.14 * np.sin(at_s / 2.7) + 0.08 * np.sin(at_s / 0.61)
        return float(self.idle_w + self.run_w * cutting + 12.0 * noise(self._seed, 2, index)[0])

    def energy_kwh(self, at_s: float) -> float:
        """Return the energy since time 0 in kilowatt hours; it never falls."""
        run_s = float(worked(np.array([at_s]), self._pattern, self._seed)[0])
        return (self.idle_w * at_s + 0.82 * self.run_w * run_s) / 3.6e6


class MeterBus:
    """Answer for several units; others stay silent."""

    def __init__(self, registers: tuple[Register, ...], units: Mapping[int, Measure]) -> None:
        """Serve these registers; a unit's measure gives scaled values by channel key."""
        self._registers = registers
        self._units = units

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: a meter speaks only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the reply to a sound request for one of the units, b"" otherwise."""
        fields = parse_request(request)
        measure = self._units.get(request[0]) if fields else None
        if fields is None or measure is None:
            return b""
        unit, function = request[0], request[1]
        if function not in (3, 4):
            return sealed(bytes((unit, function | 0x80, ILLEGAL_FUNCTION)))
        address, count = struct.unpack(">HH", request[2:6])
        words = self._image(function, measure(at_s))
        if not count or count > 125 or address + count > len(words) // 2:
            return sealed(bytes((unit, function | 0x80, ILLEGAL_ADDRESS)))
        return sealed(bytes((unit, function, 2 * count)) + words[2 * address : 2 * (address + count)])

    def _image(self, function: int, values: Mapping[str, float]) -> bytes:
        mine = [register for register in self._registers if register.function == function]
        image = bytearray(2 * max((register.address + register.words for register in mine), default=0))
        for register in mine:
            raw = (values.get(register.channel.key, 0.0) - register.channel.offset) / register.channel.scale
            start = 2 * register.address
            for at, byte in enumerate(bytes_of(register, raw), start):
                image[at] |= byte  # registers of packed bits share their bytes
        return bytes(image)
