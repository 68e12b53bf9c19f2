"""EasyPost as a source that can be asked: its API's trackers read by the very tables that read its webhooks."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from channels.json_api import ApiAway
from tracking_core.carriers import CarrierRequest, MalformedPayload
from tracking_core.carriers.easypost import NAME, EasyPost
from tracking_core.facts import CarrierEvent
from tracking_core.numbers import normalised
from tracking_core.polling import RETIRED_AFTER, SourceAway, Tracked

#: New trackers begun for one question; they are asked for one by one.
NEW_MAX = 10


class TrackerApi(Protocol):
    """An EasyPost account, see `channels.easypost_api`. Each raises ApiAway."""

    def of_numbers(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        """Trackers of those numbers that have one."""
        ...

    def create(self, number: str, carrier: str | None) -> dict[str, Any] | None:
        """Begin to track a number; None for one that is refused."""
        ...

    def created_since(self, since: datetime) -> Iterator[dict[str, Any]]:
        """Every tracker made since then."""
        ...


class EasyPostTracking:
    """`tracking_core.polling.Trackers` over one account."""

    def __init__(self, api: TrackerApi, *, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._clock = clock

    @property
    def name(self) -> str:
        """`easypost`, as its webhooks."""
        return NAME

    @property
    def batch(self) -> int:
        """Numbers one question holds."""
        return 50

    def track(self, numbers: Sequence[tuple[str, str | None]]) -> Tracked:
        """Ask for the numbers' trackers at once; those that have none are begun, a few at a time."""
        with _Away():
            found = self._api.of_numbers([number for number, _ in numbers])
            have = {_number(tracker) for tracker in found}
            unknown = []
            for number, carrier in [one for one in numbers if normalised(one[0]) not in have][:NEW_MAX]:
                made = self._api.create(number, carrier)
                if made is None:
                    unknown.append(normalised(number))
                else:
                    found.append(made)
        return Tracked(_events(found), frozenset(unknown))

    def changed_since(self, since: datetime) -> Tracked:
        """Look through every tracker that may still move; those that have moved since then are answered."""
        with _Away():
            every = list(self._api.created_since(self._clock() - RETIRED_AFTER - timedelta(days=1)))
        return Tracked(_events(one for one in every if str(one.get("updated_at") or "") >= _written(since)))


class _Away:
    """Says in the house's word that the account cannot be asked."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ApiAway):
            raise SourceAway(error.code, retry_after_s=error.retry_after_s) from error


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(tracker: dict[str, Any]) -> str:
    return normalised(str(tracker.get("tracking_code") or ""))


def _events(trackers: Iterable[dict[str, Any]]) -> dict[str, list[CarrierEvent]]:
    """By number. A tracker that is not as it must be has none: the others are not lost for it."""
    found: dict[str, list[CarrierEvent]] = {}
    for tracker in trackers:
        # What a webhook would have brought: so one table reads both, and the ids of the scans are the same.
        body = {"description": "tracker.updated", "created_at": tracker.get("updated_at"), "result": tracker}
        try:
            events = EasyPost().parse(CarrierRequest(headers={}, query={}, body=json.dumps(body).encode()))
        except MalformedPayload:
            continue
        found.setdefault(_number(tracker), []).extend(events)
    return found
