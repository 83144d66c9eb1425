"""Switch the relays of a Modbus RTU relay board, such as those of an interlock; each switching is read back.

Coils 0–7 are relays 1–8: function 5 switches one (FF00 on, 0000 off), function 15 several, function 1 reads them.
"""

from __future__ import annotations

from devices.commands import modbus_writes as writes
from devices.commands.fields import STATE, integer
from devices.labels import say
from devices.values import CommandField, Params

RELAYS = 8
_RELAY = CommandField("relay", say("Relay", "Relais", "继电器"), "integer", low=1, high=RELAYS, default=1)


def _unit(params: Params) -> int:
    return int(str(params.get("unit", 1)))


COMMANDS = (
    writes.command(
        "switch",
        say("Switch a relay", "Relais schalten", "切换继电器"),
        lambda params, values: writes.coil(_unit(params), integer(values, "relay") - 1, bool(integer(values, "state"))),
        (_RELAY, STATE),
    ),
    writes.command(
        "all_off",
        say("Switch all relays off", "Alle Relais aus", "断开全部继电器"),
        lambda params, values: writes.coils(_unit(params), 0, [False] * RELAYS),
        is_hazardous=False,
    ),
)
