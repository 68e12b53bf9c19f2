"""Which parcel: the question every story asks of somebody who waits for several."""

from collections.abc import Sequence
from typing import Final

from bot.answers import choices
from bot.understanding import Understanding
from flows import where_is_my_order
from flows.stories.machine import Next, Plot, Step, Talk
from tracking_core.models import Shipment

#: Name of the step, in every story.
STEP: Final = "which_parcel"


def step(plot: Plot) -> Step:
    """The question, for that story."""

    def ask(talk: Talk, again: bool) -> None:
        shown, words = where_is_my_order.listing(talk.kit, _offered(talk), again=again, every=plot.many)
        talk.note(shown=[one.id for one in shown])
        talk.kit.say(words)

    def pick(talk: Talk, text: str) -> Next:
        chosen = _chosen(talk, text, many=plot.many)
        if not chosen:
            return None
        settle(talk, chosen)
        return plot.begin(talk, talk.data["first"])

    def words(talk: Talk, text: str, understood: Understanding) -> Next:
        named = [one for one in _offered(talk) if where_is_my_order.is_named(one, text, understood.entities)]
        if len(named) != 1:
            return None
        settle(talk, named)
        return plot.begin(talk, talk.data["first"])

    return Step(ask=ask, pick=pick, words=words, leads_to=plot.begins_with)


def settle(talk: Talk, chosen: Sequence[Shipment]) -> None:
    """Remember which parcels it is about; the first of them leads."""
    talk.parcel = chosen[0]
    talk.row.shipment_id = talk.kit.shipment_id = chosen[0].id
    talk.note(parcels=[one.id for one in chosen], choices=None, shown=None)


def _offered(talk: Talk) -> list[Shipment]:
    """The parcels to choose from that are still the sender's."""
    ids = talk.data.get("shown") or talk.data.get("choices", ())
    known = {one.id: one for one in where_is_my_order.own(talk.kit)}
    return [known[one] for one in ids if one in known]


def _chosen(talk: Talk, text: str, *, many: bool) -> list[Shipment]:
    offered = _offered(talk)
    picked = choices(text, len(offered))
    if many and not picked:
        picked = choices(text, len(offered) + 1)  # "all of them" has a number too
    if not picked:
        options = [{"order": one.order_number, "tracking": one.tracking_number} for one in offered]
        place = where_is_my_order.named_option(text, options)
        return [offered[place - 1]] if place is not None else []
    if many and len(offered) + 1 in picked:
        return offered
    return [offered[place - 1] for place in picked] if many or len(picked) == 1 else []
