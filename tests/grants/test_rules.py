"""Every rule on its worked cases; missing input never passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.core.labels import LANGUAGES
from center_app.core.money import Money, rmb_capitals
from center_app.grants.capitals import read_capitals
from center_app.grants.programmes import programme, programmes, rule_set_on
from center_app.grants.reports.rows import AccountPart, BudgetRow, ReportPeriod, RuleRow, Severity, Verdict
from center_app.grants.rules import CHECKS, Facts, ProofFact, evaluate
from tests.grants.facts import EMPTY, NONE, award, cost, facts, fen, machine, use

DAY = date(2026, 6, 1)
P, F, N = Verdict.PASS, Verdict.FAIL, Verdict.NOT_CHECKED


def row(id: str, given_facts: Facts) -> RuleRow:
    return next(found for found in evaluate(given_facts, rule_set_on(DAY)) if found.id == id)


def line(spent: str, most: str) -> Facts:
    return facts(costs=(cost(amount=spent),), budget=(BudgetRow("materials", NONE, fen(most), fen(most)),))


def shares(*parts: tuple[str, int]) -> Facts:
    return facts(costs=(cost(shares=tuple((name, Fraction(part, 100)) for name, part in parts)),))


def proof(amount: str | None, is_intact: bool | None = True) -> Facts:
    return facts(costs=(cost(proofs=(ProofFact("E-1", None if amount is None else fen(amount), is_intact),)),))


def funded(paid: str, price: str) -> Facts:
    return facts(equipment=(machine(price=price, funded_minor=fen(paid)),))


def made(on: date) -> Facts:
    return facts(made_on=on)


def overhead(direct: str, indirect: str) -> Facts:
    lines = (("equipment", "9000000.00"), ("materials", direct), ("indirect", indirect))
    return facts(budget=tuple(BudgetRow(code, NONE, fen(money), fen(money)) for code, money in lines))


def account(balance: str | None, on: date = date(2026, 5, 31)) -> Facts:
    return facts(account=AccountPart(fen("0.50"), fen("40.00"), on, None if balance is None else fen(balance)))


CASES = [
    ("GEN-01", shares(("A", 60), ("B", 40)), P),
    ("GEN-01", shares(("A", 60), ("B", 41)), F),
    ("GEN-02", proof("5000.00"), P),
    ("GEN-02", proof("5000.01"), F),
    ("GEN-02", proof("5000.00", is_intact=False), F),
    ("GEN-02", proof("5000.00", is_intact=None), N),
    ("GEN-02", facts(costs=(cost(proofs=()),)), F),
    ("GEN-03", facts(costs=(cost(), cost("JZ-0002"))), P),
    ("GEN-03", facts(costs=(cost(), cost("JZ-0002", invoice_number="JZ-0001"))), F),
    ("GEN-03", facts(costs=(cost(), cost("JZ-0002", tax_number=""))), N),
    ("GEN-04", facts(), P),
    ("GEN-04", facts(costs=(cost(), cost("JZ-0002", "0.01", line="elsewhere"))), F),
    ("GEN-05", facts(costs=(cost(paid_on=date(2027, 5, 31)),)), P),
    ("GEN-05", facts(costs=(cost(paid_on=date(2027, 6, 1)),)), F),
    ("GEN-05", facts(costs=(cost(paid_on=None),)), N),
    ("GEN-06", facts(), P),
    ("GEN-06", facts(reviewer="lin wei "), F),
    ("GEN-06", facts(reviewer=""), N),
    ("GEN-07", facts(), N),
    ("GEN-08", facts(uses=(use(effective=100, claimed=100),)), P),
    ("GEN-08", facts(uses=(use(effective=100, claimed=106),)), F),
    ("GEN-08", facts(uses=(use(effective=None, claimed=1),)), N),
    ("GEN-08", facts(uses=()), N),
    ("GEN-09", facts(version=2, reason="hours corrected"), P),
    ("GEN-09", facts(version=2), F),
    ("GEN-10", facts(), P),
    ("GEN-10", facts(audit_first_bad=7), F),
    ("GEN-10", facts(audit_rows=None), N),
    ("CN-03", facts(award=award(amount_minor=fen("50000000.00"))), P),
    ("CN-03", facts(award=award(amount_minor=fen("50000000.01"))), F),
    ("CN-03", facts(award=award(tier="provincial")), N),
    ("CN-03", facts(programme=programme("GD-ENTERPRISE"), award=award(amount_minor=fen("3000000.01"))), F),
    ("CN-03", facts(programme=programme("GD-LLM"), award=award(amount_minor=fen("8000000.00"))), P),
    ("CN-03", facts(programme=programme("GD-OSS"), award=award(amount_minor=fen("8000000.01"))), F),
    ("CN-04", funded("20000000.00", "50000000.00"), P),
    ("CN-04", funded("20100000.00", "50000000.00"), F),
    ("CN-04", funded("50000000.01", "500000000.00"), F),
    ("CN-04", facts(equipment=(machine(price=None),)), N),
    ("CN-05", facts(award=award(noticed_on=date(2026, 5, 1))), P),
    ("CN-05", facts(award=award(noticed_on=date(2028, 1, 1))), F),
    ("CN-05", facts(award=award(noticed_on=None)), N),
    ("CN-12", facts(), N),
    ("CN-15", line("10.00", "10.00"), P),
    ("CN-15", line("10.01", "10.00"), F),
    ("CN-15", facts(budget=()), N),
    ("CN-16", overhead("6000000.00", "1750000.00"), P),
    ("CN-16", overhead("6000000.00", "1760000.00"), F),
    ("CN-17", made(date(2026, 7, 30)), P),
    ("CN-17", made(date(2026, 7, 31)), F),
    ("CN-18", account("60.50"), P),
    ("CN-18", account("60.51"), F),
    ("CN-18", account(None), N),
    ("CN-18", account("60.50", date(2026, 4, 30)), N),
    ("CN-19", facts(capitals=((fen("3000000.00"), "人民币叁佰万元整"),)), P),
    ("CN-19", facts(capitals=((fen("3000000.00"), "人民币叁拾万元整"),)), F),
    ("CN-19", facts(capitals=()), N),
    ("CN-22", facts(), P),
    ("CN-22", facts(equipment=(machine(origin="unknown"),)), N),
    ("CNE-01", facts(equipment=(machine(price="499999.99", is_shareable=False),)), P),
    ("CNE-01", facts(equipment=(machine(price="500000.00", is_shareable=False),)), F),
    ("CNE-01", facts(equipment=(machine(price=None),)), N),
    ("CNE-02", facts(uses=(use(effective=1600),)), P),
    ("CNE-02", facts(uses=(use(effective=700),)), F),
    ("CNE-02", facts(uses=(use(effective=None),)), N),
    ("CNE-03", facts(uses=(use(effective=80), use("EQ-0101/B-2", 20, is_external=True))), P),
    ("CNE-03", facts(uses=(use(effective=95), use("EQ-0101/B-2", 5, is_external=True))), F),
    ("CNE-06", facts(), N),
]


@pytest.mark.parametrize(
    ("id", "given_facts", "verdict"), CASES, ids=[f"{c[0]}-{c[2]}-{i}" for i, c in enumerate(CASES)]
)
def test_worked_cases(id: str, given_facts: Facts, verdict: Verdict) -> None:
    found = row(id, given_facts)
    assert found.verdict is verdict, found.message.say("en")
    for language in LANGUAGES:
        assert found.message.say(language)
        assert "{" not in found.message.say(language)


def test_the_rule_set_says_each_rule_with_source_and_threshold() -> None:
    rules = rule_set_on(DAY).rules
    assert len({data.id for data in rules}) == len(rules) >= 24
    for data in rules:
        for label in (data.names, data.source, data.texts["remedy"], data.texts["pass"]):
            assert set(label.texts) == set(LANGUAGES)
            assert len({label.say(language) for language in LANGUAGES}) == 3
    assert set(CHECKS) <= {data.id for data in rules}


def test_missing_input_never_passes() -> None:
    passed = [found.id for found in evaluate(EMPTY, rule_set_on(DAY)) if found.verdict is P]
    assert passed == ["CN-03", "GEN-09"] or passed == ["GEN-09"]


def test_a_small_excess_of_hours_wants_a_word_and_a_large_one_blocks() -> None:
    small = row("GEN-08", facts(uses=(use(effective=100, claimed=105),)))
    large = row("GEN-08", facts(uses=(use(effective=100, claimed=106),)))
    assert (small.verdict, small.severity) == (F, Severity.WARNING)
    assert (large.verdict, large.severity) == (F, Severity.ERROR)


def test_failing_hours_name_the_uses_and_both_sums() -> None:
    uses = (use("EQ-0403/B-1", 9.2, 12.0), use("EQ-0403/B-2", 12.1, 14.0), use("EQ-0403/B-3", 9.3, 12.0))
    found = row("GEN-08", facts(uses=uses))
    assert found.rows == ("EQ-0403/B-1", "EQ-0403/B-2", "EQ-0403/B-3")
    assert "38.0 h claimed against 30.6 h proved" in found.message.say("en")
    assert "38,0 h geltend gemacht" in found.message.say("de")
    assert "申报38.0小时" in found.message.say("zh")


def test_a_duplicate_names_both_rows_and_the_money() -> None:
    twice = facts(costs=(cost(amount="86400.00"), cost("JZ-0455", "86400.00", invoice_number="JZ-0001")))
    found = row("GEN-03", twice)
    assert found.rows == ("JZ-0001", "JZ-0455")
    assert "86,400.00" in found.message.say("en")


def test_the_benchmark_is_cut_to_the_days_of_the_period() -> None:
    quarter = replace(facts(uses=(use(effective=210),)), period=ReportPeriod(NONE, date(2026, 3, 1), date(2026, 5, 31)))
    assert row("CNE-02", quarter).verdict is P
    assert row("CNE-02", replace(quarter, uses=(use(effective=190),))).verdict is F


def test_all_funding_lines_are_there_with_their_limits() -> None:
    lines = programmes()
    assert set(lines) == {
        "GD-CENTRE", "GD-ENTERPRISE", "GD-OSS", "GD-LLM", "CORE-TECH", "GD-RESEARCH-SINCE-2018", "CANTON-FAIR-ROBOTS",
    }  # fmt: skip
    caps = {id: found.cap.minor for id, found in lines.items() if found.cap}
    assert caps == {
        "GD-CENTRE": fen("50000000"), "GD-ENTERPRISE": fen("3000000"), "GD-OSS": fen("8000000"),
        "GD-LLM": fen("8000000"),
    }  # fmt: skip
    assert (lines["GD-OSS"].quota, lines["GD-LLM"].quota) == (5, 10)
    assert lines["GD-OSS"].yearly_total == lines["GD-LLM"].yearly_total == Money.of("120000000")
    assert lines["CORE-TECH"].yearly_total == Money.of("10000000000")
    fair = lines["CANTON-FAIR-ROBOTS"].details
    assert round(Fraction(fair["exhibitors_from_guangdong"], fair["exhibitors"]) * 100, 2) == Fraction("34.78")
    for found in lines.values():
        assert set(found.names.texts) == set(found.terms.texts) == set(found.source.texts) == set(LANGUAGES)


@given(st.integers(-(10**12), 10**12))
def test_capitals_read_back(minor: int) -> None:
    assert read_capitals(rmb_capitals(Money(minor))) == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [("人民币叁佰万元正", 300000000), ("叁佰万圆整", 300000000), ("伍角整", 50), ("拾元整", 1000), ("人民币", None),
     ("叁百万元", None), ("", None), ("叁叁元整", None)],
)  # fmt: skip
def test_both_spellings_and_nonsense(text: str, minor: int | None) -> None:
    assert read_capitals(text) == minor
