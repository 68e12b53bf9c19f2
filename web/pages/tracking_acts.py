"""The forms of the tracking page: each is taken once, and leads back to the page with what became of it on top.

No session and no cookie stands behind them, so there is nothing another site could make a browser use: a form is taken
from whoever knows the page's address, and from nobody else.
"""

from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session

from flows import shopper_acts
from flows.shopper_acts import Said
from tracking_core.models import Shipment
from web.context import parts
from web.pages.tracking import has_ended, language_of
from web.pages.views import TOKEN_MAX, gone, private
from web.wording import languages

#: A form is short.
BODY_MAX = 16 * 1024
#: Characters taken of what is written for the driver: the field on the page takes no more.
WORDS_MAX = 300
blueprint = Blueprint("tracking_acts", __name__)


@blueprint.post("/t/<token>/<any(driver,time,instructions,stop,start):act>")
def take(token: str, act: str) -> Response:
    """Take a form in, and go back to the page."""
    house = parts()
    now = house.clock()
    request.max_content_length = BODY_MAX
    asked, key = request.args.get("lang"), request.form.get("key", "")
    begins = _moment(request.form.get("begins", ""))
    words = request.form.get("words", "")[:WORDS_MAX]

    def work(session: Session) -> str | None:
        found = house.house.links.find(session, "t", token, now=now) if len(token) <= TOKEN_MAX else None
        shipment = None if found is None else session.get(Shipment, found)
        if shipment is None or has_ended(shipment, now=now):
            return None
        workflow = house.house.workflows.of(session, shipment.retailer)
        offered = tuple(one for one in workflow.languages if one in languages()) or ("en",)
        language = language_of(shipment, offered, asked)
        if shopper_acts.KEY.fullmatch(key):
            said = Said(act=act, key=key, language=language, begins=begins, words=words)
            shopper_acts.take(session, house.house, shipment, said, now=now)
        return language

    language = house.database.run(work)
    if language is None:
        return gone(asked)
    done = f"&done={key}" if shopper_acts.KEY.fullmatch(key) else ""
    return private(make_response(redirect(f"/t/{token}?lang={language}{done}#said", 303)))


def _moment(said: str) -> datetime | None:
    """An ISO moment with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
