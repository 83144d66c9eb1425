"""The console says in the person's language what was sent and heard."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt

from center_app.telemetry.store.values import RawRecord
from center_app.telemetry.traffic import Reader, TrafficRow
from devices import profiles
from devices.modbus.pdu import EXCEPTIONS
from devices.readers import dynamixel, grbl, robotiq_2f, unitree
from devices.values import Message
from ui.kit.words import _
from ui.pages.cells.console.meaning import meaning
from ui.pages.cells.console.model import Filter, TrafficModel

LANGUAGES = ("de", "zh")
TABLES = (
    EXCEPTIONS, grbl.ERRORS, grbl.ALARMS, dynamixel.ERRORS, unitree.FAULTS, unitree.MODES, robotiq_2f.STATE_TEXT,
    robotiq_2f.OBJECT_TEXT, robotiq_2f.FAULT_TEXT,
)  # fmt: skip
SAME = {"CRC", "FOC"}
"""Names."""


def said(profile_id: str, data: bytes | None = None) -> list[str]:
    """Return the meanings of a profile's own sample, or of other bytes."""
    profile = profiles.get(profile_id)
    reader = Reader(profile, profile.defaults())
    rows = reader.rows([RawRecord(1, 0, 1, 1, 0, bytes(profile.sample if data is None else data))])
    return [meaning(row, reader.labels()) for row in rows]


def test_a_poll_and_its_reply_are_told_in_three_languages() -> None:
    told = {}
    for language in ("en", *LANGUAGES):
        _.choose(language)
        told[language] = said("modbus_tcp")
    assert told["en"][0] == "request: transaction 0, unit 1, fc 4, address 0, count 38"
    assert told["de"][0] == "Anfrage: Vorgang 0, Gerät 1, Funktion 4, Adresse 0, Anzahl 38"
    assert told["zh"][0] == "请求：事务号 0，设备号 1，功能码 4，地址 0，数量 38"
    assert all(line.startswith(("Anfrage: ", "Antwort: ")) for line in told["de"])


def test_channels_are_called_as_the_profile_calls_them_with_their_units() -> None:
    _.choose("de")
    assert said("robot_cell")[0].startswith("Bewegung: Strom J1 0.29, Strom J2 3.54")
    assert said("witmotion")[1] == "Winkel: Roll 45 °, Nick -90 °, Gier 24.9994 °"
    assert said("kern_scale")[0].startswith("Wägung: Wert 127.2 g, Stabil ja, Masse 127.2 g")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_a_bus_or_a_motor_keeps_an_english_word(language: str) -> None:
    _.choose(language)
    own = re.compile(
        r"\b(request|reply|address|count|registers|coils|error|status|value|data|unit|length|none|false)\b"
    )
    for profile_id in ("modbus_tcp", "relay_board", "dynamixel", "feetech_sts", "unitree_go_m8010", "robotiq_2f"):
        for line in said(profile_id):
            assert not own.search(line), f"{profile_id}: {line}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_text_of_a_device_is_translated(language: str) -> None:
    _.choose(language)
    texts = {text for table in TABLES for text in table.values()}
    row = {text: TrafficRow(1, 0, b"x", message=Message(0, 1, "x", {"meaning": text})) for text in texts}
    same = {text for text in texts if meaning(row[text], {}).endswith(f" {text}")}
    assert same <= SAME


def test_what_only_the_device_can_name_stands_as_it_is() -> None:
    _.choose("de")
    assert "mid 48, Nachricht GoToConfig" in said("xsens_mti")[0]
    inside = {"msgs": [{"name": "identify", "count": 40}]}
    assert meaning(TrafficRow(1, 0, b"x", message=Message(0, 1, "ack", inside)), {}) == (
        "Bestätigung: Nachrichten [(name identify, count 40)]"
    )


def test_the_table_shows_it_and_is_searched_by_it() -> None:
    _.choose("zh")
    model = TrafficModel()
    profile = profiles.get("modbus_tcp")
    reader = Reader(profile, profile.defaults())
    model.add(reader.rows([RawRecord(1, 0, 1, 1, 0, bytes(profile.sample))]), reader.labels())
    assert model.data(model.index(0, 4), Qt.ItemDataRole.DisplayRole).startswith("请求：")
    model.choose(Filter(None, "应答"))
    shown = [model.texts(at)[4] for at in range(model.rowCount())]
    assert shown
    assert all(text.startswith("应答") for text in shown)
