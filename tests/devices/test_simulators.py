from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from devices.errors import CaptureDamaged, PortLost, ProfileUnknown
from devices.profiles import get
from devices.simulators.capture import read_capture, replay
from devices.simulators.faults import FaultTape, Spoiler, Tally
from devices.simulators.runner import SimulatorRun, run
from devices.transport import Port, open_port
from devices.values import Block, Decoder, LineSettings, Simulator
from tests.devices.samples import all_values, decode
from tests.support import wait_until

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"


class Running:
    """Run a simulator in a thread of its own; leave it with its tally."""

    def __init__(self, simulator: Simulator, line: LineSettings, link: Path, tape: FaultTape | None = None) -> None:
        self.stop = threading.Event()
        self.run = SimulatorRun(simulator, line, link, tape)
        self.thread = threading.Thread(target=self.run.run, args=(self.stop,), name="simulator")

    def __enter__(self) -> Tally:
        self.thread.start()
        return self.run.tally

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(10.0)
        assert not self.thread.is_alive()


def read_frames(port_path: Path, decoder: Decoder, line: LineSettings, frames: int) -> list[Block]:
    blocks: list[Block] = []
    with open_port(str(port_path), line) as port:
        wait_until(lambda: blocks.extend(decoder.feed(port.read(0.2))) or count(blocks) >= frames, poll_s=0.0)
    return blocks


def read_until_lost(port: Port) -> bytes:
    """Read until the port is gone, for at most 20 s."""
    heard = b""

    def gone() -> bool:
        nonlocal heard
        try:
            heard += port.read(0.1)
        except PortLost:
            return True
        return False

    wait_until(gone, poll_s=0.0)
    return heard


def count(blocks: list[Block]) -> int:
    return sum(block.end_offset.size for block in blocks)


def test_a_cell_is_read_over_a_real_line(tmp_path: Path) -> None:
    profile, link = get("robot_cell"), tmp_path / "port"
    with Running(profile.simulator(1), profile.line, link) as tally:
        decoder = profile.decoder()
        blocks = read_frames(link, decoder, profile.line, 100)
        account = decoder.account()
    assert not link.exists()
    assert account.balanced
    assert sum(account.discarded.values()) < 40
    assert account.bytes_in <= tally.bytes_written
    assert set(all_values(profile, blocks, "motion.step")) <= {0.0, 1.0, 2.0, 3.0, 4.0}


def test_nobody_listening_loses_bytes_and_blocks_nothing(tmp_path: Path) -> None:
    profile = get("binary_frame")
    with Running(profile.simulator(1), profile.line, tmp_path / "port") as tally:
        wait_until(lambda: tally.bytes_unread > 2000)
        blocks = read_frames(tmp_path / "port", profile.decoder(), profile.line, 50)
    assert sum(block.sequence_gaps for block in blocks) == 0


def test_pacing_holds_the_line_speed(tmp_path: Path) -> None:
    class Chatter:
        def bytes_between(self, start_s: float, end_s: float) -> bytes:
            return bytes(int((end_s - start_s) * 100_000))

        def answer(self, request: bytes, at_s: float) -> bytes:
            return b""

    link = tmp_path / "port"
    with Running(Chatter(), LineSettings(9600), link) as tally, open_port(str(link), LineSettings(9600)) as port:
        opened_s = time.monotonic()
        received = sum(len(port.read(0.1)) for _ in range(10))
        stopped_s = time.monotonic()
    assert 0 < received <= tally.bytes_written
    assert received <= 960 * (stopped_s - opened_s + 1.0)
    assert tally.bytes_unread > 0


