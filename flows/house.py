"""What every story needs at hand, built once by a front door."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.keywords import Keywords
from bot.understanding import Nlu
from channels.picture_source import NoPictures, PictureSource
from channels.twilio_listing import Listing
from flows.desk import SupportDesk
from flows.easypost_tracking import TrackerApi
from flows.links import Links
from flows.mapping_files import Mappings
from flows.texts import Texts
from flows.workflow_store import WorkflowStore
from settings import Settings
from tracking_core.postal_places import PostalPlaces


def _own_desk() -> SupportDesk:
    from flows.own_desk import OwnDesk  # it needs the house, which is being built

    return OwnDesk()


@dataclass(frozen=True)
class House:
    """The parts the stories share. Safe to share between threads."""

    settings: Settings
    workflows: WorkflowStore
    texts: Texts
    links: Links
    nlu: Nlu
    #: Whether mail can leave at all: an SMTP server, or the demo's mailbox.
    email_configured: bool
    #: How house systems' messages are read; by default none is known.
    mappings: Mappings = field(default_factory=lambda: Mappings(Path("/nowhere")))
    #: Where the pictures of incoming texts are fetched; by default nowhere.
    pictures: PictureSource = field(default_factory=NoPictures)
    #: Where the pictures are fetched that carriers keep as proof of a delivery; by default nowhere.
    web_pictures: PictureSource = field(default_factory=NoPictures)
    #: Where texts are listed that a webhook may have lost; None: nowhere.
    listing: Listing | None = None
    #: Answers a retailer's account with EasyPost, None where it has none.
    easypost: Callable[[str], TrackerApi | None] = field(default=lambda _retailer: None)
    #: Where goes what a person must settle.
    desk: SupportDesk = field(default_factory=_own_desk)
    #: Where the addresses of postal codes lie.
    places: PostalPlaces = field(default_factory=PostalPlaces)

    @classmethod
    def build(cls, settings: Settings, nlu: Nlu | None = None, pictures: PictureSource | None = None) -> "House":
        """Put the parts together. Without an NLU, keywords understand; without a source, no picture is taken."""
        texts = Texts()
        return cls(
            settings=settings,
            workflows=WorkflowStore(settings.workflow_dir, texts.check),
            texts=texts,
            links=Links(settings.public_base_url, settings.secret_key),
            nlu=nlu or Keywords(),
            email_configured=bool(settings.smtp_url) or settings.demo,
            pictures=pictures or NoPictures(),
            mappings=Mappings(settings.workflow_dir / "mappings"),
        )
