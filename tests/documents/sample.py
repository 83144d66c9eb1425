# ruff: noqa: E501 - a table of sample texts
"""A believable snapshot without a database: an award, its money, its machines and their hours."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from center_app.core.labels import Label
from center_app.grants.reports.registry import with_figures
from center_app.grants.reports.values import (
    SCHEMA,
    AccountPart,
    AuditPart,
    AwardPart,
    BudgetRow,
    CommitmentRow,
    CostRow,
    EquipmentRow,
    EvidenceRow,
    InstalmentRow,
    Kind,
    MonthUseRow,
    PlanRow,
    ReportHead,
    ReportPeriod,
    ReportState,
    RiskRow,
    RuleInput,
    RuleRow,
    Severity,
    Snapshot,
    UseRow,
    Verdict,
)

HOUR = 3_600_000_000
LINES = (
    ("equipment", "Equipment", "Geräte", "设备购置费", 32_000_000, 31_200_000),
    ("rebuild", "Conversion and rental", "Umbau und Miete", "设备改造与租赁费", 2_000_000, 2_000_000),
    ("material", "Materials", "Material", "材料费", 4_500_000, 5_000_000),
    (
        "testing",
        "Testing and outside machining",
        "Prüfung und Fremdbearbeitung",
        "测试化验加工费",
        3_200_000,
        3_500_000,
    ),
    ("energy", "Fuel and power", "Energie", "燃料动力费", 1_300_000, 1_300_000),
    (
        "travel",
        "Travel, meetings, exchange",
        "Reisen, Tagungen, Austausch",
        "差旅、会议与国际合作费",
        1_000_000,
        1_000_000,
    ),
    (
        "publishing",
        "Publication, literature, IP",
        "Veröffentlichung, Schutzrechte",
        "出版、文献与知识产权费",
        800_000,
        800_000,
    ),
    ("labour", "Temporary staff", "Hilfskräfte", "劳务费", 2_400_000, 2_400_000),
    ("experts", "Expert advice", "Fachberatung", "专家咨询费", 800_000, 800_000),
    ("indirect", "Indirect cost", "Gemeinkosten", "间接费用", 2_000_000, 2_000_000),
)
MACHINES = (
    ("EQ-0101", "5-axis mill DMU 50", "5-Achs-Fräse DMU 50", "五轴铣床 DMU 50"),
    ("EQ-0102", "Turn-mill NTX 1000", "Dreh-Fräszentrum NTX 1000", "车铣中心 NTX 1000"),
    ("EQ-0107", "Wire EDM CUT P 350", "Drahterodierer CUT P 350", "线切割 CUT P 350"),
    ("EQ-0201", "Metal printer M 290", "Metalldrucker M 290", "金属打印机 M 290"),
    ("EQ-0301", "CMM Contura 10/12/6", "KMG Contura 10/12/6", "三坐标 Contura 10/12/6"),
    ("EQ-0302", "Laser tracker AT960", "Laser-Tracker AT960", "激光跟踪仪 AT960"),
    ("EQ-0305", "Industrial CT XT H 225", "Industrie-CT XT H 225", "工业 CT XT H 225"),
    ("EQ-0401", "Welding cell 1", "Schweißzelle 1", "焊接工作站 1"),
    ("EQ-0402", "Grinding cell 2", "Schleifzelle 2", "打磨工作站 2"),
    ("EQ-0403", "Assembly cell 3", "Montagezelle 3", "装配工作站 3"),
)
SUPPLIERS = (
    "佛山岭精刀具有限公司",
    "深圳市鹏测计量技术有限公司",
    "广州数控设备股份有限公司",
    "Zeiss (Shanghai) Co., Ltd.",
    "东莞市华工激光科技有限公司",
)
PURPOSES = (
    "五轴铣床主轴刀柄与硬质合金刀具",
    "激光跟踪仪年度校准与现场检测服务",
    "金属打印机钛合金粉末 TC4, 25 kg",
    "机器人工作站夹具改造",
    "设备安装与调试",
)


def say(en: str, de: str = "", zh: str = "") -> Label:
    return Label.of(en, de=de or en, zh=zh or en)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot(
    cost_count: int = 180, machines: int = 10, state: ReportState = ReportState.DRAFT, per_file: int = 1
) -> Snapshot:
    """Return a whole snapshot with its registry of figures."""
    costs = _costs(cost_count, per_file)
    equipment = tuple(_machine(i) for i in range(machines))
    months = [f"2025-{month:02d}" for month in range(6, 13)] + [f"2026-{month:02d}" for month in range(1, 6)]
    bare = Snapshot(
        schema=SCHEMA, report=_head(state), period=_period(), award=_award(), instalments=_instalments(),
        budget=tuple(BudgetRow(code, say(en, de, zh), a * 100, b * 100) for code, en, de, zh, a, b in LINES),
        costs=costs, commitments=_commitments(), plan=_plan(),
        account=AccountPart(3_214_55, 2_139_144_114, None, None), equipment=equipment,
        months=tuple(MonthUseRow(item.code, month, not _blank(item.code, month)) for item in equipment for month in months),
        uses=tuple(use for item in equipment for month in months for use in _uses(item.code, month)),
        intervals=(), rules=rules(costs), risks=_risks(),
        key_figures=("award.spent", "award.spent_share", "use.total.claimed", "use.total.external_share",
                     "use.total.coverage"),
        evidence=_evidence(costs), audit=AuditPart(18_422, digest("audit")),
    )  # fmt: skip
    return with_figures(bare)


def _head(state: ReportState) -> ReportHead:
    title = say("Grant compliance report", "Verwendungsnachweis", "专项资金使用情况报告")
    centre = say("Lingwan Robotics Manufacturing Innovation Centre Ltd.", "Fertigungszentrum Lingwan GmbH",
                 "广东岭湾机器人制造业创新中心有限公司")  # fmt: skip
    return ReportHead(
        number="CD-GDC-2025-007-Y1", title=title, version=3, state=state,
        made_at=datetime(2026, 6, 18, 2, 30, tzinfo=UTC), made_by="林薇", approved_by="陈洁", rule_set="2026.2",
        program="Center Desk 0.1.0", zone="Asia/Shanghai", currency="CNY", centre=centre,
    )  # fmt: skip


def _period() -> ReportPeriod:
    return ReportPeriod(say("First year", "1. Jahr", "第一年度"), date(2025, 6, 1), date(2026, 5, 31))


def _award() -> AwardPart:
    return AwardPart(
        number="GDC-2025-007",
        names=say("Manufacturing innovation centre (national level)", "Fertigungs-Innovationszentrum (nationale Stufe)",
                  "制造业创新中心建设专项（国家级）"),
        programme="GD-CENTRE",
        programme_names=say("Designated AI and robotics manufacturing innovation centres",
                            "Anerkannte Innovationszentren für KI und Robotik", "人工智能与机器人制造业创新中心"),
        funder=say("Department of Industry and Information Technology of Guangdong",
                   "Behörde für Industrie und Informationstechnik Guangdong", "广东省工业和信息化厅"),
        grantee=_head(ReportState.DRAFT).centre, notice="粤工信创新〔2025〕88号", noticed_on=date(2025, 5, 26),
        first_day=date(2025, 6, 1), last_day=date(2027, 5, 31), amount_minor=5_000_000_000, tier="national",
        financing="post_hoc", account="6222 **** **** 0188", budget_version=2,
    )  # fmt: skip


def _instalments() -> tuple[InstalmentRow, ...]:
    return (
        InstalmentRow("1", date(2025, 6, 15), 2_000_000_000, 2_000_000_000, date(2025, 6, 18), say("after the notice", "nach dem Bescheid", "批复后")),
        InstalmentRow("2", date(2026, 1, 10), 1_000_000_000, 1_000_000_000, date(2026, 1, 14), say("after the mid-term check", "nach der Zwischenprüfung", "中期检查后")),
        InstalmentRow("3", date(2026, 6, 12), 1_000_000_000, None, None, say("on request", "auf Abruf", "申请后")),
        InstalmentRow("4", date(2027, 7, 31), 1_000_000_000, None, None, say("after acceptance", "nach der Abnahme", "验收后")),
    )  # fmt: skip


def _costs(count: int, per_file: int) -> tuple[CostRow, ...]:
    rows = []
    for i in range(count):
        code, *_, revised = LINES[i % len(LINES)]
        amount = revised * 100 * 43 // (100 * max(count // len(LINES), 1)) + i * 37
        day = date(2025, 6, 10) + timedelta(days=i * 340 // count)
        rows.append(
            CostRow(
                id=f"JZ-{i + 1:04d}", line=code, month=f"{day:%Y-%m}", in_period=True, invoice_on=day,
                paid_on=day + timedelta(days=4), supplier=SUPPLIERS[i % 5], tax_number=f"9144{i % 97:014d}",
                invoice_number=f"2644200000{i:010d}", text=PURPOSES[i % 5], net_minor=amount * 100 // 113,
                vat_minor=amount - amount * 100 // 113, gross_minor=amount, share=Fraction(1), amount_minor=amount,
                machine="EQ-0101" if i % 10 == 0 else "", evidence=(f"E-{i // per_file + 1:04d}",) if i % 41 else (),
            )
        )  # fmt: skip
    return tuple(rows)


def _commitments() -> tuple[CommitmentRow, ...]:
    shares = {"equipment": 6_460_000_00, "rebuild": 240_000_00, "material": 388_400_00, "testing": 316_500_00}
    return tuple(
        CommitmentRow(f"C-{i}", line, SUPPLIERS[i % 5], "合同尾款", date(2026, 4, 2), amount)
        for i, (line, amount) in enumerate(shares.items(), 1)
    )


def _plan() -> tuple[PlanRow, ...]:
    months = [(2025 + (5 + i) // 12, (5 + i) % 12 + 1) for i in range(24)]
    return tuple(
        PlanRow(f"{year}-{month:02d}", 5_000_000_000 * (i + 1) * (47 - i) // (24 * 24), i < 12)
        for i, (year, month) in enumerate(months)
    )


def _machine(i: int) -> EquipmentRow:
    code, en, de, zh = MACHINES[i] if i < len(MACHINES) else (f"EQ-1{i:03d}", f"Machine {i}", f"Gerät {i}", f"设备{i}")
    notes = {
        "EQ-0302": say("11 to 29 May 2026: sent for calibration.", "11. bis 29. Mai 2026: bei der Kalibrierung.",
                       "2026年5月11日至29日送检。"),
        "EQ-0403": say("Energy meter fitted on 1 September 2025; before that not measured, not claimed, not zero.",
                       "Stromzähler seit 1. September 2025; davor nicht gemessen, nicht geltend gemacht, nicht null.",
                       "电能表自2025年9月1日起安装；此前未实测，不申报，亦不以零计。"),
    }  # fmt: skip
    return EquipmentRow(
        code=code, names=say(en, de, zh), category=say("CNC mill", "CNC-Fräse", "数控机床"), maker="DMG MORI",
        model="2024", serial=f"SN-{88_000 + i}", asset_number=f"A-2025-{i + 1:03d}", place=say("Hall 1", "Halle 1", "一号厂房"),
        custodian=("陈洁", "周凯", "林薇")[i % 3], acquired_on=date(2025, 6 + i % 6, 12), in_service_on=None,
        cost_minor=(3_980_000 + i * 231_000) * 100, share=Fraction(2, 5), funded_minor=(3_980_000 + i * 231_000) * 40,
        origin="imported" if i % 2 else "domestic", is_new_purchase=True, is_shareable=True, condition="good",
        measured_by="drive current" if i > 6 else "energy meter", note=notes.get(code, Label()),
    )  # fmt: skip


def _blank(code: str, month: str) -> bool:
    return code == "EQ-0403" and month in ("2025-06", "2025-07", "2025-08")


def _uses(code: str, month: str) -> list[UseRow]:
    seed = int(digest(code + month)[:4], 16)
    uses = []
    for i in range(12):
        booked = (6 + (seed >> (i % 8)) % 11) * HOUR
        blank = _blank(code, month)
        measured = None if blank else booked * (82 + (seed + i) % 14) // 100
        setup = HOUR // 4
        effective = None if measured is None else measured + setup
        uses.append(
            UseRow(
                id=f"{code}/B-{seed % 900:03d}{month[5:]}{i:02d}", machine=code, month=month,
                day=date(int(month[:4]), int(month[5:]), 2 + 2 * i), booking=f"B-{seed % 900:03d}{month[5:]}{i:02d}",
                booking_id=i, session_id=i, person=("陈洁", "周凯")[i % 2], organisation=say("Foshan Lingjing"),
                is_external=i % 5 == 0, booked_us=booked, checked_in_us=booked * 97 // 100, setup_us=setup,
                postprocess_us=0, measured_us=measured, effective_us=effective, claimed_us=effective,
                covered_us=measured or 0, state="done",
            )
        )  # fmt: skip
    return uses


def rules(costs: tuple[CostRow, ...]) -> tuple[RuleRow, ...]:
    """Return a handful of rule results with every verdict."""
    limit = say("limit", "Grenze", "上限")
    source = say("Rules on innovation centre funds (2025) 6", "Verwaltungsvorschrift 2025/6", "粤工信规字〔2025〕6号")
    rows = [
        _rule("GEN-01", "Shares of one cost over all awards", "Anteile eines Belegs über alle Zuwendungen", "同一支出在各专项中的分摊合计",
              Severity.ERROR, Verdict.PASS, RuleInput(limit, Kind.SHARE, "1"), source),
        _rule("GEN-03", "Tax number and invoice number occur once", "Steuer- und Rechnungsnummer nur einmal", "税号与发票号码不得重复",
              Severity.ERROR, Verdict.FAIL, None, source, rows=tuple(cost.id for cost in costs[3:5])),
        _rule("GEN-08", "Claimed hours do not exceed measured hours", "Nicht mehr Stunden geltend gemacht als gemessen", "申报机时不超过实测机时",
              Severity.ERROR, Verdict.PASS, RuleInput(limit, Kind.SHARE, "21/20"), source),
        _rule("CN-04", "Subsidy of new instruments", "Zuschuss für neue Geräte", "新购仪器设备补助比例", Severity.ERROR,
              Verdict.PASS, RuleInput(limit, Kind.SHARE, "2/5"), source),
        _rule("CN-18", "Earmarked account balances", "Zweckkonto geht auf", "专户余额平衡", Severity.ERROR, Verdict.NOT_CHECKED,
              None, source),
        _rule("CNE-02", "Yearly hours of the least used machine", "Jahresstunden des am wenigsten genutzten Geräts", "单台年有效工作机时最低值",
              Severity.WARNING, Verdict.PASS, RuleInput(limit, Kind.TIME, str(HOUR * 1599 // 2)), source),
        _rule("CNE-03", "Share of external hours", "Anteil der Fremdnutzungsstunden", "对外服务机时占比", Severity.NOTE, Verdict.PASS,
              RuleInput(limit, Kind.SHARE, "273/1599"), source),
    ]  # fmt: skip
    return tuple(rows)


def _rule(id: str, en: str, de: str, zh: str, severity: Severity, verdict: Verdict, limit: RuleInput | None,
          source: Label, rows: tuple[str, ...] = ()) -> RuleRow:  # fmt: skip
    kind = limit.kind if limit else Kind.COUNT
    value = {Kind.SHARE: "19/100", Kind.TIME: str(HOUR * 915), Kind.COUNT: "2"}[kind]
    return RuleRow(
        id=id, group=id.split("-")[0], names=say(en, de, zh), severity=severity, verdict=verdict, source=source, article="9",
        is_verified=id != "CN-18", version="2026.2", operator="≤" if limit else "", threshold=limit,
        inputs=(RuleInput(say("counted", "gezählt", "计数"), kind, value),),
        message=say("The rule was applied to all rows.", "Die Regel wurde auf alle Zeilen angewandt.", "已对全部记录应用本规则。"),
        remedy=say("Reverse one of the entries.", "Eine der Buchungen stornieren.", "冲销其中一笔。") if verdict is not Verdict.PASS else Label(),
        rows=rows,
    )  # fmt: skip


def _risks() -> tuple[RiskRow, ...]:
    return (
        RiskRow("GEN-03", Severity.ERROR, Verdict.FAIL, say("Invoice entered twice", "Rechnung doppelt gebucht", "发票重复登记")),
        RiskRow("CN-18", Severity.ERROR, Verdict.NOT_CHECKED, say("Bank statement of May missing", "Kontoauszug Mai fehlt", "缺5月专户对账单")),
    )  # fmt: skip


def _evidence(costs: tuple[CostRow, ...]) -> tuple[EvidenceRow, ...]:
    items: dict[str, list[str]] = {}
    for cost in costs:
        for number in cost.evidence:
            items.setdefault(number, []).append(cost.id)
    return tuple(
        EvidenceRow(number, f"发票_{number}.pdf", "invoice", digest(number), 48_213 + i, date(2026, 1, 5), tuple(ids))
        for i, (number, ids) in enumerate(items.items())
    )