def test_a_reader_that_stalls_for_a_second_loses_nothing(tmp_path: Path) -> None:
    profile, link = get("unitree_go_m8010"), tmp_path / "port"
    with Running(profile.simulator(1), profile.line, link) as tally, open_port(str(link), profile.line) as port:
        decoder = profile.decoder()
        decoder.feed(port.read(5.0))
        lost, made = tally.bytes_unread, tally.bytes_made
        wait_until(lambda: tally.bytes_made > made + 48_000)
        wait_until(lambda: decoder.feed(port.read(0.2)) and decoder.account().bytes_in > 60_000, poll_s=0.0)
        assert tally.bytes_unread == lost
    discarded = decoder.account().discarded
    assert sum(discarded.values()) < 16  # the frame that opening the port cut in two


def test_unplug_and_replug_by_tape(tmp_path: Path) -> None:
    profile, link = get("robot_cell"), tmp_path / "port"
    tape = FaultTape(unplug=((0.5, 0.4),))
    with Running(profile.simulator(1), profile.line, link, tape) as tally:
        port = open_port(str(link), profile.line)
        read_until_lost(port)
        port.close()
        assert not link.exists()
        wait_until(link.exists)
        decoder = profile.decoder()
        read_frames(link, decoder, profile.line, 20)
    assert tally.unplugs == 1
    assert decoder.account().frames_good >= 20


def test_a_meter_answers_our_master_over_a_real_line(tmp_path: Path) -> None:
    profile, link = get("energy_meter"), tmp_path / "port"
    params = {"units": "1,2", "interval_ms": 50}
    with Running(profile.simulator(1, params), profile.line, link) as tally:
        master = profile.master(params)
        assert master is not None
        blocks: list[Block] = []
        with open_port(str(link), profile.line) as port:

            def turn() -> bool:
                request = master.next_request(time.monotonic_ns())
                if request:
                    port.write(request)
                blocks.extend(master.on_bytes(port.read(0.02), time.monotonic_ns()))
                return len(blocks) >= 6

            wait_until(turn, poll_s=0.0)
    assert {block.stream for block in blocks} == {"unit_1", "unit_2"}
    assert not any(block.quality.any() for block in blocks)
    assert tally.requests >= 12


@pytest.mark.parametrize(
    ("profile_id", "stream"), [("grbl", "status"), ("marlin", "temperature"), ("scpi_reading", "readings")]
)
def test_devices_asked_in_text_answer_over_a_real_line(tmp_path: Path, profile_id: str, stream: str) -> None:
    profile, link = get(profile_id), tmp_path / "port"
    master = profile.master()
    assert master is not None
    blocks: list[Block] = []
    with Running(profile.simulator(1), profile.line, link), open_port(str(link), profile.line) as port:

        def turn() -> bool:
            request = master.next_request(time.monotonic_ns())
            if request:
                port.write(request)
            blocks.extend(master.on_bytes(port.read(0.02), time.monotonic_ns()))
            return len(blocks) >= 1

        wait_until(turn, poll_s=0.0)
    assert {block.stream for block in blocks} == {stream}
    assert master.account().balanced


@pytest.mark.parametrize("tape", [FaultTape(7, drop=0.01), FaultTape(7, flip=0.01), FaultTape(7, garbage=5.0)])
def test_the_tally_is_exact_and_repeats(tape: FaultTape) -> None:
    profile = get("robot_cell")
    simulator = profile.simulator(1)
    results = []
    for _ in range(2):
        tally = Tally()
        spoiler = Spoiler(tape, tally)
        pieces = [spoiler.spoil(simulator.bytes_between(at / 10, at / 10 + 0.1), at / 10, 0.1) for at in range(100)]
        results.append((b"".join(pieces), tally))
    assert results[0] == results[1]
    data, tally = results[0]
    assert len(data) == tally.bytes_made - tally.bytes_dropped + tally.garbage_bytes
    assert tally.bytes_dropped + tally.bytes_flipped + tally.garbage_bytes > 0
    _, account = decode(profile.decoder(), [data])
    assert account.bytes_in == len(data)
    spoiled = tally.bytes_dropped + tally.bytes_flipped + tally.garbage_bursts
    assert 2010 - account.frames_good <= spoiled


