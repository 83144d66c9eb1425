"""Programmes, awards, ledger, evidence, rules and reports of public money."""
