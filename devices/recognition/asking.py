"""Ask at one setting after the other who is there: text, servos, and Modbus units one by one.

Answers to queries at a wrong setting, or from somebody who speaks unasked, are handed back as heard, not dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from devices.modbus.machines import unit_numbers
from devices.recognition import probes
from devices.recognition.probes import Answer, Probe, Round
from devices.recognition.values import Finding, Heard, Kind, Line
from devices.values import LineSettings

_UNIT_S = 0.02
_PATIENT_S = 0.3
_AGAIN = 6
_SERVOS = range(1, 21)
_STRAY_BYTES = 16


class Trials(Protocol):
    """Name what asking needs of the search."""

    line: Line

    @property
    def is_over(self) -> bool:
        """Say whether the time is up."""
        ...

    def plan(self, count: int) -> None:
        """Expect so many more trials, or fewer."""
        ...

    def begin(self, text: str) -> None:
        """Say what is tried now; one of the expected trials."""
        ...

    def spend(self, seconds: float) -> None:
        """Count time on the line."""
        ...

    def take(self, settings: LineSettings, heard: Heard, seconds: float) -> None:
        """Judge bytes that nobody asked for."""
        ...


class Asking:
    """Put queries to a line until one is answered."""

    def __init__(self, trials: Trials) -> None:
        """Ask within the time of a search."""
        self._trials = trials
        self.stray_bytes = 0

    def all(self, rounds: Iterable[Round]) -> tuple[Finding, bytes] | None:
        """Ask these rounds in their order; return the first answer's finding with its bytes, None without one."""
        left = list(rounds)
        self._trials.plan(sum(each.trials for each in left))
        while left and not self._trials.is_over:
            current = left.pop(0)
            found = self._one(current)
            if found is not None:
                break
        else:
            found = None
        self._trials.plan(-sum(each.trials for each in left))
        return found

    def _one(self, current: Round) -> tuple[Finding, bytes] | None:
        for probe in current.probes:
            if self._trials.is_over:
                return None
            found = self.ask(probe, current.line)
            if found is not None:
                return found
        return self._units(current)

    def ask(self, probe: Probe, settings: LineSettings) -> tuple[Finding, bytes] | None:
        """Send one query; return what its answer proves."""
        self._trials.begin(f"{settings}, {probe.name}")
        heard = self._send(probe.query, settings, probe.wait_s)
        answer = probe.read(heard.data)
        if answer is None and probe is probes.FEETECH_ALL and len(heard.data) >= 6:
            return self._each_servo(settings)
        return self._found(answer, probe.query, settings, heard)

    def _found(
        self, answer: Answer | None, query: bytes, settings: LineSettings, heard: Heard
    ) -> tuple[Finding, bytes] | None:
        if answer is not None:
            return answer.finding(query, settings, len(heard.data)), heard.data
        self.stray_bytes += len(heard.data)
        if len(heard.data) >= _STRAY_BYTES:
            self._trials.take(settings, heard, 0.0)
        return None

    def _each_servo(self, settings: LineSettings) -> tuple[Finding, bytes] | None:
        """Ping servo by servo where several answers to the common ping collide."""
        heard = b"".join(
            self._send(probes.feetech_one(number).query, settings, 0.02).data
            for number in _SERVOS
            if not self._trials.is_over
        )
        query = probes.FEETECH_ALL.query
        return self._found(probes.feetech(heard), query, settings, Heard(heard))

    def _units(self, current: Round) -> tuple[Finding, bytes] | None:
        """Ask Modbus units in quick succession; where something damaged comes, ask the last ones again, patiently."""
        for index, unit in enumerate(current.units):
            if self._trials.is_over:
                return None
            self._trials.begin(f"{current.line}, Modbus {unit}")
            heard = self._send(probes.modbus_query(unit), current.line, _UNIT_S)
            found = probes.modbus_unit(heard.data)
            if found is None and len(heard.data) >= 4:
                found = self._patiently(current.units[max(0, index - _AGAIN) : index + 1], current.line)
            if found is not None:
                return _modbus(found, current.line)
            self.stray_bytes += len(heard.data)
        return None

    def _patiently(self, units: tuple[int, ...], settings: LineSettings) -> tuple[int, bytes] | None:
        for unit in reversed(units):
            found = probes.modbus_unit(self._send(probes.modbus_query(unit), settings, _PATIENT_S).data)
            if found is not None:
                return found
        return None

    def _send(self, query: bytes, settings: LineSettings, wait_s: float) -> Heard:
        heard = self._trials.line.ask(query, settings, wait_s)
        self._trials.spend(heard.seconds)
        return Heard(heard.data.replace(query, b"", 1), heard.errors, heard.seconds)


def _modbus(found: tuple[int, bytes], settings: LineSettings) -> tuple[Finding, bytes]:
    unit, frame = found
    params = {"units": ",".join(map(str, unit_numbers(str(unit))))}
    answer = Answer("modbus_master", params, Kind.CHECKSUMS, f"Modbus {unit}")
    return answer.finding(probes.modbus_query(unit), settings, len(frame)), frame
