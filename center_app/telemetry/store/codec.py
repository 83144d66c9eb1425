"""Pack one column of a chunk: pcodec where it can, zlib where it cannot, constants as one item.

Every block names its codec and the codec's format version, so that old blocks always open.
"""

from __future__ import annotations

import importlib
import zlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

CONSTANT: Final = "const:1"
ZLIB: Final = "zlib:1"
PCODEC: Final = "pco:1"
MAX_ITEMS: Final = 1 << 20
_PCODEC_DTYPES = frozenset({"i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"})
_LEVEL: Final = 4


@dataclass(frozen=True, slots=True)
class Packed:
    """Hold one packed column: codec with version, numpy dtype code, bytes."""

    codec: str
    dtype: str
    data: bytes


class _Pcodec:
    """Wrap the optional pcodec library."""

    def __init__(self, library: Any) -> None:
        self._standalone = library.standalone
        classic = library.ModeSpec.classic()
        self._integers = library.ChunkConfig(compression_level=_LEVEL, mode_spec=classic)
        self._reals = library.ChunkConfig(compression_level=_LEVEL)

    def pack(self, values: Array) -> bytes:
        config = self._reals if values.dtype.kind == "f" else self._integers
        return bytes(self._standalone.simple_compress(values, config))

    def unpack(self, data: bytes) -> Array:
        unpacked: Array = self._standalone.simple_decompress(data)
        return unpacked


def _find_pcodec() -> _Pcodec | None:
    try:
        return _Pcodec(importlib.import_module("pcodec"))
    except ImportError:
        return None


_PCO = _find_pcodec()


def pack(values: Array, *, prefer: str = PCODEC) -> Packed:
    """Pack a 1-d array of at least one item losslessly; `prefer` zlib for data that must open anywhere."""
    values = np.ascontiguousarray(values)
    dtype = values.dtype.str[1:]
    if _is_constant(values):
        return Packed(CONSTANT, dtype, values[:1].tobytes())
    if prefer == PCODEC and _PCO is not None and dtype in _PCODEC_DTYPES:
        return Packed(PCODEC, dtype, _PCO.pack(values))
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return Packed(ZLIB, dtype, zlib.compress(little.tobytes(), 1))


def _is_constant(values: Array) -> bool:
    if values[0] != values[-1]:
        return False
    return bool((values == values[0]).all())


def unpack(codec: str, dtype: str, count: int, data: bytes) -> Array:
    """Return the packed column of `count` items; ValueError where the bytes do not fit."""
    if not 0 < count <= MAX_ITEMS:
        raise ValueError(f"block of {count} items")
    if codec == CONSTANT:
        return np.full(count, np.frombuffer(data, dtype=dtype)[0])
    values = _unpack_pcodec(data) if codec == PCODEC else _unpack_zlib(codec, dtype, count, data)
    if values.shape != (count,) or values.dtype.str[1:] != dtype:
        raise ValueError(f"block holds {values.shape} {values.dtype}, {count} {dtype} expected")
    return values


def _unpack_pcodec(data: bytes) -> Array:
    if _PCO is None:
        raise ValueError("pcodec is not installed")
    try:
        return _PCO.unpack(data)
    except RuntimeError as error:
        raise ValueError(str(error)) from error


def _unpack_zlib(codec: str, dtype: str, count: int, data: bytes) -> Array:
    if codec != ZLIB:
        raise ValueError(f"unknown codec {codec}")
    size = np.dtype(dtype).itemsize * count
    try:
        plain = zlib.decompressobj().decompress(data, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(plain) != size:
        raise ValueError("zlib block of another size")
    return np.frombuffer(plain, dtype="<" + dtype).astype(dtype, copy=False)


def pack_times(times_ns: NDArray[np.int64]) -> tuple[int, Packed]:
    """Split ascending times into first + i * step + residual; return (step in ns, packed residual)."""
    count = len(times_ns)
    first, last = int(times_ns[0]), int(times_ns[-1])
    step = (last - first) // (count - 1) if count > 1 else 0
    residual = times_ns - (first + step * np.arange(count, dtype=np.int64))
    return step, pack(residual)


def unpack_times(first_ns: int, step_ns: int, count: int, packed: Packed) -> NDArray[np.int64]:
    """Return the times (int64 ns) that `pack_times` split."""
    residual = unpack(packed.codec, packed.dtype, count, packed.data)
    return residual + (first_ns + step_ns * np.arange(count, dtype=np.int64))
