"""The events a retailer's system can be told of. Pure; `docs/webhooks.md` explains each."""

#: What a store is asked to do. Kept with the parcel also where nobody listens.
REQUESTS = (
    "order.reschedule_requested",
    "order.address_change_requested",
    "order.cancel_requested",
    "order.reissue_requested",
    "order.refund_requested",
    "order.return_requested",
)
#: What happened. Told to those who asked to hear of it; where nobody did, no row is written.
FACTS = (
    "shipment.created",
    "shipment.updated",
    "shipment.state_changed",
    "shipment.driver_changed",
    "shipment.promise_broken",
    "shipment.stalled",
    "shipment.proof_added",
    "eta.changed",
    "message.received",
    "case.opened",
    "case.updated",
    "case.claimed",
    "case.replied",
    "case.snoozed",
    "case.handed_back",
    "case.breached",
    "case.resolved",
    "case.reopened",
    "survey.answered",
)
#: Sent by a person from the console to see whether an endpoint hears.
TEST = "webhook.test"
KINDS = frozenset({*REQUESTS, *FACTS, TEST})
#: What an endpoint may subscribe to: names, families, everything.
FAMILIES = tuple(sorted({kind.partition(".")[0] + ".*" for kind in (*REQUESTS, *FACTS)}))
SUBSCRIBABLE = frozenset({*REQUESTS, *FACTS, *FAMILIES, "*"})


def wants(events: list[str] | tuple[str, ...], kind: str) -> bool:
    """Whether an endpoint with these subscriptions is told of that kind."""
    return kind in events or "*" in events or f"{kind.partition('.')[0]}.*" in events
