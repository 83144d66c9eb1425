"""Programmes and rule sets: dated data read from resources/programmes, never constants in code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from center_app.core.errors import PersonError
from center_app.core.labels import Label
from center_app.core.money import Money
from center_app.core.paths import RESOURCES
from center_app.grants.errors import PROGRAMME_UNKNOWN

_FOLDER = RESOURCES / "programmes"
_CURRENCY = "CNY"


@dataclass(frozen=True)
class Programme:
    """Hold one funding line: kind award, selection, tag, context or event.

    `cap` is per award, `tiers` caps by tier, `rate` the largest exact share of `rate_base`, `quota` the
    selections a year; `yearly_total` binds together with the lines of `yearly_total_with`.
    """

    id: str
    kind: str
    names: Label
    terms: Label
    source: Label
    article: str
    is_verified: bool
    valid_from: date
    valid_to: date | None
    cap: Money | None
    tiers: Mapping[str, Money]
    rate: Fraction | None
    rate_base: str
    quota: int | None
    yearly_total: Money | None
    yearly_total_with: tuple[str, ...]
    details: Mapping[str, Any]

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the line is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def cap_of(self, tier: str) -> Money | None:
        """Return the cap of a tier; None where no verified cap is known."""
        return self.tiers.get(tier) if self.tiers else self.cap


@dataclass(frozen=True)
class RuleData:
    """Hold what one rule checks by: texts in three languages, source, operator and its threshold values."""

    id: str
    version: str
    severity: str
    names: Label
    source: Label
    article: str
    is_verified: bool
    valid_from: date
    valid_to: date | None
    operator: str
    texts: Mapping[str, Label]
    values: Mapping[str, Any]

    @property
    def group(self) -> str:
        """Return the family of the rule, such as GEN."""
        return self.id.split("-")[0]

    def share(self, name: str = "limit") -> Fraction:
        """Return a threshold as an exact fraction."""
        return Fraction(str(self.values[name]))

    def money(self, name: str = "limit") -> Money:
        """Return a threshold as money."""
        return Money.of(str(self.values[name]), _CURRENCY)


@dataclass(frozen=True)
class RuleSet:
    """Hold one dated set of rules."""

    id: str
    valid_from: date
    rules: tuple[RuleData, ...]
    inputs: Mapping[str, Label]


_LINE_KEYS = {
    "id", "kind", "names", "terms", "source", "article", "verified", "valid_from", "valid_to", "cap", "tiers",
    "rate", "rate_base", "quota_per_year", "yearly_total", "yearly_total_with",
}  # fmt: skip
_RULE_KEYS = {
    "id",
    "version",
    "severity",
    "names",
    "source",
    "article",
    "verified",
    "valid_from",
    "valid_to",
    "operator",
}
_TEXT_KEYS = {"pass", "fail", "missing", "remedy"}


def _money(text: str | None) -> Money | None:
    return Money.of(text, _CURRENCY) if text else None


def _programme(line: Mapping[str, Any], sources: Mapping[str, Any]) -> Programme:
    return Programme(
        id=line["id"],
        kind=line["kind"],
        names=Label(line["names"]),
        terms=Label(line["terms"]),
        source=Label(sources[line["source"]]),
        article=line["article"],
        is_verified=line["verified"],
        valid_from=line["valid_from"],
        valid_to=line.get("valid_to"),
        cap=_money(line.get("cap")),
        tiers=MappingProxyType({name: Money.of(text, _CURRENCY) for name, text in line.get("tiers", {}).items()}),
        rate=Fraction(line["rate"]) if "rate" in line else None,
        rate_base=line.get("rate_base", ""),
        quota=line.get("quota_per_year"),
        yearly_total=_money(line.get("yearly_total")),
        yearly_total_with=tuple(line.get("yearly_total_with", ())),
        details=MappingProxyType({key: value for key, value in line.items() if key not in _LINE_KEYS}),
    )


def _rule(row: Mapping[str, Any], sources: Mapping[str, Any]) -> RuleData:
    return RuleData(
        id=row["id"],
        version=row["version"],
        severity=row["severity"],
        names=Label(row["names"]),
        source=Label(sources[row["source"]]),
        article=row["article"],
        is_verified=row["verified"],
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
        operator=row["operator"],
        texts=MappingProxyType({key: Label(row[key]) for key in _TEXT_KEYS & row.keys()}),
        values=MappingProxyType({k: v for k, v in row.items() if k not in _RULE_KEYS | _TEXT_KEYS}),
    )


@lru_cache(maxsize=1)
def programmes() -> Mapping[str, Programme]:
    """Return every funding line by its id."""
    found: dict[str, Programme] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        found.update((line["id"], _programme(line, data["source"])) for line in data.get("line", ()))
    return MappingProxyType(found)


def programme(id: str) -> Programme:
    """Return a funding line; raises PersonError for one that does not exist."""
    if id not in programmes():
        raise PersonError(PROGRAMME_UNKNOWN, programme=id)
    return programmes()[id]


@lru_cache(maxsize=1)
def rule_sets() -> tuple[RuleSet, ...]:
    """Return every rule set, the oldest first."""
    sets = []
    for path in sorted(_FOLDER.glob("rules_*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        rules = tuple(_rule(row, data["source"]) for row in data["rule"])
        inputs = {name: Label(texts) for name, texts in data["input"].items()}
        sets.append(RuleSet(data["set"]["id"], data["set"]["valid_from"], rules, MappingProxyType(inputs)))
    return tuple(sorted(sets, key=lambda found: found.valid_from))


def rule_set_on(day: date) -> RuleSet:
    """Return the newest rule set in force on a day (the first one for days before it), with its rules of that day."""
    sets = rule_sets()
    chosen = next((found for found in reversed(sets) if found.valid_from <= day), sets[0])
    rules = tuple(r for r in chosen.rules if r.valid_from <= day and (r.valid_to is None or day <= r.valid_to))
    return RuleSet(chosen.id, chosen.valid_from, rules, chosen.inputs)
