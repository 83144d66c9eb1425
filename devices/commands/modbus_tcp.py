"""The register and coil commands in Modbus TCP frames: the same requests and judgements, another envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from devices.commands import modbus_registers
from devices.modbus import sealed
from devices.modbus.frames import HEADER_SIZE, wrapped
from devices.modbus.tcp import COMMAND_NUMBERS
from devices.values import CommandSpec, Params, Readback

TRANSACTION, PROOF = COMMAND_NUMBERS
"""A command's reading back has a number of its own, so that a late acknowledgement is not taken for it."""


def as_tcp(request: bytes, transaction: int) -> bytes:
    """Return an RTU request in a TCP envelope."""
    return wrapped(transaction, request[0], request[1:-2])


def as_rtu(frames: bytes, transaction: int) -> bytes:
    """Return every whole frame of one transaction as RTU frames with sound CRCs, others left out."""
    head, found, at = transaction.to_bytes(2, "big") + b"\0\0", b"", 0
    while (at := frames.find(head, at)) >= 0:
        stop = at + 6 + int.from_bytes(frames[at + 4 : at + 6], "big")
        is_whole = at + HEADER_SIZE < stop <= len(frames)
        if is_whole:
            found += sealed(frames[at + 6 : stop])
        at = stop if is_whole else at + 1
    return found


def over_tcp(spec: CommandSpec) -> CommandSpec:
    """Return a command of an RTU unit as one of a TCP unit."""

    def encode(params: Params, values: Mapping[str, object]) -> bytes:
        return as_tcp(spec.encode(params, values), TRANSACTION)

    def judge(request: bytes, reply: bytes) -> bool | None:
        if spec.judge is None:
            return None
        return spec.judge(as_rtu(request, TRANSACTION), as_rtu(reply, TRANSACTION))

    def readback(params: Params, values: Mapping[str, object]) -> Readback:
        proof = spec.readback(params, values) if spec.readback else Readback(b"", lambda _request, _reply: True)

        def compare(request: bytes, reply: bytes) -> bool | None:
            return proof.judge(proof.request, as_rtu(reply, PROOF))

        return Readback(as_tcp(proof.request, PROOF), compare)

    return replace(spec, encode=encode, judge=judge, readback=readback if spec.readback else None)


COMMANDS = tuple(over_tcp(spec) for spec in modbus_registers.COMMANDS)
