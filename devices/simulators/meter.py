"""Simulated energy meters on one bus: they answer Modbus requests with the power of a working machine."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from devices.modbus import Register
from devices.simulators.modbus_bus import Measure, RtuBus, UnitImage
from devices.simulators.waves import noise, running, uniform, worked

__all__ = ["Machine", "Measure", "MeterBus", "any_values", "meter_values"]


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


class MeterBus(RtuBus):
    """Answer for several units with the same registers; others stay silent."""

    def __init__(self, registers: tuple[Register, ...], units: Mapping[int, Measure]) -> None:
        """Serve these registers; a unit's measure gives scaled values by channel key."""
        super().__init__({number: UnitImage(registers, measure) for number, measure in units.items()})


def meter_values(machine: Machine, at_s: float, phases: int) -> dict[str, float]:
    """Return what an energy meter at a machine shows, by the keys of the shipped register maps; power in W."""
    power, factor = machine.power_w(at_s), 0.86
    values = {"power": power, "power_factor": factor, "frequency": 50.01, "energy": 1000.0 + machine.energy_kwh(at_s)}
    for phase in range(phases):
        volts = 230.4 + 0.6 * phase - power / 4000.0
        name = f"_l{phase + 1}" if phases > 1 else ""
        share = {"voltage": volts, "current": power / phases / factor / volts}
        share |= {"apparent_power": power / phases / factor, "reactive_power": power / phases * 0.593}
        if phases > 1:
            share |= {"power": power / phases, "power_factor": factor}
        values |= {f"{key}{name}": value for key, value in share.items()}
    values |= {"apparent_power": power / factor, "reactive_power": power * 0.593, "phase_angle": -30.68}
    values |= {"energy_total": values["energy"] + 1.25, "energy_exported": 1.25, "neutral_current": 0.12}
    return values


def any_values(registers: tuple[Register, ...], seed: int, at_s: float) -> dict[str, float]:
    """Return a slow wave for every register, inside its range: for machines of which only the map is known."""
    values = {}
    for number, register in enumerate(registers):
        channel = register.channel
        if register.kind == "b1" or register.mask == 1:
            values[channel.key] = float(int(at_s / (3.0 + number)) % 2)
            continue
        low, high = _range(register)
        period_s = 7.0 + 3.0 * float(uniform(seed, number, np.array([1]))[0])
        values[channel.key] = low + (high - low) * (0.5 + 0.35 * float(np.sin(2 * np.pi * at_s / period_s)))
    return values


def _range(register: Register) -> tuple[float, float]:
    """Return a range that fits the channel and the register's type, in scaled units."""
    channel = register.channel
    ends = sorted((channel.offset, 1000.0 * channel.scale + channel.offset))
    return (ends[0] if channel.low is None else channel.low, ends[1] if channel.high is None else channel.high)
