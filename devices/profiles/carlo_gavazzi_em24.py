"""Carlo Gavazzi EM24: three-phase DIN-rail energy meter, application H, on Modbus RTU, 9600 8N1.

32-bit integers, least significant word first (CDAB): phases from 0x0000, total power 0x0028, imported energy 0x0034.
The map was read from a client of the Ethernet variant; use it with the profile `modbus_tcp` there.
"""

from __future__ import annotations

from devices.labels import say
from devices.modbus.machines import meter
from devices.values import LineSettings

PROFILE = meter(
    "carlo_gavazzi_em24",
    say("Carlo Gavazzi EM24 energy meter", "Energiezähler Carlo Gavazzi EM24", "Carlo Gavazzi EM24 电能表"),
    LineSettings(9600),
    sample=(
        "01030000001845c001033008fc000009020000090800000000000000000000000000000bb700000baf00000ba7000017"
        "2b0000172b0000172b00003663010300280002440301030445810000bf17010300330003f5c401030601f4271000009a"
        "000103004e0002a41c010304000c00003a30"
    ),
    first={"unit_1.voltage_l1": 230.0, "unit_1.power": 1779.3, "unit_1.energy": 1000.0},
)
