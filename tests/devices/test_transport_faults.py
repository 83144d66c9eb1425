"""Every family of a driver's exceptions, at every call: the port is lost in declared words and nothing else."""

from __future__ import annotations

import errno
import os
import pty
import tty
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import serial

from devices.errors import PortBusy, PortError, PortForbidden, PortLost, PortMissing
from devices.transport import Port, list_ports, open_port, resolve, tuning
from devices.transport.echo import EchoFilter
from devices.transport.listing import Ambiguous, PortInfo, describe, path_of_identity
from devices.values import LineSettings
from tests.devices.fakes import CALLS, FAMILIES, FailingHandle

LINE = LineSettings(9600)
FASTER = LineSettings(19200)
ACTS: dict[str, Callable[[Port], object]] = {
    "read": lambda port: port.read(0.0),
    "write": lambda port: port.write(b"x"),
    "in_waiting": lambda port: port.read(0.0),
    "baudrate": lambda port: port.configure(FASTER),
    "close": lambda port: port.close(),
}


@pytest.mark.parametrize("family", range(len(FAMILIES)))
@pytest.mark.parametrize("call", CALLS)
def test_every_family_at_every_call(call: str, family: int) -> None:
    handle = FailingHandle(b"abc", call, FAMILIES[family])
    port = Port("COM7", handle, LINE)
    if call == "close":
        port.close()
        assert handle.is_closed
    elif call == "in_waiting":
        assert port.read(0.0) == b"a", "what came before the loss is not thrown away"
    else:
        with pytest.raises(PortLost) as caught:
            ACTS[call](port)
        assert caught.value.url == "COM7"
        port.close()


@pytest.mark.parametrize("family", range(len(FAMILIES)))
def test_every_family_while_opening_is_a_declared_error(family: int) -> None:
    def opener(_target: str, _line: LineSettings) -> object:
        raise FAMILIES[family]()

    master, slave = pty.openpty()
    try:
        with pytest.raises(PortError):
            open_port(os.ttyname(slave), LINE, opener)
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (OSError(errno.ENXIO, "gone"), PortMissing),
        (PermissionError(errno.EACCES, "no"), PortForbidden),
        (OSError(errno.EBUSY, "busy"), PortBusy),
        (serial.SerialException(11, "Could not exclusively lock port: [Errno 11]"), PortBusy),
        (serial.SerialException("could not configure port: (5, 'Input/output error')"), PortLost),
    ],
)
def test_opening_says_what_is_wrong(problem: Exception, kind: type[PortError]) -> None:
    def opener(_target: str, _line: LineSettings) -> object:
        raise problem

    master, slave = pty.openpty()
    try:
        with pytest.raises(kind):
            open_port(os.ttyname(slave), LINE, opener)
    finally:
        os.close(master)
        os.close(slave)


REFUSED = (
    "spy:///dev/ttyUSB0", "alt:///dev/ttyUSB0", "hwgrep://USB", "cp2110://1", "file:///etc/passwd", "SOCKET://h:1",
    "http://host:80", "socket://host", "socket://host:port", "socket://host:80?logging=debug", "socket://:80",
    "socket://user@host:80", "rfc2217://host", "rfc2217://host:80?logging=debug", "loop://?logging=debug", "loop://x",
    "/etc/passwd", "/dev/../etc/passwd", "ttyUSB0", "", "/dev/tty\0USB0",
)  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_nothing_but_the_allowed_kinds_is_opened(url: str) -> None:
    def opener(_target: str, _line: LineSettings) -> object:
        raise AssertionError("must not be reached")

    with pytest.raises(PortForbidden):
        open_port(url, LINE, opener)


@pytest.mark.parametrize("url", ["loop://", "socket://host.example:4001", "rfc2217://[fe80::1]:7000/"])
def test_the_allowed_network_forms_resolve_to_themselves(url: str) -> None:
    assert resolve(url) == url


def usb(device: str, serial_number: str | None, location: str, pid: int = 0x6001) -> SimpleNamespace:
    return SimpleNamespace(
        device=device, description="adapter", vid=0x0403, pid=pid, serial_number=serial_number, location=location
    )


def test_an_adapter_is_found_under_whatever_name() -> None:
    first = describe([usb("/dev/ttyUSB0", "A50285BI", "1-1"), usb("/dev/ttyUSB1", "FT9", "1-2")])
    later = describe([usb("/dev/ttyUSB7", "A50285BI", "2-4"), usb("/dev/ttyUSB0", "FT9", "1-2")])
    identity = first[0].identity
    assert identity == "usb:0403:6001:A50285BI"
    assert path_of_identity(identity, later) == "/dev/ttyUSB7"
    assert path_of_identity(identity.lower(), later) == "/dev/ttyUSB7"
    assert path_of_identity(identity, describe([usb("/dev/ttyUSB0", "FT9", "1-2")])) is None


