"""NMEA 0183 sentences of any talker as messages, with the names their fields have.

`$` (or `!`), talker and type, fields, `*` and the exclusive or of what is between $ and *. An empty field is None, a
position or time that cannot be one too. Proprietary and unknown sentences keep their fields as texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from devices.account import BAD_CHECKSUM, MALFORMED
from devices.checksum import xor_of
from devices.messages import Fields, Told, explain_lines, number
from devices.nmea import SENTENCE, angle, value
from devices.values import Message, Params

Texts = Sequence[bytes]
Take = Callable[[Texts, int], object]
_CLOCK = re.compile(rb"(\d\d)(\d\d)(\d\d(?:\.\d{1,9})?)")
_DATE = re.compile(rb"(\d\d)(\d\d)(\d\d)")


def _number(fields: Texts, index: int) -> object:
    return number(value(fields, index))


def _whole(fields: Texts, index: int) -> object:
    found = value(fields, index)
    return int(found) if math.isfinite(found) and found == int(found) else number(found)


def _text(fields: Texts, index: int) -> object:
    return fields[index].decode("ascii") or None if index < len(fields) else None


def _angle(fields: Texts, index: int) -> object:
    found = angle(fields, index)
    side = fields[index + 1] if index + 1 < len(fields) else b""
    return number(found) if abs(found) <= (90 if side in (b"N", b"S") else 180) else None


def _time(fields: Texts, index: int) -> object:
    match = _CLOCK.fullmatch(fields[index]) if index < len(fields) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or float(match[3]) >= 61:
        return None
    return b":".join(match.groups()).decode("ascii")


def _date(fields: Texts, index: int) -> object:
    match = _DATE.fullmatch(fields[index]) if index < len(fields) else None
    if match is None or not 1 <= int(match[1]) <= 31 or not 1 <= int(match[2]) <= 12:
        return None
    year = int(match[3])
    return f"{year + (2000 if year < 80 else 1900):04d}-{int(match[2]):02d}-{int(match[1]):02d}"


_TAKE: dict[str, Take] = {"n": _number, "i": _whole, "s": _text, "a": _angle, "t": _time, "d": _date}
# Type -> "name:index:kind"; kinds: n number, i whole number, s text, a angle and its side, t time, d date.
SENTENCES = {
    "GGA": "time:1:t lat:2:a lon:4:a quality:6:i sats:7:i hdop:8:n alt_m:9:n geoid_m:11:n dgps_age_s:13:n dgps_id:14:s",
    "GNS": "time:1:t lat:2:a lon:4:a mode:6:s sats:7:i hdop:8:n alt_m:9:n geoid_m:10:n",
    "RMC": "time:1:t status:2:s lat:3:a lon:5:a speed_kn:7:n course_deg:8:n date:9:d variation_deg:10:n mode:12:s",
    "GLL": "lat:1:a lon:3:a time:5:t status:6:s mode:7:s",
    "VTG": "course_true_deg:1:n course_magnetic_deg:3:n speed_kn:5:n speed_km_h:7:n mode:9:s",
    "GSA": "mode:1:s fix:2:i pdop:15:n hdop:16:n vdop:17:n",
    "GSV": "total:1:i index:2:i sats_in_view:3:i",
    "GST": "time:1:t rms_m:2:n major_m:3:n minor_m:4:n orient_deg:5:n lat_std_m:6:n lon_std_m:7:n alt_std_m:8:n",
    "GBS": "time:1:t lat_error_m:2:n lon_error_m:3:n alt_error_m:4:n failed_sat:5:i",
    "ZDA": "time:1:t day:2:i month:3:i year:4:i zone_hours:5:i zone_minutes:6:i",
    "HDT": "heading_true_deg:1:n",
    "THS": "heading_true_deg:1:n status:2:s",
    "HDM": "heading_magnetic_deg:1:n",
    "HDG": "heading_magnetic_deg:1:n deviation_deg:2:n deviation_side:3:s variation_deg:4:n variation_side:5:s",
    "ROT": "rate_deg_min:1:n status:2:s",
    "VHW": "heading_true_deg:1:n heading_magnetic_deg:3:n speed_kn:5:n speed_km_h:7:n",
    "VBW": "water_speed_kn:1:n water_transverse_kn:2:n ground_speed_kn:4:n ground_transverse_kn:5:n",
    "DBT": "depth_ft:1:n depth_m:3:n depth_fathoms:5:n",
    "DPT": "depth_m:1:n offset_m:2:n",
    "MTW": "water_temp_C:1:n",
    "MWV": "wind_angle_deg:1:n reference:2:s wind_speed:3:n unit:4:s status:5:s",
    "MWD": "wind_true_deg:1:n wind_magnetic_deg:3:n wind_kn:5:n wind_m_s:7:n",
    "VLW": "total_nm:1:n trip_nm:3:n",
    "RPM": "source:1:s number:2:i rpm:3:n pitch_percent:4:n status:5:s",
    "TXT": "total:1:i index:2:i identifier:3:i message:4:s",
}


def read(line: bytes) -> Told:
    """Return what one line says, or why it is refused."""
    start = max(line.rfind(b"$"), line.rfind(b"!"))
    if start < 0:
        return "text", {}
    match = SENTENCE.fullmatch(line, start)
    if match is None:
        return "sentence", {}, MALFORMED
    body, stated = match.groups()
    right = xor_of(body)
    if right != int(stated, 16):
        hint = {"stated_checksum": stated.decode("ascii").upper(), "correct_checksum": f"{right:02X}"}
        return "sentence", hint, BAD_CHECKSUM
    fields = body.split(b",")
    noise: Fields = {"noise_bytes": start} if start else {}
    return "sentence", _named(fields) | noise


def _named(fields: Texts) -> Fields:
    name = fields[0].decode("ascii")
    if name.startswith("P"):
        return {"talker": "P", "type": name[1:], "proprietary": True} | _unnamed(fields)
    kind = name[-3:]
    found: Fields = {"talker": name[:-3], "type": kind}
    if kind not in SENTENCES:
        return found | _unnamed(fields)
    for entry in SENTENCES[kind].split():
        key, index, take = entry.split(":")
        found[key] = _TAKE[take](fields, int(index))
    if kind == "RMC" and fields[11:12] == [b"W"] and isinstance(found["variation_deg"], float):
        found["variation_deg"] = -found["variation_deg"]
    return found | _lists(kind, fields)


def _unnamed(fields: Texts) -> Fields:
    return {"fields": [field.decode("ascii") for field in fields[1:]]}


def _lists(kind: str, fields: Texts) -> Fields:
    """Return the satellites of GSA and GSV."""
    if kind == "GSA":
        return {"sats_used": [_whole(fields, index) for index in range(3, 15) if index < len(fields) and fields[index]]}
    if kind != "GSV":
        return {}
    keys = ("prn", "elevation_deg", "azimuth_deg", "snr_dB_Hz")
    starts = range(4, len(fields) - 3, 4)
    return {
        "satellites": [
            {key: _whole(fields, start + offset) for offset, key in enumerate(keys)}
            for start in starts
            if fields[start]
        ]
    }


def explain(data: bytes, params: Params) -> list[Message]:
    """Read sentences as messages: degrees, metres, knots, UTC."""
    return explain_lines(data, read, 256, is_checked=True)
