"""The console's rooms beside its cases: parcels, imports, messages, numbers, health, connections, overview."""

from flask import Blueprint

from web.console import connections, health, imports, messages, numbers, overview, scorecards, shipments
from web.context import Parts

ROOMS = (
    shipments,
    imports,
    messages,
    numbers,
    health,
    connections,
    overview,
    scorecards,
)


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add their routes to the console's."""
    for room in ROOMS:
        room.add_to(routes, parts)
