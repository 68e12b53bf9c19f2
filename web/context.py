"""What every view needs, built once by the front door and kept on the app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from channels.messages import Channel
from db import Database
from settings import Settings

if TYPE_CHECKING:
    from flows.house import House

EXTENSION = "doorline"


@dataclass(frozen=True)
class Parts:
    """The parts of one installation, as the web uses them."""

    settings: Settings
    database: Database
    house: "House"
    #: By channel name: `sms`, `email`. A channel that is not set up is absent.
    channels: Mapping[str, Channel]
    #: The clock, `db.utc_now` outside of tests.
    clock: Callable[[], datetime]


def keep(app: Flask, parts: Parts) -> None:
    """Keep the parts on the app."""
    app.extensions[EXTENSION] = parts


def parts() -> Parts:
    """Answer the parts of the app that serves the present request."""
    return cast(Parts, current_app.extensions[EXTENSION])
