"""NMEA 0183 receiver: position, motion, precision and satellites of any talker, 4800 to 115200 baud.

Sentences GGA, RMC, GLL, VTG, GSA, GSV, HDT and THS become streams; other sentences with a good checksum count as good
bytes, and `devices.readers.nmea` reads them as messages.
Empty fields are "not measured", a position without fix too.
"""

from __future__ import annotations

import numpy as np

from devices.checksum import xor_of
from devices.items import ItemDecoder
from devices.labels import Names, say
from devices.nmea import KNOT_M_S, read
from devices.readers.nmea import explain
from devices.simulators.base import LineSimulator
from devices.simulators.waves import noise
from devices.values import ChannelSpec, LineSettings, Params, Profile, SampleExpectation, StreamSpec

FIXES = {0: "none", 1: "GPS", 2: "differential", 3: "PPS", 4: "RTK", 5: "RTK float", 6: "dead reckoning"}


def _channel(key: str, label: Names, unit: str, low: float, high: float, scale: float = 1.0) -> ChannelSpec:
    return ChannelSpec(key, label, unit, "f8", scale, low=low, high=high)


_LATITUDE = _channel("latitude", say("Latitude", "Breite", "纬度"), "°", -90.0, 90.0)
_LONGITUDE = _channel("longitude", say("Longitude", "Länge", "经度"), "°", -180.0, 180.0)
_TIME = _channel("utc", say("Time of day (UTC)", "Uhrzeit (UTC)", "时间（UTC）"), "s", 0.0, 86401.0)
_HDOP = say("Horizontal dilution", "Horizontale DOP", "水平精度因子")
STREAMS = (
    StreamSpec(
        "fix",
        (
            _TIME,
            _LATITUDE,
            _LONGITUDE,
            _channel("altitude", say("Altitude", "Höhe", "海拔"), "m", -1000.0, 100000.0),
            _channel("geoid", say("Geoid height", "Geoidhöhe", "大地水准面高"), "m", -200.0, 200.0),
            ChannelSpec("quality", say("Fix", "Fix", "定位状态"), "", "f8", low=0, high=8, states=FIXES),
            _channel("satellites_used", say("Satellites used", "Genutzte Satelliten", "使用卫星数"), "", 0.0, 99.0),
            _channel("hdop", _HDOP, "", 0.0, 100.0),
        ),
        1.0,
    ),
    StreamSpec(
        "motion",
        (
            _TIME,
            _LATITUDE,
            _LONGITUDE,
            _channel("speed", say("Speed", "Geschwindigkeit", "速度"), "m/s", 0.0, 1000.0, KNOT_M_S),
            _channel("course", say("Course", "Kurs", "航向"), "°", 0.0, 360.0),
            ChannelSpec("valid", say("Valid", "Gültig", "有效"), "", "f8", states={0: "warning", 1: "valid"}),
        ),
        1.0,
    ),
    StreamSpec(
        "course",
        (
            _channel("course_true", say("Course, true", "Kurs, rechtweisend", "真航向"), "°", 0.0, 360.0),
            _channel("speed_ground", say("Speed over ground", "Fahrt über Grund", "对地速度"), "km/h", 0.0, 3600.0),
        ),
        1.0,
    ),
    StreamSpec(
        "precision",
        (
            ChannelSpec(
                "mode", say("Mode", "Modus", "模式"), "", "f8", low=1, high=3, states={1: "none", 2: "2D", 3: "3D"}
            ),
            _channel("used", say("Satellites in solution", "Satelliten in Lösung", "参与解算卫星数"), "", 0.0, 12.0),
            _channel("pdop", say("Position dilution", "Positions-DOP", "位置精度因子"), "", 0.0, 100.0),
            _channel("hdop_solution", _HDOP, "", 0.0, 100.0),
            _channel("vdop", say("Vertical dilution", "Vertikale DOP", "垂直精度因子"), "", 0.0, 100.0),
        ),
        1.0,
    ),
    StreamSpec(
        "satellites",
        (
            _channel("messages", say("Messages", "Meldungen", "消息总数"), "", 1.0, 9.0),
            _channel("message", say("Message", "Meldung", "消息序号"), "", 1.0, 9.0),
            _channel("in_view", say("Satellites in view", "Sichtbare Satelliten", "可见卫星数"), "", 0.0, 99.0),
            _channel("strongest", say("Strongest signal", "Stärkstes Signal", "最强信号"), "dB·Hz", 0.0, 99.0),
        ),
        None,
    ),
    StreamSpec(
        "heading",
        (_channel("heading_true", say("Heading, true", "Steuerkurs, rechtweisend", "真艏向"), "°", 0.0, 360.0),),
        None,
    ),
)


def _sentence(body: str) -> str:
    return f"${body}*{xor_of(body.encode()):02X}"


def _simulator(seed: int, params: Params) -> LineSimulator:
    def write(number: int) -> str:
        second, kind = divmod(number, 4)
        jitter = [float(noise(seed, channel, np.array([second]))[0]) for channel in range(4)]
        time = f"{second // 3600 % 24:02d}{second // 60 % 60:02d}{second % 60:02d}.000"
        place = f"2301.{5200 + round(jitter[0] * 3):04d},N,11323.{4100 + round(jitter[1] * 3):04d},E"
        bodies = (
            f"GNGGA,{time},{place},1,12,0.83,{21.4 + 0.3 * jitter[2]:.1f},M,-4.2,M,,",
            "GNGSA,A,3,19,21,11,27,14,31,01,32,22,18,06,03,1.50,0.83,1.25",
            f"GNRMC,{time},A,{place},{abs(0.02 * jitter[3]):.2f},79.97,010626,,,A",
            f"GNVTG,79.97,T,,M,{abs(0.02 * jitter[3]):.2f},N,{abs(0.04 * jitter[3]):.2f},K,A",
        )
        return _sentence(bodies[kind])

    return LineSimulator(4.0, write)


PROFILE = Profile(
    id="nmea0183",
    version=2,
    label=say("NMEA 0183 receiver", "NMEA-0183-Empfänger", "NMEA 0183 接收机"),
    line=LineSettings(9600),
    streams=STREAMS,
    make_decoder=lambda params: ItemDecoder(STREAMS, read, 256, is_checked=True),
    make_simulator=_simulator,
    sample=(
        b"44,51,35,158,29*71\r\n"
        b"$GPGGA,061508.000,4530.7007,N,12240.8051,W,2,12,0.83,62.2,M,-19.4,M,0000,0000*63\r\n"
        b"$GPGSA,A,3,19,21,11,27,14,31,01,32,22,18,06,03,1.50,0.83,1.25*0E\r\n"
        b"$GPRMC,061508.000,A,4530.7007,N,12240.8051,W,0.02,79.97,260813,,,D*44\r\n"
        b"$GPVTG,79.97,T,,M,0.02,N,0.03,K,D*09\r\n"
        b"$GPGSV,4,4,14,31,07,164,36,21,07,137,21*7D\r\n"
    ),
    sample_expect=SampleExpectation(
        {"fix": 1, "precision": 1, "motion": 1, "course": 1, "satellites": 1},
        {
            "fix.latitude": 45.511678333,
            "fix.longitude": -122.680085,
            "fix.altitude": 62.2,
            "fix.satellites_used": 12,
            "precision.pdop": 1.5,
            "motion.speed": 0.02 * KNOT_M_S,
            "satellites.in_view": 14,
        },
        20,
    ),
    explain=explain,
    source="NMEA 0183; sample from the public-domain capture sigrok-dumps gps/mtk3339.",
)
