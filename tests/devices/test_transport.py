from __future__ import annotations

import contextlib
import errno
import os
import pty
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

from devices.errors import PortBusy, PortForbidden, PortLost, PortMissing
from devices.simulators.line import PtyLine
from devices.transport import Port, holder_of, list_ports, open_port, resolve
from devices.values import LineSettings
from tests.support import wait_until

LINE = LineSettings(115200)


@pytest.fixture
def pair() -> Iterator[tuple[int, str]]:
    """Yield the master descriptor of a pseudo-terminal and the path of its slave."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    with contextlib.suppress(OSError):
        os.close(master)


def test_reads_what_is_there_and_waits_no_longer_than_told(pair: tuple[int, str]) -> None:
    master, path = pair
    with open_port(path, LINE) as port:
        began = time.monotonic()
        assert port.read(0.05) == b""
        assert 0.04 < time.monotonic() - began < 30.0
        os.write(master, b"\x00\x03\xff hello\r\n")
        assert port.read(5.0) == b"\x00\x03\xff hello\r\n"
        port.write(b"\x11\x13\x04")
        assert os.read(master, 10) == b"\x11\x13\x04"


@pytest.mark.parametrize(
    "line", [LINE, LineSettings(9600, 8, "E", 1), LineSettings(2400, 7, "O", 1), LineSettings(4_000_000)]
)
def test_every_line_setting_opens(pair: tuple[int, str], line: LineSettings) -> None:
    master, path = pair
    with open_port(path, line) as port:
        os.write(master, b"x")
        assert port.read(5.0) == b"x"


def test_waiting_for_bytes_costs_no_time(pair: tuple[int, str]) -> None:
    with open_port(pair[1], LINE) as port:
        spent = time.thread_time()
        port.read(0.5)
        assert time.thread_time() - spent < 0.05


def test_unplugging_wakes_a_waiting_reader(pair: tuple[int, str]) -> None:
    master, path = pair
    port = open_port(path, LINE)
    lost: list[BaseException] = []

    def read() -> None:
        try:
            port.read(20.0)
        except PortLost as problem:
            lost.append(problem)

    reader = threading.Thread(target=read, name="reader")
    reader.start()
    os.close(master)
    reader.join(5.0)
    assert not reader.is_alive()
    assert len(lost) == 1
    with pytest.raises(PortLost):
        port.write(b"x")
    port.close()
    with pytest.raises(PortMissing):
        open_port(path, LINE)


def test_cancel_and_close_from_another_thread(pair: tuple[int, str]) -> None:
    port = open_port(pair[1], LINE)
    results: list[bytes] = []
    reader = threading.Thread(target=lambda: results.append(port.read(20.0)), name="reader")
    reader.start()
    port.cancel()
    reader.join(5.0)
    assert results == [b""]
    port.close()
    port.close()
    with pytest.raises(PortLost):
        port.read(0.1)


def test_descriptors_do_not_leak(pair: tuple[int, str]) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        open_port(pair[1], LINE).close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_says_who_holds_the_port(pair: tuple[int, str]) -> None:
    path = pair[1]
    code = "import os,sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, path], stdin=subprocess.PIPE) as other:
        wait_until(lambda: holder_of(path))
        with pytest.raises(PortBusy) as caught:
            open_port(path, LINE)
        assert f"(pid {other.pid})" in caught.value.holder
        assert "python" in caught.value.holder
        assert other.stdin is not None
        other.stdin.close()
    open_port(path, LINE).close()


def test_two_readers_in_one_process_are_refused(pair: tuple[int, str]) -> None:
    with open_port(pair[1], LINE), pytest.raises(PortBusy):
        open_port(pair[1], LINE)


@pytest.mark.parametrize(
    "url",
    ["spy:///dev/null", "alt:///dev/ttyS0", "hwgrep://x", "cp2110:x", "http://x", "ttyUSB0", "file:///etc/passwd"],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(PortForbidden):
        open_port(url, LINE)


def test_files_are_not_ports(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("x")
    with pytest.raises(PortForbidden):
        open_port(str(tmp_path / "port"), LINE)
    with pytest.raises(PortMissing):
        open_port(str(tmp_path / "nothing"), LINE)
    with pytest.raises(PortMissing):
        open_port("usb:FFFF:FFFF:none", LINE)


def test_a_link_to_a_device_is_a_port(tmp_path: Path, pair: tuple[int, str]) -> None:
    (tmp_path / "port").symlink_to(pair[1])
    assert resolve(str(tmp_path / "port")) == pair[1]


def test_loop_back() -> None:
    with open_port("loop://", LINE) as port:
        port.write(b"abc")
        assert port.read(1.0) == b"abc"
        assert port.read(0.01) == b""


def test_network_port_and_its_loss() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"socket://127.0.0.1:{server.getsockname()[1]}"
        port = open_port(address, LINE)
        peer, _ = server.accept()
        peer.sendall(b"12345")
        assert port.read(5.0) == b"12345"
        peer.close()
        wait_until(lambda: is_lost(port))
        port.close()
    with pytest.raises(PortMissing):
        open_port(address, LINE)


def is_lost(port: Port) -> bool:
    try:
        port.read(0.05)
    except PortLost:
        return True
    return False


def test_a_storm_of_unplugging_leaks_nothing(tmp_path: Path) -> None:
    link = tmp_path / "port"
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    for turn in range(30):
        line = PtyLine(link)
        port = open_port(str(link), LINE)
        line.write(b"%d" % turn)
        assert port.read(5.0) == b"%d" % turn
        line.unplug()
        with pytest.raises(PortMissing):
            open_port(str(link), LINE)
        wait_until(lambda port=port: is_lost(port))
        port.close()
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before


class _Failing:
    """A handle whose driver fails in one of the ways seen in the field."""

    def __init__(self, problem: Exception) -> None:
        self._problem = problem
        self.timeout = 0.0

    def read(self, size: int) -> bytes:
        raise self._problem

    def write(self, data: bytes) -> int:
        raise self._problem

    @property
    def in_waiting(self) -> int:
        raise self._problem

    def close(self) -> None:
        raise self._problem


FAMILIES = [
    serial.SerialException("device reports readiness to read but returned no data"),
    serial.SerialException("read failed: [Errno 6] Device not configured"),
    serial.SerialTimeoutException("Write timeout"),
    serial.PortNotOpenError(),
    OSError(errno.EIO, "Input/output error"),
    OSError(errno.ENXIO, "No such device"),
    termios.error(errno.EIO, "Input/output error"),
    PermissionError(13, "Access is denied"),
    TypeError("'NoneType' object cannot be interpreted as an integer"),
    ValueError("file descriptor cannot be a negative integer (-1)"),
    AttributeError("'NoneType' object has no attribute 'hEvent'"),
]


@pytest.mark.parametrize("problem", FAMILIES, ids=lambda problem: type(problem).__name__)
def test_every_family_of_unplug_exceptions_is_a_lost_port(problem: Exception) -> None:
    port = Port("COM7", _Failing(problem))
    acts: list[Callable[[], object]] = [lambda: port.read(0.1), lambda: port.write(b"x")]
    for act in acts:
        with pytest.raises(PortLost) as caught:
            act()
        assert caught.value.url == "COM7"
    port.close()


def test_lists_ports() -> None:
    for port in list_ports():
        assert port.path
        assert port.identity == "" or port.identity.startswith("usb:")
