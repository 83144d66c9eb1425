"""The sign-in page: name, password, one button."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QDialog

from center_app.core.access import SYSTEM, Actor
from center_app.core.errors import CenterError, describe
from center_app.registry.service.sign_in import entered, sign_in
from ui.kit.buttons import button
from ui.kit.form import Field, Form
from ui.kit.layout import column, row
from ui.kit.text import label
from ui.kit.words import _


class LoginDialog(QDialog):
    """Ask who comes."""

    def __init__(self, center: Any, desk: str) -> None:
        """Take the centre and this desk's name."""
        super().__init__()
        self._center, self._desk = center, desk
        self.actor: Actor | None = None
        self.setWindowTitle(_("Sign in"))
        self.setFixedWidth(380)
        name = center.profile.name.say(_.language) if center.profile else "Center Desk"
        self.form = Form(
            [
                Field("login", _("Login name"), required=True),
                Field("password", _("Password"), kind="password", required=True),
            ]
        )
        self.problem = label("", "secondary", "crit", wrap=True)
        self.problem.hide()
        self.enter = button(_("Sign in"), self.submit, kind="primary")
        self.enter.setDefault(True)
        head = column(label(name, "title"), label(_("Sign in to go on."), "secondary"), gap=2)
        self.setLayout(column(head, self.form, self.problem, row(None, self.enter), gap=14, margins=(24, 22, 24, 20)))

    def submit(self) -> None:
        """Check name and password; a wrong pair is said and may be tried again."""
        if not self.form.check_all():
            return
        values = self.form.values()
        try:
            found = self._center.write(SYSTEM, sign_in, values["login"], values["password"], self._desk)
            self.actor = entered(found)
        except CenterError as error:
            self.problem.setText(" ".join(describe(error, _.words)))
            self.problem.show()
            return
        self.accept()


def ask_login(center: Any, desk: str) -> Actor | None:
    """Return who signed in, None when nobody did."""
    dialog = LoginDialog(center, desk)
    dialog.exec()
    return dialog.actor
