"""ABB B23 and B24: three-phase DIN-rail energy meters on Modbus RTU, 19200 8E1.

Holding registers, integers, most significant word first: phase voltages 0x5B00, currents 0x5B0C, powers 0x5B14,
frequency 0x5B2C, imported energy 0x5000 with 64 bits.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "abb_b23",
    say("ABB B23 energy meter", "Energiezähler ABB B23", "ABB B23 电能表"),
    LineSettings(19200, 8, "E", 1),
    sample=(
        "010350000008550c01031000000000000186a1000000000000007d32e401035b00001c5727010338000008fc00000902"
        "000009080000000000000000000000000000012c0000012b0000012a000000000002b7090000e7ae0000e7ae0000e7ae"
        "066f01035b2c000156e7010302138974d2"
    ),
    first={"unit_1.voltage_l1": 230.0, "unit_1.power": 1779.29, "unit_1.energy": 1000.01},
)
