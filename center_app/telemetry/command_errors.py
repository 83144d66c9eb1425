"""Declared failures of commands: code, sentence, next step."""

from __future__ import annotations

from center_app.core.errors import declare

COMMAND_UNKNOWN = declare(
    "command.unknown",
    "This device has no command called {command}.",
    "Choose one of: {known}.",
)
FIELD_UNKNOWN = declare(
    "command.field_unknown",
    "The command takes no value called {field}.",
    "Leave it out; it takes: {known}.",
)
FIELD_NOT_A_NUMBER = declare(
    "command.field_not_a_number",
    "{name} must be a number, not “{given}”.",
    "Enter a number, with a point as decimal mark.",
)
FIELD_NOT_WHOLE = declare(
    "command.field_not_whole",
    "{name} must be a whole number, not “{given}”.",
    "Enter a whole number.",
)
FIELD_OUT_OF_RANGE = declare(
    "command.field_out_of_range",
    "{name} must lie between {low} and {high} {unit}.",
    "Enter a value within these limits.",
)
FIELD_NO_CHOICE = declare(
    "command.field_no_choice",
    "{name} cannot be “{given}”.",
    "Choose one of: {known}.",
)
FIELD_TOO_LONG = declare(
    "command.field_too_long",
    "{name} may have at most {longest} characters.",
    "Shorten the text, or send it in parts.",
)
FIELD_NOT_PLAIN = declare(
    "command.field_not_plain",
    "{name} may hold only printable ASCII characters.",
    "Take out control characters, umlauts and the like.",
)
CANNOT_ENCODE = declare(
    "command.cannot_encode",
    "These values make no valid command ({detail}).",
    "Correct the values and send again.",
)
TOO_FAST = declare(
    "command.too_fast",
    "Commands follow each other too fast.",
    "Wait {seconds} s and send again.",
)
LINE_EMPTY = declare("command.line_empty", "There is nothing to send.", "Enter text or bytes.")
LINE_TOO_LONG = declare(
    "command.line_too_long",
    "A line may have at most {longest} bytes.",
    "Send it in parts.",
)
EXPIRES_WRONG = declare(
    "command.expires_wrong",
    "A command must be carried out within 0.1 to 60 s.",
    "Enter a time within these limits.",
)
NOT_BOOKED = declare(
    "command.not_booked",
    "{machine} is not booked by you now.",
    "Book the machine, or begin when your booking has started.",
)
BOOKED_BY_OTHER = declare(
    "command.booked_by_other",
    "{machine} is booked by {holder} until {until}.",
    "Ask {holder}, or book the time after.",
)
OUT_OF_ORDER = declare(
    "command.out_of_order",
    "{machine} is out of order: nothing may move it.",
    "Put it back in order first.",
)
NO_MACHINE = declare(
    "command.no_machine",
    "This robot cell belongs to no machine, so nobody can have it booked.",
    "Say in the robot cell’s settings which machine it belongs to.",
)
CELL_OFF = declare(
    "command.cell_off",
    "This robot cell is switched off or was removed.",
    "Switch its recording on first.",
)
CONFIRM = declare(
    "command.confirm",
    "“{command}” can move or harm: it needs a second step.",
    "Confirm it with: {phrase}",
)
EXPIRED = declare(
    "command.expired",
    "The command could not be carried out in time and was not sent.",
    "Check that the device records, then send it again.",
)
DEVICE_REFUSED = declare(
    "command.device_refused",
    "The device refused the command.",
    "Look at its answer and its state, then correct the command.",
)
READS_BACK_DIFFERENTLY = declare(
    "command.reads_back_differently",
    "The device acknowledged the command, but reads back something else.",
    "Look at the state of the device before you send anything more.",
)
NO_ANSWER = declare(
    "command.no_answer",
    "The device did not answer in time; whether it acted is not known.",
    "Look at the state of the device before you send anything more.",
)
LOST_WHILE_WAITING = declare(
    "command.lost_while_waiting",
    "The port was lost before the answer came; whether the device acted is not known.",
    "Look at the state of the device before you send anything more.",
)
INTERRUPTED = declare(
    "command.interrupted",
    "Recording was restarted while the command was on its way; it was not sent again.",
    "Look at the state of the device before you send anything more.",
)
