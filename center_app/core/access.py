"""Roles, rights and the acting person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from center_app.core.errors import PersonError, declare


class Role(StrEnum):
    """Name what a person is to the centre."""

    STAFF = "staff"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """Name one kind of act."""

    VIEW = "view"
    VIEW_MONEY = "view_money"
    BOOK = "book"
    BOOK_FOR_OTHERS = "book_for_others"
    WAIVE_RULE = "waive_rule"
    OUT_OF_ORDER = "out_of_order"
    EDIT_EQUIPMENT = "edit_equipment"
    EDIT_REGISTRY = "edit_registry"
    RECORD = "record"
    COMMAND_DEVICE = "command_device"
    ACKNOWLEDGE_ALARM = "acknowledge_alarm"
    EDIT_ALARMS = "edit_alarms"
    EDIT_LEDGER = "edit_ledger"
    BUILD_REPORT = "build_report"
    RELEASE_REPORT = "release_report"
    ADMINISTER = "administer"


_STAFF = {
    Right.VIEW, Right.BOOK, Right.BOOK_FOR_OTHERS, Right.WAIVE_RULE, Right.OUT_OF_ORDER,
    Right.EDIT_EQUIPMENT, Right.EDIT_REGISTRY, Right.ACKNOWLEDGE_ALARM,
}  # fmt: skip
_ENGINEER = {
    Right.VIEW, Right.BOOK, Right.OUT_OF_ORDER, Right.RECORD, Right.COMMAND_DEVICE,
    Right.ACKNOWLEDGE_ALARM, Right.EDIT_ALARMS,
}  # fmt: skip
_MANAGER = {
    Right.VIEW, Right.VIEW_MONEY, Right.BOOK, Right.BOOK_FOR_OTHERS, Right.WAIVE_RULE,
    Right.EDIT_LEDGER, Right.BUILD_REPORT, Right.RELEASE_REPORT,
}  # fmt: skip

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.STAFF: frozenset(_STAFF),
    Role.ENGINEER: frozenset(_ENGINEER),
    Role.MANAGER: frozenset(_MANAGER),
    Role.ADMINISTRATOR: frozenset(Right),
    Role.AUDITOR: frozenset({Right.VIEW, Right.VIEW_MONEY}),
}

NOT_ALLOWED = declare(
    "access.not_allowed",
    "Your role does not allow this act.",
    "Ask somebody with the right, or an administrator to change your role.",
)


@dataclass(frozen=True)
class Actor:
    """Say who acts, in which role, at which desk."""

    person_id: int
    name: str
    role: Role
    desk: str = ""

    def may(self, right: Right) -> bool:
        """Tell whether the role has a right."""
        return right in RIGHTS[self.role]


SYSTEM = Actor(person_id=0, name="system", role=Role.ADMINISTRATOR, desk="")


def require(actor: Actor, right: Right) -> None:
    """Refuse the act with PersonError when the role lacks the right."""
    if not actor.may(right):
        raise PersonError(NOT_ALLOWED, right=right.value, role=actor.role.value)
