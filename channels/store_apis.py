"""Which stores' own APIs are open to us: by the token and address a retailer has set."""

from collections.abc import Callable

from channels.shopify_admin import ShopifyAdmin
from channels.store_api import StoreApi
from settings import Settings

OPENERS: dict[str, Callable[[str, str], StoreApi]] = {"shopify": ShopifyAdmin}


def of(settings: Settings) -> Callable[[str, str], StoreApi | None]:
    """Answer what gives (store, retailer) its API; None where no token or no address is set.

    The address is the operator's word and never a webhook's: a token goes where its owner said, and nowhere else.
    """

    def found(store: str, retailer: str) -> StoreApi | None:
        token, url = (settings.store_setting(store, what, retailer) for what in ("token", "url"))
        opener = OPENERS.get(store)
        return opener(url, token) if opener is not None and token and url else None

    return found
