"""The live cells of the demo centre: five robot cells (one a leg test stand), a compute node, a meter bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from center_app.core.access import Actor
from center_app.core.db import Database
from center_app.core.labels import Label
from center_app.telemetry import service
from center_app.telemetry.values import AlarmRuleDraft, CellDraft, CellView, Direction, Priority, RunRuleDraft


@dataclass(frozen=True)
class DemoCell:
    """Describe one demo cell: machine, device, what its tile shows, when it runs, its alarms, its simulator."""

    code: str
    name: Label
    profile_id: str
    headline: str
    run: tuple[str, float, float, float]
    """Channel, threshold, hold-on s, hold-off s."""
    params: Mapping[str, Any] = field(default_factory=dict)
    simulate: Mapping[str, Any] = field(default_factory=dict)
    faults: str = "{}"
    alarms: tuple[AlarmRuleDraft, ...] = ()
    before_s: float = 90.0
    """For how long it has worked already when the demo begins."""

    @property
    def link(self) -> str:
        """Return the name of its port in the folder of ports."""
        return f"tty-{self.code}"


def _steps(*texts: tuple[str, str, str]) -> tuple[Label, ...]:
    return tuple(Label.of(english, de=german, zh=chinese) for english, german, chinese in texts)


_J3_HIGH = AlarmRuleDraft(
    0, "motion.current_j3", Label.of("Drive J3: current high", de="Antrieb J3: Strom hoch", zh="J3 驱动电流过高"),
    16.0, Direction.HIGH, 0.5, 2.0, 2.0, Priority.CRITICAL,
    _steps(
        ("Weigh the pallet, at most 12 kg", "Palette wiegen, höchstens 12 kg", "称量托盘，不超过 12 kg"),
        ("Stop the cycle as soon as J3 draws more than 20 A", "Zyklus anhalten, sobald J3 über 20 A zieht",
         "J3 超过 20 A 时立即停止循环"),
        ("Check the brake of J3 for dragging", "Bremse J3 auf Schleifen prüfen", "检查 J3 制动器是否拖滞"),
    ),
)  # fmt: skip
_FORCE_HIGH = AlarmRuleDraft(
    0, "motion.force", Label.of("Gripping force high", de="Greifkraft hoch", zh="夹持力过高"),
    40.0, Direction.HIGH, 2.0, 0.5, 2.0, Priority.MEDIUM,
    _steps(("Look at gripper and part, then reset", "Greifer und Teil ansehen, dann rücksetzen",
            "检查夹爪和工件，然后复位")),
    is_latching=True,
)  # fmt: skip
_NO_DATA = AlarmRuleDraft(
    0, "", Label.of("No data from the port", de="Keine Daten vom Anschluss", zh="端口无数据"),
    5.0, Direction.SILENCE, priority=Priority.HIGH,
    steps=_steps(("Check USB cable and power supply of the adapter", "USB-Kabel und Netzteil des Adapters prüfen",
                  "检查适配器的 USB 线和电源")),
)  # fmt: skip
_KNEE_HOT = AlarmRuleDraft(
    0, "knee.knee_temperature", Label.of("Knee motor too warm", de="Kniemotor zu warm", zh="膝关节电机过热"),
    60.0, Direction.HIGH, 2.0, 5.0, 10.0, Priority.MEDIUM,
    _steps(("Reduce the test cycle to half the load", "Prüfzyklus auf 50 % Last senken", "将测试循环降至 50 % 负载")),
)  # fmt: skip
_NODE_POWER = AlarmRuleDraft(
    0, "node.power", Label.of("Node power high", de="Knotenleistung hoch", zh="节点功率过高"),
    1500.0, Direction.HIGH, 50.0, 5.0, 10.0, Priority.LOW,
    _steps(("Move one trial to another node", "Einen Lauf auf einen anderen Knoten verlegen",
            "将一个任务迁移到其他节点")),
)  # fmt: skip

CELLS: tuple[DemoCell, ...] = (
    DemoCell(
        "EQ-0601", Label.of("Cell 1 Gripping", de="Zelle 1 Greifen", zh="工作站 1 抓取"), "robot_cell", "motion.force",
        ("status.power", 150.0, 3.0, 20.0), simulate={"scene": "gripping"}, alarms=(_FORCE_HIGH,),
    ),
    DemoCell(
        "EQ-0602", Label.of("Cell 2 Palletising", de="Zelle 2 Palettieren", zh="工作站 2 码垛"), "robot_cell",
        "motion.current_j3", ("motion.current_j3", 6.0, 2.0, 10.0), simulate={"scene": "palletising"},
        alarms=(_J3_HIGH,),
    ),
    DemoCell(
        "EQ-0603", Label.of("Cell 3 Polishing", de="Zelle 3 Polieren", zh="工作站 3 抛光"), "delimited_text",
        "lines.temperature", ("lines.speed", 1000.0, 2.0, 10.0), faults='{"unplug": [[190, 25]]}',
        alarms=(_NO_DATA,),
    ),
    DemoCell(
        "EQ-0604", Label.of("Cell 4 Leg test stand", de="Zelle 4 Beinprüfstand", zh="工作站 4 腿部试验台"),
        "unitree_go_m8010", "knee.knee_torque", ("knee.knee_torque", 2.0, 1.0, 10.0), alarms=(_KNEE_HOT,),
        before_s=30.0,
    ),
    DemoCell(
        "EQ-0605", Label.of("Cell 5 Screwdriving", de="Zelle 5 Schrauben", zh="工作站 5 拧紧"), "label_value",
        "lines.torque", ("lines.torque", 0.1, 0.5, 10.0),
    ),
    DemoCell(
        "EQ-0701", Label.of("Node 1 Compute pool", de="Knoten 1 Rechenpool", zh="节点 1 算力池"), "accelerator_node",
        "node.power", ("node.power", 700.0, 5.0, 30.0), alarms=(_NODE_POWER,),
    ),
)  # fmt: skip
CELL_CODES = tuple(cell.code for cell in CELLS)
METER_LINK = "tty-meters"
METER_NAME = Label.of("Energy meters, halls 1 and 2", de="Energiezähler Halle 1 und 2", zh="1、2 号厂房电能表")


@dataclass(frozen=True)
class DemoCells:
    """Name what stands in the demo centre: cells by machine code, and the meter bus."""

    by_code: Mapping[str, CellView]
    meters: CellView | None


def add_cells(database: Database, actor: Actor, machines: Mapping[str, int], ports: Path) -> dict[str, CellView]:
    """Add the demo's live cells with rules and alarms; machines by code, ports as links in a folder."""
    made = {}
    for cell in CELLS:
        if cell.code in machines:
            made[cell.code] = _add(database, actor, cell, machines[cell.code], ports)
    return made


def _add(database: Database, actor: Actor, cell: DemoCell, machine_id: int, ports: Path) -> CellView:
    draft = CellDraft(
        machine_id, cell.name, str(ports / cell.link), cell.profile_id, cell.params, headline=cell.headline
    )
    view = database.write(actor, service.add_cell, draft)
    channel, threshold, hold_on_s, hold_off_s = cell.run
    database.write(actor, service.set_run_rule, RunRuleDraft(view.id, channel, threshold, hold_on_s, hold_off_s))
    for alarm in cell.alarms:
        database.write(actor, service.set_alarm_rule, _for_cell(alarm, view.id))
    return view


def _for_cell(alarm: AlarmRuleDraft, cell_id: int) -> AlarmRuleDraft:
    return replace(alarm, cell_id=cell_id)
