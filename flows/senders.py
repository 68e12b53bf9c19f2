"""From which of our addresses something goes out."""

from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import OurAddress
from flows.accounts import main_sender
from flows.house import House

__all__ = ["main_sender", "sender_of_mail"]


def sender_of_mail(session: Session, house: House, retailer: str) -> str:
    """Answer the address the retailer's mail comes from.

    One of ours with the purpose `mail`, else `?from=` of SMTP_URL, else the mailbox it logs in with, else `no-reply` at
    our host.
    """
    own = session.scalar(
        select(OurAddress.address).where(OurAddress.retailer == retailer, OurAddress.purpose == "mail").limit(1)
    )
    if own:
        return own
    server = urlsplit(house.settings.smtp_url)
    for named in (parse_qs(server.query).get("from", [""])[0], unquote(server.username or "")):
        if "@" in named:
            return named
    return f"no-reply@{urlsplit(house.settings.public_base_url).hostname or 'localhost'}"
