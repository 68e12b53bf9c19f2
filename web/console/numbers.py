"""Our numbers and the lines over them: what goes over each, whom it annoys, how full the pool is."""

from flask import Blueprint, render_template

from flows import number_figures
from web.console import access, clocks
from web.context import Parts

PURPOSES = {
    "main": "The number we speak from",
    "service": "Messaging service",
    "mail": "Mail",
    "pool": "Driver line",
    "former": "No longer used",
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the page to the console's."""

    @routes.get("/numbers", endpoint="numbers")
    def number_list() -> str:
        """Show our numbers of the last days, the pool and the open lines."""
        retailer = access.current().retailer
        with parts.database.read() as session:
            found = number_figures.numbers(session, retailer, now=clocks.now())
        return render_template(
            "console/numbers.html",
            found=found,
            purposes=PURPOSES,
            days=number_figures.LOOKED_AT.days,
            shown=number_figures.LINES_MAX,
            shared=number_figures.is_shared(retailer),
        )
