"""A simulated relay board: coils that keep what they are told."""

from __future__ import annotations

from devices.modbus import parse_request, sealed

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS = 1, 2


class RelayBoard:
    """Answer reads of the coils (function 1) and writes of one or several (functions 5 and 15)."""

    def __init__(self, unit: int, relays: int) -> None:
        """Start with every relay off."""
        self._unit = unit
        self.states = [False] * relays

    def bytes_between(self, start_s: float, end_s: float) -> bytes:
        """Return nothing: a relay board speaks only when asked."""
        return b""

    def answer(self, request: bytes, at_s: float) -> bytes:
        """Return the reply to a sound request for this unit, b"" otherwise."""
        fields = parse_request(request)
        if fields is None or fields["unit"] != self._unit:
            return b""
        function, address = request[1], int.from_bytes(request[2:4], "big")
        if function not in (1, 5, 15):
            return self._refuse(function, ILLEGAL_FUNCTION)
        count = 1 if function == 5 else int.from_bytes(request[4:6], "big")
        if not 0 < count <= len(self.states) - address:
            return self._refuse(function, ILLEGAL_ADDRESS)
        if function == 1:
            return self._read(address, count)
        told = [bool(fields["value"])] if function == 5 else fields.get("coils")
        if not isinstance(told, list):
            return b""
        self.states[address : address + count] = [bool(state) for state in told]
        return sealed(request[:6])

    def _read(self, address: int, count: int) -> bytes:
        number = sum(1 << at for at, state in enumerate(self.states[address : address + count]) if state)
        size = (count + 7) // 8
        return sealed(bytes((self._unit, 1, size)) + number.to_bytes(size, "little"))

    def _refuse(self, function: int, why: int) -> bytes:
        return sealed(bytes((self._unit, function | 0x80, why)))
