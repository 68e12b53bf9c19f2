"""The console's rooms beside its cases: parcels, imports, messages, numbers, health, overview."""

from flask import Blueprint

from web.console import connections, imports, shipments
from web.context import Parts


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add their routes to the console's."""
    for room in (shipments, imports, connections):
        room.add_to(routes, parts)
