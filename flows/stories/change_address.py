"""Another address: a link to the number on the order, on whose page the order's postal code is asked for first."""

from flows import addresses
from flows.kit import Kit
from flows.stories.machine import OVER, PERSON, Plot, Talk
from tracking_core.models import Shipment


def _hindrance(_kit: Kit, shipment: Shipment) -> str | None:
    return addresses.hindrance(shipment)


def _refuse(why: str) -> tuple[str, tuple[str, ...]]:
    instead = ("delivery_instructions", "contact_driver", "talk_to_person") if why == "out" else ()
    return "address_not", instead


def _begin(talk: Talk, _text: str) -> str:
    """Give out the link. Who asks has texted from the number on the order: there is nobody else to send it to."""
    kit = talk.kit
    url = addresses.give_link(
        kit.session,
        kit.house,
        talk.the_parcel,
        conversation_id=kit.conversation.id,
        language=kit.language,
        now=talk.now,
    )
    if url is None:
        return PERSON
    talk.say("address_link", order=talk.the_parcel.order_number, link=url)
    return OVER


def _collected(_talk: Talk) -> str:
    return "Wants another address; could not be asked for the order's postal code"


PLOT = Plot(
    name="change_address",
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({OVER, PERSON}),
    steps={},
    collected=_collected,
)
