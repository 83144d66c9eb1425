from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devices import profiles
from devices.recognition import recognise
from devices.simulators.capture import read_capture
from devices.values import Profile

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"
STREAMING = [profile for profile in profiles.all() if profile.make_master is None]


@pytest.mark.parametrize("profile", STREAMING, ids=lambda profile: profile.id)
def test_every_streaming_device_is_recognised(profile: Profile) -> None:
    heard = profile.simulator(9).bytes_between(100.0, 110.0)[7:]
    fits = recognise(heard)
    assert fits[0].profile_id == profile.id
    assert fits[0].share > 0.9


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.stem)
def test_every_capture_is_recognised(path: Path) -> None:
    wanted = {"gps": "nmea0183", "ker": "kern_scale", "ut6": "multimeter_ut61e"}
    assert recognise(read_capture(path).data)[0].profile_id == wanted[path.stem[:3]]


def test_noise_is_nothing() -> None:
    assert recognise(np.random.default_rng(3).bytes(20_000)) == ()
    assert recognise(b"") == ()
    assert recognise(bytes(5000)) == ()


@pytest.mark.parametrize(
    ("data", "params"),
    [
        (b"t;u;i\r\n" + b"1,5;2,25;3\r\n" * 9, {"names": "t,u,i", "separator": "semicolon", "mark": ","}),
        (b"1.5\t2\n" * 9, {"names": "value 1,value 2", "separator": "tab", "mark": "."}),
        (b"1.5 -2 7e3\n" * 9, {"names": "value 1,value 2,value 3", "separator": "blank", "mark": "."}),
    ],
)
def test_settings_of_delimited_text_are_found(data: bytes, params: dict[str, str]) -> None:
    fit = recognise(data)[0]
    assert (fit.profile_id, fit.params) == ("delimited_text", params)
    assert profiles.get("delimited_text").decoder(params).feed(data)[0].quality.max() == 0


def test_names_of_labels_and_json_are_found() -> None:
    assert recognise(b"Min:0,Sensor:512,Max:1023\r\n" * 9)[0].params == {"names": "Min,Sensor,Max"}
    assert recognise(b'{"a":{"b":[1,2]},"on":true}\n' * 9)[0].params == {"names": "a.b.0,a.b.1,on"}


_CRC_16_MODBUS = {b"\x09\x03\x07\xd0\x00\x03": b"\x04\x0e", b"\x09\x03\x06\xf9\x00\x00\xff\x0e\x0a": b"\xe6\x8b"}


@pytest.mark.parametrize(
    ("data", "profile_id"),
    [
        (b"$VNYPR,+006.271,+000.031,-002.000*6E\r\n" * 40, "vectornav"),
        (b"<Run|WPos:1.000,-2.000,5.000|FS:500,8000>\r\n" * 40, "grbl"),
        (b"<Idle|MPos:1.000,-2.000,5.000|F:500>\r\nok\r\n" * 40, "grbl"),
        (b"".join(part + crc for part, crc in _CRC_16_MODBUS.items()) * 40, "robotiq_2f"),
    ],
)
def test_kindred_devices_are_told_apart(data: bytes, profile_id: str) -> None:
    fit = recognise(data)[0]
    assert fit.profile_id == profile_id
    assert fit.rows > 0
    assert fit.frames_bad == 0


def test_a_few_registers_do_not_make_a_make() -> None:
    exchange = bytes.fromhex("010300000002c40b01030408fc00003863")
    assert recognise(exchange * 20)[0].profile_id == "modbus_rtu"
