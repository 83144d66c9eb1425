from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import profiles
from devices.modbus import Register, bytes_of, grouped, parse_reply, parse_request, value_of
from devices.modbus.frames import wrapped
from devices.modbus.tcp import COMMAND_NUMBERS
from devices.profiles import get
from devices.values import Block, ChannelSpec, LineSettings, Master, Profile, Quality, Simulator

MS = 1_000_000
PROFILE = get("energy_meter")


class Bus:
    """Carry bytes between a master and simulated meters in virtual time, with faults on demand."""

    def __init__(self, master: Master, simulator: Simulator) -> None:
        self.master, self.simulator = master, simulator
        self.now_ns = 0
        self.log = b""

    def run(self, milliseconds: int, spoil=lambda reply, request: reply) -> list[Block]:
        blocks: list[Block] = []
        stop = self.now_ns + milliseconds * MS
        while self.now_ns < stop:
            request = self.master.next_request(self.now_ns)
            data = b""
            if request is not None:
                data = spoil(self.simulator.answer(request, self.now_ns / 1e9), request)
            self.log += data
            self.now_ns += 5 * MS
            for at in range(0, len(data), 7):
                blocks += self.master.on_bytes(data[at : at + 7], self.now_ns)
            blocks += self.master.on_bytes(b"", self.now_ns)
            assert self.master.account().balanced
        return blocks


def bus(units: str = "1", present: str = "", **params: object) -> Bus:
    settings = {"units": units, "interval_ms": 100, "timeout_ms": 50, "pattern": "steady"} | params
    master = PROFILE.master(settings)
    assert master is not None
    return Bus(master, PROFILE.simulator(4, settings | {"units": present or units}))


def test_reads_every_unit_in_every_cycle() -> None:
    line = bus("1,2,7")
    blocks = line.run(1000)
    streams = [block.stream for block in blocks]
    assert set(streams) == {"unit_1", "unit_2", "unit_7"}
    assert all(not block.quality.any() for block in blocks)
    assert streams.count("unit_7") >= 9
    assert line.master.account().discarded == {}
    powers = {block.stream: float(block.values[6, 0]) for block in blocks}
    assert len(set(powers.values())) == 3


def test_a_silent_unit_is_marked_and_does_not_stop_the_others() -> None:
    blocks = bus("1,99", present="1").run(2000)
    silent = [block for block in blocks if block.stream == "unit_99"]
    assert len(silent) >= 3
    assert all((block.quality == Quality.TIMEOUT).all() for block in silent)
    assert all(np.isnan(block.values).all() for block in silent)
    assert sum(block.stream == "unit_1" for block in blocks) > 2 * len(silent)


def test_a_damaged_reply_is_marked_never_shown() -> None:
    def flip(reply: bytes, request: bytes) -> bytes:
        return reply[:6] + bytes([reply[6] ^ 1]) + reply[7:] if request[3] == 0 and reply else reply

    line = bus()
    blocks = line.run(500, flip)
    assert blocks
    for block in blocks:
        assert (block.quality[:6] == Quality.BAD_CHECKSUM).all()
        assert (block.quality[6:] == Quality.GOOD).all()
        assert np.isnan(block.values[:6]).all()
    assert line.master.account().discarded["bad_checksum"] > 0


def test_an_exception_is_not_a_value() -> None:
    def refuse(reply: bytes, request: bytes) -> bytes:
        from devices.modbus import sealed

        return sealed(bytes((request[0], request[1] | 0x80, 2)))

    blocks = bus().run(300, refuse)
    assert blocks
    assert all((block.quality == Quality.NOT_MEASURED).all() for block in blocks)


def test_own_echo_and_foreign_noise_are_accounted() -> None:
    line = bus()
    blocks = line.run(500, lambda reply, request: request + b"\x00\xff" + reply)
    assert all(not block.quality.any() for block in blocks)
    discarded = line.master.account().discarded
    assert discarded["echo"] % 8 == 0
    assert discarded["noise"] * 4 == discarded["echo"]


def test_a_reply_to_another_question_is_never_taken() -> None:
    line, replies = bus(), {}

    def keep(reply: bytes, request: bytes) -> bytes:
        replies[request] = reply
        return reply

    def other(reply: bytes, request: bytes) -> bytes:
        return next(kept for asked, kept in replies.items() if asked != request)

    assert line.run(300, keep)
    assert len(replies) == 2
    blocks = line.run(600, other)
    assert blocks
    assert all((block.quality != Quality.GOOD).all() for block in blocks)


