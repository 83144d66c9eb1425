"""The page Grants: an award's money, duties and rules, its ledger and evidence, and the programme behind it."""
