"""Shows the whole number of a case's person, a shopper or a driver, once, to those whose role allows."""

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from flows import unmasking
from web.console import access
from web.context import Parts


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes to the console's."""

    @routes.post("/unmask/<any(case, shipment, driver):kind>/<int:row_id>")
    def unmask_number(kind: str, row_id: int) -> str:
        """Show the number; written down each time."""
        who = access.current()
        if row_id >= 2**63:
            abort(404)
        with parts.database.write() as session:
            number = unmasking.number_of(
                session, retailer=who.retailer, kind=kind, row_id=row_id, agent=who.email, now=parts.clock()
            )
        if number is None:
            abort(404)
        return render_template("console/settings/number.html", kind=kind, row_id=row_id, number=number)

    @routes.get("/unmask/<any(case, shipment, driver):kind>/<int:row_id>")
    def number_masked_again(kind: str, row_id: int) -> AnyResponse:
        """A reload shows nothing: each look is meant."""
        if kind == "case":
            return redirect(url_for("console.case", case_id=row_id), 303)
        return redirect(url_for("console.inbox"), 303)
