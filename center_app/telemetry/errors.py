"""Declared failures of the telemetry wing: code, sentence, next step."""

from __future__ import annotations

from center_app.core.errors import declare

CELL_UNKNOWN = declare(
    "telemetry.cell_unknown",
    "There is no robot cell number {cell_id}.",
    "Refresh the list; somebody may have removed it.",
)
CELL_CHANGED = declare(
    "telemetry.cell_changed",
    "Somebody changed this robot cell while you edited it.",
    "Look at the new values and enter your change again.",
)
RULE_UNKNOWN = declare(
    "telemetry.rule_unknown",
    "There is no such rule any more.",
    "Refresh the list; somebody may have removed it.",
)
LABEL_MISSING = declare("telemetry.label_missing", "A name is missing.", "Enter a name.")
PORT_EMPTY = declare(
    "telemetry.port_empty",
    "No port is given.",
    "Choose a port, for example /dev/ttyUSB0 or usb:0403:6001:A50285BI.",
)
PORT_TAKEN = declare(
    "telemetry.port_taken",
    "The port {port} already belongs to {cell}.",
    "Choose another port, or take it away from that robot cell first.",
)
PROFILE_UNKNOWN = declare(
    "telemetry.profile_unknown",
    "There is no device profile called {profile}.",
    "Choose a profile from the list.",
)
CHANNEL_UNKNOWN = declare(
    "telemetry.no_such_channel",
    "The device has no channel called {channel}.",
    "Choose one of: {known}.",
)
NOT_POSITIVE = declare(
    "telemetry.not_positive",
    "Deadband, delays and hold times may not be negative or longer than a day.",
    "Enter a value from 0 to 86400 s.",
)
NOT_A_NUMBER = declare(
    "telemetry.not_a_number",
    "The limit is not a finite number.",
    "Enter a number in the unit of the channel.",
)
REASON_MISSING = declare(
    "telemetry.reason_missing",
    "A reason is missing.",
    "Say in a few words why; it stands in the log beside your name.",
)
SHELF_TOO_LONG = declare(
    "telemetry.shelf_too_long",
    "An alarm can be shelved for at most {hours} h.",
    "Choose a shorter time, or take the alarm out of service.",
)
PAYLOAD_WRONG = declare(
    "telemetry.payload_wrong",
    "The request lacks {field}.",
    "Start the act again from the page; if it returns, tell your administrator.",
)
REQUEST_UNKNOWN = declare(
    "telemetry.request_unknown",
    "There is no request number {request_id}.",
    "Refresh the page and try again.",
)
REQUEST_ANSWERED = declare(
    "telemetry.request_answered",
    "This request has been answered already.",
    "Refresh the page.",
)
ALREADY_COLLECTING = declare(
    "telemetry.already_collecting",
    "A collector called {name} already records for this centre ({holder}).",
    "Nothing needs doing: it goes on recording. To run a second one, give it another name.",
)
COLLECTOR_SILENT = declare(
    "telemetry.collector_silent",
    "The recording program did not start within {seconds} s.",
    "Look into its log {log}, then start it again.",
)
PORT_MISSING = declare(
    "telemetry.port_missing",
    "The port {port} does not exist.",
    "Plug the device in; recording goes on by itself as soon as it is there.",
)
PORT_BUSY = declare(
    "telemetry.port_busy",
    "The port {port} is held by {holder}.",
    "Close that program; recording starts by itself as soon as the port is free.",
)
PORT_FORBIDDEN = declare(
    "telemetry.port_forbidden",
    "This user may not open the port {port}.",
    "Run `sudo usermod -aG dialout $USER`, then log out and in again.",
)
PORT_LOST = declare(
    "telemetry.port_lost",
    "The device at {port} was unplugged.",
    "Plug it in again; the same recording goes on with a marked gap.",
)
PORT_RELEASED = declare(
    "telemetry.port_released",
    "The port {port} is released to another program.",
    "Take it back on the robot cell's page, or wait until the time is over.",
)
CAPTURE_UNREADABLE = declare(
    "telemetry.capture_unreadable",
    "The capture file {file} cannot be read ({detail}).",
    "Check the line that is named; the format is t_us,byte_hex,framing_ok.",
)
PROFILE_UNGUESSED = declare(
    "telemetry.profile_unguessed",
    "No device profile fits the bytes of {file}.",
    "Name the profile with --profile.",
)
ALARM_REFUSED = declare(
    "telemetry.alarm_refused",
    "The alarm is no longer in a state that allows this ({why}).",
    "Look at the alarm as it is now and decide again.",
)
CONTROL_REFUSED = declare(
    "telemetry.command_refused",
    "The device at {port} cannot take a command now.",
    "Wait until it records again, then repeat the command.",
)
EVIDENCE_BROKEN = declare(
    "telemetry.evidence_broken",
    "The evidence chain breaks at: {link}.",
    "Restore the recording from the backup, or strike the figure that cites it.",
)
