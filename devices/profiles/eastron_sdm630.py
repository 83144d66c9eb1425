"""Eastron SDM630: three-phase DIN-rail energy meter on Modbus RTU, 9600 8N1, every phase and the totals.

Input registers, 32-bit floats, most significant word first: per phase from 0x0000, totals from 0x0034, total energy
0x0156. The profile `energy_meter` reads the ten most used of them.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "eastron_sdm630",
    say("Eastron SDM630 energy meter", "Energiezähler Eastron SDM630", "Eastron SDM630 电能表"),
    LineSettings(9600),
    sample=(
        "010400000024f0110104484365f48743668e20436727ba403ff072403f7093403ef15d4414462f4414462f4414462f44"
        "2c696c442c696c442c696c43afda6843afda6843afda683f5c28f63f5c28f63f5c28f6e74801040034001cb00d010438"
        "44de69470000000045014f11000000004483e3ce3f5c28f600000000000000000000000042480a3d447a005e3fa00000"
        "00000000000000005012010400e00002703d0104043df5c28ff6de0104015600041025010408447a505e000000005f94"
    ),
    first={"unit_1.voltage_l1": 229.955185, "unit_1.power": 1779.289917, "unit_1.energy": 1000.005737},
)
