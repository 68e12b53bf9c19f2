"""The rows of what agents do to parcels and cases by the forms of the console."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class DeskAct(Base):
    """One form of the console that was sent: it acts once, however often the browser sends it."""

    __tablename__ = "desk_act"
    __table_args__ = (UniqueConstraint("retailer", "key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: SHA-256 of the agent, the token drawn with the page, and what the form said.
    key: Mapped[str]
    #: E-mail.
    agent: Mapped[str]
    #: Name of what was done: reply, reschedule, …
    act: Mapped[str]
    case_id: Mapped[int | None]
    shipment_id: Mapped[int | None]
    #: What became of it, in words for the agent; empty until the act is done.
    became: Mapped[str]
    at: Mapped[datetime]
