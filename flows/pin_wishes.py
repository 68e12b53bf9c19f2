"""A shopper who asks for the delivery PIN again gets a new one; the one before opens nothing any more."""

from bot.pin_words import asks_for_pin
from channels.inbox import ClaimedText
from flows import pins as delivery_pins
from flows.kit import Kit
from flows.pins import OUT, Told
from tracking_core.models import Shipment
from tracking_core.shipments import of_phone
from tracking_core.states import ShipmentState


def delivery_pin(message: ClaimedText, kit: Kit) -> bool:
    """Take the wish for the delivery PIN from somebody who waits for a parcel that needs one.

    A wish for the call code, and everybody else's words about codes, are left to the others.
    """
    if not asks_for_pin(message.text):
        return False
    mine = of_phone(kit.session, kit.retailer, message.sender, now=kit.now)
    asked = [one for one in mine if _is_open(one) and delivery_pins.are_asked(kit.session, kit.house, one)]
    if not asked:
        return False
    out = [one for one in asked if ShipmentState(one.state) in OUT]
    kit.shipment_id = (out or asked)[0].id
    if not out:
        kit.reply("pin_not", order=asked[0].order_number, why=Told.NOT_YET.value)
        return True
    kit.answering = True
    for parcel in sorted(out, key=lambda one: one.id):
        told = delivery_pins.tell(kit.session, kit.house, parcel, now=kit.now)
        if told is not Told.TOLD:
            kit.reply("pin_not", order=parcel.order_number, why=told.value)
    return True


def _is_open(parcel: Shipment) -> bool:
    return not ShipmentState(parcel.state).is_final
