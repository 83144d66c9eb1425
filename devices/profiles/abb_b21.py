"""ABB B21: single-phase DIN-rail energy meter on Modbus RTU, 19200 8E1.

Holding registers, integers, most significant word first: voltage 0x5B00, current 0x5B0C, power 0x5B14, frequency
0x5B2C, imported energy 0x5000 with 64 bits.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "abb_b21",
    say("ABB B21 energy meter", "Energiezähler ABB B21", "ABB B21 电能表"),
    LineSettings(19200, 8, "E", 1),
    sample=(
        "010350000008550c01031000000000000186a1000000000000007d32e401035b000002d72f010304000008fcfdb20103"
        "5b0c000a16ea010314000003840000000000000000000000000002b709663c01035b2c000156e7010302138974d2"
    ),
    first={"unit_1.voltage": 230.0, "unit_1.power": 1779.29, "unit_1.energy": 1000.01},
)