def test_listener_decodes_the_raw_log_to_the_same_values() -> None:
    line = bus("1,2")
    blocks = line.run(1000)
    heard = PROFILE.decoder({"units": "1,2"}).feed(line.log)
    assert [(block.stream, block.values.tolist(), block.end_offset.tolist()) for block in heard] == [
        (block.stream, block.values.tolist(), block.end_offset.tolist()) for block in blocks
    ]


@pytest.mark.parametrize("order", ["ABCD", "CDAB", "BADC", "DCBA"])
@pytest.mark.parametrize(
    ("kind", "value"), [("f4", -12.5), ("i4", -123456), ("u4", 4_000_000_000), ("i2", -7), ("u2", 65535)]
)
def test_word_orders(order: str, kind: str, value: float) -> None:
    register = Register(ChannelSpec("x", {}, "", kind), 3, 10, kind, order)
    payload = b"\0\0" + bytes_of(register, value)
    assert value_of(register, payload, 9) == value


def test_reads_are_grouped_within_the_limit() -> None:
    registers = tuple(Register(ChannelSpec("x", {}, "", "u2"), 3, address, "u2") for address in range(0, 300, 2))
    reads = grouped(registers)
    assert all(read.count <= 125 for read in reads)
    covered = {address for read in reads for address in range(read.address, read.address + read.count)}
    assert covered >= set(range(0, 300, 2))
    assert len(reads) == 3


def test_peer_library_agrees_on_requests_and_replies() -> None:
    from pymodbus.framer import FramerRTU
    from pymodbus.pdu import DecodePDU
    from pymodbus.pdu.register_message import ReadInputRegistersRequest, ReadInputRegistersResponse

    framer = FramerRTU(DecodePDU(True))
    ask = ReadInputRegistersRequest(address=52, count=22, dev_id=3)
    assert parse_request(framer.buildFrame(ask)) == {"unit": 3, "fc": 4, "address": 52, "count": 22}
    reply = ReadInputRegistersResponse(registers=[1, 65535, 300], dev_id=3)
    assert parse_reply(framer.buildFrame(reply)) == {
        "unit": 3,
        "fc": 4,
        "byte_count": 6,
        "registers": [1, 65535, 300],
    }


MASTERS = [profile for profile in profiles.all() if profile.make_master is not None]


@pytest.mark.parametrize("profile", MASTERS, ids=lambda profile: profile.id)
@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(st.binary(max_size=40), st.just(b"\x01\x04\x18"), st.just(b"\x09\x03\x06"), st.just(b"echo")),
        max_size=25,
    )
)
def test_noise_never_raises_and_the_account_balances(profile: Profile, pieces: list[bytes]) -> None:
    master, now_ns = profile.master(), 0
    assert master is not None
    for piece in pieces:
        request = master.next_request(now_ns)
        for data in (request or b"", piece) if piece == b"echo" else (piece,):
            for block in master.on_bytes(data, now_ns):
                assert block.values.shape == block.quality.shape
            assert master.account().balanced
        now_ns += 150 * MS
        assert master.deadline_ns() >= 0
    master.flush()
    assert master.account().balanced
    assert master.account().pending == 0


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_any_split_of_a_reply_gives_the_same_frame(sizes: list[int]) -> None:
    simulator = PROFILE.simulator(4)

    def frames(cuts: list[int]) -> list[list[list[float]]]:
        master, now_ns, found = PROFILE.master(), 0, []
        assert master is not None
        for _ in range(2):
            now_ns = max(now_ns, master.deadline_ns())
            request = master.next_request(now_ns)
            assert request is not None
            reply = simulator.answer(request, 1.0)
            at = 0
            for size in [*cuts, len(reply)]:
                found += master.on_bytes(reply[at : at + size], now_ns)
                at += size
        return [block.values.tolist() for block in found]

    assert frames(sizes) == frames([]) != []


class Line:
    """Answer requests in virtual time with a delay per reply, so that some come too late."""

    def __init__(self, master: Master, simulator: Simulator) -> None:
        self.master, self.simulator = master, simulator
        self.now_ns = 0
        self.coming: list[tuple[int, bytes]] = []
        self.blocks: list[Block] = []

    def run(self, milliseconds: int, delay_ms: Callable[[int, bytes], float]) -> None:
        stop, count = self.now_ns + milliseconds * MS, 0
        while self.now_ns < stop:
            request = self.master.next_request(self.now_ns)
            if request:
                reply = self.simulator.answer(request, self.now_ns / 1e9)
                self.coming.append((self.now_ns + round(delay_ms(count, request) * MS), reply))
                count += 1
            self.now_ns += MS
            due = b"".join(data for at, data in self.coming if at <= self.now_ns)
            self.coming = [(at, data) for at, data in self.coming if at > self.now_ns]
            self.blocks += self.master.on_bytes(due, self.now_ns)
            assert self.master.account().balanced


