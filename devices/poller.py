"""Ask a device that answers in its own stream: write a fixed request again and again, decode what comes."""

from __future__ import annotations

from devices.values import Account, Block, Decoder


class Poller:
    """Write `request` every `interval_ms`; everything received goes to the decoder."""

    def __init__(self, decoder: Decoder, request: bytes, interval_ms: float) -> None:
        """Start asking at once."""
        self._decoder = decoder
        self._request = request
        self._interval_ns = round(interval_ms * 1_000_000)
        self._due_ns = 0

    def next_request(self, now_ns: int) -> bytes | None:
        """Return the request when it is due."""
        if now_ns < self._due_ns:
            return None
        self._due_ns = now_ns + self._interval_ns
        return self._request

    @property
    def is_waiting(self) -> bool:
        """Return False: answers come in the device's own stream and are paired with nothing."""
        return False

    def on_bytes(self, data: bytes, now_ns: int) -> list[Block]:
        """Take received bytes; return the completed blocks."""
        return self._decoder.feed(data) if data else []

    def flush(self) -> list[Block]:
        """End the input; what is unfinished is cut."""
        return self._decoder.flush()

    def account(self) -> Account:
        """Return the balanced byte account."""
        return self._decoder.account()

    def deadline_ns(self) -> int:
        """Return when the next request is due."""
        return self._due_ns
