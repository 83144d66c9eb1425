"""Ports over the network: a real TCP server and a real RFC 2217 server on this computer."""

from __future__ import annotations

import os
import pty
import select
import socket
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import serial
from serial import rfc2217

from devices.errors import PortLost, PortMissing
from devices.transport import Port, open_port
from devices.values import LineSettings
from tests.support import wait_until

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5
LINE = LineSettings(57600, 8, "E", 1)


class PtySerial(serial.Serial):
    """A pseudo-terminal has no modem lines; a server asks for them."""

    cts = dsr = ri = cd = False

    def _update_rts_state(self) -> None:
        """Set nothing."""

    def _update_dtr_state(self) -> None:
        """Set nothing."""


class Rfc2217Server:
    """Serve one pseudo-terminal by RFC 2217, as a terminal server in a lab does."""

    def __init__(self) -> None:
        self.device, slave = pty.openpty()
        tty.setraw(slave)
        self._serial = PtySerial(os.ttyname(slave), 9600, timeout=0)
        os.close(slave)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"
        self._peer: socket.socket | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rfc2217-server")
        self._thread.start()

    @property
    def baud(self) -> int:
        return int(self._serial.baudrate)

    def write(self, data: bytes) -> None:
        """Send telnet bytes to the client (called by the protocol object)."""
        if self._peer is not None:
            self._peer.sendall(data)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not select.select([self._listening], [], [], 0.02)[0]:
                continue
            self._peer, _ = self._listening.accept()
            with self._peer:
                self._serve(self._peer)
            self._peer = None

    def _serve(self, peer: socket.socket) -> None:
        manager = rfc2217.PortManager(self._serial, self)
        while not self._stop.is_set() and peer.fileno() >= 0:
            ready = select.select([peer, self._serial], [], [], 0.02)[0]
            try:
                if peer in ready:
                    data = peer.recv(1024)
                    if not data:
                        return
                    self._serial.write(b"".join(manager.filter(data)))
                if self._serial in ready:
                    peer.sendall(b"".join(manager.escape(self._serial.read(1024))))
            except OSError:
                return

    def hang_up(self) -> None:
        """Drop the client's connection."""
        if self._peer is not None:
            self._peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self._listening.close()
        self._serial.close()
        os.close(self.device)


@pytest.fixture
def server() -> Iterator[Rfc2217Server]:
    made = Rfc2217Server()
    yield made
    made.close()


def read_all(port: Port, size: int) -> bytes:
    found = b""

    def enough() -> bool:
        nonlocal found
        found += port.read(0.1)
        return len(found) >= size

    wait_until(enough)
    return found


def is_lost(port: Port) -> bool:
    try:
        port.read(0.05)
    except PortLost:
        return True
    return False


def test_rfc2217_sets_the_line_and_carries_every_byte(server: Rfc2217Server) -> None:
    everything = bytes(range(256)) * 8
    with open_port(server.url, LineSettings(57600)) as port:
        assert server.baud == 57600
        os.write(server.device, everything)
        assert read_all(port, len(everything)) == everything
        port.write(b"\xff\x00\xff answer")
        wait_until(lambda: select.select([server.device], [], [], 0)[0])
        assert os.read(server.device, 64) == b"\xff\x00\xff answer"
        port.configure(LineSettings(19200))
        assert server.baud == 19200


def test_rfc2217_that_hangs_up_is_lost_and_can_be_opened_again(server: Rfc2217Server) -> None:
    before = threading.active_count()
    for turn in range(2):
        with open_port(server.url, LineSettings(9600)) as port:
            os.write(server.device, b"%d" % turn)
            assert read_all(port, 1) == b"%d" % turn
            server.hang_up()
            wait_until(lambda port=port: is_lost(port))
    wait_until(lambda: threading.active_count() == before)


@contextmanager
def tcp_server() -> Iterator[tuple[socket.socket, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening, f"socket://127.0.0.1:{listening.getsockname()[1]}"


def test_a_socket_carries_bytes_both_ways_and_waits_in_the_kernel() -> None:
    with tcp_server() as (listening, url), open_port(url, LINE) as port:
        peer, _ = listening.accept()
        with peer:
            assert port.descriptor is not None
            spent = time.thread_time()
            assert port.read(0.3) == b""
            assert time.thread_time() - spent < 0.03
            peer.sendall(bytes(range(256)))
            assert read_all(port, 256) == bytes(range(256))
            port.write(b"poll")
            assert peer.recv(16) == b"poll"


def test_a_socket_that_closes_is_lost_and_comes_back() -> None:
    with tcp_server() as (listening, url):
        for _ in range(3):
            with open_port(url, LINE) as port:
                peer, _ = listening.accept()
                peer.sendall(b"x")
                assert read_all(port, 1) == b"x"
                peer.close()
                wait_until(lambda port=port: is_lost(port))


def test_a_dead_peer_is_asked_for_life() -> None:
    with tcp_server() as (_, url), open_port(url, LINE) as port:
        link = socket.socket(fileno=os.dup(port.descriptor or -1))
        with link:
            assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
            assert link.getsockopt(socket.IPPROTO_TCP, 18) == 10_000  # TCP_USER_TIMEOUT, ms


@pytest.mark.parametrize("kind", ["socket", "rfc2217"])
def test_nobody_there_is_a_missing_port_soon(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(PortMissing):
        open_port(f"{kind}://127.0.0.1:{number}", LINE)
    assert time.monotonic() - began < 60.0


def test_a_server_that_speaks_no_rfc2217_is_given_up_within_seconds() -> None:
    with tcp_server() as (_, url):
        began = time.monotonic()
        with pytest.raises(PortMissing):
            open_port(url.replace("socket", "rfc2217"), LINE)
        assert time.monotonic() - began < 60.0


def test_loop_hears_itself() -> None:
    with open_port("loop://", LINE) as port:
        port.write(b"hello")
        assert read_all(port, 5) == b"hello"
    with open_port("loop://", LineSettings(57600, echo=True)) as port:
        port.write(b"hello")
        wait_until(lambda: port.read(0.01) == b"" and port.take_echo() == b"hello")
