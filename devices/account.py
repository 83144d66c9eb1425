"""Balance every received byte: good, discarded for a stated reason, or still pending."""

from __future__ import annotations

from collections import Counter

from devices.labels import Names, say
from devices.values import Account

NOISE = "noise"
BAD_CHECKSUM = "bad_checksum"
BAD_LENGTH = "bad_length"
OVERLONG = "overlong"
TEXT = "text"
MALFORMED = "malformed"
CUT = "cut"
ECHO = "echo"
UNEXPECTED = "unexpected"
TIMED_OUT = "timed_out"
UNCHECKED = "unchecked"
RETRANSMIT = "retransmit"

REASONS: dict[str, Names] = {
    NOISE: say("noise before sync", "Rauschen vor dem Sync", "同步前的噪声"),
    BAD_CHECKSUM: say("bad checksum", "falsche Prüfsumme", "校验和错误"),
    BAD_LENGTH: say("impossible length", "unmögliche Länge", "长度不合法"),
    OVERLONG: say("line too long", "Zeile zu lang", "行过长"),
    TEXT: say("text without values", "Text ohne Werte", "不含数值的文本"),
    MALFORMED: say("malformed values", "unlesbare Werte", "数值格式错误"),
    CUT: say("cut by reconnect", "durch Neuverbindung abgeschnitten", "因重新连接被截断"),
    ECHO: say("own request heard", "eigene Anfrage gehört", "自身请求回波"),
    UNEXPECTED: say("unexpected reply", "unerwartete Antwort", "意外的应答"),
    UNCHECKED: say("unknown message, not checkable", "unbekannte Nachricht, nicht prüfbar", "未知消息，无法校验"),
    RETRANSMIT: say("sent again", "erneut gesendet", "重发"),
    TIMED_OUT: say("reply too late", "Antwort zu spät", "应答超时"),
}


class Book:
    """Keep the account of one decoder; the decoder's thread owns it."""

    def __init__(self) -> None:
        """Start an empty account."""
        self.bytes_in = 0
        self.bytes_good = 0
        self.frames_good = 0
        self._discarded: Counter[str] = Counter()
        self._frames_bad: Counter[str] = Counter()

    def take(self, size_bytes: int) -> None:
        """Count received bytes."""
        self.bytes_in += size_bytes

    def good(self, size_bytes: int, frames: int = 1) -> None:
        """Count bytes that belong to good frames."""
        self.bytes_good += size_bytes
        self.frames_good += frames

    def spoil(self, reason: str, size_bytes: int, frames: int = 1) -> None:
        """Take back bytes and frames that were counted good before their content was checked."""
        self.bytes_good -= size_bytes
        self.frames_good -= frames
        self.discard(reason, size_bytes, frames)

    def discard(self, reason: str, size_bytes: int, frames: int = 0) -> None:
        """Count bytes thrown away for a reason, and the frames they spoiled."""
        if size_bytes:
            self._discarded[reason] += size_bytes
        if frames:
            self._frames_bad[reason] += frames

    def statement(self) -> Account:
        """Return the account; what is neither good nor discarded is pending."""
        pending = self.bytes_in - self.bytes_good - self._discarded.total()
        return Account(
            self.bytes_in,
            self.bytes_good,
            dict(self._discarded),
            pending,
            self.frames_good,
            dict(self._frames_bad),
        )
