"""Check drafts of the registry; every function returns all problems at once."""

from __future__ import annotations

import re
from datetime import date

from center_app.core.errors import Problem, declare
from center_app.core.labels import Label
from center_app.registry.values import (
    OrganisationDraft,
    PersonDraft,
    ProjectDraft,
    QualificationDraft,
    QualificationKindDraft,
)

NAME_MISSING = declare("registry.name_missing", "A name is missing.", "Enter a name.")
TEXT_LONG = declare(
    "registry.text_long",
    "The text in “{field}” has {count} characters; {limit} are possible.",
    "Shorten the text.",
)
LOGIN_FORM = declare(
    "registry.login_form",
    "“{login}” cannot be a login name.",
    "Use 2 to 40 small letters, digits, dots, hyphens or underscores, starting with a letter.",
)
EMAIL_FORM = declare(
    "registry.email_form",
    "“{email}” is not an e-mail address.",
    "Write it like name@example.org, or leave it empty.",
)
CODE_FORM = declare(
    "registry.code_form",
    "“{code}” cannot be a code.",
    "Use 2 to 24 capital letters, digits and hyphens, such as P-2031.",
)
DATES_ORDER = declare(
    "registry.dates_order",
    "The last day ({last}) lies before the first day ({first}).",
    "Set a last day that is not before the first.",
)
DAYS_RANGE = declare(
    "registry.days_range",
    "A validity of {days} days is not possible.",
    "Enter 1 to 3,660 days, or leave it empty for no expiry.",
)

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,23}")
_LIMIT = 200


def label_problems(names: Label) -> list[Problem]:
    """Check that a label says something and is not too long."""
    texts = [text for text in names.texts.values() if text.strip()]
    if not texts:
        return [Problem(NAME_MISSING, {"field": "names"})]
    return [problem for text in texts for problem in text_problems("names", text)]


def text_problems(field: str, text: str, limit: int = _LIMIT) -> list[Problem]:
    """Check the length of a text."""
    if len(text) <= limit:
        return []
    return [Problem(TEXT_LONG, {"field": field, "count": len(text), "limit": limit})]


def order_problems(first: date | None, last: date | None) -> list[Problem]:
    """Check that the last day is not before the first; None is open."""
    if first is None or last is None or first <= last:
        return []
    return [Problem(DATES_ORDER, {"field": "ends_on", "first": first, "last": last})]


def code_problems(code: str) -> list[Problem]:
    """Check the form of a code."""
    return [] if _CODE.fullmatch(code) else [Problem(CODE_FORM, {"field": "code", "code": code})]


def organisation_problems(draft: OrganisationDraft) -> list[Problem]:
    """Check an organisation."""
    return [
        *label_problems(draft.names),
        *text_problems("tax_number", draft.tax_number, 40),
        *text_problems("city", draft.city),
        *text_problems("note", draft.note, 4000),
    ]


def person_problems(draft: PersonDraft) -> list[Problem]:
    """Check a person."""
    problems = [] if draft.name.strip() else [Problem(NAME_MISSING, {"field": "name"})]
    problems += text_problems("name", draft.name)
    if not _LOGIN.fullmatch(draft.login):
        problems.append(Problem(LOGIN_FORM, {"field": "login", "login": draft.login}))
    if draft.email and not _EMAIL.fullmatch(draft.email):
        problems.append(Problem(EMAIL_FORM, {"field": "email", "email": draft.email}))
    return problems


def project_problems(draft: ProjectDraft) -> list[Problem]:
    """Check a project."""
    return [
        *code_problems(draft.code),
        *label_problems(draft.names),
        *order_problems(draft.starts_on, draft.ends_on),
        *text_problems("note", draft.note, 4000),
    ]


def kind_problems(draft: QualificationKindDraft) -> list[Problem]:
    """Check a kind of qualification."""
    problems = [*code_problems(draft.code), *label_problems(draft.names)]
    if draft.valid_days is not None and not 1 <= draft.valid_days <= 3660:
        problems.append(Problem(DAYS_RANGE, {"field": "valid_days", "days": draft.valid_days}))
    return problems


def qualification_problems(draft: QualificationDraft) -> list[Problem]:
    """Check the dates of a qualification."""
    return order_problems(draft.valid_from, draft.valid_until)
