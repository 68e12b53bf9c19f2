"""The page below /a/: another address for one parcel, once, for whoever knows the postal code on the order.

No session and no cookie: the code is asked for first, carried along by the form, and checked again with the address.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from flows import addresses
from flows.address_models import AddressChange
from tracking_core.models import Shipment
from web.context import parts
from web.pages.tracking import Language, has_ended, language_of
from web.pages.views import TOKEN_MAX, gone, private
from web.wording import languages, words

#: An address is short.
BODY_MAX = 16 * 1024
#: Autocomplete tokens of HTML, so that a phone fills the form in.
AUTOCOMPLETE = {
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postal_code": "postal-code",
}
blueprint = Blueprint("address", __name__, template_folder="templates")


@dataclass(frozen=True)
class Field:
    """One field of the form."""

    name: str
    value: str
    #: Name of the words that say what is wrong; empty when nothing is.
    fault: str
    required: bool
    autocomplete: str


@dataclass(frozen=True)
class AddressPage:
    """Everything on the page."""

    language: str
    languages: tuple[Language, ...]
    brand: str
    order: str
    #: code, address, or what it ended with.
    step: str
    fields: tuple[Field, ...] = ()
    country: str = ""
    #: The postal code on the order, as typed and found right.
    code: str = ""
    #: How many tries are left after a wrong one; None when nothing was wrong.
    tries_left: int | None = None


@blueprint.get("/a/<token>")
def show(token: str) -> Response:
    """Ask for the postal code on the order, or say what has become of the change."""
    with parts().database.read() as session:
        change = _change(session, token)
        shipment = None if change is None else session.get(Shipment, change.shipment_id)
        if change is None or shipment is None:
            return gone(request.args.get("lang"))
        end = _end(change, shipment)
        return _answer(_page(session, shipment, end or "code", lang=request.args.get("lang") or change.language))


@blueprint.post("/a/<token>")
def take(token: str) -> Response:
    """Check the code; with an address, write it."""
    house = parts()
    request.max_content_length = BODY_MAX
    said = request.form
    asked = request.args.get("lang")
    now = house.clock()

    def work(session: Session) -> AddressPage | None:
        change = _change(session, token, lock=True)
        shipment = None if change is None else session.get(Shipment, change.shipment_id)
        if change is None or shipment is None:
            return None
        lang = asked or change.language
        end = _end(change, shipment)
        if end is not None:
            return _page(session, shipment, end, lang=lang)
        code = said.get("code", "")
        if not addresses.knows_code(session, house.house, change, code, now=now):
            left = addresses.MOST_TRIES - change.tries
            step = addresses.LOCKED if change.state == addresses.LOCKED else "code"
            return _page(session, shipment, step, tries_left=left, lang=lang)
        if "line1" not in said:
            return _page(session, shipment, "address", code=code, lang=lang)
        wish = addresses.read(_strings(said), str(shipment.destination.get("country") or "US"))
        if wish.faults:
            return _page(session, shipment, "address", code=code, wish=wish, lang=lang)
        became = addresses.change(session, house.house, change, wish, now=now)
        return _page(session, shipment, became, lang=lang)

    page = house.database.run(work)
    return gone(asked) if page is None else _answer(page)


@blueprint.post("/t/<token>/address")
def ask(token: str) -> Response:
    """Send a link to whoever the parcel belongs to: to the number on the order, else to its mailbox.

    Whoever has the tracking page may ask, and learns nothing by it.
    """
    house, lang = parts(), request.args.get("lang")
    now = house.clock()

    def work(session: Session) -> AddressPage | None:
        found = house.house.links.find(session, "t", token, now=now) if len(token) <= TOKEN_MAX else None
        shipment = None if found is None else session.get(Shipment, found)
        if shipment is None or has_ended(shipment, now=now):
            return None
        sent = addresses.send_link(session, house.house, shipment, now=now)
        step = addresses.hindrance(shipment) or ("sent" if sent else "not_sent")
        return _page(session, shipment, step, lang=lang or shipment.locale)

    page = house.database.run(work)
    return gone(lang) if page is None else _answer(page)


def _strings(said: MultiDict[str, str]) -> dict[str, str]:
    return {name: said.get(name, "") for name in addresses.FIELDS}


def _change(session: Session, token: str, *, lock: bool = False) -> AddressChange | None:
    if len(token) > TOKEN_MAX:
        return None
    house = parts()
    return addresses.change_of(session, house.house, token, now=house.clock(), lock=lock)


def _end(change: AddressChange, shipment: Shipment) -> str | None:
    """What it has come to; None while it can still be done."""
    return change.state if change.state != addresses.OPEN else addresses.hindrance(shipment)


def _page(
    session: Session,
    shipment: Shipment,
    step: str,
    *,
    lang: str | None,
    code: str = "",
    wish: addresses.Wish | None = None,
    tries_left: int | None = None,
) -> AddressPage:
    workflow = parts().house.workflows.of(session, shipment.retailer)
    offered = tuple(one for one in workflow.languages if one in languages()) or ("en",)
    return AddressPage(
        language=language_of(shipment, offered, lang),
        languages=tuple(Language(one, words(one)("language.name")) for one in offered),
        brand=workflow.brand,
        order=shipment.order_number,
        step=step,
        fields=_fields(wish) if step == "address" else (),
        country=str(shipment.destination.get("country") or ""),
        code=code,
        tries_left=tries_left,
    )


def _fields(wish: addresses.Wish | None) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=name,
            value=wish.said[name] if wish else "",
            fault=wish.faults.get(name, "") if wish else "",
            required=name in addresses.REQUIRED,
            autocomplete=AUTOCOMPLETE[name],
        )
        for name in addresses.FIELDS
    )


def _answer(page: AddressPage) -> Response:
    wrong = page.tries_left is not None or any(one.fault for one in page.fields)
    answer = make_response(
        render_template("pages/address.html", page=page, words=words(page.language)), 422 if wrong else 200
    )
    return private(answer)