def test_a_tape_is_checked() -> None:
    tape = FaultTape.from_mapping({"seed": 3, "silence": [[1, 2]], "unplug": [[5, 0.5]]})
    assert tape.silent(2.9)
    assert not tape.silent(3.0)
    assert tape.unplugged(5.2)
    for script in ({"dorp": 0.1}, {"drop": 2}, {"garbage_bytes": 0}):
        with pytest.raises(ValueError):
            FaultTape.from_mapping(script)


def test_simulator_as_a_program_prints_its_tally(tmp_path: Path) -> None:
    link = tmp_path / "port"
    command = [
        sys.executable,
        "-m",
        "devices.simulators",
        "robot_cell",
        str(link),
        "--seed",
        "5",
        "--faults",
        '{"flip":0.001}',
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        wait_until(link.exists)
        decoder = get("robot_cell").decoder()
        read_frames(link, decoder, LineSettings(115200), 50)
        program.send_signal(signal.SIGTERM)
        out, _ = program.communicate(timeout=10)
    tally = json.loads(out)
    assert tally["bytes_written"] >= decoder.account().bytes_in > 0
    assert program.returncode == 0


def test_unknown_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileUnknown):
        run("nothing", tmp_path / "port")


@pytest.mark.parametrize(
    ("name", "profile_id", "good", "reasons"),
    [
        ("gps_mtk3339_nmea", "nmea0183", 1321, {"text"}),
        ("kern_scale_tare", "kern_scale", 238, set()),
        ("ut61e_voltage_dc_3_3v", "multimeter_ut61e", 70, set()),
    ],
)
def test_captures_decode_with_a_balanced_account(name: str, profile_id: str, good: int, reasons: set[str]) -> None:
    capture = read_capture(SAMPLES / f"{name}.csv")
    profile = get(profile_id)
    assert (capture.line.baud, capture.line.data_bits, capture.line.parity) == (
        profile.line.baud,
        profile.line.data_bits,
        profile.line.parity,
    )
    streams, account = decode(profile.decoder(), [capture.data])
    assert streams
    assert account.bytes_good == good
    assert set(account.discarded) == reasons


def test_scale_capture_has_the_weights_the_scale_showed() -> None:
    capture = read_capture(SAMPLES / "kern_scale_tare.csv")
    profile = get("kern_scale")
    masses = all_values(profile, profile.decoder().feed(capture.data), "weight.mass")
    assert masses.tolist() == [127.2] * 6 + [0.0] * 11


def test_replay_plays_a_capture_with_its_timing(tmp_path: Path) -> None:
    link = tmp_path / "port"
    capture = read_capture(SAMPLES / "gps_mtk3339_nmea.csv")
    stop = threading.Event()
    player = threading.Thread(
        target=replay, args=(SAMPLES / "gps_mtk3339_nmea.csv", link, 8.0), kwargs={"stop": stop}, name="replay"
    )
    player.start()
    wait_until(link.exists)
    with open_port(str(link), LineSettings(9600)) as port:
        heard = read_until_lost(port)
    stop.set()
    player.join(10.0)
    assert heard == capture.data


def test_capture_times_are_kept() -> None:
    capture = read_capture(SAMPLES / "gps_mtk3339_nmea.csv")
    assert capture.duration_s == pytest.approx(4.2, abs=0.5)
    steps = np.linspace(0, capture.duration_s + 1, 40)
    parts = [capture.bytes_between(start, stop) for start, stop in pairwise(steps)]
    assert b"".join(parts) == capture.data


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1"),
        ("# name: no speed\nh\n1,00,1\n", "line 1"),
        ("# a: 9600 baud 8N1\nh\n1,zz,1\n", "line 3"),
        ("# a: 9600 baud 8N1\nh\n5,00,1\n4,00,1\n", "line 4: time runs backwards"),
        ("# a: 9600 baud 8N1\nh\n", "no characters"),
    ],
)
def test_a_damaged_capture_names_its_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "capture.csv"
    path.write_text(text)
    with pytest.raises(CaptureDamaged, match=words):
        read_capture(path)