def twin() -> tuple[dict[str, object], Profile]:
    """Return settings whose two reads look the same but for their address: floats at 0 and at 100, 1.0 and 2.0."""
    rows = [
        {"unit": 1, "function": 4, "address": address, "name": name, "type": "float32", "low": value, "high": value}
        for address, name, value in ((0, "one", 1.0), (100, "two", 2.0))
    ]
    return {"map": rows, "interval_ms": 60, "timeout_ms": 40}, get("modbus_master")


@pytest.mark.parametrize("late_ms", [41, 45, 50, 60, 75, 79])
def test_a_late_reply_is_never_taken_for_another_register(late_ms: int) -> None:
    params, profile = twin()
    master = profile.master(params)
    assert master is not None
    line = Line(master, profile.simulator(1, params))
    line.run(4000, lambda count, request: late_ms if count % 5 == 2 else 3)
    values = np.concatenate([block.values for block in line.blocks], axis=1)
    quality = np.concatenate([block.quality for block in line.blocks], axis=1)
    assert set(values[0][quality[0] == Quality.GOOD]) == {1.0}
    assert set(values[1][quality[1] == Quality.GOOD]) == {2.0}
    assert (quality == Quality.TIMEOUT).any()
    assert master.account().discarded["timed_out"] > 0


def test_master_and_bus_come_into_step_again_after_a_pause_of_the_bus() -> None:
    """The bus works requests off one after the other, 48 ms each, and once stands still for 300 ms."""
    params = {"units": "1,2,3,4,5", "interval_ms": 1, "timeout_ms": 50}
    master = PROFILE.master(params)
    assert master is not None
    line = Line(master, PROFILE.simulator(1, params))
    free_ns, pauses = 0, iter([300])

    def delay_ms(count: int, request: bytes) -> float:
        nonlocal free_ns
        free_ns = max(free_ns, line.now_ns) + (48 + (next(pauses, 0) if count == 10 else 0)) * MS
        return (free_ns - line.now_ns) / MS

    line.run(2500, delay_ms)
    before = {key: dict(told) for key, told in master.unit_counts().items()}
    line.run(1000, delay_ms)
    after = master.unit_counts()
    assert sum(told["timeouts"] for told in before.values()) > 0
    for key, told in after.items():
        assert told["timeouts"] == before[key]["timeouts"]
        assert told["bad_checksums"] == before[key]["bad_checksums"]
        assert told["answers"] > before[key]["answers"]


def test_units_keep_their_own_intervals() -> None:
    rows = [
        {"unit": unit, "function": 4, "address": 0, "name": "x", "type": "uint16", "interval_ms": every}
        for unit, every in ((1, 20.0), (2, 500.0))
    ]
    profile = get("modbus_master")
    master = profile.master({"map": rows}, LineSettings(115200))
    assert master is not None
    line = Line(master, profile.simulator(1, {"map": rows}))
    line.run(2000, lambda count, request: 1)
    streams = [block.stream for block in line.blocks]
    assert 95 <= streams.count("unit_1") <= 101
    assert 4 <= streams.count("unit_2") <= 5


@pytest.mark.parametrize(("baud", "silence_ns"), [(9600, 4_010_417), (19200, 2_005_208), (115200, 1_750_000)])
def test_the_silence_follows_the_speed_of_the_line(baud: int, silence_ns: int) -> None:
    master = get("modbus_master").master({"interval_ms": 0}, LineSettings(baud))
    assert master is not None
    request = master.next_request(0)
    assert request is not None
    reply = get("modbus_master").simulator(1).answer(request, 0.0)
    master.on_bytes(reply, 1000)
    assert master.next_request(1000 + silence_ns - 1) is None
    assert master.next_request(1000 + silence_ns) is not None


def tcp(window: int = 4, **params: object) -> tuple[Master, Simulator]:
    profile = get("modbus_tcp")
    told = {"units": "1,2,3", "interval_ms": 0, "timeout_ms": 50, "window": window} | params
    master = profile.master(told)
    assert master is not None
    return master, profile.simulator(2, told)


def test_tcp_matches_replies_in_any_order() -> None:
    master, simulator = tcp()
    found: list[Block] = []
    for step in range(40):
        requests = master.next_request(step * MS)
        assert requests is not None
        replies = simulator.answer(requests, 1.0)
        frames = []
        while replies:
            size = 6 + int.from_bytes(replies[4:6], "big")
            frames.append(replies[:size])
            replies = replies[size:]
        found += master.on_bytes(b"".join(reversed(frames)), step * MS)
    assert {block.stream for block in found} == {"unit_1", "unit_2", "unit_3"}
    assert not any(block.quality.any() for block in found)
    assert master.account().discarded == {}
    log = get("modbus_tcp").decoder({"units": "1,2,3"})
    assert log.account().balanced


