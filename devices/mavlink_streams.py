"""The numbers of MAVLink messages that a person would plot: channels, units, ranges and marks for "unknown"."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from devices.labels import Names, say
from devices.values import ChannelSpec, StreamSpec

_U2, _I2 = 65535, 32767
_MOST = 3.0e38


@dataclass(frozen=True)
class Reading:
    """Take one channel from a message field, or from one place of an array field; `unknown` marks "not measured"."""

    channel: ChannelSpec
    field: str
    index: int | None
    unknown: int | None

    def raw(self, values: Mapping[str, object]) -> float:
        """Return the raw number, NaN where the sender says that it has none."""
        value = values[self.field]
        if self.index is not None and isinstance(value, list):
            value = value[self.index]
        return math.nan if value is None or value == self.unknown else float(str(value))


def _read(
    field: str,
    label: Names,
    unit: str = "",
    scale: float = 1.0,
    low: float = -_MOST,
    high: float = _MOST,
    unknown: int | None = None,
    index: int | None = None,
) -> Reading:
    key = field if index is None else f"{field}_{index + 1}"
    return Reading(ChannelSpec(key, label, unit, "f8", scale, low=low, high=high), field, index, unknown)


def _axes(prefix: str, label: tuple[str, str, str], unit: str, scale: float = 1.0, tail: str = "") -> list[Reading]:
    return [_read(f"{prefix}{axis}{tail}", say(*(f"{text} {axis}" for text in label)), unit, scale) for axis in "xyz"]


def _imu(units: tuple[tuple[str, float], ...]) -> list[Reading]:
    """Return acceleration, rate and field of three axes; the fields are called xacc, xgyro, xmag."""
    labels = (
        ("acc", ("Acceleration", "Beschleunigung", "加速度")),
        ("gyro", ("Rate", "Drehrate", "角速度")),
        ("mag", ("Magnetic field", "Magnetfeld", "磁场")),
    )
    return [
        _read(f"{axis}{kind}", say(*(f"{text} {axis}" for text in texts)), unit, scale)
        for (kind, texts), (unit, scale) in zip(labels, units, strict=True)
        for axis in "xyz"
    ]


_LATITUDE = _read("lat", say("Latitude", "Breite", "纬度"), "°", 1e-7, -90.0, 90.0)
_LONGITUDE = _read("lon", say("Longitude", "Länge", "经度"), "°", 1e-7, -180.0, 180.0)
_ALTITUDE = say("Altitude", "Höhe", "高度")
_TEMPERATURE = say("Temperature", "Temperatur", "温度")
_REMAINING = _read(
    "battery_remaining", say("Battery left", "Akku-Restladung", "剩余电量"), "%", 1.0, 0.0, 100.0, unknown=-1
)
_CURRENT = _read("current_battery", say("Current", "Strom", "电流"), "A", 0.01, -400.0, 400.0, unknown=-1)
_RATES = [
    _read("rollspeed", say("Roll rate", "Rollrate", "横滚角速度"), "°/s", 180 / math.pi),
    _read("pitchspeed", say("Pitch rate", "Nickrate", "俯仰角速度"), "°/s", 180 / math.pi),
    _read("yawspeed", say("Yaw rate", "Gierrate", "偏航角速度"), "°/s", 180 / math.pi),
]
READINGS: dict[str, list[Reading]] = {
    "HEARTBEAT": [
        _read("type", say("Vehicle type", "Fahrzeugart", "载具类型")),
        _read("base_mode", say("Base mode", "Grundbetriebsart", "基本模式")),
        _read("custom_mode", say("Custom mode", "Eigene Betriebsart", "自定义模式")),
        _read("system_status", say("System status", "Systemzustand", "系统状态")),
    ],
    "SYS_STATUS": [
        _read("load", say("Load", "Last", "负载"), "%", 0.1, 0.0, 110.0),
        _read("voltage_battery", say("Voltage", "Spannung", "电压"), "V", 0.001, 0.0, 65.6, unknown=_U2),
        _CURRENT,
        _REMAINING,
        _read("drop_rate_comm", say("Packets dropped", "Verlorene Pakete", "丢包率"), "%", 0.01, 0.0, 656.0),
    ],
    "SYSTEM_TIME": [_read("time_boot_ms", say("Time since start", "Zeit seit Start", "启动后时间"), "s", 0.001, 0.0)],
    "PARAM_VALUE": [_read("param_value", say("Parameter value", "Parameterwert", "参数值"))],
    "GPS_RAW_INT": [
        _read("fix_type", say("Fix", "Ortung", "定位"), low=0.0, high=8.0),
        _LATITUDE,
        _LONGITUDE,
        _read("alt", _ALTITUDE, "m", 0.001, -1000.0, 100000.0),
        _read("eph", say("HDOP", "HDOP", "水平精度因子"), "", 0.01, 0.0, unknown=_U2),
        _read("vel", say("Ground speed", "Geschwindigkeit über Grund", "地速"), "m/s", 0.01, 0.0, unknown=_U2),
        _read("cog", say("Course", "Kurs", "航向"), "°", 0.01, 0.0, 360.0, unknown=_U2),
        _read("satellites_visible", say("Satellites", "Satelliten", "卫星数"), unknown=255),
    ],
    "SCALED_IMU": _imu((("m/s²", 0.00980665), ("rad/s", 0.001), ("µT", 0.1))),
    "RAW_IMU": _imu((("", 1.0), ("", 1.0), ("", 1.0))),
    "HIGHRES_IMU": [
        *_imu((("m/s²", 1.0), ("rad/s", 1.0), ("µT", 100.0))),
        _read("abs_pressure", say("Pressure", "Druck", "气压"), "hPa"),
        _read("temperature", _TEMPERATURE, "°C", 1.0, -273.2, 1000.0),
    ],
    "SCALED_PRESSURE": [
        _read("press_abs", say("Pressure", "Druck", "气压"), "hPa"),
        _read("press_diff", say("Differential pressure", "Differenzdruck", "差压"), "hPa"),
        _read("temperature", _TEMPERATURE, "°C", 0.01, -273.2, 400.0),
    ],
    "ATTITUDE": [
        _read("roll", say("Roll", "Rollen", "横滚角"), "°", 180 / math.pi, -180.01, 180.01),
        _read("pitch", say("Pitch", "Nicken", "俯仰角"), "°", 180 / math.pi, -180.01, 180.01),
        _read("yaw", say("Yaw", "Gieren", "偏航角"), "°", 180 / math.pi, -360.01, 360.01),
        *_RATES,
    ],
    "ATTITUDE_QUATERNION": [
        *(
            _read(f"q{part}", say(*(f"{text} {part}" for text in ("Quaternion", "Quaternion", "四元数"))))
            for part in range(1, 5)
        ),
        *_RATES,
    ],
    "LOCAL_POSITION_NED": [
        *_axes("", ("Position", "Position", "位置"), "m"),
        *_axes("v", ("Speed", "Geschwindigkeit", "速度"), "m/s"),
    ],
    "GLOBAL_POSITION_INT": [
        _LATITUDE,
        _LONGITUDE,
        _read("alt", _ALTITUDE, "m", 0.001, -1000.0, 100000.0),
        _read("relative_alt", say("Height above home", "Höhe über Start", "相对高度"), "m", 0.001),
        *_axes("v", ("Speed", "Geschwindigkeit", "速度"), "m/s", 0.01),
        _read("hdg", say("Heading", "Steuerkurs", "机头朝向"), "°", 0.01, 0.0, 360.0, unknown=_U2),
    ],
    "RC_CHANNELS": [
        *(
            _read(
                f"chan{number}_raw",
                say(*(f"{text} {number}" for text in ("RC channel", "RC-Kanal", "遥控通道"))),
                "µs",
                unknown=_U2,
            )
            for number in range(1, 19)
        ),
        _read("rssi", say("Signal strength", "Signalstärke", "信号强度"), unknown=255),
    ],
    "SERVO_OUTPUT_RAW": [
        _read(
            f"servo{number}_raw",
            say(*(f"{text} {number}" for text in ("Servo output", "Servoausgang", "舵机输出"))),
            "µs",
        )
        for number in range(1, 17)
    ],
    "VFR_HUD": [
        _read("airspeed", say("Airspeed", "Fluggeschwindigkeit", "空速"), "m/s"),
        _read("groundspeed", say("Ground speed", "Geschwindigkeit über Grund", "地速"), "m/s"),
        _read("heading", say("Heading", "Steuerkurs", "机头朝向"), "°", 1.0, -360.0, 360.0),
        _read("throttle", say("Throttle", "Gas", "油门"), "%", 1.0, 0.0, 100.0),
        _read("alt", _ALTITUDE, "m"),
        _read("climb", say("Climb rate", "Steigrate", "爬升率"), "m/s"),
    ],
    "BATTERY_STATUS": [
        _read("temperature", _TEMPERATURE, "°C", 0.01, -273.2, 400.0, unknown=_I2),
        *(
            _read(
                "voltages",
                say(*(f"{text} {cell + 1}" for text in ("Cell", "Zelle", "电芯"))),
                "V",
                0.001,
                0.0,
                unknown=_U2,
                index=cell,
            )
            for cell in range(10)
        ),
        _CURRENT,
        _read("current_consumed", say("Charge used", "Entnommene Ladung", "已用电量"), "mAh", unknown=-1),
        _REMAINING,
    ],
    "DISTANCE_SENSOR": [_read("current_distance", say("Distance", "Abstand", "距离"), "m", 0.01, 0.0)],
    "VIBRATION": _axes("vibration_", ("Vibration", "Vibration", "振动"), ""),
    "ALTITUDE": [
        _read("altitude_amsl", say("Altitude above sea level", "Höhe über Meer", "海拔高度"), "m"),
        _read("altitude_relative", say("Height above home", "Höhe über Start", "相对高度"), "m"),
        _read("altitude_terrain", say("Height above terrain", "Höhe über Gelände", "离地高度"), "m"),
    ],
    "EXTENDED_SYS_STATE": [
        _read("vtol_state", say("VTOL state", "VTOL-Zustand", "垂直起降状态")),
        _read("landed_state", say("Landed state", "Landezustand", "着陆状态")),
    ],
}


def key_of(name: str) -> str:
    """Return the stream key of a message name."""
    return name.lower()


STREAMS = tuple(StreamSpec(key_of(name), tuple(each.channel for each in READINGS[name])) for name in READINGS)
