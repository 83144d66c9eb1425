"""Eastron SDM120: single-phase DIN-rail energy meter on Modbus RTU, 2400 8N1 as delivered.

Input registers, 32-bit floats, most significant word first: voltage 0x0000, current 0x0006, active power 0x000C,
frequency 0x0046, imported energy 0x0048, total energy 0x0156.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "eastron_sdm120",
    say("Eastron SDM120 energy meter", "Energiezähler Eastron SDM120", "Eastron SDM120 电能表"),
    LineSettings(2400),
    sample=(
        "01040000002671d001044c4365f4870000000000000000410ff456000000000000000044de6947000000000000000045"
        "014f1100000000000000004483e3ce00000000000000003f5c28f60000000000000000c1f570a4392901040046000a91"
        "d801041442480a3d447a005e3fa000000000000000000000ffdc0104015600041025010408447a505e000000005f94"
    ),
    first={"unit_1.voltage": 229.955185, "unit_1.power": 1779.289917, "unit_1.energy": 1000.005737},
)
