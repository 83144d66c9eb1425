"""Find data bits, parity and stop bits of a recorded line from the flags of a receiver that tries them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.recognition.fitting import printable
from devices.recognition.speeds import Speed
from devices.uart import Characters, Levels, parity_bits, receive
from devices.values import LineSettings

_FORMATS = tuple((bits, parity) for bits in (8, 7, 9, 6, 5) for parity in "NEO")
_TOLERATED = 0.02
_MANY = 7
_NEARLY_ALL = 0.9
_AT_ONCE = 2.6
_MOST_OF = 0.8
_CLOSE_PAIRS = 2
_PROOF_PAIRS = 6


@dataclass(frozen=True)
class Reading:
    """Hold what a receiver with one setting made of a line; `cost` ranks it, the lowest first."""

    line: LineSettings
    characters: Characters
    cost: float
    is_stop_proved: bool = False

    @property
    def error_share(self) -> float:
        """Return the share of characters with a wrong stop bit or parity."""
        return flaws(self.characters) / max(1, self.characters.values.size)


def readings(levels: Levels, speeds: tuple[Speed, ...]) -> list[Reading]:
    """Return every setting of these speeds, the most likely first, with its stop bits told by the pace."""
    found = [_reading(levels, speed, bits, parity) for speed in speeds for bits, parity in _FORMATS]
    found = [each for each in found if each.characters.values.size]
    busiest = max((each.characters.values.size for each in found if each.error_share < 0.2), default=0)
    found.sort(key=lambda each: each.cost + (0.3 if each.characters.values.size * 3 < busiest else 0.0))
    return found


def _reading(levels: Levels, speed: Speed, bits: int, parity: str) -> Reading:
    line = LineSettings(speed.nominal, bits, parity, 1)
    heard = receive(levels, line)
    stops, is_proved = stop_bits(heard, line, speed.actual)
    line = LineSettings(speed.nominal, bits, parity, stops)
    return Reading(line, heard, _cost(heard, line, levels), is_proved)


def _cost(heard: Characters, line: LineSettings, levels: Levels) -> float:
    """Return errors plus what speaks against the setting: unusual, too many bits, changes that no character has."""
    size = heard.values.size
    if not size:
        return 9.0
    cost = flaws(heard) / size + 2.0 * _stray(heard, line, levels)
    cost += {8: 0.0, 7: 0.012, 9: 0.06, 6: 0.07, 5: 0.08}[line.data_bits]
    if line.parity != "N":
        return cost + _parity_cost(heard, line) + _twice_cost(heard, line)
    return cost + _idle_cost(heard, line) + _letters_cost(heard, line)


def flaws(heard: Characters) -> float:
    """Count bad characters; a break that is sent on purpose now and then (LIN, DMX) is hardly one."""
    breaks = int(heard.breaks.sum())
    return heard.errors - (0.8 * breaks if breaks * 4 <= heard.values.size else 0.0)


def _parity_cost(heard: Characters, line: LineSettings) -> float:
    """Weigh parity by how many different characters prove it; few ones need sensible text to be believed."""
    proofs = int(np.unique(heard.values).size)
    is_text = line.data_bits == 7 and printable(heard.data) > 0.98
    if proofs >= (_MANY if line.data_bits != 7 or is_text else 3 * _MANY):
        return -0.03
    return -0.02 if is_text and proofs >= 2 else 0.04


def _idle_cost(heard: Characters, line: LineSettings) -> float:
    """Weigh against a top bit that is always set: it is the stop bit or the idle line."""
    values = _in_step(heard)
    top = values >> (line.data_bits - 1) & 1
    is_idle = float(top.mean()) >= _NEARLY_ALL and (line.data_bits > 8 or np.unique(values).size >= 4)
    return 0.2 if is_idle else 0.0


def _twice_cost(heard: Characters, line: LineSettings) -> float:
    """Weigh against a ninth data bit that is the parity of the other eight: then the parity is that bit."""
    if line.data_bits != 9:
        return 0.0
    values = _in_step(heard)
    is_even = parity_bits(np.asarray(values & 0xFF, dtype=np.uint16), "E") == (values >> 8).astype(np.bool_)
    return 0.2 if max(float(is_even.mean()), 1.0 - float(is_even.mean())) >= _NEARLY_ALL else 0.0


def _letters_cost(heard: Characters, line: LineSettings) -> float:
    """Prefer eight bits that read as text."""
    return -0.035 if line.data_bits == 8 and printable(heard.data) > 0.98 else 0.0


def _stray(heard: Characters, line: LineSettings, levels: Levels) -> float:
    """Return the share of level changes outside all characters, or off their bit grid."""
    bit_ns = 1e9 / line.baud
    changes = levels.changes_ns.astype(np.float64)
    at = np.searchsorted(heard.start_ns, changes + 1, side="right") - 1
    bits = (changes - heard.start_ns[np.maximum(at, 0)]) / bit_ns
    inside = (at >= 0) & (bits < 1.4 + line.data_bits + (line.parity != "N"))
    off = np.abs(bits - np.rint(bits)) > 0.3
    return float((~inside | off).mean()) if changes.size else 0.0


def stop_bits(heard: Characters, line: LineSettings, actual_baud: float) -> tuple[float, bool]:
    """Return the stop bits that the pace of characters sent back to back shows, and whether it proves them.

    No character begins before the stop bits of the one before it are over: those that follow at once tell. Where
    characters keep a distance of their own nothing does, and 1 is taken.
    """
    bare = 1 + line.data_bits + (line.parity != "N")
    first, last = _longest_sound(heard)
    spacing: NDArray[np.float64] = np.diff(heard.start_ns[first:last]) * actual_baud / 1e9 - bare
    close = spacing[spacing < _AT_ONCE]
    for stops in (1.5, 2.0) if line.data_bits == 5 else (2.0,):
        near = int((np.abs(close - stops) < 0.08 + 0.005 * bare).sum())
        if near >= _CLOSE_PAIRS and near >= _MOST_OF * close.size:
            return (2 if stops == 2.0 else stops), near >= _PROOF_PAIRS
    return 1, int((close < 1.3).sum()) >= _PROOF_PAIRS


def _in_step(heard: Characters) -> NDArray[np.uint16]:
    """Return the values of the longest run of sound characters, all when there is none."""
    first, last = _longest_sound(heard)
    return heard.values[first:last] if last > first else heard.values


def _longest_sound(heard: Characters) -> tuple[int, int]:
    """Return [first, last) of the longest run of characters without an error: a receiver out of step gives others."""
    flawed = np.flatnonzero(heard.framing | heard.parity)
    edges = np.concatenate(([-1], flawed, [heard.values.size]))
    longest = int(np.diff(edges).argmax())
    return int(edges[longest]) + 1, int(edges[longest + 1])
