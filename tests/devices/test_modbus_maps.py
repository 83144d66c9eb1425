from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.modbus import grouped, readings
from devices.modbus.machines import tasks
from devices.modbus.map_csv import MapRefused, read_map, write_map
from devices.modbus.maps import Entry, entries_of, keyed, rows_of
from devices.modbus.plan import covers
from devices.modbus.registers import ORDERS, TYPES, Register, bytes_of, number_of
from devices.modbus.shipped import names, shipped
from devices.values import ChannelSpec


def test_a_german_sheet_with_commas_and_a_mark_is_read() -> None:
    text = (
        "\ufeffGerät;Tabelle;Adresse;Bezeichnung;Datentyp;Wortreihenfolge;Faktor;Einheit;Min;Max;Zugriff\n"
        "3;Halteregister;0x10;Druck;float;CDAB;0,1;bar;-1;16,5;lesen/schreiben\n"
        "3;Eingangsregister;30005;Füllstand;uint16;;0,01;m;;;\n"
    )
    found = read_map(text.encode())
    assert found == (
        Entry(3, 3, 16, "Druck", "float32", "CDAB", 0.1, 0.0, "bar", -1.0, 16.5, "rw", key="druck"),
        Entry(3, 4, 4, "Füllstand", "uint16", "ABCD", 0.01, 0.0, "m", key="f_llstand"),
    )


def test_a_chinese_sheet_in_its_own_encoding_is_read() -> None:
    text = "从站\t功能码\t寄存器地址\t名称\t数据类型\t单位\n7\t03\t100\t温度\tint16\t°C\n"
    (one,) = read_map(text.encode("gb18030"))
    assert (one.unit, one.function, one.address, one.name, one.measure) == (7, 3, 100, "温度", "°C")


@pytest.mark.parametrize(
    ("text", "table", "one_based", "found"),
    [
        ("40001", "", False, (3, 0)),
        ("400001", "", False, (3, 0)),
        ("30052", "", False, (4, 51)),
        ("4x0107", "", False, (3, 106)),
        ("10001", "", False, (2, 0)),
        ("16514", "holding", False, (3, 16514)),
        ("0x5B14", "", False, (3, 0x5B14)),
        ("34h", "input", False, (4, 0x34)),
        ("1", "holding", True, (3, 0)),
        ("52", "4", False, (4, 52)),
    ],
)
def test_addresses(text: str, table: str, one_based: bool, found: tuple[int, int]) -> None:
    (one,) = read_map(f"address,table\n{text},{table}\n".encode(), one_based)
    assert (one.function, one.address) == found


def test_a_bare_column_unit_with_words_is_the_unit_of_measure() -> None:
    (one,) = read_map(b"register,name,type,unit\n12,Power,float32,kW\n", unit=5)
    assert (one.unit, one.measure) == (5, "kW")


def test_every_bad_line_is_refused_at_once() -> None:
    text = (
        "unit,table,address,name,type,order,scale,low,high,bit,access\n"
        "1,holding,70000,too far,uint16,,,,,,\n"
        "300,holding,1,no such unit,uint16,,,,,,\n"
        "1,holding,2,odd type,int99,,,,,,\n"
        "1,holding,3,odd order,int32,ACBD,,,,,\n"
        "1,holding,4,no scale,int16,,0,,,,\n"
        "1,holding,5,range,int16,,1,9,1,,\n"
        "1,holding,6,bit,uint16,,1,,,16,\n"
        "1,input,7,write,uint16,,1,,,,rw\n"
        "\n# a remark\n"
        "1,holding,8,fine,uint16,,,,,,\n"
        "1,holding,8,twice,uint16,,,,,,\n"
        "1,holding,9,much,uint16,,,,,,,,surplus\n"
        "1,holding,65535,ends outside,float32,,,,,,\n"
        "1,coil,1,coil,float32,,,,,,\n"
    )
    with pytest.raises(MapRefused) as refused:
        read_map(text.encode())
    assert sorted({bad.line for bad in refused.value.lines}) == [2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16]
    assert all(bad.reason for bad in refused.value.lines)


