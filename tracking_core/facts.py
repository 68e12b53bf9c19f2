"""What comes in and what follows from it: a carrier's event, and the facts recording it brings about. Pure."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from tracking_core.states import ShipmentState


@dataclass(frozen=True, slots=True)
class Eta:
    """A carrier's estimate: a moment, a window, or a day. Moments are aware, UTC."""

    at: datetime | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    #: A day in the destination's own calendar, when the carrier names no hour.
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees, WGS 84."""

    lat: float
    lon: float
    at: datetime


@dataclass(frozen=True, slots=True)
class OfferedProof:
    """A picture that a carrier keeps as the proof of a delivery."""

    #: photo or signature.
    kind: str
    #: Where it can be fetched; https.
    url: str
    #: Who signed, where the carrier says so.
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OfferedDriver:
    """Who brings the parcel, as a courier network says it."""

    name: str | None = None
    #: As the network writes it, with a country code; it may be a stand-in number of theirs.
    phone: str | None = None
    #: The network's own id of the person, where it has one.
    ref: str | None = None
    #: The parcel was taken from whoever had it, and nobody has it now.
    gone: bool = False


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One scan, in our words. What the source said stays in `raw`."""

    #: The source: adapter name, `api`, `import`, `agent`.
    carrier: str
    #: Unique within (shipment, carrier).
    event_id: str
    tracking_number: str
    #: A ShipmentState's value, `update`, or `unknown`.
    status: str
    occurred_at: datetime
    #: `reasons.Reason` value.
    reason: str | None = None
    #: Words for people, as the source wrote them.
    detail: str | None = None
    #: The source's own code.
    code: str | None = None
    eta: Eta | None = None
    position: Position | None = None
    stops_away: int | None = None
    #: Flags this event raises: delayed, action_required, customs.
    flags: tuple[str, ...] = ()
    #: Only a correction reopens a final state.
    correction: bool = False
    #: Moves the state and texts nobody.
    silent: bool = False
    #: What the carrier keeps of the delivery, to be fetched later.
    proofs: tuple[OfferedProof, ...] = ()
    #: Who brings the parcel, where the source says so.
    driver: OfferedDriver | None = None
    #: What else the parcel may be known by here: other ids of the source's, the retailer's order number.
    references: tuple[str, ...] = ()
    raw: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The event as JSON values; `from_json` gives it back."""
        eta, position = self.eta, self.position
        return {
            "carrier": self.carrier,
            "event_id": self.event_id,
            "tracking_number": self.tracking_number,
            "status": self.status,
            "occurred_at": self.occurred_at.isoformat(),
            "reason": self.reason,
            "detail": self.detail,
            "code": self.code,
            "eta": eta
            and {
                "at": _iso(eta.at),
                "from": _iso(eta.window_from),
                "to": _iso(eta.window_to),
                "day": eta.day and eta.day.isoformat(),
            },
            "position": position and {"lat": position.lat, "lon": position.lon, "at": position.at.isoformat()},
            "stops_away": self.stops_away,
            "flags": list(self.flags),
            "correction": self.correction,
            "silent": self.silent,
            "proofs": [{"kind": one.kind, "url": one.url, "name": one.name} for one in self.proofs],
            "driver": asdict(self.driver) if self.driver else None,
            "references": list(self.references),
            "raw": self.raw,
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "CarrierEvent":
        """Read what `to_json` wrote. Raises KeyError or ValueError for anything else."""
        eta, position = said["eta"], said["position"]
        return cls(
            carrier=said["carrier"],
            event_id=said["event_id"],
            tracking_number=said["tracking_number"],
            status=said["status"],
            occurred_at=datetime.fromisoformat(said["occurred_at"]),
            reason=said["reason"],
            detail=said["detail"],
            code=said["code"],
            eta=eta
            and Eta(
                at=_moment(eta["at"]),
                window_from=_moment(eta["from"]),
                window_to=_moment(eta["to"]),
                day=date.fromisoformat(eta["day"]) if eta["day"] else None,
            ),
            position=position and Position(position["lat"], position["lon"], datetime.fromisoformat(position["at"])),
            stops_away=said["stops_away"],
            flags=tuple(said["flags"]),
            correction=said["correction"],
            silent=said["silent"],
            proofs=tuple(OfferedProof(**one) for one in said.get("proofs", ())),  # older rows have none
            driver=OfferedDriver(**said["driver"]) if said.get("driver") else None,
            references=tuple(said.get("references", ())),
            raw=said["raw"],
        )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that became true of one shipment."""

    shipment_id: int
    #: When it happened in the world.
    occurred_at: datetime
    #: Nobody is to be told: imported, marked silent, or older than a day when it arrived.
    silent: bool


@dataclass(frozen=True, slots=True)
class StateChanged(Fact):
    """The shipment moved from one state to another.

    When old scans moved it silently, the first fresh scan that confirms the state brings the whole way once more, not
    silent: `before` is then the state from which the silent moves began.
    """

    before: ShipmentState
    after: ShipmentState
    #: `reasons.Reason` value.
    reason: str | None


@dataclass(frozen=True, slots=True)
class EtaChanged(Fact):
    """The estimate is another than before; both None when there is none any more."""

    window_from: datetime | None
    window_to: datetime | None


@dataclass(frozen=True, slots=True)
class PromiseBroken(Fact):
    """The estimate now lies past the retailer's promise by more than the grace. Once for each promise and break."""

    promised_to: datetime
    expected_to: datetime


@dataclass(frozen=True, slots=True)
class DelaySaid(Fact):
    """Whoever moves the parcel says that it is late, and not until when. Once until there is a time again."""

    #: `reasons.Reason` value.
    reason: str | None


@dataclass(frozen=True, slots=True)
class Stalled(Fact):
    """A moving parcel was not heard of for days."""

    #: The last sign of life.
    since: datetime


@dataclass(frozen=True, slots=True)
class ProofAdded(Fact):
    """Something that shows the delivery has come in. `occurred_at` is when it was made."""

    proof_id: int
    #: A `proofs.ProofKind`.
    kind: str


@dataclass(frozen=True, slots=True)
class ProofOffered(Fact):
    """A carrier keeps a picture of the delivery that we may fetch."""

    #: The carrier adapter's name.
    source: str
    proof: OfferedProof


@dataclass(frozen=True, slots=True)
class DriverOffered(Fact):
    """A courier network says who brings the parcel, and nothing newer is known."""

    #: The carrier adapter's name.
    source: str
    driver: OfferedDriver
