"""Chint DTSU666: three-phase DIN-rail energy meter on Modbus RTU, 9600 8N1.

Holding registers, 32-bit floats in tenths of a volt and of a watt and in milliamperes: phases from 0x2006, total
power 0x2012, imported energy in kWh 0x401E. The scales are recalled, not verified.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "chint_dtsu666",
    say("Chint DTSU666 energy meter", "Energiezähler Chint DTSU666", "正泰 DTSU666 电能表"),
    LineSettings(9600),
    sample=(
        "0103200600162fc501032c450fb8d4451018d4451078d4453b70d0453af3ef453a77b5468b01cc45b957bb45b957bb45"
        "b957bb4624dcc21ce40103202a0002ee03010304445700005f130103204400028fde010304459c480019110103401e00"
        "0c3009010318447a005e000000000000000000000000000000003fa000000e42"
    ),
    first={"unit_1.voltage_l1": 229.955176, "unit_1.power": 1779.289844, "unit_1.energy": 1000.005737},
)