@pytest.mark.parametrize("data", [b"", b"name,type\nx,float\n", b"address\n", bytes(range(256)) * 20, b"address\n" * 3])
def test_what_is_no_map_is_refused(data: bytes) -> None:
    with pytest.raises(MapRefused):
        read_map(data)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_map_or_reasons(data: bytes) -> None:
    outcome: tuple[object, ...]
    try:
        outcome = read_map(b"unit,table,address,name,type\n" + data)
    except MapRefused as refused:
        outcome = refused.lines
    assert outcome


@pytest.mark.parametrize("name", names())
def test_shipped_maps_survive_csv_and_settings(name: str) -> None:
    found = shipped(name)
    assert read_map(write_map(found).encode()) == found
    assert entries_of(rows_of(found)) == found
    assert all(entry.name_de and entry.name_zh for entry in found)


def test_settings_that_are_wrong_name_their_rows() -> None:
    with pytest.raises(ValueError, match=r"row 1.*row 2"):
        entries_of([{"unit": 1}, {"unit": 1, "function": 3, "address": -1, "name": "x"}])
    with pytest.raises(ValueError, match="unknown colour"):
        entries_of([{"unit": 1, "function": 3, "address": 1, "name": "x", "colour": "red"}])
    with pytest.raises(ValueError, match="list"):
        entries_of({"unit": 1})


def test_names_that_are_the_same_get_keys_of_their_own() -> None:
    found = keyed([Entry(1, 3, 0, "Power"), Entry(1, 3, 1, "Power"), Entry(2, 3, 0, "Power")])
    assert [entry.key for entry in found] == ["power", "power_2", "power"]


def test_a_unit_may_have_its_own_interval_and_timeout() -> None:
    found = read_map(b"unit,address,name,interval,timeout\n1,0,a,,\n2,0,b,2000,150\n")
    made = tasks({"interval_ms": 100, "timeout_ms": 50}, found)
    assert [(each.interval_ns, each.timeout_ns) for each in made] == [(10**8, 5 * 10**7), (2 * 10**9, 15 * 10**7)]


places = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, 4]), st.integers(0, 3000), st.sampled_from(["u2", "f4", "f8"])), max_size=80
)


@given(places, st.integers(0, 40))
def test_merged_reads_cover_everything_within_the_limits(found: list[tuple[int, int, str]], hole: int) -> None:
    registers = tuple(
        Register(ChannelSpec("x", {}, "", "f4"), function, address, "b1" if function < 3 else kind)
        for function, address, kind in found
    )
    reads = grouped(registers, hole)
    assert all(any(covers(read, register) for read in reads) for register in registers)
    assert all(read.count <= (2000 if read.function < 3 else 125) for read in reads)
    assert len(reads) <= max(1, len(found))
    for one in reads:
        edges = {register.address for register in registers if register.function == one.function}
        assert one.address in edges


@given(
    st.sampled_from(sorted(set(TYPES.values()) - {"b1", "s"})),
    st.sampled_from(ORDERS),
    st.binary(min_size=8, max_size=8),
)
def test_every_reading_reads_back(kind: str, order: str, data: bytes) -> None:
    size = int(kind[1])
    number = number_of(data[:size], kind, order)
    if number != number or kind == "u8" or kind == "i8":
        return
    register = Register(ChannelSpec("x", {}, "", "f8"), 3, 0, kind, order)
    assert number_of(bytes_of(register, number), kind, order) == number


def test_registers_are_shown_in_every_word_order() -> None:
    found = readings(bytes.fromhex("42480000"))
    assert found["float32"]["ABCD"] == 50.0
    assert readings(bytes.fromhex("00004248"))["float32"]["CDAB"] == 50.0
    assert readings(bytes.fromhex("48420000"))["float32"]["BADC"] == 50.0
    assert readings(bytes.fromhex("00004842"))["float32"]["DCBA"] == 50.0
    assert "float64" not in found
    assert readings(bytes.fromhex("7fc00000"))["float32"]["ABCD"] is None
