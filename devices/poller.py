"""Ask a device that answers in its own stream: write a fixed request again and again, decode what comes."""

from __future__ import annotations

from devices.values import Account, Block, Decoder


class Poller:
    """Write `request` every `interval_ms`; everything received goes to the decoder.

    `answer_ms` other than 0 says that an answer follows each request, within that time: a command must then wait for
    it, and the command's own answer (`pairs`) must not be taken for one. 0: the device tells its answers apart.
    """

    def __init__(
        self, decoder: Decoder, request: bytes, interval_ms: float, answer_ms: float = 0.0, answers: int = 1
    ) -> None:
        """Start asking at once; the line is free again after `answers` frames."""
        self._decoder = decoder
        self._request = request
        self._interval_ns = round(interval_ms * 1_000_000)
        self._answer_ns = round(answer_ms * 1_000_000)
        self._answers, self._missing = answers, 0
        self._due_ns = self._waits_until_ns = 0
        self._is_waiting = False

    @property
    def pairs(self) -> bool:
        """Say whether an answer belongs to the request before it."""
        return self._answer_ns > 0

    @property
    def is_waiting(self) -> bool:
        """Say whether the answer to a request is awaited."""
        return self._is_waiting

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the request when it is due."""
        if now_ns < self._due_ns:
            return None
        self._due_ns = now_ns + self._interval_ns
        self._waits_until_ns = now_ns + self._answer_ns
        self._is_waiting, self._missing = self.pairs, self._answers
        return self._request

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Take received bytes (b"" too, so that an answer that never comes is noticed); return completed blocks."""
        blocks = self._decoder.feed(data) if data else []
        self._missing -= sum(block.end_offset.size for block in blocks)
        if self._missing <= 0 or now_ns >= self._waits_until_ns:
            self._is_waiting = False
        return blocks

    def flush(self) -> list[Block]:
        """End the input; what is unfinished is cut."""
        self._is_waiting = False
        return self._decoder.flush()

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._decoder.account()

    def deadline_ns(self) -> int:
        """Return when the next request is due."""
        return self._due_ns
