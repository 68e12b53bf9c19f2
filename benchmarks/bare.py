"""The baseline of the webhook: a bare Flask view that checks the signature and inserts one row. Nothing else."""

import os

from flask import Flask, Response, request
from sqlalchemy import insert
from sqlalchemy.orm import Mapped, mapped_column
from twilio.request_validator import RequestValidator

from db import Base, Database, RowId


class Bare(Base):
    """One text."""

    __tablename__ = "bare"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sid: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str]
    recipient: Mapped[str]
    text: Mapped[str]


def create_app() -> Flask:
    """Build the baseline's WSGI application."""
    app = Flask("bare", static_folder=None)
    database = Database(os.environ["DATABASE_URL"], pool_size=10)
    Base.metadata.create_all(database.engine, tables=[Bare.__table__])
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    url = os.environ["PUBLIC_BASE_URL"] + "/hooks/twilio/message"

    @app.post("/hooks/twilio/message")
    def message() -> Response:
        form = request.form
        if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
            return Response(status=403)
        values = {"sid": form["MessageSid"], "sender": form["From"], "recipient": form["To"], "text": form["Body"]}
        with database.write() as session:
            session.execute(insert(Bare).values(values))
        return Response("<Response/>", mimetype="text/xml")

    return app
