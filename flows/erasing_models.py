"""The rows of erasing: which texts carried what must not be kept, and which parcels are done with."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class WordsToErase(Base):
    """A text that carried a shopper's instructions for a parcel: its body goes some time after the parcel's end."""

    __tablename__ = "words_to_erase"
    __table_args__ = (UniqueConstraint("shipment_id", "box", "ref"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    shipment_id: Mapped[int]
    #: in (ref is the row's id), out (ref is the row's key).
    box: Mapped[str]
    ref: Mapped[str]


class Erasure(Base):
    """A parcel whose instructions have been erased. Once."""

    __tablename__ = "erasure"

    shipment_id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
