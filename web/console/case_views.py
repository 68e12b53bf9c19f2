"""One case: its thread, its parcel, and everything an agent can do about either."""

import secrets
from datetime import datetime

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from channels.redact import storable
from flows import audit, case_seen, cases, desk_actions, desk_acts, desk_calls
from flows.case_replies import Unreachable, signature, way_back
from flows.case_states import Priority
from flows.desk_actions import ACTIONS, CannotDo
from flows.house import House
from flows.models import Case
from tracking_core.models import Shipment
from web.console import access, agents, case_canned, case_deeds, case_forms, case_lines, case_side, rendering, showing
from web.console.case_forms import REFUSED, Form, Media
from web.context import Parts

#: Addresses of what is done to a case.
ACTS = "claim, reply, note, resolve, reopen, release, assign, snooze, weigh, hand_back"


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the case's routes to the console's."""

    @routes.get("/cases/<int:case_id>")
    def case(case_id: int) -> Response:
        """Show one case: what was said and done, and the parcel beside it."""
        return _page(parts, case_id)

    @routes.post(f"/cases/<int:case_id>/<any({ACTS}):action>")
    def act(case_id: int, action: str) -> AnyResponse:
        """Do something to a case; what does not work is said on its page, with the words still in the form."""
        form = Form.read(action, access.current())
        fault = form.fault()
        if fault is None:
            try:
                media = Media.of(form)
                with parts.database.write() as session:
                    case_forms.carry_out(session, parts, _found(session, case_id), form, media, now=parts.clock())
            except REFUSED as error:
                fault = str(error)
        if fault is not None:
            return _page(parts, case_id, fault=fault, at=action, words={action: form.text})
        return redirect(url_for("console.case", case_id=case_id), 303)

    _deeds(routes, parts)


def _deeds(routes: Blueprint, parts: Parts) -> None:
    @routes.post("/cases/<int:case_id>/call")
    def call(case_id: int) -> AnyResponse:
        """Give the agent a code to call the shopper by; it is shown this once."""
        who, now = access.current(), parts.clock()
        try:
            with parts.database.write() as session:
                found = _found(session, case_id)
                code = desk_calls.offer(session, parts.house, found, agent=who.email, now=now)
                subject = f"case:{case_id}"
                audit.write(
                    session, retailer=who.retailer, agent=who.email, action="case.call", subject=subject, now=now
                )
        except CannotDo as error:
            return _page(parts, case_id, fault=str(error), at="call")
        return _page(parts, case_id, code=code)

    @routes.post("/cases/<int:case_id>/do/<name>")
    def deed(case_id: int, name: str) -> AnyResponse:
        """Do something to the case's parcel, once."""
        if name not in ACTIONS:
            abort(404)
        said = {key: storable(value) for key, value in request.form.items() if key not in {"csrf", "once"}}
        who = access.current()
        token = request.form.get("once") or secrets.token_hex()
        key = desk_acts.key_of(who.email, token, name, f"case:{case_id}", said.items())
        try:
            with parts.database.write() as session:
                found = _found(session, case_id)
                parcel = showing.parcel_of(session, found) or abort(404)
                desk_actions.take(
                    session, parts.house, parcel, name, said, agent=who.email, key=key, case=found, now=parts.clock()
                )
        except CannotDo as error:
            return _page(parts, case_id, fault=str(error), at=f"do-{name}", words=said)
        return redirect(url_for("console.case", case_id=case_id), 303)


def _page(
    parts: Parts,
    case_id: int,
    *,
    fault: str = "",
    at: str = "",
    words: dict[str, str] | None = None,
    code: desk_calls.Code | None = None,
) -> Response:
    """at: the form the fault belongs to; words: what was written in it. code: to call the shopper by."""
    now = parts.clock()
    ready = _seen(parts, case_id)
    with parts.database.read() as session:
        found = _found(session, case_id)
        side = case_side.side_of(session, parts.house, found, now=now)
        names = _names(session, found, side.parcel)
        page = render_template(
            "console/case.html",
            case=found,
            side=side,
            parcel=side.parcel,
            clocks=case_side.clocks_of(session, found),
            clock_words=case_lines.CLOCK_WORDS,
            lines=case_lines.lines(session, parts.house, found, side.parcel, names, now=now),
            names=names,
            fault=fault,
            code=code,
            at=at,
            words=words or {},
            resolutions=showing.RESOLUTIONS,
            live=rendering.is_live(),
            ready=ready,
            **_acting(session, parts.house, found),
            **_forms(session, parts.house, side.parcel, now=now),
        )
    return make_response(page, 409 if fault else 200)


def _names(session: Session, case: Case, parcel: Shipment | None) -> case_lines.Names:
    who, driver = access.current(), parcel.driver if parcel else None
    return case_lines.Names(
        agents=agents.names(session, who.retailer),
        me=who.email,
        customer=parcel.customer_name if parcel else None,
        customer_phone=case.phone or (parcel.customer_phone if parcel else None),
        customer_email=parcel.customer_email if parcel else None,
        driver=driver.name if driver else None,
        driver_phone=driver.phone if driver else None,
    )


def _forms(session: Session, house: House, parcel: Shipment | None, *, now: datetime) -> dict[str, object]:
    """What only those who act need, and a page that refreshes itself does not make anew."""
    who = access.current()
    lead = access.at_least(who.role, access.LEAD)
    if not who.may_act or rendering.is_live():
        return {"deeds": (), "team": (), "snoozes": (), "priorities": (), "lead": lead}
    return {
        "deeds": case_deeds.shown(session, house, parcel, now=now) if parcel is not None else (),
        "team": agents.everybody(session, who.retailer),
        "snoozes": case_forms.snooze_choices(now),
        "priorities": [(one.value, showing.in_words(one.value)) for one in Priority],
        "lead": lead,
    }


def _acting(session: Session, house: House, case: Case) -> dict[str, object]:
    """By what way a reply goes, what is put before it, and in which language the shopper writes."""
    try:
        channel, ours, _ = way_back(session, house, case)
    except Unreachable:
        channel, ours = "", ""
    who = access.current()
    signed = signature(session, house, case, agent=who.email) if who.may_act and not rendering.is_live() else ""
    workflow = house.workflows.of(session, case.retailer)
    return {"channel": channel, "ours": ours, "signed": signed, "language": case.language or workflow.language}


def _seen(parts: Parts, case_id: int) -> list[tuple[str, str, str]]:
    """Remember that the agent has the case before their eyes; answers the replies that are ready for it."""
    who, now = access.current(), parts.clock()
    with parts.database.read() as session:
        case = _found(session, case_id)
        is_new = bool(case_seen.unread(session, [case], agent=who.email))
    if is_new:
        with parts.database.write() as session:
            case_seen.mark_seen(session, _found(session, case_id), agent=who.email, now=now)
    return case_canned.replies(parts, case, now=now) if who.may_act and not rendering.is_live() else []


def _found(session: Session, case_id: int) -> Case:
    found = cases.get(session, access.current().retailer, case_id) if case_id < 2**63 else None
    return found or abort(404)
