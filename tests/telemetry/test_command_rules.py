"""Every declared command: whatever people enter, it is refused in words or encoded whole; judges never raise."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.core.errors import describe
from center_app.core.text import catalogue
from center_app.telemetry import command_rules
from center_app.telemetry.command_rules import check, is_in_time, wait_s
from devices import profiles
from devices.commands import dynamixel, modbus_tcp, modbus_writes
from devices.commands.marlin import numbered
from devices.commands.robotiq_2f import request
from devices.modbus.frames import wrapped
from devices.readers.dynamixel import STATUS, packet
from devices.values import CommandField, CommandSpec, Profile


def declared() -> Iterator[tuple[Profile, CommandSpec]]:
    for profile in profiles.all():
        for spec in profile.commands:
            yield profile, spec


COMMANDS = list(declared())
IDS = [f"{profile.id}.{spec.key}" for profile, spec in COMMANDS]
GOLDEN = {
    "robotiq_2f.move": ({"position": 255, "speed": 255, "force": 255}, "091003e80003060900 00ffffff 4229"),
    "robotiq_2f.reset": ({}, "091003e8000306000000000000 7330"),
    "dynamixel.goal_position": ({"servo": 1, "angle": 45}, "fffffd0001090003740000020000ca89"),
    "relay_board.switch": ({"relay": 4, "state": 1}, "01050003ff007c3a"),
    "energy_meter.write_coil": ({"unit": 1, "address": 3, "state": 1}, "01050003ff007c3a"),
    "grbl.soft_reset": ({}, "18"),
}


def test_the_families_have_commands() -> None:
    assert {profile.id for profile, _ in COMMANDS} >= {
        "robotiq_2f", "grbl", "marlin", "scpi_reading", "energy_meter", "dynamixel", "relay_board"
    }  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_the_bytes_are_those_of_the_manuals(name: str) -> None:
    profile, spec = COMMANDS[IDS.index(name)]
    values, told = GOLDEN[name]
    encoded, problems = check(spec, profile.settled(), values)
    assert problems == []
    assert encoded is not None
    assert encoded.data == bytes.fromhex(told)


def test_other_requests_are_those_of_the_manuals() -> None:
    assert modbus_writes.coils(1, 2, [True]).request.hex() == "010f00020001010196 97".replace(" ", "")
    assert modbus_writes.registers(1, 1, b"\x00\xaa").request.hex() == "0110000100010200aa27fe"
    assert numbered(1, "M115") == b"N1 M115*39\n"
    assert request(9, 0, 255, 255).hex() == "091003e8000306090000 00ffff7219".replace(" ", "")


@pytest.mark.parametrize(("profile", "spec"), COMMANDS, ids=IDS)
def test_a_command_is_whole(profile: Profile, spec: CommandSpec) -> None:
    for label in (spec.label, *(field.label for field in spec.fields)):
        assert all(label.get(language) for language in ("en", "de", "zh"))
    assert len({field.key for field in spec.fields}) == len(spec.fields)
    assert spec.timeout_s > 0
    assert spec.min_interval_s >= 0.05


@pytest.mark.parametrize(("profile", "spec"), COMMANDS, ids=IDS)
@given(data=st.data())
def test_whatever_is_entered_is_encoded_or_refused_in_words(
    profile: Profile, spec: CommandSpec, data: st.DataObject
) -> None:
    anything = st.one_of(st.integers(), st.floats(), st.text(max_size=90), st.none(), st.booleans())
    given_values = {field.key: data.draw(st.one_of(likely(field), anything)) for field in spec.fields}
    encoded, problems = check(spec, profile.settled(), given_values)
    assert (encoded is None) == bool(problems)
    for problem in problems:
        for language in ("en", "de", "zh"):
            assert all(describe(problem, catalogue(language)))
    if encoded is not None:
        assert 0 < len(encoded.data) <= 300
        assert check(spec, profile.settled(), encoded.values) == (encoded, [])
        if spec.judge is not None:
            assert spec.judge(encoded.data, b"") is None
            assert spec.judge(encoded.data, data.draw(st.binary(max_size=40))) in (True, False, None)


def likely(field: CommandField) -> st.SearchStrategy[object]:
    """Draw values near what the field takes."""
    if field.kind == "choice":
        return st.sampled_from([*(field.choices or {}), "none of them"])
    if field.kind == "text":
        return st.text("G1X0 ?!~;*ABC\n", max_size=90)
    low, high = int(field.low or 0), int(field.high or 100)
    return st.integers(low - 2, high + 2) if high - low < 2**40 else st.floats(-1e6, 1e6)


@pytest.mark.parametrize("line", ["G1 X1?", "!", "~", "G0\n$X", "$RST=*", "G1 X1\x18", "", "G1 ä", "x" * 79])
def test_no_real_time_byte_and_no_setting_hides_in_a_line(line: str) -> None:
    profile, spec = COMMANDS[IDS.index("grbl.line")]
    encoded, problems = check(spec, profile.settled(), {"line": line})
    assert encoded is None
    assert problems


@given(st.binary(max_size=200), st.integers(0, 65535), st.integers(0, 65535))
def test_noise_is_no_acknowledgement(noise: bytes, address: int, word: int) -> None:
    told = modbus_writes.register(9, address, word).request
    assert modbus_writes.judge_write(told, noise) is None
    assert modbus_writes.judge_write(told, noise + told) is True


@given(st.integers(1, 247), st.integers(0, 65535), st.integers(0, 65535), st.binary(max_size=30))
def test_over_tcp_only_the_own_transaction_counts(unit: int, address: int, word: int, noise: bytes) -> None:
    spec = next(one for one in modbus_tcp.COMMANDS if one.key == "write_register")
    values = {"unit": unit, "address": address, "value": word}
    request = spec.encode({}, values)
    assert request == wrapped(0x7FF0, unit, b"\x06" + address.to_bytes(2, "big") + word.to_bytes(2, "big"))
    assert spec.judge is not None
    assert spec.readback is not None
    assert spec.judge(request, wrapped(3, unit, request[7:])) is None
    assert spec.judge(request, request[:-1]) is None
    assert spec.judge(request, request + noise) is True
    assert spec.judge(request, wrapped(0x7FF0, unit, b"\x86\x02")) is False
    proof = spec.readback({}, values)
    right = wrapped(0x7FF1, unit, b"\x03\x02" + word.to_bytes(2, "big"))
    assert proof.judge(proof.request, request) is None
    assert proof.judge(proof.request, request + right) is True
    assert proof.judge(proof.request, wrapped(0x7FF1, unit, b"\x03\x02" + (word ^ 1).to_bytes(2, "big"))) is False


@given(st.integers(0, 252), st.integers(-(2**31), 2**31 - 1))
def test_a_servo_reads_back_what_it_was_told(servo: int, goal: int) -> None:
    data = goal.to_bytes(4, "little", signed=True)
    reply = packet(servo, STATUS, b"\0" + data)
    assert dynamixel.status_of(servo, 4, b"\xff" + reply) == b"\0" + data
    assert dynamixel.status_of(servo, 4, reply[:-1] + bytes((reply[-1] ^ 1,))) is None


@given(st.lists(st.floats(0.0, 3.0), max_size=40), st.floats(0.05, 1.0))
def test_pace_keeps_ten_a_second_and_the_interval(gaps: list[float], interval_s: float) -> None:
    now_s, sent = 100.0, []
    for gap in gaps:
        now_s += gap
        now_s += wait_s(sent, "move", interval_s, now_s)
        assert wait_s(sent, "move", interval_s, now_s + 1e-9) == pytest.approx(0.0, abs=1e-6)
        sent.append(("move", now_s))
    times = [at_s for _, at_s in sent]
    assert all(later - earlier >= interval_s - 1e-6 for earlier, later in itertools.pairwise(times))
    assert all(times[n + 10] - times[n] >= 1.0 - 1e-6 for n in range(len(times) - 10))


def test_a_request_from_the_future_is_not_trusted_for_longer(clock) -> None:  # type: ignore[no-untyped-def]
    now = clock.now()
    clock.advance(6.0)
    assert not is_in_time(now, 5.0, clock.now())
    assert not is_in_time(clock.now(), 5.0, now)
    assert command_rules.check_line(b"x" * 513)
