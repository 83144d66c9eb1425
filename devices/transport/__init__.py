"""Open ports: serial devices by path or USB identity, and the allowed network forms."""

from devices.transport.holders import holder_of
from devices.transport.listing import PortInfo, list_ports
from devices.transport.opening import open_port, resolve
from devices.transport.port import Port
from devices.transport.tuning import Tuning

__all__ = ["Port", "PortInfo", "Tuning", "holder_of", "list_ports", "open_port", "resolve"]
