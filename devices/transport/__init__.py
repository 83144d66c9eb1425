"""Open ports: serial devices by path or USB identity, and the allowed network forms."""

from devices.transport.holders import holder_of
from devices.transport.listing import PortInfo, list_ports
from devices.transport.port import Port, open_port, resolve

__all__ = ["Port", "PortInfo", "holder_of", "list_ports", "open_port", "resolve"]
