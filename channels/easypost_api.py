"""EasyPost's API, as far as it answers about trackers: docs.easypost.com/docs/trackers. Answers are theirs, unread."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from urllib3 import make_headers

from channels.json_api import ApiAway, JsonApi
from settings import Settings

URL = "https://api.easypost.com/v2"
NAME = "easypost"
BATCH = 50
PAGE, PAGES_MAX = 100, 200


class EasyPostApi:
    """One account's trackers."""

    def __init__(self, token: str, url: str = URL) -> None:
        # The key is the user, without a password.
        self._api = JsonApi(url, headers=make_headers(basic_auth=f"{token}:"))

    def of_numbers(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        """Answer the trackers of those numbers that have one, at most 50. Raises ApiAway."""
        return _trackers(self._api.post("/trackers/batch", {"tracking_codes": list(numbers)}))[0]

    def create(self, number: str, carrier: str | None) -> dict[str, Any] | None:
        """Begin to track a number, which costs what the account's plan says; None for one EasyPost refuses.

        The same number again answers its tracker. Raises ApiAway.
        """
        wanted = {"tracking_code": number, **({"carrier": carrier} if carrier else {})}
        try:
            said = self._api.post("/trackers", {"tracker": wanted})
        except ApiAway as error:
            if error.status in {400, 404, 422}:
                return None
            raise
        return said if isinstance(said, dict) else None

    def created_since(self, since: datetime) -> Iterator[dict[str, Any]]:
        """Answer every tracker made since then, newest first, page by page. Raises ApiAway."""
        query: dict[str, object] = {"page_size": PAGE, "start_datetime": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        for _ in range(PAGES_MAX):
            found, more = _trackers(self._api.get("/trackers", query))
            yield from found
            last = found[-1].get("id") if found else None
            if not more or not isinstance(last, str):
                return
            query["before_id"] = last


def of(settings: Settings) -> Callable[[str], EasyPostApi | None]:
    """Answer what gives a retailer's account, None where CARRIER_EASYPOST_TOKEN is not set for it."""

    @cache
    def account(retailer: str) -> EasyPostApi | None:
        token = settings.source_setting("carrier", NAME, "token", retailer)
        url = settings.source_setting("carrier", NAME, "url", retailer)
        return EasyPostApi(token, url or URL) if token else None

    return account


def _trackers(said: Any) -> tuple[list[dict[str, Any]], bool]:
    found = said.get("trackers") if isinstance(said, dict) else None
    if not isinstance(found, list):
        raise ApiAway("bad_answer")
    return [one for one in found if isinstance(one, dict)], said.get("has_more") is True