def test_without_a_serial_number_the_socket_tells_adapters_apart() -> None:
    ports = describe([usb("/dev/ttyUSB0", None, "1-1.4"), usb("/dev/ttyUSB1", "", "1-1.3")])
    assert [port.identity for port in ports] == ["usb:0403:6001:@1-1.4", "usb:0403:6001:@1-1.3"]
    assert path_of_identity("usb:0403:6001:@1-1.3", ports) == "/dev/ttyUSB1"
    with pytest.raises(Ambiguous):
        path_of_identity("usb:0403:6001:", ports)
    assert path_of_identity("usb:0403:6001", ports[:1]) == "/dev/ttyUSB0"


def test_several_ports_of_one_adapter_are_told_apart() -> None:
    ports = describe([usb("/dev/ttyUSB0", "FT4", "1-1:1.0"), usb("/dev/ttyUSB1", "FT4", "1-1:1.1")])
    assert [port.identity for port in ports] == ["usb:0403:6001:FT4#1.0", "usb:0403:6001:FT4#1.1"]
    assert path_of_identity("usb:0403:6001:FT4#1.1", ports) == "/dev/ttyUSB1"
    with pytest.raises(Ambiguous):
        path_of_identity("usb:0403:6001:FT4", ports)


def test_ports_that_are_not_usb_have_no_identity() -> None:
    plain = SimpleNamespace(
        device="/dev/ttyS0", description="n/a", vid=None, pid=None, serial_number=None, location=None
    )
    assert describe([plain]) == (PortInfo("/dev/ttyS0", "n/a", "", None, ""),)
    assert all(port.identity.startswith("usb:") or port.identity == "" for port in list_ports())


def test_a_missing_adapter_is_missing_not_forbidden() -> None:
    with pytest.raises(PortMissing):
        resolve("usb:FFFF:FFFF:NOBODY")


def test_counters_rs485_and_latency_that_a_pty_lacks_are_no_error() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        with open_port(os.ttyname(slave), LineSettings(9600, rs485=True, echo=True)) as port:
            assert port.line_errors() is None
            assert port.latency_ms is None
            assert port.tuning == tuning.Tuning(rs485="adapter")
            os.write(master, b"hi")
            assert port.read(2.0) == b"hi"
            assert port.largest_read == 2
    finally:
        os.close(master)
        os.close(slave)


def test_an_adapter_that_holds_bytes_back_is_called_slow() -> None:
    assert tuning.Tuning(latency_ms=16).is_slow
    assert not tuning.Tuning(latency_ms=1).is_slow
    assert not tuning.Tuning().is_slow


def test_settings_change_on_the_open_port_and_waiting_bytes_stay() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        with open_port(os.ttyname(slave), LINE) as port:
            os.write(master, b"before")
            port.configure(FASTER)
            assert port.read(2.0) == b"before"
    finally:
        os.close(master)
        os.close(slave)


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_own_echo_is_left_out_once() -> None:
    hand = Hand()
    echo = EchoFilter(LINE, hand)
    assert echo.split(b"before") == (b"before", b"")
    echo.expect(b"\x01\x06\x00\x01")
    assert echo.split(b"late\x01\x06\x00\x01\x01\x06\x00\x01") == (b"late\x01\x06\x00\x01", b"\x01\x06\x00\x01")
    assert echo.split(b"\x01\x06\x00\x01") == (b"\x01\x06\x00\x01", b"")
    assert echo.missed == 0


@pytest.mark.parametrize("cut", range(1, 8))
def test_an_echo_in_two_pieces_is_one_echo(cut: int) -> None:
    echo = EchoFilter(LINE, Hand())
    echo.expect(b"request!")
    others, own = b"", b""
    for piece in (b"request!"[:cut], b"request!"[cut:] + b"reply"):
        more, mine = echo.split(piece)
        others, own = others + more, own + mine
    assert (others, own) == (b"reply", b"request!")


def test_an_echo_that_never_comes_gives_back_what_was_held() -> None:
    hand = Hand()
    echo = EchoFilter(LINE, hand)
    echo.expect(b"AB")
    assert echo.split(b"xxA") == (b"xx", b"")
    hand.now_s = 1.0
    assert echo.split(b"") == (b"A", b"")
    assert echo.missed == 1


def test_a_port_whose_line_echoes_balances() -> None:
    """Bytes of others + own echo = bytes that came, whatever the order."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    try:
        with open_port(os.ttyname(slave), LineSettings(115200, echo=True)) as port:
            port.write(b"poll")
            assert os.read(master, 16) == b"poll"
            os.write(master, b"pollanswer")
            assert port.read(2.0) == b"answer"
            assert port.take_echo() == b"poll"
            assert port.take_echo() == b""
            assert port.echoes_missed == 0
    finally:
        os.close(master)
        os.close(slave)
