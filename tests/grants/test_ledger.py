"""Awards, costs, shares and evidence, through the verbs, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_app.core import audit
from center_app.core.errors import PersonError, ProblemsError
from center_app.core.money import Money
from center_app.grants import errors, evidence, queries, service
from center_app.grants.values import CommitmentDraft, EvidenceDraft, Share
from center_app.wiring import Center
from tests.grants.samples import MANAGER, STAFF, award_draft, book_proved, cost_draft, yuan


def test_an_award_keeps_its_budget_and_instalments(center: Center) -> None:
    view = center.write(MANAGER, service.add_award, award_draft())
    assert (view.amount, view.received, view.free) == (yuan("1000.00"), yuan("1000.00"), yuan("1000.00"))
    lines = center.read(queries.budget, "GDC-TEST-1")
    assert [(line.code, line.revised) for line in lines] == [("equipment", yuan("600")), ("materials", yuan("400"))]


def test_budget_lines_must_add_up(center: Center) -> None:
    lines = award_draft().budget
    wrong = award_draft(budget=(lines[0], replace(lines[1], planned=yuan("400.01"))))
    with pytest.raises(PersonError) as told:
        center.write(MANAGER, service.add_award, wrong)
    assert told.value.code is errors.BUDGET_SUM
    assert center.read(queries.awards) == []


def test_only_a_role_with_the_ledger_may_book(center: Center) -> None:
    with pytest.raises(PersonError):
        center.write(STAFF, service.add_award, award_draft())


def test_costs_and_commitments_lower_what_is_free(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    center.write(MANAGER, service.add_cost, cost_draft("113.00", net=yuan("100.00")))
    center.write(
        MANAGER,
        service.add_commitment,
        CommitmentDraft(
            award="GDC-TEST-1", line="materials", supplier="S", agreed_on=date(2025, 6, 2), amount=yuan("50")
        ),
    )
    line = center.read(queries.budget, "GDC-TEST-1")[1]
    assert (line.actual, line.committed, line.free) == (yuan("113.00"), yuan("50.00"), yuan("237.00"))
    assert line.rate == Fraction(113, 400)
    view = center.read(queries.award_view, "GDC-TEST-1")
    assert view.spent + view.committed + view.free == view.amount


def test_shares_of_one_cost_split_to_the_cent_over_awards(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    center.write(MANAGER, service.add_award, award_draft("GDC-TEST-2"))
    thirds = (Share("GDC-TEST-1", "materials", Fraction(1, 3)), Share("GDC-TEST-2", "materials", Fraction(2, 3)))
    center.write(MANAGER, service.add_cost, cost_draft("100.00", shares=thirds))
    first = center.read(queries.costs_of, "GDC-TEST-1")[0]
    second = center.read(queries.costs_of, "GDC-TEST-2")[0]
    assert (first.amount, second.amount) == (yuan("33.33"), yuan("66.67"))


@given(st.integers(1, 10**12), st.lists(st.fractions(Fraction(1, 50), Fraction(1, 5)), min_size=1, max_size=5))
def test_parts_and_rest_never_exceed_the_whole(minor: int, shares: list[Fraction]) -> None:
    from center_app.grants.queries.ledger import amounts

    parts = amounts(Money(minor), [Share("a", "b", share) for share in shares])
    whole = sum(shares)
    assert abs(sum(part.minor for part in parts) - minor * whole) <= len(shares)
    if whole == 1:
        assert sum(part.minor for part in parts) == minor


def test_more_than_the_whole_is_refused() -> None:
    with pytest.raises(ProblemsError) as told:
        cost_draft(shares=(Share("a", "x", Fraction(3, 5)), Share("b", "x", Fraction(41, 100))))
    assert told.value.code is errors.SHARES_OVER


def test_an_invoice_is_booked_once_unless_a_reason_says_why(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    first = center.write(MANAGER, service.add_cost, cost_draft())
    with pytest.raises(PersonError) as told:
        center.write(MANAGER, service.add_cost, cost_draft())
    assert told.value.code is errors.INVOICE_TWICE
    assert told.value.params["number"] == first.number
    second = center.write(MANAGER, service.add_cost, cost_draft(duplicate_reason="second instalment"))
    center.write(MANAGER, service.reverse_cost, second.number, "booked in error")
    assert [cost.number for cost in center.read(queries.costs_of, "GDC-TEST-1")] == [first.number]


def test_numbers_go_on_after_the_highest(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    center.write(MANAGER, service.add_cost, cost_draft(number="JZ-0411"))
    assert center.write(MANAGER, service.add_cost, cost_draft(invoice="INV-2")).number == "JZ-0412"


def test_evidence_lies_under_its_hash_and_shows_damage(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    cost = book_proved(center, cost_draft(), b"%PDF invoice")
    file = center.read(queries.evidence_of, "GDC-TEST-1")[0]
    assert file.costs == (cost.number,)
    assert evidence.read_bytes(center.folder, file.sha256) == b"%PDF invoice"
    assert evidence.is_intact(center.folder, file.sha256) is True
    evidence.path_of(center.folder, file.sha256).write_bytes(b"%PDF other")
    assert evidence.is_intact(center.folder, file.sha256) is False
    evidence.path_of(center.folder, file.sha256).unlink()
    assert evidence.is_intact(center.folder, file.sha256) is None


def test_evidence_is_bounded_by_the_bytes_that_arrive(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LARGEST_BYTES", 10)
    with pytest.raises(PersonError) as told:
        evidence.put_bytes(center.folder, b"x" * 11, "big.pdf")
    assert told.value.code is errors.FILE_TOO_BIG
    assert not list(evidence.folder_of(center.folder).rglob("*.part"))


def test_evidence_of_an_unknown_cost_is_refused_whole(center: Center) -> None:
    stored = evidence.put_bytes(center.folder, b"x")
    with pytest.raises(PersonError):
        center.write(
            MANAGER, service.add_evidence, EvidenceDraft(name="n", kind="invoice", stored=stored, costs=("JZ-9999",))
        )


def test_a_transfer_keeps_the_sum_and_counts_versions(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    lines = center.write(
        MANAGER, service.revise_budget, "GDC-TEST-1", {"equipment": yuan("550"), "materials": yuan("450")}, "cheaper"
    )
    assert [line.revised for line in lines] == [yuan("550"), yuan("450")]
    assert [line.planned for line in lines] == [yuan("600"), yuan("400")]
    assert center.read(queries.award_view, "GDC-TEST-1").budget_version == 2
    with pytest.raises(PersonError):
        center.write(MANAGER, service.revise_budget, "GDC-TEST-1", {"equipment": yuan("551")}, "more")


def test_the_forecast_goes_on_at_the_pace_so_far(center: Center) -> None:
    center.write(MANAGER, service.add_award, award_draft())
    center.write(MANAGER, service.add_cost, cost_draft("50.00"))
    center.write(MANAGER, service.add_cost, cost_draft("150.00", "INV-2", paid_on=date(2025, 7, 3)))
    points = center.read(queries.spending_plan, "GDC-TEST-1", date(2025, 8, 10))
    assert [point.actual for point in points] == [yuan("50"), yuan("200"), None]
    assert points[2].forecast == yuan("500.00")


def test_every_act_leaves_one_audit_row(center: Center) -> None:
    before = center.read(lambda read: audit.head(read.session)).seq
    center.write(MANAGER, service.add_award, award_draft())
    cost = center.write(MANAGER, service.add_cost, cost_draft())
    center.write(MANAGER, service.reverse_cost, cost.number, "wrong")
    assert center.read(lambda read: audit.head(read.session)).seq == before + 3
