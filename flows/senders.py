"""From which of our addresses something goes out."""

from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.models import OurAddress
from flows.accounts import main_sender
from flows.house import House

__all__ = ["main_sender", "sender_of_mail"]


def sender_of_mail(session: Session, house: House, retailer: str) -> str:
    """Answer the address the retailer's mail comes from.

    One of ours with the purpose `mail`, else the mailbox that SMTP_URL logs in with, else `no-reply` at our host.
    """
    own = session.scalar(
        select(OurAddress.address).where(OurAddress.retailer == retailer, OurAddress.purpose == "mail").limit(1)
    )
    if own:
        return own
    user = unquote(urlsplit(house.settings.smtp_url).username or "")
    if "@" in user:
        return user
    return f"no-reply@{urlsplit(house.settings.public_base_url).hostname or 'localhost'}"
