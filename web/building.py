"""Puts the rooms of the web together on one Flask app."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from web import health, metrics, problems, security
from web.api import views as api
from web.context import Parts, keep
from web.hooks import carriers, custom, stores, twilio, voice
from web.pages import address, driver, pictures, survey, tracking_acts
from web.pages import views as pages

#: Bodies are read by `web.requests`, which knows each route's limit; this is the ceiling for everybody else.
CEILING = 10 * 1024 * 1024
#: Rooms that stand by themselves -> whether they are open in demo mode only.
ROOMS: Mapping[str, bool] = {"web.phone.views": True, "web.console.views": False}


def build(app: Flask, parts: Parts) -> None:
    """Put every route of the house on the app."""
    keep(app, parts)
    app.config["MAX_CONTENT_LENGTH"] = CEILING
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # Documents keep the order they were written in.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the provider Flask comes with has it
    problems.install(app)
    security.install(app, parts.settings)
    for blueprint in (
        twilio.blueprint,
        voice.blueprint,
        carriers.blueprint,
        stores.blueprint,
        custom.blueprint,
        api.blueprint,
        pages.blueprint,
        address.blueprint,
        tracking_acts.blueprint,
        driver.blueprint,
        pictures.blueprint,
        survey.blueprint,
        metrics.blueprint,
        health.watching(),
    ):
        app.register_blueprint(blueprint)
    for room, demo_only in ROOMS.items():
        if (parts.settings.demo or not demo_only) and find_spec(room) is not None:
            app.register_blueprint(import_module(room).blueprint(parts))
