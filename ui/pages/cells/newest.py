"""The newest values of channels that stand in the list but in no plot."""

from __future__ import annotations

from collections.abc import Sequence

from ui.kit.recorded import Doors
from ui.pages.cells.plot.feed import ChannelKey
from ui.pages.cells.plot.timebase import SECOND

LOOK_BACK_NS = 3 * SECOND
MOST = 48
"""So many channels fit on a screen; what lies further down the list shows a dash until it is drawn."""


def newest_values(doors: Doors, keys: Sequence[ChannelKey], now_ns: int) -> dict[ChannelKey, float]:
    """Return each channel's last value within 3 s before `now_ns`, NaN without one; runs on the window lane."""
    reader, since = doors.open_reader(), now_ns - LOOK_BACK_NS
    return {
        key: reader.window(key.cell_id, key.stream, key.channel, since, now_ns, 2).last for key in list(keys)[:MOST]
    }
