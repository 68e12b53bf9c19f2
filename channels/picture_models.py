"""Pictures as rows, so that every machine sees them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db import Base, RowId


class PictureState(StrEnum):
    """What became of a picture somebody sent."""

    READY = "ready"
    #: No picture, or one that we do not take: `reason` is a `pictures.Why`.
    REFUSED = "refused"
    #: It could not be fetched; the text went on without it.
    FAILED = "failed"
    #: Its time is over: the row stays, its bytes are gone.
    FORGOTTEN = "forgotten"


class Picture(Base):
    """One picture, as we drew it anew. What its camera knew stands apart and is shown to nobody but support."""

    __tablename__ = "picture"
    __table_args__ = (
        UniqueConstraint("inbox_id", "position"),
        Index(
            "ix_picture_kept",
            "expires_at",
            postgresql_where=text("state = 'ready'"),
            sqlite_where=text("state = 'ready'"),
        ),
        Index(
            "ix_picture_at_provider",
            "delete_at",
            postgresql_where=text("delete_at IS NOT NULL"),
            sqlite_where=text("delete_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    retailer: Mapped[str]
    #: The text it came with; None for one that was uploaded.
    inbox_id: Mapped[int | None]
    #: Place in the text, from 0.
    position: Mapped[int] = mapped_column(default=0)
    #: Where the provider keeps it; `data:` for the phones in the browser, None for an upload.
    source_url: Mapped[str | None]
    #: A PictureState.
    state: Mapped[str]
    #: Why it is not ready.
    reason: Mapped[str | None]

    #: Hex digest of `jpeg`.
    sha256: Mapped[str | None]
    #: Pixels.
    width: Mapped[int | None]
    height: Mapped[int | None]
    jpeg: Mapped[bytes | None] = mapped_column(deferred=True)
    thumbnail: Mapped[bytes | None] = mapped_column(deferred=True)
    #: As it came, metadata and all: kept only where it is the proof of a delivery, and served to nobody.
    original: Mapped[bytes | None] = mapped_column(deferred=True)
    #: What the camera says; degrees are WGS 84. Never shown to the other party.
    taken_at: Mapped[datetime | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]

    #: `picture_looks.Looks` of what we drew; None where it was not measured.
    sharpness: Mapped[float | None]
    brightness: Mapped[float | None]
    fingerprint: Mapped[int | None] = mapped_column(BigInteger)

    created_at: Mapped[datetime]
    #: Its bytes are forgotten then.
    expires_at: Mapped[datetime]
    #: When the provider is asked to delete its copy next; None when there is nothing to delete (any more).
    delete_at: Mapped[datetime | None]
    delete_tries: Mapped[int] = mapped_column(default=0)
    provider_deleted_at: Mapped[datetime | None]

    @property
    def is_ready(self) -> bool:
        """Whether it can be shown."""
        return self.state == PictureState.READY
