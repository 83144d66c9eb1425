"""The ninety cells of the alarm table, the extra cases, and a random walk against an independent model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center_app.telemetry.alarms.states import Alarm, Happening, Outcome, State, step

LETTERS = dict(zip("ABCDEFGHI", State, strict=True))
COLUMNS = list(Happening)

# rows A to I; columns rises, clears, acknowledge, reset, shelve, unshelve, suppress on, off, out of service on, off
# "-" refused, "=" nothing, "L" logged (a flag or the condition is kept), a letter: the new state, "+" counts up
TABLE = """
A  B   =   -  -  G  -  H  =  I  -
B  =   D/E C  -  G  -  H  =  I  -
C  =   A/F -  -  G  -  H  =  I  -
D  B+  =   A  -  G  -  H  =  I  -
E  B+  =   F  -  G  -  H  =  I  -
F  B+  =   -  A  G  -  H  =  I  -
G  L   L   -  -  G  A  H  =  I  -
H  L   L   -  -  L  L  =  A  I  -
I  L   L   -  -  -  L  L  L  =  A
"""
CELLS = [
    (row.split()[0], happening, cell)
    for row in TABLE.strip().splitlines()
    for happening, cell in zip(COLUMNS, row.split()[1:], strict=True)
]


def alarm_in(letter: str) -> Alarm:
    """Make an alarm in a state, with the flags that belong to it."""
    alarm = Alarm(LETTERS[letter], condition=letter in "BC", occurrence=5, count=0 if letter in "AGHI" else 2)
    return replace(alarm, is_shelved=letter == "G", is_suppressed=letter == "H", is_out=letter == "I")


def test_the_table_has_ninety_cells():
    assert len(CELLS) == 90


@pytest.mark.parametrize(("letter", "happening", "cell"), CELLS)
@pytest.mark.parametrize("is_latching", [False, True])
def test_cell(letter, happening, cell, is_latching):
    before = alarm_in(letter)
    after = step(before, happening, is_latching=is_latching, occurrence=5)
    if cell in "-=L":
        expected = {"-": Outcome.REFUSED, "=": Outcome.UNCHANGED, "L": Outcome.LOGGED}[cell]
        assert (after.alarm.state, after.outcome) == (before.state, expected)
        assert bool(after.why) == (cell == "-")
        return
    target = cell.split("/")[-1 if is_latching else 0][0]
    assert (after.alarm.state, after.outcome) == (LETTERS[target], Outcome.CHANGED)
    assert (after.alarm.count == before.count + 1) == (cell == "B+" or (letter, target) == ("A", "B"))


@pytest.mark.parametrize(("letter", "leave"), [("G", Happening.UNSHELVE), ("H", Happening.UNSUPPRESS),
                                               ("I", Happening.PUT_BACK)])  # fmt: skip
def test_leaving_a_suppression_annunciates_a_condition_that_holds(letter, leave):
    risen = step(alarm_in(letter), Happening.RISES).alarm
    back = step(risen, leave).alarm
    assert (back.state, back.occurrence) == (State.UNACKNOWLEDGED, 6)


def test_leaving_waits_for_the_next_flag_in_order():
    alarm = alarm_in("A")
    for happening in (Happening.SHELVE, Happening.SUPPRESS, Happening.TAKE_OUT):
        alarm = step(alarm, happening).alarm
    path = []
    for happening in (Happening.PUT_BACK, Happening.UNSUPPRESS, Happening.UNSHELVE):
        alarm = step(alarm, happening).alarm
        path.append(alarm.state)
    assert path == [State.SUPPRESSED, State.SHELVED, State.NORMAL]


def test_one_shot_shelf_ends_when_the_condition_clears():
    alarm = step(alarm_in("B"), Happening.SHELVE, one_shot=True).alarm
    after = step(alarm, Happening.CLEARS)
    assert (after.alarm.state, after.alarm.is_shelved) == (State.NORMAL, False)


def test_a_late_acknowledgement_does_not_touch_the_next_occurrence():
    first = step(Alarm(), Happening.RISES).alarm
    second = step(step(first, Happening.CLEARS).alarm, Happening.RISES).alarm
    late = step(second, Happening.ACKNOWLEDGE, occurrence=first.occurrence)
    assert (late.outcome, late.why, late.alarm) == (Outcome.REFUSED, "newer_occurrence", second)


def test_of_two_who_acknowledge_at_once_one_wins():
    raised = step(Alarm(), Happening.RISES).alarm
    one = step(raised, Happening.ACKNOWLEDGE, occurrence=1)
    two = step(one.alarm, Happening.ACKNOWLEDGE, occurrence=1)
    assert (one.outcome, two.outcome) == (Outcome.CHANGED, Outcome.REFUSED)


class Model:
    """The table read as facts (condition, seen, flags), not as states: an independent second opinion."""

    def __init__(self, latching: bool) -> None:
        self.latching, self.condition, self.seen, self.pending = latching, False, True, False
        self.flags: set[str] = set()
        self.one_shot = False

    def letter(self) -> str:
        for flag, letter in (("out", "I"), ("design", "H"), ("shelf", "G")):
            if flag in self.flags:
                return letter
        if self.pending and self.condition:
            return "C" if self.seen else "B"
        if self.pending:
            return ("F" if self.seen else "E") if self.latching else "D"
        return "A"

    def hidden(self) -> bool:
        return bool(self.flags)

    def apply(self, h: Happening, one_shot: bool) -> None:  # noqa: C901 - the table, read aloud
        letter = self.letter()
        if h is Happening.RISES and not self.condition:
            self.condition = True
            if not self.hidden():
                self.pending, self.seen = True, False
        elif h is Happening.CLEARS and self.condition:
            self.condition = False
            if not self.hidden() and self.seen and not self.latching:
                self.pending = False
        elif h is Happening.ACKNOWLEDGE and letter in "BDE":
            self.seen = True
            self.pending = letter != "D"
        elif h is Happening.RESET and letter == "F":
            self.pending = False
        elif h is Happening.SHELVE and letter != "I":
            self._flag("shelf")
            self.one_shot = one_shot
        elif h is Happening.UNSHELVE and self.hidden():
            self._unflag("shelf")
        elif h is Happening.SUPPRESS:
            self._flag("design")
        elif h is Happening.UNSUPPRESS:
            self._unflag("design")
        elif h is Happening.TAKE_OUT:
            self._flag("out")
        elif h is Happening.PUT_BACK:
            self._unflag("out")
        if h is Happening.CLEARS and letter == "G" and self.one_shot:
            self._unflag("shelf")

    def _flag(self, flag: str) -> None:
        self.flags.add(flag)
        self.pending = False

    def _unflag(self, flag: str) -> None:
        had = flag in self.flags
        self.flags.discard(flag)
        if flag == "shelf":
            self.one_shot = False
        if had and not self.hidden():
            self.pending, self.seen = self.condition, not self.condition


@given(st.booleans(), st.lists(st.tuples(st.sampled_from(COLUMNS), st.booleans()), max_size=60))
@settings(max_examples=1500, deadline=None)
def test_any_walk_agrees_with_the_independent_model(is_latching, walk):
    alarm, model = Alarm(), Model(is_latching)
    for happening, one_shot in walk:
        alarm = step(alarm, happening, is_latching=is_latching, one_shot=one_shot).alarm
        model.apply(happening, one_shot)
        assert alarm.state is LETTERS[model.letter()]
        assert alarm.condition == model.condition
