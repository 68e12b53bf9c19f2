"""REST v1: what was said, both ways."""

from flows import thread
from web import cursors
from web.api import shown
from web.api.case_schemas import MessagePage, MessageQuery
from web.api.routing import Answer, Call, Route
from web.api.shipments import phone_asked


def list_messages(call: Call) -> Answer:
    """Answer the retailer's messages, oldest first."""
    said: MessageQuery = call.query
    found = thread.page(
        call.session,
        retailer=call.retailer,
        phone=phone_asked(said.phone),
        shipment_id=said.shipment_id,
        status=said.status,
        after=cursors.to_place(said.cursor),
        limit=said.limit + 1,
    )
    items = found[: said.limit]
    more = cursors.of_place(items[-1].place) if len(found) > said.limit else None
    return Answer(200, MessagePage(items=[shown.message(call, one) for one in items], next=more))


ROUTES = (
    Route(
        "GET",
        "/messages",
        list_messages,
        "Messages in and out, oldest first.",
        "Messages",
        {200: MessagePage},
        query=MessageQuery,
    ),
)
