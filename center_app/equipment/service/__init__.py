"""Write the register of machines and outages, one intent each."""

from center_app.equipment.service.machines import (
    add_machine,
    archive_machine,
    edit_machine,
    restore_machine,
)
from center_app.equipment.service.outages import (
    begin_outage,
    cancel_outage,
    close_outage,
    plan_outage,
    reopen_outage,
    restore_outage,
)
from center_app.equipment.service.registers import (
    add_category,
    add_place,
    add_pool,
    edit_category,
    edit_place,
    edit_pool,
)

__all__ = [
    "add_category", "add_machine", "add_place", "add_pool", "archive_machine", "begin_outage", "cancel_outage",
    "close_outage", "edit_category", "edit_machine", "edit_place", "edit_pool", "plan_outage", "reopen_outage",
    "restore_machine", "restore_outage",
]  # fmt: skip
