"""Amounts and names of the demo award; whole yuan and fen as text, so that they stay exact."""

from __future__ import annotations

from center_app.core.labels import Label
from center_app.core.money import Money


def yuan(text: str) -> Money:
    """Return money of the demo's currency."""
    return Money.of(text.replace(",", ""), "CNY")


# code, names, planned, revised, spent and promised at twelve months, number of items
LINES: tuple[tuple[str, Label, str, str, str, str, int], ...] = (
    ("equipment", Label.of("Equipment purchase", de="Geräteanschaffung", zh="设备购置费"),
     "32,000,000.00", "31,200,000.00", "14,862,400.00", "6,460,000.00", 0),
    ("rebuild", Label.of("Equipment refit and rent", de="Umbau und Gerätemiete", zh="设备改造与租赁费"),
     "2,000,000.00", "2,000,000.00", "612,350.00", "240,000.00", 6),
    ("materials", Label.of("Materials", de="Material", zh="材料费"),
     "4,500,000.00", "5,000,000.00", "1,946,218.64", "388,400.00", 44),
    ("testing", Label.of("Testing and processing", de="Prüfung und Bearbeitung", zh="测试化验加工费"),
     "3,200,000.00", "3,500,000.00", "1,284,770.50", "316,500.00", 26),
    ("energy", Label.of("Fuel and power", de="Energie", zh="燃料动力费"),
     "1,300,000.00", "1,300,000.00", "402,916.28", "0.00", 17),
    ("travel", Label.of("Travel, meetings, cooperation", de="Reisen, Tagungen, Kooperation",
                        zh="差旅、会议与国际合作费"),
     "1,000,000.00", "1,000,000.00", "214,385.72", "36,000.00", 15),
    ("publication", Label.of("Publication and patents", de="Veröffentlichung und Patente", zh="出版、文献与知识产权费"),
     "800,000.00", "800,000.00", "186,400.00", "52,000.00", 9),
    ("labour", Label.of("Labour", de="Arbeitskräfte", zh="劳务费"),
     "2,400,000.00", "2,400,000.00", "868,000.00", "0.00", 17),
    ("consulting", Label.of("Expert consulting", de="Fachberatung", zh="专家咨询费"),
     "800,000.00", "800,000.00", "264,000.00", "18,000.00", 11),
    ("indirect", Label.of("Indirect costs", de="Gemeinkosten", zh="间接费用"),
     "2,000,000.00", "2,000,000.00", "750,000.00", "0.00", 6),
)  # fmt: skip

# cumulative share of the award that is planned to be spent after each of the 24 months, in 1/1000
PLAN = (
    8,
    22,
    48,
    82,
    122,
    168,
    220,
    282,
    342,
    376,
    452,
    528,
    590,
    640,
    690,
    738,
    782,
    822,
    860,
    892,
    920,
    948,
    980,
    1000,
)
PACE = (81, 100)
"""Spending lies at this share of the plan."""

# months after the start, amount, condition
INSTALMENTS: tuple[tuple[int, str, Label], ...] = (
    (0, "20,000,000.00", Label.of("Award notice", de="Zuwendungsbescheid", zh="立项批复")),
    (6, "10,000,000.00", Label.of("Mid-year report", de="Halbjahresnachweis", zh="半年度报告")),
    (12, "10,000,000.00", Label.of("First yearly report", de="Erster Jahresnachweis", zh="第一年度使用情况报告")),
    (21, "10,000,000.00", Label.of("Acceptance", de="Abnahme", zh="验收")),
)

NAMES = Label.of(
    "Manufacturing innovation centre (national)", de="Innovationszentrum für die Fertigung (national)",
    zh="制造业创新中心建设专项（国家级）",
)  # fmt: skip
FUNDER = Label.of(
    "Guangdong Department of Industry and Information Technology",
    de="Ministerium für Industrie und Informationstechnik der Provinz Guangdong", zh="广东省工业和信息化厅",
)  # fmt: skip
GRANTEE = Label.of(
    "Lingwan Robotics Manufacturing Innovation Centre", de="Lingwan-Zentrum für Robotik und Fertigung",
    zh="广东岭湾机器人制造业创新中心有限公司",
)  # fmt: skip
DUTY_STATEMENT = Label.of(
    "File the account statement of {month} (CN-18)", de="Kontoauszug {month} ablegen (CN-18)",
    zh="上传{month}专户对账单（CN-18）"
)  # fmt: skip
# kind, days from today, names, login
DUTIES: tuple[tuple[str, int, Label, str], ...] = (
    ("draw_down", 11, Label.of("Next draw-down", de="Nächster Mittelabruf", zh="下一期请款"), "chen.jie"),
    ("report", 59, Label.of("Use report of the period", de="Verwendungsnachweis des Zeitraums", zh="本期使用情况报告"),
     "chen.jie"),
    ("sharing", 91, Label.of("Yearly data on shared instruments", de="Jahresdaten zur Gerätenutzung",
                             zh="仪器开放共享年度数据"), "zhou.kai"),
    ("stock_take", 136, Label.of("Stock-take", de="Inventur", zh="资产盘点"), "zhou.kai"),
)  # fmt: skip
