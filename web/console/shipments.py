"""Parcels for the desk: the list, one parcel with all that is known of it, and what an agent may enter."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from pydantic import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from flows import desk_parcels
from flows.desk_parcels import EventSaid
from flows.intake import Rejected, ShipmentIn, faults_of
from tracking_core import searching, shipments
from tracking_core.flags import FLAGS
from tracking_core.models import Shipment
from tracking_core.reasons import Reason
from tracking_core.searching import Wanted
from tracking_core.states import ShipmentState
from web.console import access, clocks, said, shipment_page, showing
from web.context import Parts

PAGE = 50
STATES = [(state.value, showing.in_words(state.value)) for state in ShipmentState]
REASONS = [(reason.value, showing.in_words(reason.value)) for reason in Reason]
#: Fields of the form for a new parcel -> dotted names of the API.
FIELDS = (
    "order_number", "tracking_number", "carrier", "service", "customer.name", "customer.phone", "customer.email",
    "customer.locale", "destination.line1", "destination.line2", "destination.city", "destination.region",
    "destination.postal_code", "destination.country", "promised.from", "promised.to", "delivery.instructions",
)  # fmt: skip
MOMENTS = frozenset({"promised.from", "promised.to"})


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes of parcels to the console's."""

    @routes.get("/shipments", endpoint="shipments")
    def shipment_list() -> str:
        """Show the parcels that fit, newest first."""
        return _list(parts)

    @routes.get("/shipments/<int:shipment_id>")
    def shipment(shipment_id: int) -> str:
        """Show one parcel."""
        return _page(parts, shipment_id)

    @routes.get("/shipments/new")
    def new_shipment() -> str:
        """Show the form for a parcel."""
        return render_template("console/shipment_new.html", values={"destination.country": "US"}, faults={})

    @routes.post("/shipments/new")
    def create_shipment() -> AnyResponse | tuple[str, int]:
        """Make a parcel known; what is wrong stands at its field."""
        return _create(parts)

    @routes.post("/shipments/<int:shipment_id>/events")
    def add_event(shipment_id: int) -> AnyResponse | tuple[str, int]:
        """Record what an agent says has happened."""
        return _add_event(parts, shipment_id)


def found(session: Session, shipment_id: int) -> Shipment:
    """The parcel of the address; another retailer's is not there."""
    one = shipments.get(session, access.current().retailer, shipment_id) if shipment_id < 2**63 else None
    return one or abort(404)


def _list(parts: Parts) -> str:
    states = {state.value for state in ShipmentState} | {searching.OPEN}
    day = said.word("day")
    window = said.day(day) or (None, None)
    wanted = Wanted(
        state=said.one_of("state", states) or None,
        flag=said.one_of("flag", FLAGS) or None,
        carrier=said.word("carrier") or None,
        promised_from=window[0],
        promised_to=window[1],
        late=request.args.get("late") == "1",
        words=said.word("q"),
    )
    with parts.database.read() as session:
        rows = searching.page(
            session, access.current().retailer, wanted, now=clocks.now(), before_id=said.before(), limit=PAGE + 1
        )
    asked = {name: value for name, value in request.args.items() if name != "before"}
    older = said.page_of("console.shipments", asked, before=rows[PAGE - 1].id) if len(rows) > PAGE else None
    return render_template(
        "console/shipments.html",
        rows=rows[:PAGE],
        older=older,
        newest=said.page_of("console.shipments", asked) if said.before() else None,
        wanted=wanted,
        day=day if window[0] else "",
        filtered=bool(asked),
        states=[(searching.OPEN, "Still on its way"), *STATES],
        flags=[(flag, showing.in_words(flag)) for flag in FLAGS],
        late_flags=searching.LATE_FLAGS,
    )


def _page(parts: Parts, shipment_id: int, *, fault: str = "", values: dict[str, str] | None = None) -> str:
    with parts.database.read() as session:
        known = shipment_page.read(session, parts.house, found(session, shipment_id), now=clocks.now())
        return render_template(
            "console/shipment.html",
            known=known,
            parcel=known.parcel,
            fault=fault,
            values=values or {"occurred_at": said.local(clocks.now())},
            done=said.one_of("done", shipment_page.DONE),
            words=shipment_page.DONE,
            source=shipment_page.source,
            states=STATES,
            reasons=REASONS,
        )


def _add_event(parts: Parts, shipment_id: int) -> AnyResponse | tuple[str, int]:
    values = {name: said.field(name) for name in ("status", "occurred_at", "reason", "detail", "correction", "silent")}
    who = access.current()
    if values["correction"] and not access.at_least(who.role, access.LEAD):
        abort(403, "Only a lead corrects what is known of a parcel.")
    body = {name: value for name, value in values.items() if value and name not in {"correction", "silent"}}
    body["occurred_at"] = said.moment(values["occurred_at"]) or clocks.now().isoformat()
    try:
        event = EventSaid.model_validate(
            {**body, "correction": bool(values["correction"]), "silent": bool(values["silent"])}
        )
    except ValidationError as error:
        first = faults_of(error.errors(include_url=False, include_input=False))[0]
        return _page(parts, shipment_id, fault=f"{showing.in_words(first.field)}: {first.reason}", values=values), 422
    key = said.key("parcel.event", f"shipment:{shipment_id}")
    moved = parts.database.run(
        lambda session: desk_parcels.add_event(
            session, parts.house, found(session, shipment_id), event, agent=who.email, key=key, now=clocks.now()
        )
    )
    done = "moved" if moved else "kept"
    return redirect(url_for("console.shipment", shipment_id=shipment_id, done=done), 303)


def _create(parts: Parts) -> AnyResponse | tuple[str, int]:
    values = {name: said.field(name) for name in FIELDS}
    body: dict[str, Any] = {}
    for name, value in values.items():
        if value:
            outer, dot, inner = name.partition(".")
            told = said.moment(value) if name in MOMENTS else value
            if dot:
                body.setdefault(outer, {})[inner] = told
            else:
                body[outer] = told
    try:
        asked = ShipmentIn.model_validate({"customer": {}, **body})
        one, is_new = parts.database.run(
            lambda session: desk_parcels.create(
                session, parts.house, asked, retailer=access.current().retailer, agent=access.current().email,
                now=clocks.now(),
            )
        )  # fmt: skip
    except ValidationError as error:
        wrong = faults_of(error.errors(include_url=False, include_input=False))
    except Rejected as error:
        wrong = list(error.faults)
    else:
        done = "created" if is_new else "known"
        return redirect(url_for("console.shipment", shipment_id=one.id, done=done), 303)
    faults = {fault.field: fault.reason for fault in reversed(wrong)}
    return render_template("console/shipment_new.html", values=values, faults=faults), 422
