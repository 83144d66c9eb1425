"""The demo centre's cells, simulated devices and measured history."""

from center_app.telemetry.demo.cells import CELL_CODES, DemoCells, add_cells
from center_app.telemetry.demo.history import Use, synthesise_history
from center_app.telemetry.demo.seed import METERED_CODES, seed
from center_app.telemetry.demo.simulators import Simulators

__all__ = [
    "CELL_CODES", "METERED_CODES", "DemoCells", "Simulators", "Use", "add_cells", "seed", "synthesise_history",
]  # fmt: skip
