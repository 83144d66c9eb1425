"""Propose a layout for bytes that no profile knows: sync bytes, frame size, checksum, or a packing (COBS, SLIP)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from devices.packets import COBS, SLIP, Packing
from devices.toml_profiles.crc import CRCS, SUMS, Checksum, Crc, linear_rows

_MOST_BYTES = 32768
_LONGEST = 512
_LEAST_FRAMES = 6
_PROBED = 48
_CHECKS: tuple[Checksum, ...] = (*CRCS.values(), *SUMS.values())
Rows = NDArray[np.uint8]
Kind = tuple[int, bool, bool]
_KINDS: dict[Kind, dict[int, Crc]] = {}
"""One CRC for each polynomial, by width and reflection."""
for _crc in CRCS.values():
    _KINDS.setdefault((_crc.width, _crc.refin, _crc.refout), {})[_crc.poly] = _crc


@dataclass(frozen=True)
class Proposal:
    """Describe frames nobody knows: `size` bytes behind `sync` (size 0: it varies), what was found of a checksum.

    `check` is its catalogue name ("" when none was found), over bytes [check_start, check_at), stored at `check_at`
    in `check_order`; `frames` were found, `share` of the bytes lies in them.
    """

    framing: str
    sync: bytes = b""
    size: int = 0
    check: str = ""
    check_start: int = 0
    check_at: int = 0
    check_order: str = "<"
    frames: int = 0
    share: float = 0.0

    def as_params(self) -> dict[str, object]:
        """Return the proposal as plain values, such as a profile that a person writes needs them."""
        found: dict[str, object] = {"framing": self.framing, "frames": self.frames, "share": round(self.share, 4)}
        if self.framing == "sync":
            found |= {"sync": self.sync.hex(" "), "size": self.size}
        if self.check:
            order = "little" if self.check_order == "<" else "big"
            found |= {"check": self.check, "check_start": self.check_start, "check_at": self.check_at, "order": order}
        return found


def propose(data: bytes) -> Proposal | None:
    """Return the likeliest layout of at most 32 KiB, None when nothing repeats."""
    data = data[:_MOST_BYTES]
    if len(data) < 64 or len(set(data)) < 4:
        return None
    found = [each for each in (_behind_sync(data), _packed(data, COBS, "cobs"), _packed(data, SLIP, "slip")) if each]
    return max(found, key=_merit, default=None)


def _merit(found: Proposal) -> tuple[bool, float]:
    return bool(found.check), found.share


def _behind_sync(data: bytes) -> Proposal | None:
    """Find constant bytes that come back at one distance."""
    best: Proposal | None = None
    for size, first in _periods(data):
        rows = _rows(data, first, size)
        if rows.shape[0] < _LEAST_FRAMES:
            continue
        for found in _rotations(data, rows, size):
            if best is None or _merit(found) > _merit(best):
                best = found
        if best is not None and best.check:
            return best
    return best


def _periods(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield (frame size, position of the first one) of the pairs of bytes that come back most evenly."""
    pairs = Counter(pairwise(data)).most_common(24)
    found: list[tuple[float, int, int]] = []
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    for (first, second), _ in pairs:
        at = np.flatnonzero((bytes_[:-1] == first) & (bytes_[1:] == second))
        gaps = np.diff(at)
        if gaps.size < _LEAST_FRAMES - 1:
            continue
        size, times = Counter(gaps.tolist()).most_common(1)[0]
        start = int(at[int(np.flatnonzero(gaps == size)[0])])
        if 4 <= size <= _LONGEST and times * size >= 0.6 * len(data):
            found.append((times * size / len(data), -size, start))
    found.sort(reverse=True)
    for _, size, start in found[:6]:
        yield -size, start


def _rows(data: bytes, first: int, size: int) -> Rows:
    """Return the frames that start with the pair at `first`, uint8 (n, size), following slips of the stream."""
    sync, starts, at = data[first : first + 2], [], first
    while 0 <= at <= len(data) - size:
        starts.append(at)
        at = at + size if data[at + size : at + size + 2] == sync else data.find(sync, at + size)
    index = np.array(starts, dtype=np.int64)[:, None] + np.arange(size)
    return np.asarray(np.frombuffer(data, dtype=np.uint8)[index])


def _rotations(data: bytes, rows: Rows, size: int) -> Iterator[Proposal]:
    """Yield a proposal for every constant byte as the frame's start; one with a checksum that holds ends the search."""
    constant = (rows == rows[0]).mean(axis=0) > 0.97
    begins = [int(at) for at in np.flatnonzero(constant & ~np.roll(constant, 1))] or [0]
    plain: Proposal | None = None
    for shift in begins[:6]:
        turned = _begun_at(rows, shift)
        run = int(np.argmin(np.append(np.roll(constant, -shift), False)))
        sync = turned[0, : max(1, min(run, 8))].tobytes()
        share = turned.size / len(data)
        checked = _check(turned)
        if checked is not None:
            name, start, at, order = checked
            yield Proposal("sync", sync, size, name, start, at, order, turned.shape[0], share)
            return
        if plain is None or len(sync) > len(plain.sync):
            plain = Proposal("sync", sync, size, frames=turned.shape[0], share=share)
    if plain is not None and len(plain.sync) >= 2:
        yield plain


