"""REST v1: shipments by CSV."""

from typing import BinaryIO, cast

from flows.imports import import_shipments
from web.api.routing import Access, Answer, Call, Route
from web.api.shipment_schemas import ImportErrorOut, ImportOut


def import_file(call: Call) -> Answer:
    """Take in a CSV file: good lines go in, each bad one is told with its number and why."""
    assert call.upload is not None
    result = import_shipments(
        call.parts.database,
        call.parts.house,
        cast(BinaryIO, call.upload.stream),
        retailer=call.retailer,
        now=call.now,
    )
    errors = [ImportErrorOut(line=line, field=field, reason=reason) for line, field, reason in result.errors]
    return Answer(200, ImportOut(created=result.created, existing=result.existing, errors=errors))


ROUTES = (
    Route(
        "POST",
        "/imports",
        import_file,
        "Take in a CSV file. Columns are dotted field names such as `customer.phone`. Texts nobody.",
        "Imports",
        {200: ImportOut},
        access=Access.OWN,
        upload=True,
    ),
)
