"""Declare what can stand in the way of a booking."""

from center_app.core.errors import declare

EMPTY = declare(
    "booking.empty",
    "The booking must end after it starts.",
    "Set an end later than the start.",
)
NO_MACHINE = declare("booking.no_machine", "No machine is chosen.", "Choose a machine, or a pool of machines.")
POOL_EMPTY = declare("booking.pool_empty", "The pool {pool} has no machines.", "Choose another pool, or a machine.")
LOCKED = declare(
    "booking.locked",
    "{machine} may not be used: {reason}.",
    "Ask {custodian} when it will be released, or choose another machine.",
)
RETIRED = declare(
    "booking.retired",
    "{machine} is no longer in use.",
    "Choose another machine.",
)
STALE = declare(
    "booking.stale",
    "The booking {subject} was changed in the meantime; it is now {start}–{end} on {machine}.",
    "Look at the new values, then make your change again.",
)
PAST = declare(
    "booking.past",
    "The booking would start in the past ({start}).",
    "Choose a start from now on.",
)
OVERLAP = declare(
    "booking.overlap",
    "{machine} is already booked {start}–{end} by {holder}.",
    "Choose another time, or take one of the proposed slots.",
)
OUTAGE = declare(
    "booking.outage",
    "{machine} is out of service from {start}: {title}.",
    "Choose another time or another machine.",
)
OUT_OF_ORDER = declare(
    "booking.out_of_order",
    "{machine} is out of order from {start}.",
    "Choose another time or another machine.",
)
BUFFER = declare(
    "booking.buffer",
    "Only {left} of the {needed} between two bookings are left: {holder}, {start}–{end}.",
    "Leave the full time between bookings, or ask for it to be waived.",
)
SHORT = declare(
    "booking.short",
    "{length} is shorter than the shortest booking, {limit}.",
    "Book at least {limit}.",
)
LONG = declare(
    "booking.long",
    "{length} is longer than the longest booking, {limit}.",
    "Book at most {limit}, or several bookings.",
)
HORIZON = declare(
    "booking.horizon",
    "{machine} can be booked up to {until} only.",
    "Choose an earlier time, or book when the day comes nearer.",
)
CLOSED = declare(
    "booking.closed",
    "{machine} can be used from {opens} to {closes} only.",
    "Choose a time inside these hours.",
)
PERSON_ARCHIVED = declare(
    "booking.person_archived",
    "{person} is no longer active at the centre.",
    "Book for somebody else, or restore the person first.",
)
ACCESS_EXPIRED = declare(
    "booking.access_expired",
    "The access of {person} ends on {day}.",
    "Ask the staff to extend the access.",
)
NOT_INDUCTED = declare(
    "booking.not_inducted",
    "{person} has not had the safety briefing of the site.",
    "Arrange a briefing with the staff.",
)
NOT_QUALIFIED = declare(
    "booking.not_qualified",
    "{person} has no valid qualification “{qualification}” for that time.",
    "Arrange a training, or let somebody qualified book.",
)
NO_PROJECT = declare(
    "booking.no_project",
    "{person} belongs to no project that is open at that time.",
    "Ask the staff to add the person to a project.",
)
WHICH_PROJECT = declare(
    "booking.which_project",
    "{person} belongs to several projects: {codes}.",
    "Choose the project that the time counts for.",
)
NOT_MEMBER = declare(
    "booking.not_member",
    "{person} is not a member of the chosen project.",
    "Choose one of the person's own projects.",
)
PROJECT_CLOSED = declare(
    "booking.project_closed",
    "The project {code} is not open at that time.",
    "Choose a time within the project, or another project.",
)
TOO_CLOSE = declare(
    "booking.too_close",
    "The booking is too close to another one of {person}: {gap} between them are required.",
    "Leave {gap} between the bookings.",
)
TOO_MANY = declare(
    "booking.too_many",
    "{person} already has {count} coming bookings of {machine}; {limit} are allowed.",
    "Cancel one of them, or wait until one is over.",
)
CALIBRATION = declare(
    "booking.calibration",
    "The calibration of {machine} ends {until}.",
    "Choose an earlier time, or ask {custodian} for a new calibration.",
)
SETUP_LONG = declare(
    "booking.setup_long",
    "The set-up time {setup} is longer than the booking, {length}.",
    "Shorten the set-up time or book longer.",
)
TITLE_LONG = declare(
    "booking.title_long",
    "The title has {count} characters; {limit} are possible.",
    "Shorten the title; there is room in the note.",
)
NOTE_LONG = declare(
    "booking.note_long",
    "The note has {count} characters; {limit} are possible.",
    "Shorten the note.",
)
NOT_YOURS = declare(
    "booking.not_yours",
    "This booking belongs to {person}.",
    "Ask {person} or the staff to change it.",
)
NOT_OPEN = declare(
    "booking.not_open",
    "The booking {reference} is over, running or cancelled; this cannot be done with it any more.",
    "Refresh the calendar, then choose what fits its present state.",
)
WAIVE_REASON = declare(
    "booking.waive_reason",
    "A waived rule needs a reason.",
    "Say in a few words why.",
)
TOO_EARLY = declare(
    "booking.check_in_early",
    "Check-in opens {opens}.",
    "Come back then, or move the booking to now.",
)
TOO_LATE = declare(
    "booking.check_in_late",
    "Check-in closed {closed}; the time was released.",
    "Make a new booking.",
)
MACHINE_BUSY = declare(
    "booking.machine_busy",
    "{holder} is still checked in at {machine}.",
    "Ask {holder} to check out, or check out for them.",
)
NOT_CHECKED_IN = declare(
    "booking.not_checked_in",
    "Nobody is checked in for {reference}.",
    "Check in first.",
)
NO_PREDECESSOR = declare(
    "booking.no_predecessor",
    "The booking {reference} was never moved.",
    "There is nothing to undo.",
)
RUNNING = declare(
    "booking.running",
    "The use of {reference} has begun; only its end can change.",
    "Keep machine and start, or check out and make a new booking.",
)
