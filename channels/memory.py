"""The channel that keeps what it is given: for tests and for measuring everything but a provider."""

import threading
from collections import deque

from channels.messages import (
    InboundMessage,
    InvalidSignature,
    MalformedWebhook,
    OutboundMessage,
    Receipt,
    SendError,
    WebhookRequest,
)


class MemoryChannel:
    """A channel in this process: what is sent stands in `sent`, and answers can be scripted. Safe for many threads."""

    def __init__(self, name: str = "sms") -> None:
        self.name = name
        self._sent: list[OutboundMessage] = []
        self._ids: dict[str, str] = {}
        self._script: deque[tuple[SendError | str, bool]] = deque()
        self._calls = 0
        self._changed = threading.Condition()

    @property
    def sent(self) -> list[OutboundMessage]:
        """Answer what was taken so far, oldest first."""
        with self._changed:
            return list(self._sent)

    @property
    def calls(self) -> int:
        """Answer how often `send` was called, refusals included."""
        with self._changed:
            return self._calls

    def script(self, *outcomes: SendError | str, accepted: bool = False) -> None:
        """Decide the next sends: a SendError is raised, a text is answered as the id. After them all is well again.

        accepted: the message is taken although the error is raised, as after a lost answer.
        """
        with self._changed:
            self._script.extend((outcome, accepted) for outcome in outcomes)

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[OutboundMessage]:
        """Wait until `count` messages have been taken and answer them. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._sent) >= count, timeout_s):
                raise TimeoutError(f"{len(self._sent)} of {count} messages after {timeout_s} s")
            return list(self._sent)

    def verify(self, request: WebhookRequest) -> None:  # noqa: ARG002  the protocol has it
        """Refuse: nobody signs for this channel."""
        raise InvalidSignature("the memory channel has no webhooks")

    def parse(self, request: WebhookRequest) -> list[InboundMessage | Receipt]:  # noqa: ARG002  the protocol has it
        """Refuse: nothing comes in here."""
        raise MalformedWebhook("the memory channel has no webhooks")

    def send(self, message: OutboundMessage) -> str:
        """Take the message, or do what the script says. A reference taken before is not taken again."""
        with self._changed:
            self._calls += 1
            outcome, accepted = self._script.popleft() if self._script else ("", True)
            if isinstance(outcome, SendError) and not accepted:
                raise outcome
            provider_id = self._take(message, outcome if isinstance(outcome, str) else "")
            if isinstance(outcome, SendError):
                raise outcome
            return provider_id

    def _take(self, message: OutboundMessage, wanted: str) -> str:
        known = self._ids.get(message.reference) if message.reference else None
        if known is not None:
            return known
        self._sent.append(message)
        provider_id = wanted or f"ME{len(self._sent)}"
        if message.reference:
            self._ids[message.reference] = provider_id
        self._changed.notify_all()
        return provider_id

    def find(self, message: OutboundMessage) -> str | None:
        """Answer the id under which the message's reference was taken."""
        with self._changed:
            return self._ids.get(message.reference) if message.reference else None
