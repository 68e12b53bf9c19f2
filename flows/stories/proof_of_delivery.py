"""Show me the photo: the picture and the page it stands on; or the truth when there is none."""

from typing import Final

from flows import picture_links, proofs
from flows.kit import Kit
from flows.stories.machine import OVER, SAY_WHERE, Plot, Talk
from flows.where_is_my_order import tell_status
from tracking_core.models import Shipment
from tracking_core.proofs import ProofKind, of_shipment
from tracking_core.states import ShipmentState


def _hindrance(_kit: Kit, parcel: Shipment) -> str | None:
    return None if parcel.state == ShipmentState.DELIVERED else "not_delivered"


def _refuse(_why: str) -> tuple[str, tuple[str, ...]]:
    return SAY_WHERE


def _begin(talk: Talk, _text: str) -> str:
    show(talk.kit, talk.the_parcel)
    return OVER


def show(kit: Kit, parcel: Shipment) -> None:
    """Answer with the photo of the delivery, else who signed, else that there is nothing."""
    kit.shipment_id = parcel.id
    photo = proofs.newest_photo(kit.session, parcel)
    picture = proofs.picture_of(kit.session, photo) if photo is not None else None
    signed = [one for one in of_shipment(kit.session, parcel.id) if one.kind == ProofKind.SIGNATURE]
    if picture is None and not signed:
        tell_status(kit, parcel, template="proof_none")
        return
    zone = kit.wording.zone(parcel)
    words = kit.compose(
        "proof_photo" if picture is not None else "proof_signed",
        order=parcel.order_number,
        when=kit.wording.moment(parcel.delivered_at, zone) if parcel.delivered_at is not None else "",
        link=proofs.link(kit.session, kit.house, parcel, now=kit.now),
        **({} if picture is not None else {"name": signed[-1].note or ""}),
    )
    if kit.is_loop(words):
        return
    media = (
        (picture_links.url_of(kit.house, picture, now=kit.now, valid_for=picture_links.DAY_AND_MORE),)
        if picture is not None
        else ()
    )
    kit.say(words, media=media)


PLOT: Final = Plot(
    name="proof_of_delivery",
    hindrance=_hindrance,
    refuse=_refuse,
    begin=_begin,
    begins_with=frozenset({OVER}),
    steps={},
    looks_back=True,
)