def _begun_at(rows: Rows, shift: int) -> Rows:
    """Return the frames begun `shift` bytes later; uint8 (n - 1, size)."""
    if not shift:
        return rows
    flat = np.concatenate((rows[:-1, shift:], rows[1:, :shift]), axis=1)
    return np.ascontiguousarray(flat)


def _check(rows: Rows) -> tuple[str, int, int, str] | None:
    """Return name, start, place and byte order of the checksum that at least 9 in 10 frames hold, None without."""
    probe = rows[:_PROBED]
    if np.unique(probe, axis=0).shape[0] < 4:
        return None
    changes = _Changes(probe)
    for tail in (0, 1, 2):
        for check in _CHECKS:
            found = _placed(probe, changes, check, tail)
            if found is not None:
                return found
    return None


def _placed(rows: Rows, changes: _Changes, check: Checksum, tail: int) -> tuple[str, int, int, str] | None:
    """Try one checksum before `tail` bytes of the frame's end, over bytes from 0 to 4 on."""
    width = check.width // 8
    at = rows.shape[1] - tail - width
    if at < 3:
        return None
    stored = {order: _stored(rows, at, width, order) for order in ("<", ">")}
    if np.unique(stored["<"]).size < 3:
        return None
    for start in range(min(5, at - 1)):
        for order, values in stored.items():
            if changes.fit(check, values, start, at) and (check.rows(rows[:, start:at]) == values).mean() >= 0.9:
                return check.name, start, at, order
    return None


class _Changes:
    """Rule CRCs out at once by what changes from frame to frame.

    A CRC is linear: the exclusive or of two frames' CRCs is that of the frames' difference from a register of zero,
    whatever the initial value and the final one; leading zeros, where nothing changes, leave that register at zero.
    """

    def __init__(self, rows: Rows) -> None:
        """Compare each frame, uint8 (n, size), with the one before."""
        self._changed = rows[1:] ^ rows[:-1]
        self._moving = np.flatnonzero(self._changed.any(axis=0))
        self._sums: dict[tuple[Kind, int, int], dict[int, NDArray[np.uint32]]] = {}

    def fit(self, check: Checksum, values: NDArray[np.uint32], start: int, at: int) -> bool:
        """Say whether a check over bytes [start, at) can give `values`; a damaged frame spoils two differences."""
        if not isinstance(check, Crc):
            return True
        at_least = int(np.searchsorted(self._moving, start))
        begin = min(int(self._moving[at_least]), at) if at_least < self._moving.size else at
        kind = check.width, check.refin, check.refout
        if (kind, begin, at) not in self._sums:
            sums = linear_rows(list(_KINDS[kind].values()), self._changed[:, begin:at])
            self._sums[kind, begin, at] = dict(zip(_KINDS[kind], sums, strict=True))
        found = self._sums[kind, begin, at][check.poly]
        return bool((found == (values[1:] ^ values[:-1])).mean() >= 0.75)


def _stored(rows: Rows, at: int, width: int, order: str) -> NDArray[np.uint32]:
    places = range(width) if order == "<" else range(width - 1, -1, -1)
    total = np.zeros(rows.shape[0], dtype=np.uint32)
    for power, place in enumerate(places):
        total |= rows[:, at + place].astype(np.uint32) << np.uint32(8 * power)
    return total


def _packed(data: bytes, packing: Packing, name: str) -> Proposal | None:
    """Say whether bytes are packets of this packing: many, of bounded length, all unpack, one size or a checksum."""
    packets = [each for each in data.split(packing.delimiter)[1:-1] if each]
    if len(packets) < _LEAST_FRAMES or max(map(len, packets)) > 1024:
        return None
    payloads = [payload for each in packets if (payload := packing.unpack(each)) is not None]
    if len(payloads) < 0.9 * len(packets) or not payloads:
        return None
    size, times = Counter(map(len, payloads)).most_common(1)[0]
    share = sum(map(len, packets)) / len(data)
    rows = np.frombuffer(b"".join(each for each in payloads if len(each) == size), dtype=np.uint8).reshape(-1, size)
    checked = _check(rows) if size >= 4 and times >= _LEAST_FRAMES else None
    if checked is None:
        is_even = times >= 0.8 * len(payloads) and size >= 4
        return Proposal(name, frames=len(payloads), share=share, size=size) if is_even else None
    label, start, at, order = checked
    return Proposal(name, b"", size, label, start, at, order, len(payloads), share)
