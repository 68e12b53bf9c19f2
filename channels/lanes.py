"""Claiming fairly: senders without pacing share one claim, each paced sender has its own and waits only for itself."""

import time
from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from channels import claims, pace
from channels.claims import Claimed

#: How far back a sender's own speed is measured.
SEEN_S = 5


class Lanes:
    """What one dispatcher knows about its senders; refreshed once a second."""

    def __init__(self, channels: Collection[str], *, worker: str, lease_s: float, default_rate: float) -> None:
        self._channels, self._worker, self._lease_s, self._default = channels, worker, lease_s, default_rate
        #: None: all senders that need no pacing.
        self._order: list[str | None] = [None]
        #: When a paced sender may go on (monotonic seconds); 0 when it has nothing left to send.
        self._due: dict[str, float] = {}
        self._seen: Counter[tuple[str, int]] = Counter()
        #: Senders that were refused lately.
        self.troubled: set[str] = set()

    def refresh(self, session: Session, now: datetime) -> None:
        """Read which senders are paced."""
        lanes = pace.lanes(session, default=self._default, now=now)
        self._order = [*([] if self._default else [None]), *(lane.sender for lane in lanes)]
        self.troubled = {lane.sender for lane in lanes if lane.troubled}
        self._due = {lane.sender: self._due.get(lane.sender, 0.0) for lane in lanes}
        second = int(time.monotonic())
        self._seen = Counter({key: count for key, count in self._seen.items() if key[1] >= second - SEEN_S})

    def claim(self, session: Session, now: datetime, room: int) -> list[Claimed]:
        """Claim up to `room` rows; each time another lane comes first, so that none takes the threads for itself."""
        claimed: list[Claimed] = []
        self._order = self._order[1:] + self._order[:1]
        for lane in self._order:
            left = room - len(claimed)
            if left > 0:
                claimed += (
                    self._rows(session, None, now, left) if lane is None else self._paced(session, lane, now, left)
                )
        return claimed

    def _paced(self, session: Session, sender: str, now: datetime, room: int) -> list[Claimed]:
        if self._due.get(sender, 0.0) > time.monotonic():
            return []
        may, wait_s = pace.allowance(session, sender, room, default=self._default, now=now)
        taken = self._rows(session, sender, now, may) if may else []
        pace.charge(session, sender, len(taken), default=self._default, now=now)
        # With nothing left to send it is looked at when somebody wakes us.
        self._due[sender] = time.monotonic() + wait_s if len(taken) == may else 0.0
        return taken

    def _rows(self, session: Session, sender: str | None, now: datetime, limit: int) -> list[Claimed]:
        return claims.claim(
            session,
            worker=self._worker,
            channels=self._channels,
            now=now,
            limit=limit,
            lease_s=self._lease_s,
            sender=sender,
        )

    def forget_waits(self) -> None:
        """Look at every paced sender at the next claim, whatever was measured before."""
        self._due = dict.fromkeys(self._due, 0.0)

    def is_due(self) -> bool:
        """Whether a sender that had to wait may go on."""
        now = time.monotonic()
        return any(0.0 < due <= now for due in self._due.values())

    def wait_s(self, longest: float) -> float:
        """Seconds until a sender that has to wait may go on, at most `longest`."""
        now = time.monotonic()
        return max(0.001, min([longest, *(due - now for due in self._due.values() if due > now)]))

    def count(self, sender: str) -> None:
        """Note that a text of this sender has begun."""
        self._seen[sender, int(time.monotonic())] += 1

    def seen_rates(self) -> dict[str, float]:
        """Answer the texts a second at which each sender went lately, as far as this process has seen."""
        if not self._seen:
            return {}
        seconds = max(1.0, time.monotonic() - min(second for _, second in self._seen))
        counts: Counter[str] = Counter()
        for (sender, _second), count in self._seen.items():
            counts[sender] += count
        return {sender: count / seconds for sender, count in counts.items()}
