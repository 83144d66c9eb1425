"""Peacefair PZEM-004T v3: single-phase energy module on Modbus RTU, 9600 8N1.

Input registers 0–9, integers, 32-bit values with the least significant word first (CDAB): voltage in 0.1 V, current in
mA, power in 0.1 W, energy in Wh, frequency, power factor, alarm.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "pzem_004t",
    say("Peacefair PZEM-004T energy meter", "Energiezähler Peacefair PZEM-004T", "Peacefair PZEM-004T 电能模块"),
    LineSettings(9600),
    sample=("01040000000a700d01041408fc23250000458100004246000f01f4005600004a35"),
    first={"unit_1.voltage": 230.0, "unit_1.power": 1779.3, "unit_1.energy": 1000006.0},
)
