"""Times, windows and reasons in words, by the clock of the place where the parcel goes."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from flows.expecting import clock_of, expected_of
from flows.house import House
from flows.workflow import Workflow
from tracking_core.eta import Estimate, Reasoned
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

#: Reasons of an estimate that a shopper wants to hear, the most telling first; at most one is said.
TOLD_REASONS = ("stops_away", "delayed", "aside", "weather", "overdue", "stale_position", "stale")
#: Those that explain why it is late.
BLAMED = ("weather", "stops_away")
#: States in which the reason stands in the sentence already.
REASON_SAID = frozenset({ShipmentState.ON_HOLD, ShipmentState.EXCEPTION, ShipmentState.ATTEMPT_FAILED})


@dataclass(frozen=True)
class Wording:
    """Says things in one language, for one retailer, at one moment."""

    house: House
    workflow: Workflow
    language: str
    now: datetime

    def zone(self, shipment: Shipment) -> tzinfo:
        """Whose clock the shopper lives by."""
        return clock_of(shipment, self.workflow)

    def day(self, at: datetime) -> str:
        """`today`, `tomorrow`, `Tuesday`, `Tue, Dec 8`. at: on the clock of the place."""
        away = (at.date() - self.now.astimezone(at.tzinfo).date()).days
        return self.phrase("day", away=away, weekday=at.weekday(), month=at.month, day=at.day)

    def moment(self, at: datetime, zone: tzinfo) -> str:
        """`today at 3:05 PM`."""
        local = at.astimezone(zone)
        return self.phrase("moment", day=self.day(local), at=local)

    def window(self, expected: Estimate | None, zone: tzinfo) -> str:
        """`today between 3 PM and 5 PM`; empty when nobody knows."""
        if expected is None or (expected.window_from is None and expected.window_to is None):
            return ""
        begins = expected.window_from.astimezone(zone) if expected.window_from else None
        ends = expected.window_to.astimezone(zone) if expected.window_to else None
        whole_day = expected.whole_day and begins is not None
        return self.phrase(
            "window",
            begins=begins,
            ends=ends,
            day_from=self.day(begins) if begins else "",
            day_to=self.day(begins if whole_day and begins else ends) if ends else "",
            whole_day=whole_day,
        )

    def reason(self, reason: str | None) -> str:
        """A failure reason as a clause; empty for none and for `other`."""
        return self.phrase("reason", reason=reason) if reason else ""

    def reasons(self, expected: Estimate | None, state: ShipmentState) -> str:
        """Why the window is what it is, in one clause; empty when there is nothing to add."""
        if expected is None:
            return ""
        by_code = {one.code: one for one in expected.reasons}
        for code in TOLD_REASONS:
            if code in by_code and not (code == "aside" and state in REASON_SAID):
                seen = by_code.get("stale_position") or by_code.get("position")
                words = self._eta_reason(by_code[code], int(seen.params["minutes"]) if seen else 0)
                if words:
                    return words
        return ""

    def why(self, shipment: Shipment) -> str:
        """Why the parcel is late, as a clause to stand in brackets; empty when nobody knows more than that it is."""
        said = self.reason(shipment.reason)
        if said:
            return said
        expected = self.expected(shipment)
        known = {one.code: one for one in expected.reasons} if expected else {}
        return next((words for code in BLAMED if code in known and (words := self._eta_reason(known[code], 0))), "")

    def expected(self, shipment: Shipment) -> Estimate | None:
        """The estimate as this retailer judges it: what is told, kept and compared is one and the same."""
        return expected_of(shipment, self.workflow, now=self.now)

    def state(self, state: str) -> str:
        """A state in two words, for lists."""
        return self.phrase("state", state=state)

    def parcel(self, session: Session, shipment: Shipment) -> dict[str, Any]:
        """The values every text about one parcel is told."""
        state, expected = ShipmentState(shipment.state), self.expected(shipment)
        return {
            "order": shipment.order_number,
            "window": self.when(shipment),
            "reasons": self.reasons(expected, state),
            "reason": self.reason(shipment.reason),
            "link": self.house.links.url(session, "t", shipment.id, now=self.now),
        }

    def when(self, shipment: Shipment) -> str:
        """The window in which the parcel is expected, in words; empty when nobody honestly knows."""
        zone, expected = self.zone(shipment), self.expected(shipment)
        unknown = _was_missed(shipment, expected) or is_unknown(shipment, expected)
        return "" if unknown else self.window(expected, zone)

    def _eta_reason(self, said: Reasoned, minutes: int) -> str:
        reason = said.params.get("reason")
        return self.phrase(
            "eta_reason",
            code=said.code,
            stops=said.params.get("stops", 0),
            hours=said.params.get("hours", 0),
            minutes=minutes,
            kind=said.params.get("kind", ""),
            heavy=said.params.get("degree") == "heavy",
            reason=self.reason(reason if isinstance(reason, str) else None),
        )

    def phrase(self, phrase: str, **values: Any) -> str:
        """A part of a sentence in this language."""
        return self.house.texts.phrase(phrase, self.language, self.workflow, **values)


def is_unknown(shipment: Shipment, expected: Estimate | None) -> bool:
    """Whether the parcel is called late since the newest time was named: that time stands no more."""
    said = shipment.delay_said_at
    return said is not None and (expected is None or expected.as_of is None or expected.as_of <= said)


def _was_missed(shipment: Shipment, expected: Estimate | None) -> bool:
    """Whether the window is that of an attempt which has failed: nobody has said yet when the next one comes."""
    failed = shipment.state == ShipmentState.ATTEMPT_FAILED and shipment.state_at is not None
    as_of = expected.as_of if expected is not None else None
    return failed and as_of is not None and shipment.state_at is not None and as_of < shipment.state_at
