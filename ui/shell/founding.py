"""Forms and acts of the first start: found a centre, connect to one, open the demo."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from center_app.core import migrations
from center_app.core.access import SYSTEM, Role
from center_app.core.centre import CENTRE_EXISTS, CentreDraft, establish
from center_app.core.errors import CenterError, PersonError
from center_app.core.labels import Label
from center_app.core.passwords import MINIMUM_LENGTH, check_strength
from center_app.core.settings import data_folder
from center_app.core.upgrade import bring_up
from center_app.registry.service import add_person
from center_app.registry.service.sign_in import set_password
from center_app.registry.values import PersonDraft
from center_app.wiring import open_center
from ui.kit.form import Field, Form
from ui.kit.words import LANGUAGES, _

COMMON_ZONES = (
    "Asia/Shanghai", "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/London", "America/New_York", "UTC",
)  # fmt: skip
CURRENCIES = ("CNY", "EUR", "USD", "CHF", "GBP", "HKD", "JPY")


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, str]]:
    """Return every time zone, the usual ones first."""
    rest = sorted(available_timezones() - set(COMMON_ZONES))
    return [(zone, zone) for zone in (*COMMON_ZONES, *rest) if "/" in zone or zone == "UTC"]


def new_centre_form() -> Form:
    """Make the form of a new centre."""
    hours: list[tuple[Any, str]] = [(hour, f"{hour:02d}:00") for hour in range(24)]
    return Form(
        [
            Field("name", _("Name of the centre"), required=True),
            (
                Field("zone", _("Time zone"), "choice", "Asia/Shanghai", choices=zones()),
                Field("currency", _("Currency"), "choice", "CNY", choices=[(code, code) for code in CURRENCIES]),
            ),
            (
                Field("language", _("Language"), "choice", _.language, choices=list(LANGUAGES.items())),
                Field("backup", _("Nightly backup"), "choice", 2, choices=[(None, _("None")), *hours]),
            ),
            Field("person", _("Administrator's name"), required=True),
            (
                Field("login", _("Login name"), required=True, check=check_login),
                Field("password", _("Password"), "password", required=True, check=check_password),
            ),
            Field(
                "store", _("Folder, or address of an empty PostgreSQL database"), value=str(data_folder() / "centre"),
                required=True, note=_("For example postgresql://user@server/centre"),
            ),
        ]
    )  # fmt: skip


def server_form() -> Form:
    """Make the form that connects to a centre."""
    return Form(
        [
            Field("store", _("Address"), hint="postgresql://user@server/centre", required=True, check=check_address),
            Field("password", _("Password"), "password", note=_("Empty when the server knows you otherwise")),
        ]
    )


def check_login(value: str) -> str:
    """Say what is wrong with a login name."""
    return "" if value.replace(".", "").replace("-", "").replace("_", "").isalnum() else _("Use letters, digits, . - _")


def check_password(value: str) -> str:
    """Say what is wrong with a new password."""
    short = len(value) < MINIMUM_LENGTH
    return _("At least {n} characters; a few words in a row are easy to remember.", n=MINIMUM_LENGTH) if short else ""


def check_address(value: str) -> str:
    """Say what is wrong with a server's address."""
    return "" if value.startswith("postgresql://") else _("The address begins with postgresql://")


def found(values: dict[str, Any]) -> Any:
    """Make a centre with its first administrator, who can sign in."""
    draft = CentreDraft(
        Label.of(values["name"]), values["zone"], values["currency"], values["language"], values["backup"]
    )
    check_strength(values["password"])
    refuse_taken(values["store"])
    center = open_center(values["store"], create=True)
    center.write(SYSTEM, establish, draft)
    person = PersonDraft(name=values["person"], login=values["login"], role=Role.ADMINISTRATOR)
    added = center.write(SYSTEM, add_person, person)
    center.write(SYSTEM, set_password, added.id, values["password"])
    center.close()
    return open_checked(values["store"])


def refuse_taken(store: str) -> None:
    """Refuse a folder or database that holds a centre already; raises PersonError."""
    is_server = store.startswith("postgresql")
    if not is_server and not (Path(store) / "center.db").exists():
        return
    center = open_center(store)
    try:
        if migrations.version(center.database) is not None:
            profile = center.profile
            raise PersonError(CENTRE_EXISTS, name=profile.name if profile else store)
    finally:
        center.close()


def connect(values: dict[str, Any]) -> Any:
    """Open a centre on a server; the password goes into the address of this session only."""
    address = values["store"]
    if values["password"] and "@" in address:
        from urllib.parse import quote

        head, tail = address.removeprefix("postgresql://").split("@", 1)
        address = f"postgresql://{head.split(':', 1)[0]}:{quote(values['password'], safe='')}@{tail}"
    return open_checked(address)


def open_checked(store: str) -> Any:
    """Open a centre; an older one on SQLite is brought up, a newer one refused politely."""
    center = open_center(store)
    try:
        bring_up(center.database, center.folder, center.clock.now())
    except CenterError:
        center.close()
        raise
    return center


def open_demo() -> Any:
    """Open the demo centre, made on first use."""
    from center_app.demo import open_demo_center
    from ui.shell.splash import Splash

    splash = Splash()
    try:
        return open_demo_center(Path(data_folder()) / "demo", splash.told)
    finally:
        splash.close()
