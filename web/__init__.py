"""HTTP in, HTTP out: verify, translate, hand over, answer. No decisions live here.

Importing this package imports no framework: migrations and the worker read `web.api.models` and stay light.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from web.context import Parts


def build(app: "Flask", parts: "Parts") -> None:
    """Put every route of the house on the app."""
    from web.building import build as build_all

    build_all(app, parts)
