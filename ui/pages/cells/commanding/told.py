"""What came of a command, in words."""

from __future__ import annotations

from center_app.core.errors import CODES, Problem, describe
from center_app.core.text import N_
from center_app.telemetry.values import RequestState, RequestView
from ui.kit.words import _

TONES = {
    RequestState.DONE: "ok",
    RequestState.REFUSED: "crit",
    RequestState.EXPIRED: "warn",
    RequestState.ASKED: "info",
    RequestState.SENDING: "info",
}
ICONS = {"ok": "circle-check", "crit": "circle-x", "warn": "clock-alert", "info": "hourglass"}
WORDS = {
    RequestState.DONE: N_("done"),
    RequestState.REFUSED: N_("refused"),
    RequestState.EXPIRED: N_("unanswered"),
    RequestState.ASKED: N_("asked"),
    RequestState.SENDING: N_("on its way"),
}


def outcome_text(request: RequestView) -> tuple[str, str]:
    """Return what came of a request, in words, and the tone it is said in."""
    outcome, tone = request.outcome, TONES[request.state]
    code = CODES.get(str(outcome.get("code", "")))
    if code is not None:
        return " ".join(describe(Problem(code, outcome), _.words)), tone
    if request.state is not RequestState.DONE:
        return _(WORDS[request.state]), tone
    reply = bytes.fromhex(str(outcome.get("reply", "")))
    took = _.number(float(outcome.get("latency_ms", 0.0)), 1)
    if outcome.get("result") == "answered" or reply:
        return _("Answered after {ms} ms: {reply}", ms=took, reply=shown(reply)), tone
    return _("Written; the device gives no answer to this."), tone


def shown(data: bytes) -> str:
    """Return bytes as text where all can be printed, else in hexadecimal, at most 48 of them."""
    text = data.decode("ascii", "replace").strip()
    if text and all(32 <= ord(letter) < 127 or letter in "\r\n" for letter in text):
        return " ".join(text.split())[:120]
    return data[:48].hex(" ").upper() or "–"