def test_tcp_discards_what_comes_too_late_or_unasked() -> None:
    master, simulator = tcp(window=1)
    first = master.next_request(0)
    assert first is not None
    late = simulator.answer(first, 0.0)
    assert master.on_bytes(b"", 60 * MS)
    second = master.next_request(61 * MS)
    assert second is not None
    stranger = b"\x77\x77" + late[2:]
    assert master.on_bytes(late + stranger, 62 * MS) == []
    assert master.account().discarded == {"timed_out": len(late), "unexpected": len(stranger)}
    assert master.account().balanced


def test_tcp_acknowledgements_of_commands_are_good_frames() -> None:
    master, simulator = tcp()
    written = wrapped(COMMAND_NUMBERS[0], 1, bytes.fromhex("0610010002"))
    master.on_bytes(simulator.answer(master.next_request(0) or b"", 0.0), 1)
    frames, good = master.account().frames_good, master.account().bytes_good
    master.on_bytes(written + wrapped(COMMAND_NUMBERS[1], 1, bytes.fromhex("03020002")), 2)
    assert master.account().discarded == {}
    assert master.account().frames_good == frames + 2
    assert master.account().bytes_good == good + len(written) + 11
    master.on_bytes(wrapped(COMMAND_NUMBERS[0], 1, b"\x06\x10"), 3)
    master.on_bytes(wrapped(COMMAND_NUMBERS[1] + 1, 1, bytes.fromhex("03020002")), 4)
    assert master.account().discarded == {"unexpected": 9 + 11}


def test_tcp_replies_alone_decode_to_the_same_values() -> None:
    master, simulator = tcp()
    log, found = b"", []
    for step in range(30):
        replies = simulator.answer(master.next_request(step * MS) or b"", step * 1.0)
        log += replies
        found += master.on_bytes(replies, step * MS)
    heard = get("modbus_tcp").decoder({"units": "1,2,3"}).feed(log)
    assert [(block.stream, block.values.tolist()) for block in heard] == [
        (block.stream, block.values.tolist()) for block in found
    ]


@pytest.mark.parametrize("profile_id", ["modbus_master", "modbus_tcp"])
def test_a_unit_that_refuses_holes_is_asked_without_them(profile_id: str) -> None:
    rows = [{"unit": 1, "function": 3, "address": at, "name": "x", "type": "uint16"} for at in (0, 1, 5, 30)]
    profile = get(profile_id)
    params = {"map": rows, "interval_ms": 10}
    master, simulator = profile.master(params), profile.simulator(1, params)
    assert master is not None
    is_tcp = profile_id == "modbus_tcp"

    def answer(request: bytes) -> bytes:
        pdu = request[7:] if is_tcp else request[1:-2]
        if pdu[4] <= 2:
            return simulator.answer(request, 0.0)
        from devices.modbus import sealed

        return wrapped(int.from_bytes(request[:2], "big"), 1, b"\x83\x02") if is_tcp else sealed(b"\x01\x83\x02")

    blocks: list[Block] = []
    log = b""
    for step in range(200):
        request = master.next_request(step * 5 * MS)
        reply = answer(request) if request else b""
        log += reply
        blocks += master.on_bytes(reply, step * 5 * MS)
    assert (blocks[0].quality[:3] == Quality.NOT_MEASURED).all()
    assert not blocks[-1].quality.any()
    heard = profile.decoder(params).feed(log)
    assert heard[-1].values.tolist() == blocks[-1].values.tolist()


@pytest.mark.parametrize("profile_id", ["modbus_master", "modbus_tcp"])
def test_a_million_bytes_of_noise_between_polls_give_no_value(profile_id: str) -> None:
    noise = np.random.default_rng(5).integers(0, 256, 1_000_000, dtype=np.uint8).tobytes()
    master = get(profile_id).master({"interval_ms": 0, "timeout_ms": 20})
    assert master is not None
    for step, start in enumerate(range(0, len(noise), 997)):
        master.next_request(step * 10 * MS)
        for block in master.on_bytes(noise[start : start + 997], step * 10 * MS):
            assert (block.quality != Quality.GOOD).all()
        assert master.account().balanced
    master.flush()
    assert master.account().pending == 0
    assert master.account().bytes_in == len(noise)
