"""Declared failures of written profiles: what is wrong on which line, and what to do."""

from __future__ import annotations

from center_app.core.errors import ErrorCode, Problem, ProblemsError, declare
from devices.toml_profiles import ProfileRefused

CODES: dict[str, ErrorCode] = {
    code.id.removeprefix("profile."): code
    for code in (
        declare(
            "profile.syntax",
            "Line {line}: this is not valid TOML: {detail}.",
            "Mend this line; texts stand in quotes, lists in square brackets.",
        ),
        declare(
            "profile.too_large",
            "Line {line}: the text has {size} bytes; a profile has at most {most}.",
            "Keep one device per profile and leave the captured bytes out.",
        ),
        declare(
            "profile.too_deep",
            "Line {line}: the line is too long or nested deeper than {most} brackets.",
            "Write tables of their own, such as [[message.field]].",
        ),
        declare(
            "profile.too_many_tables",
            "Line {line}: a profile has at most {most} tables.",
            "Use `count` and `step` for repeated fields.",
        ),
        declare("profile.not_utf8", "Line {line}: the file is not UTF-8 text.", "Save it as UTF-8."),
        declare(
            "profile.not_a_table", "Line {line}: “{name}” must be a table.", "Write it as [{name}] with keys below it."
        ),
        declare(
            "profile.not_a_text",
            "Line {line}: “{key}” must be a text of at most {longest} characters.",
            "Put the text into quotes.",
        ),
        declare(
            "profile.not_a_whole_number",
            "Line {line}: “{key}” must be a whole number from {low} to {high}.",
            "Write a whole number without quotes.",
        ),
        declare(
            "profile.out_of_bounds",
            "Line {line}: “{key}” is {value}, outside {low} to {high}.",
            "Choose a value inside.",
        ),
        declare("profile.not_a_number", "Line {line}: “{key}” must be a number.", "Write a number without quotes."),
        declare(
            "profile.not_finite",
            "Line {line}: “{key}” is {value}; it must be a finite number.",
            "Write an ordinary number such as 0.01.",
        ),
        declare(
            "profile.not_a_flag", "Line {line}: “{key}” must be true or false.", "Write true or false without quotes."
        ),
        declare(
            "profile.unknown_choice",
            "Line {line}: “{key}” cannot be “{value}”. Did you mean “{near}”?",
            "Choose one of: {known}.",
        ),
        declare(
            "profile.not_hex",
            'Line {line}: “{key}” must be bytes in hex, such as "AA 55".',
            "Write two hex digits per byte, in quotes.",
        ),
        declare(
            "profile.bad_name",
            "Line {line}: “{key}” must be a text, or a table with en, de and zh.",
            'Write for example {key} = "Force".',
        ),
        declare("profile.not_a_list", "Line {line}: “{key}” must be a list of tables.", "Write each as [[{key}]]."),
        declare(
            "profile.too_many",
            "Line {line}: “{key}” has more than {most} entries.",
            "Split the device into several messages or profiles.",
        ),
        declare(
            "profile.unknown_key",
            "Line {line}: the key “{key}” means nothing here. Did you mean “{near}”?",
            "Known here: {known}.",
        ),
        declare("profile.missing_key", "Line {line}: “{key}” is missing here.", "Add a line {key} = …"),
        declare(
            "profile.unknown_format",
            "Line {line}: this program reads format {most}.",
            "Write format = {most}, or update the program.",
        ),
        declare(
            "profile.bad_id",
            "Line {line}: the id “{id}” may have lower-case letters, digits and underscores only, 3 to 40 of them.",
            'Write for example id = "my_sensor".',
        ),
        declare(
            "profile.id_taken",
            "Line {line}: a profile that ships with the program is called “{id}”.",
            "Choose another id.",
        ),
        declare(
            "profile.bad_key",
            "Line {line}: the key “{key}” may have lower-case letters, digits and underscores only.",
            'Write for example key = "force_x".',
        ),
        declare("profile.key_twice", "Line {line}: “{key}” is there twice.", "Give each its own key."),
        declare(
            "profile.no_frame",
            "Line {line}: the table [frame] is missing.",
            'Say in [frame] how frames are cut: framing = "sync", "cobs", "slip", "length" or "lines".',
        ),
        declare(
            "profile.no_message",
            "Line {line}: there is no [[message]].",
            "Add a [[message]] with at least one [[message.field]].",
        ),
        declare("profile.no_field", "Line {line}: the message “{key}” has no field.", "Add a [[message.field]]."),
        declare(
            "profile.no_sync",
            "Line {line}: sync bytes are missing; without them no frame can be found.",
            'Write for example sync = "AA 55" in [frame].',
        ),
        declare(
            "profile.no_length",
            "Line {line}: frames of declared length need the table [frame.length].",
            "Add [frame.length] with at, type and adds.",
        ),
        declare(
            "profile.no_separator",
            "Line {line}: lines need a separator in [frame] or a pattern in the message.",
            'Write for example separator = "," in [frame].',
        ),
        declare(
            "profile.bad_separator",
            "Line {line}: “{value}” cannot separate numbers.",
            'Take one character such as "," ";" or a tab that is not the decimal mark.',
        ),
        declare(
            "profile.zero_frame",
            "Line {line}: a frame of zero bytes cannot be.",
            "Give the size of the whole frame in bytes.",
        ),
        declare(
            "profile.unknown_type",
            "Line {line}: there is no type “{type}”. Did you mean “{near}”?",
            "Types are u8 to u64, i8 to i64, f16, f32, f64 with le or be, bcd and ascii.",
        ),
        declare("profile.not_a_counter", "Line {line}: “{type}” cannot count here.", "Take u8, u16 or u32."),
        declare("profile.bad_width", "Line {line}: a checksum of {value} bits cannot be.", "Take 8, 16 or 32 bits."),
        declare(
            "profile.bad_mask",
            "Line {line}: the mask {mask} does not fit the type.",
            "Take an unsigned type that is wide enough.",
        ),
        declare(
            "profile.bad_state",
            "Line {line}: the state “{key}” must be a whole number with a short text.",
            'Write for example states = {{ 0 = "idle", 1 = "run" }}.',
        ),
        declare(
            "profile.state_twice",
            "Line {line}: the state {key} (“{text}”) is there twice.",
            "Give each number its own text.",
        ),
        declare(
            "profile.word_without_states",
            "Line {line}: a field of words needs its states.",
            'Add states = {{ 0 = "OFF", 1 = "ON" }} with the words as they are sent.',
        ),
        declare(
            "profile.zero_scale",
            "Line {line}: a scale of 0 makes every value 0.",
            "Give the size of one count in the channel's unit.",
        ),
        declare(
            "profile.empty_range", "Line {line}: no value lies between {low} and {high}.", "Make low smaller than high."
        ),
        declare(
            "profile.outside",
            "Line {line}: “{key}” ends at byte {end}, but the frame has {size}.",
            "Mend `at`, the type or the size.",
        ),
        declare(
            "profile.checksum_outside",
            "Line {line}: the checksum over bytes {start} to {stop}, kept at {at} to {end}, does not fit {size} bytes.",
            "Mend from, to and at of [frame.checksum]; the checksum may not cover itself.",
        ),
        declare(
            "profile.overlap",
            "Line {line}: “{key}” overlaps “{other}”.",
            "Mend `at`, or write overlap = true when both share these bytes on purpose.",
        ),
        declare(
            "profile.id_without_place",
            "Line {line}: the message has an id, but [frame.id] does not say where ids stand.",
            "Add [frame.id] with at and type.",
        ),
        declare(
            "profile.message_twice",
            "Line {line}: the messages “{key}” and “{other}” cannot be told apart.",
            "Give each its own id or sync.",
        ),
        declare(
            "profile.sync_clash",
            "Line {line}: frames “{key}” and “{other}” differ in size or sync, but start alike.",
            'Give both one size, or longer sync bytes that differ, or use framing = "length".',
        ),
        declare(
            "profile.pattern_runaway",
            "Line {line}: the pattern could run away at “{part}”: a repeat inside a repeat, or too many.",
            "Repeat single characters only, such as \\d+ or [^,]*.",
        ),
        declare(
            "profile.pattern_unsupported",
            "Line {line}: the pattern cannot have “{part}”.",
            "Use characters, [classes], \\d \\s \\w, repeats, (?P<name>…) and |; nothing that looks back or around.",
        ),
        declare(
            "profile.pattern_too_long",
            "Line {line}: the pattern is longer than 400 characters or not plain ASCII.",
            "Split it over several messages.",
        ),
        declare(
            "profile.pattern_no_groups",
            "Line {line}: the pattern names no value.",
            "Put each value into (?P<key>…) with the key of its field.",
        ),
        declare(
            "profile.pattern_greedy",
            "Line {line}: “{part}” can never match, because the repeat takes everything and gives nothing back.",
            "Say what the repeat may take, such as [^,]* before a comma.",
        ),
        declare(
            "profile.no_such_group",
            "Line {line}: the pattern has no group for the field “{key}”.",
            "Add (?P<{key}>…) to the pattern.",
        ),
        declare(
            "profile.sample_undecoded",
            "Line {line}: no frame of the sample decodes.",
            "Compare sync, size and checksum with the sample; the preview shows what is discarded and why.",
        ),
        declare(
            "profile.simulator_mismatch",
            "Line {line}: frames built by this description are not recognised by it.",
            "Text messages need `example` with {{key}} for each value; binary ones a size that holds every field.",
        ),
        declare(
            "profile.expect_unknown",
            "Line {line}: no channel is called “{key}”. Did you mean “{near}”?",
            "Name a channel as key or message.key.",
        ),
        declare(
            "profile.expect_differs",
            "Line {line}: “{key}” decodes to {found}, but {wanted} is expected.",
            "Mend type, place, scale or offset of the field, or the expected value.",
        ),
    )
}
PROFILE_CHANGED = declare(
    "telemetry.profile_changed",
    "Somebody saved another version of {profile} while you edited it.",
    "Open the new version and make your change again.",
)
PROFILE_FILE = declare(
    "telemetry.profile_file", "The file {file} cannot be read ({detail}).", "Check the name and the right to read it."
)
PACKAGE_UNWRITTEN = declare(
    "telemetry.package_unwritten",
    "The package {file} cannot be written ({detail}).",
    "Choose another folder, or make room there.",
)
NOT_EXPRESSIBLE = declare(
    "telemetry.profile_not_expressible",
    "What {profile} does cannot be said in TOML: its frames are no struct behind sync bytes.",
    "Start from a template instead.",
)


def refusal(refused: ProfileRefused) -> ProblemsError:
    """Return the failure that says every problem of a written profile, each with its line."""
    return ProblemsError([Problem(CODES[one.code], {"line": one.line, **one.params}) for one in refused.problems])
