"""What can stand in the way of money, with its sentence and next step."""

from __future__ import annotations

from center_app.core.errors import declare

PROGRAMME_UNKNOWN = declare(
    "grants.programme_unknown", "There is no programme {programme}.", "Choose a programme from the list."
)
NAMELESS = declare("grants.nameless", "A name is missing.", "Write a name.")
NUMBER_TAKEN = declare("grants.number_taken", "The number {number} is already used.", "Choose another number.")
DATES_REVERSED = declare(
    "grants.dates_reversed", "The last day ({last}) lies before the first day ({first}).", "Correct one of the days."
)
AMOUNT_IMPOSSIBLE = declare(
    "grants.amount_impossible",
    "The amount {amount} is not possible here.",
    "Enter an amount above zero and below 10 billion.",
)
CURRENCY_OTHER = declare(
    "grants.currency_other",
    "The award is kept in {wanted}, the amount is in {given}.",
    "Convert the amount with a dated rate first.",
)
BUDGET_SUM = declare(
    "grants.budget_sum",
    "The budget lines add up to {total}; the award is {amount}.",
    "Change the lines so that their sum is the award.",
)
BUDGET_LINE_TWICE = declare(
    "grants.budget_line_twice", "The budget line {code} is given twice.", "Give every line its own code."
)
LINE_UNKNOWN = declare(
    "grants.line_unknown", "The award has no budget line {code}.", "Choose a budget line of this award."
)
SHARES_OVER = declare(
    "grants.shares_over",
    "The shares of this cost add up to {share}.",
    "Lower one of the shares, so that they do not exceed the whole.",
)
GROSS_DIFFERS = declare(
    "grants.gross_differs",
    "Net {net} and VAT {vat} do not give gross {gross}.",
    "Correct one of the three amounts.",
)
INVOICE_TWICE = declare(
    "grants.invoice_twice",
    "Invoice {invoice} of {supplier} is already booked as {number}.",
    "Open that entry; if this is truly another payment, say why.",
)
DATE_OUTSIDE = declare(
    "grants.date_outside",
    "{day} lies outside the period of the award, {first} to {last}.",
    "Correct the date, or charge the cost to own funds.",
)
GONE = declare("grants.gone", "“{number}” does not exist.", "Refresh the list and choose again.")
STALE = declare(
    "grants.stale",
    "{number} was changed by somebody else in the meantime.",
    "Look at the new values and make your change again.",
)
REVERSED_ALREADY = declare("grants.reversed_already", "{number} is already reversed.", "Refresh the list.")
REASON_MISSING = declare("grants.reason_missing", "A reason is missing.", "Write in one sentence why.")
FILE_MISSING = declare(
    "grants.file_missing", "The file {name} cannot be read ({detail}).", "Check the path and the right to read it."
)
FILE_TOO_BIG = declare(
    "grants.file_too_big", "{name} has {size}; at most {limit} are accepted.", "Split the file or choose a smaller one."
)
FILE_EMPTY = declare(
    "grants.file_empty", "{name} holds no rows.", "Choose a file with a header line and rows below it."
)
EVIDENCE_REFUSED = declare(
    "grants.evidence_refused",
    "The file of evidence could not be stored ({detail}).",
    "Check the disk space and the rights of the store folder.",
)
EVIDENCE_LOST = declare(
    "grants.evidence_lost",
    "The bytes of evidence {number} are not in the store.",
    "Restore the folder from the backup.",
)
REPORT_LOCKED = declare(
    "grants.report_locked",
    "Version {version} of {number} is locked.",
    "Build a new version and state the reason.",
)
REPORT_BLOCKED = declare(
    "grants.report_blocked",
    "{count} rules block the release: {rules}.",
    "Mend the rows that each of them lists, then build a new version.",
)
REPORT_OTHER_REVIEWER = declare(
    "grants.report_other_reviewer",
    "{name} is named as reviewer of this version.",
    "Ask that person, or build a version that names another reviewer.",
)
REPORT_FOUR_EYES = declare(
    "grants.report_four_eyes",
    "{name} made this report and may not release it.",
    "Ask another person with the right to release it.",
)
