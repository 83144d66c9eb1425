"""Chint DDSU666: single-phase DIN-rail energy meter on Modbus RTU, 9600 8N1.

Holding registers, 32-bit floats, most significant word first: voltage 0x2000, current 0x2002, power in kW 0x2004,
power factor 0x200A, frequency 0x200E, imported energy 0x4000.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "chint_ddsu666",
    say("Chint DDSU666 energy meter", "Energiezähler Chint DDSU666", "正泰 DDSU666 电能表"),
    LineSettings(9600),
    sample=(
        "0103200000104fc60103204365f487410ff4563fe3bfc53f870e23000000003f5c28f60000000042480a3dd790010340"
        "00000c500f010318447a005e000000000000000000000000000000003fa000000e42"
    ),
    first={"unit_1.voltage": 229.955185, "unit_1.power": 1.77929, "unit_1.energy": 1000.005737},
)
