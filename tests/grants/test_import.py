"""Files of cost items: encodings, separators, dates, amounts; every problem with its line; all or nothing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from center_app.core.errors import PersonError
from center_app.core.text import catalogue
from center_app.grants import errors, ledger_file, queries, service
from center_app.grants.ledger_file import cells, check
from center_app.grants.ledger_file import sheet as sheets
from center_app.grants.values import Share
from center_app.wiring import Center
from tests.grants.samples import MANAGER, award_draft, cost_draft, yuan

ENGLISH = (
    "Entry number,Invoice date,Payment date,Supplier,Tax number,Invoice number,Purpose,Net,VAT,Gross,Budget line\n"
    'JZ-0001,2025-06-10,2025-06-12,"Ling, Tools",9144A,F-1,Cutters,"1,000.00",130.00,"1,130.00",materials\n'
    "JZ-0002,2025-06-11,2025-06-13,Hall Ltd,9144B,F-2,Steel,20.00,2.60,22.60,Materials\n"
)
GERMAN = (
    "Belegnummer;Rechnungsdatum;Zahlungsdatum;Lieferant;Steuernummer;Rechnungsnummer;Verwendungszweck;"
    "Netto;MwSt;Bruttobetrag;Finanzierungsposition\n"
    "B-1;10.06.2025;12.06.2025;Müller GmbH;DE1;R-1;Fräser;1.000,00;130,00;1.130,00;materials\n"
    "B-2;11.06.2025;13.06.2025;Weiß KG;DE2;R-2;Stahl;20,00;2,60;22,60;materials\n"
)
CHINESE = (
    "凭证号\t开票日期\t付款日期\t供应商\t税号\t发票号码\t用途\t不含税金额\t税额\t价税合计（元）\t预算科目\n"
    "P-1\t2025年6月10日\t2025/6/12\t佛山岭精刀具\t9144A\t26442001\t铣刀\t1000.00\t130.00\t1130.00\t材料费\n"
    "P-2\t2025年6月11日\t20250613\t广州钢材\t9144B\t26442002\t钢材\t20.00\t2.60\t22.60\t材料费\n"
)


@pytest.fixture
def opened(center: Center) -> Center:
    from dataclasses import replace

    from center_app.core.labels import Label

    draft = award_draft(amount="100000.00")
    lines = (draft.budget[0], replace(draft.budget[1], names=Label.of("Materials", zh="材料费")))
    center.write(MANAGER, service.add_award, replace(draft, budget=lines))
    return center


def put(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "costs.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter"),
    [
        (ENGLISH, "utf-8", ","),
        (ENGLISH, "utf-8-sig", ","),
        (ENGLISH.replace("\n", "\r\n"), "utf-8", ","),
        (GERMAN, "utf-8-sig", ";"),
        (CHINESE, "gb18030", "\t"),
        (CHINESE, "utf-8", "\t"),
        (CHINESE, "utf-16", "\t"),
    ],
)
def test_files_as_people_save_them(opened: Center, tmp_path: Path, text: str, encoding: str, delimiter: str) -> None:
    sheet = ledger_file.read_sheet(put(tmp_path, text, encoding))
    assert sheet.delimiter == delimiter
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", sheet)
    assert run.problems == ()
    assert run.gross == yuan("1152.60")
    numbers = opened.write(MANAGER, service.import_costs, run.drafts, sheet.name, sheet.sha256)
    costs = opened.read(queries.costs_of, "GDC-TEST-1")
    assert [cost.number for cost in costs] == list(numbers)
    assert [(cost.gross, cost.net, cost.paid_on) for cost in costs] == [
        (yuan("1130.00"), yuan("1000.00"), date(2025, 6, 12)),
        (yuan("22.60"), yuan("20.00"), date(2025, 6, 13)),
    ]


def test_every_problem_is_listed_with_its_line(opened: Center, tmp_path: Path) -> None:
    opened.write(MANAGER, service.add_cost, cost_draft(tax_number="9144K", invoice_number="OLD"))
    text = (
        "Supplier;Tax number;Invoice number;Payment date;Net;VAT;Gross;Budget line\n"
        "Good;9144A;F-1;12.06.2025;;;10,00;materials\n"
        "Huge;9144B;F-2;12.06.2025;;;99999999999999,00;materials\n"
        "Words;9144C;F-3;12.06.2025;;;ten;materials\n"
        '"Two\nlines";9144D;F-4;31.02.2025;;;10,00;materials\n'
        "Again;9144A;F-1;12.06.2025;;;10,00;materials\n"
        "Known;9144K;OLD;12.06.2025;;;10,00;materials\n"
        "Early;9144E;F-5;31.05.2025;;;10,00;materials\n"
        "Wrong;9144F;F-6;12.06.2025;8,00;1,00;10,00;materials\n"
        ";9144G;F-7;12.06.2025;;;-5,00;travel\n"
    )
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", ledger_file.read_sheet(put(tmp_path, text)))
    told = [(problem.line, problem.code) for problem in run.problems]
    assert told == [
        (3, errors.AMOUNT_IMPOSSIBLE),
        (4, run.problems[1].code),
        (5, cells.NOT_A_DAY),
        (7, check.INVOICE_TWICE_IN_FILE),
        (8, errors.INVOICE_TWICE),
        (9, errors.DATE_OUTSIDE),
        (10, errors.GROSS_DIFFERS),
        (11, check.CELL_EMPTY),
        (11, errors.LINE_UNKNOWN),
        (11, errors.NAMELESS),
        (11, errors.AMOUNT_IMPOSSIBLE),
    ]
    assert run.problems[1].code.id == "money.not_an_amount"
    assert run.problems[3].params["first"] == 2
    assert not run.is_clean
    assert len(run.drafts) == 1


def test_formulas_stay_text_and_are_defused_on_the_way_out(opened: Center, tmp_path: Path) -> None:
    text = 'Supplier,Gross,Budget line,Purpose\nHall,5.00,materials,"=HYPERLINK(""x"")"\nHall,6.00,materials,-5.00\n'
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", ledger_file.read_sheet(put(tmp_path, text)))
    assert run.is_clean
    assert [(note.line, note.code) for note in run.notes] == [(2, check.FORMULA)]
    assert run.drafts[0].text == '=HYPERLINK("x")'
    opened.write(MANAGER, service.import_costs, run.drafts, "costs.csv", "0" * 64)
    lines = {line.code: line.names for line in opened.read(queries.budget, "GDC-TEST-1")}
    data = ledger_file.costs_csv(opened.read(queries.costs_of, "GDC-TEST-1"), lines, catalogue("en"))
    assert b"'=HYPERLINK" in data
    assert b",=HYPERLINK" not in data
    assert b',"=HYPERLINK' not in data


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_an_export_reads_back_the_same(opened: Center, tmp_path: Path, language: str) -> None:
    share = Share("GDC-TEST-1", "materials", Fraction(2, 5))
    draft = cost_draft("113.00", net=yuan("100.00"), shares=(share,), text="=1+1", machine_code="EQ-0201")
    opened.write(MANAGER, service.add_cost, draft)
    before = opened.read(queries.costs_of, "GDC-TEST-1")
    lines = {line.code: line.names for line in opened.read(queries.budget, "GDC-TEST-1")}
    path = tmp_path / "out.csv"
    path.write_bytes(ledger_file.costs_csv(before, lines, catalogue(language)))
    opened.write(MANAGER, service.reverse_cost, before[0].number, "to import it again")
    sheet = ledger_file.read_sheet(path)
    columns = {name: index for name, index in ledger_file.guess_columns(sheet.header).items() if name != "number"}
    assert len(columns) == len(ledger_file.FIELDS) - 1
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", sheet, columns)
    assert run.problems == ()
    opened.write(MANAGER, service.import_costs, run.drafts, sheet.name, sheet.sha256)
    after = opened.read(queries.costs_of, "GDC-TEST-1")
    keep = (
        "supplier",
        "gross",
        "net",
        "vat",
        "amount",
        "share",
        "line",
        "text",
        "invoice_on",
        "paid_on",
        "machine_code",
    )
    assert [getattr(after[0], name) for name in keep] == [getattr(before[0], name) for name in keep]


def test_a_column_may_be_chosen_by_hand(opened: Center, tmp_path: Path) -> None:
    sheet = ledger_file.read_sheet(put(tmp_path, "a,b,c\nHall,5.00,materials\n"))
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", sheet)
    assert {problem.code for problem in run.problems} == {check.COLUMN_MISSING}
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", sheet, {"supplier": 0, "gross": 1, "line": 2})
    assert run.is_clean
    assert ledger_file.preview(sheet, run.columns) == [{"supplier": "Hall", "gross": "5.00", "line": "materials"}]


def test_a_late_conflict_imports_nothing(opened: Center, tmp_path: Path) -> None:
    run = opened.read(ledger_file.dry_run, "GDC-TEST-1", ledger_file.read_sheet(put(tmp_path, ENGLISH)))
    opened.write(MANAGER, service.add_cost, cost_draft(tax_number="9144B", invoice_number="F-2"))
    with pytest.raises(PersonError):
        opened.write(MANAGER, service.import_costs, run.drafts, "costs.csv", "0" * 64)
    assert len(opened.read(queries.costs_of, "GDC-TEST-1")) == 1


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"Supplier,Gross\n" + b"\xff\xff\xff,1\n", sheets.NOT_TEXT, 2),
        (b"Supplier,Gross\nA,1\nB\0,2\n", sheets.NOT_TEXT, 3),
        (b'Supplier,Gross\nA,1\n"open,2\n', sheets.BROKEN_QUOTES, 3),
        (b"Supplier,Gross\n", errors.FILE_EMPTY, None),
        (b"", errors.FILE_EMPTY, None),
    ],
)
def test_damaged_files_name_the_line(tmp_path: Path, data: bytes, code: object, line: int | None) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(PersonError) as told:
        ledger_file.read_sheet(path)
    assert told.value.code is code
    assert told.value.params.get("line") == line


def test_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    with pytest.raises(PersonError) as told:
        ledger_file.read_sheet(put(tmp_path, "a,b\n" + "1,2\n" * 4))
    assert told.value.code is sheets.TOO_MANY_ROWS


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PersonError) as told:
        ledger_file.read_sheet(tmp_path / "none.csv")
    assert told.value.code is errors.FILE_MISSING


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-06-01", date(2025, 6, 1)),
        ("2025/6/1", date(2025, 6, 1)),
        ("1.6.2025", date(2025, 6, 1)),
        ("2025年6月1日", date(2025, 6, 1)),
        ("２０２５．６．１", date(2025, 6, 1)),
        ("20250601", date(2025, 6, 1)),
        ("2025-06-01 12:30:00", date(2025, 6, 1)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert cells.read_day(text) == day


@pytest.mark.parametrize("text", ["06/01/2025", "2025-13-01", "yesterday", "45809", ""])
def test_days_that_could_mean_two_things_are_refused(text: str) -> None:
    with pytest.raises(PersonError):
        cells.read_day(text)


def test_field_names_are_said_in_every_language() -> None:
    for language in ("de", "zh"):
        words = catalogue(language)
        assert all(words.text(name) != name for name in ledger_file.FIELDS.values() if name not in ("Text",))
