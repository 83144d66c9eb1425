"""Run the rules of a set on facts; one function per rule, found by its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from center_app.core.labels import LANGUAGES, Label
from center_app.core.text import Words, catalogue
from center_app.grants.programmes import RuleData, RuleSet
from center_app.grants.reports.figures import printed_value
from center_app.grants.reports.rows import Kind, RuleInput, RuleRow, Severity, Verdict
from center_app.grants.rules.values import Facts, Finding, Value

Check = Callable[[Facts, RuleData], Finding]
CHECKS: dict[str, Check] = {}
_TEXT_OF = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NOT_CHECKED: "missing"}


def rule(id: str) -> Callable[[Check], Check]:
    """Register the function that checks a rule; a second one for an id is our bug."""

    def register(check: Check) -> Check:
        if id in CHECKS:
            raise ValueError(f"rule {id} is checked twice")
        CHECKS[id] = check
        return check

    return register


def evaluate(facts: Facts, rules: RuleSet) -> tuple[RuleRow, ...]:
    """Return every rule of the set with its verdict; a rule without a function reads "not checked"."""
    return tuple(_row(data, _finding(facts, data), rules.inputs, facts.currency) for data in rules.rules)


def _finding(facts: Facts, data: RuleData) -> Finding:
    check = CHECKS.get(data.id)
    return check(facts, data) if check else Finding(Verdict.NOT_CHECKED)


def _row(data: RuleData, finding: Finding, names: Mapping[str, Label], currency: str) -> RuleRow:
    template = data.texts.get(_TEXT_OF[finding.verdict], data.texts["pass"])
    return RuleRow(
        id=data.id,
        group=data.group,
        names=data.names,
        severity=finding.severity or Severity(data.severity),
        verdict=finding.verdict,
        source=data.source,
        article=data.article,
        is_verified=data.is_verified,
        version=data.version,
        operator=data.operator,
        threshold=_input("limit", finding.threshold, names) if finding.threshold else None,
        inputs=tuple(_input(name, value, names) for name, value in finding.values.items()),
        message=said(template, finding.values, currency),
        remedy=data.texts["remedy"] if finding.verdict is not Verdict.PASS else Label(),
        rows=finding.rows,
    )


def _input(name: str, value: Value, names: Mapping[str, Label]) -> RuleInput:
    return RuleInput(names[name], value[0], _plain(value))


def _plain(value: Value) -> str:
    content = value[1]
    if isinstance(content, date):
        return content.isoformat()
    return content.say("en") if isinstance(content, Label) else str(content)


def said(template: Label, values: Mapping[str, Value], currency: str) -> Label:
    """Fill a sentence with its values in every language."""
    texts = {}
    for language in LANGUAGES:
        words = catalogue(language)
        filled = {name: spoken(value, words, currency) for name, value in values.items()}
        texts[language] = template.say(language).format(**filled)
    return Label(texts)


def spoken(value: Value, words: Words, currency: str) -> str:
    """Write one value in a language."""
    kind, content = value
    if kind is Kind.DAY:
        return words.date(content)
    if kind is Kind.TEXT:
        return str(content.say(words.language) if isinstance(content, Label) else content)
    if kind is Kind.SHARE:
        return printed_value(kind, Fraction(content), words, currency, _share_digits(Fraction(content)))
    return printed_value(kind, content, words, currency)


def _share_digits(fraction: Fraction) -> int:
    return 1 if (fraction * 1000).denominator == 1 else 2
