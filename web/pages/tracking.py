"""What the shopper's tracking page shows of a shipment: state, window, reasons, history; nothing that names anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from flows import addresses
from flows.house import House
from flows.wording import Wording, is_unknown
from tracking_core import shipments
from tracking_core.eta import Estimate
from tracking_core.models import Shipment, ShipmentEvent
from tracking_core.promises import wish_of
from tracking_core.states import RANKS, ShipmentState, state_of
from web.eta_words import sentence
from web.pages.photos import Photo, photos_of, received_by
from web.pages.tracking_forms import Forms, forms
from web.wording import Words, languages, words

#: A page ends so long after the delivery, and after any other end.
ENDS_AFTER, ENDS_AFTER_TROUBLE = timedelta(hours=48), timedelta(days=14)
#: The steps shown, by the state that reaches each.
STEPS = (
    ShipmentState.CREATED,
    ShipmentState.SHIPPED,
    ShipmentState.OUT_FOR_DELIVERY,
    ShipmentState.DELIVERED,
)
#: How far along parcels are that are aside of the main line: where they were last seen on it, at the least.
ASIDE = {
    ShipmentState.ATTEMPT_FAILED: ShipmentState.OUT_FOR_DELIVERY,
    ShipmentState.AVAILABLE_FOR_PICKUP: ShipmentState.OUT_FOR_DELIVERY,
}
SHOWN_EVENTS = 30


@dataclass(frozen=True)
class Step:
    """One of the four steps."""

    name: str
    #: done, now, to_come.
    place: str


@dataclass(frozen=True)
class Moment:
    """One line of the history."""

    state: str
    reason: str
    at: str
    iso: str


@dataclass(frozen=True)
class Language:
    """A language the page can be read in."""

    code: str
    name: str


@dataclass(frozen=True)
class TrackingPage:
    """Everything on the page, in words. Two pages with the same content are equal: the ETag is made from it."""

    language: str
    languages: tuple[Language, ...]
    brand: str
    order: str
    state: str
    because: str
    #: trouble, or empty.
    tone: str
    is_coming: bool
    window: str
    reasons: tuple[str, ...]
    as_of: str
    steps: tuple[Step, ...]
    timeline: tuple[Moment, ...]
    #: Of the delivery, once it is done.
    photos: tuple[Photo, ...]
    #: Name of the zone the times are in.
    zone: str
    #: Whether another address may be asked for.
    can_move: bool
    #: Who signed for it, and when it was delivered; empty before.
    received_by: tuple[str, ...]
    delivered_at: str
    #: There is none yet, and the retailer's own drivers take them.
    awaits_photo: bool
    #: What can be done here.
    forms: Forms


def has_ended(shipment: Shipment, *, now: datetime) -> bool:
    """Whether the page of this shipment is over. Who lost a parcel asks for longer than who got one."""
    state = ShipmentState(shipment.state)
    if state is ShipmentState.DELIVERED:
        ended, shown_for = shipment.delivered_at or shipment.state_at, ENDS_AFTER
    else:
        ended, shown_for = shipment.state_at, ENDS_AFTER_TROUBLE
    return state.is_final and ended is not None and now >= ended + shown_for


def language_of(shipment: Shipment, offered: tuple[str, ...], asked: str | None) -> str:
    """The language to show: what was asked for, else the shopper's, else the retailer's first."""
    for wanted in (asked, shipment.locale):
        short = (wanted or "").replace("_", "-").partition("-")[0].lower()
        if short in offered:
            return short
    return offered[0]


def tracking_page(
    session: Session, house: House, shipment: Shipment, *, asked: str | None, now: datetime, done: str | None = None
) -> TrackingPage:
    """Put the page's content together. asked: the language in the address, if any. done: the form sent last."""
    workflow = house.workflows.of(session, shipment.retailer)
    offered = tuple(one for one in workflow.languages if one in languages()) or ("en",)
    said = words(language_of(shipment, offered, asked))
    wording = Wording(house, workflow, said.language, now)
    zone = wording.zone(shipment)
    state = ShipmentState(shipment.state)
    expected = wording.expected(shipment)
    return TrackingPage(
        language=said.language,
        languages=tuple(Language(one, words(one)("language.name")) for one in offered),
        brand=workflow.brand,
        order=shipment.order_number,
        state=said(f"state.{state}"),
        because=wording.reason(shipment.reason),
        tone="trouble" if state.is_failure or state is ShipmentState.ON_HOLD else "",
        is_coming=not state.is_final and state is not ShipmentState.RETURNING,
        # Late, and nobody says until when: the time before stands no more.
        window="" if is_unknown(shipment, expected) else _capital(wording.window(expected, zone)),
        reasons=_reasons(session, shipment, expected, said),
        as_of=wording.moment(expected.as_of, zone) if expected and expected.as_of else "",
        steps=_steps(session, shipment, state, said),
        timeline=_timeline(session, shipment, wording, zone, said),
        photos=photos_of(session, shipment, wording, said),
        zone=getattr(zone, "key", "UTC").replace("_", " "),
        can_move=addresses.hindrance(shipment) is None,
        received_by=received_by(session, shipment),
        awaits_photo=shipment.driver_id is not None and "photo" in workflow.proof.own_driver,
        delivered_at=_delivered_at(shipment, wording, zone),
        forms=forms(session, wording, said, shipment, done=done, now=now),
    )


def _reasons(session: Session, shipment: Shipment, expected: Estimate | None, said: Words) -> tuple[str, ...]:
    """Why the window is what it is; a promise that the shopper wished for themselves is called so."""
    if expected is None:
        return ()
    made = shipments.promises(session, shipment)
    wished = wish_of(made) is not None
    told = [
        said("track.chosen") if wished and one.code == "promise" else sentence(one, said) for one in expected.reasons
    ]
    return tuple(one for one in told if one)


def _delivered_at(shipment: Shipment, wording: Wording, zone: tzinfo) -> str:
    if shipment.state != ShipmentState.DELIVERED or shipment.delivered_at is None:
        return ""
    return _capital(wording.moment(shipment.delivered_at, zone))


def _steps(session: Session, shipment: Shipment, state: ShipmentState, said: Words) -> tuple[Step, ...]:
    rank = RANKS.get(state)
    if rank is None:
        seen = [RANKS.get(state_of(event.status) or state, 0) for event in _moves(session, shipment)]
        rank = max([RANKS[ASIDE.get(state, ShipmentState.CREATED)], *seen])
    reached = max(place for place, step in enumerate(STEPS) if RANKS[step] <= rank)
    return tuple(
        Step(said(f"step.{step}"), "now" if place == reached else "done" if place < reached else "to_come")
        for place, step in enumerate(STEPS)
    )


def _moves(session: Session, shipment: Shipment) -> list[ShipmentEvent]:
    return [event for event in shipments.timeline(session, shipment) if event.moved]


def _timeline(session: Session, shipment: Shipment, wording: Wording, zone: tzinfo, said: Words) -> tuple[Moment, ...]:
    """The moves, newest first. What a source wrote itself is left out: it may name people and places."""
    newest = sorted(_moves(session, shipment), key=lambda event: (event.occurred_at, event.id), reverse=True)
    return tuple(
        Moment(
            state=said.maybe(f"state.{event.status}") or "",
            reason=_capital(wording.reason(event.reason)),
            at=_capital(wording.moment(event.occurred_at, zone)),
            iso=event.occurred_at.astimezone(zone).isoformat(timespec="minutes"),
        )
        for event in newest[:SHOWN_EVENTS]
    )


def _capital(words_: str) -> str:
    return words_[:1].upper() + words_[1:]
