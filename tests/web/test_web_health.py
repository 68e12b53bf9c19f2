"""Health and metrics: what they say for what there is, and that a database that hangs does not hang them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from fakes.webapp import MAIN, Web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from channels import inbox
from channels.messages import InboundMessage
from channels.models import Heartbeat
from web.health import Look, Watch, assess

WELL = Look(worker_is_alive=True, nlu="rasa", inbox_oldest_s=0, outbox_oldest_s=0)


@pytest.mark.parametrize(
    ("look", "configured", "status", "nlu"),
    [
        (None, True, "down", "keywords"),
        (WELL, True, "ok", "rasa"),
        (Look(True, "keywords", 0, 0), True, "degraded", "keywords"),
        (Look(True, None, 0, 0), True, "degraded", "keywords"),
        (Look(True, "keywords", 0, 0), False, "ok", "keywords"),
        (Look(True, "off", 0, 0), False, "ok", "keywords"),
        (Look(True, "rasa", 60, 60), True, "ok", "rasa"),
        (Look(True, "rasa", 61, 0), True, "degraded", "rasa"),
        (Look(True, "rasa", 0, 61), True, "degraded", "rasa"),
        (Look(False, "rasa", 0, 0), True, "down", "keywords"),
        (Look(False, None, 999, 0), False, "down", "keywords"),
    ],
)
def test_health_says_what_there_is(look: Look | None, configured: bool, status: str, nlu: str) -> None:
    said = assess(look, nlu_configured=configured)
    assert (said["status"], said["checks"]["nlu"]) == (status, nlu)
    assert list(said) == ["status", "checks"]
    assert list(said["checks"]) == ["database", "worker", "nlu", "inbox_oldest_s", "outbox_oldest_s"]
    assert said["checks"]["database"] == ("down" if look is None else "ok")


def beat(session: Session, web: Web, *, ago_s: float, worker: str = "w", nlu: str = "keywords") -> None:
    session.merge(Heartbeat(worker=worker, at=web.clock.now - timedelta(seconds=ago_s), nlu=nlu))


def test_health_reads_the_rows(web: Web) -> None:
    assert web.client.get("/health").status_code == 503
    with web.database.write() as session:
        beat(session, web, ago_s=15)
        beat(session, web, ago_s=300, worker="an old one", nlu="rasa")
    assert web.client.get("/health").json["status"] == "ok"
    web.clock.forward(seconds=1)
    assert web.client.get("/health").json["checks"]["worker"] == "down"
    with web.database.write() as session:
        inbox.receive(session, InboundMessage("sms", "SM1", "+14155550100", MAIN, "hi"), now=web.clock.now)
    web.clock.forward(seconds=61)
    with web.database.write() as session:
        beat(session, web, ago_s=0)
    answer = web.client.get("/health")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["checks"]["inbox_oldest_s"] == 61


def test_what_is_planned_for_later_does_not_wait(web: Web) -> None:
    ident = web.shipment()["id"]
    web.api("POST", f"/shipments/{ident}/events", {"status": "shipped"})
    web.clock.forward(seconds=30)
    with web.database.write() as session:
        beat(session, web, ago_s=0)
    assert web.client.get("/health").json["checks"]["outbox_oldest_s"] <= 30


class Hanging:
    """A database that answers only when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked = 0

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.asked += 1
        self.go.wait(10)
        raise SQLAlchemyError("too late")
        yield


def test_a_database_that_hangs_is_down_within_the_patience(moment: Any) -> None:
    watch, database = Watch(patience_s=0.2), Hanging()
    begun = time.monotonic()
    assert watch.see(database, now=moment) is None  # type: ignore[arg-type]
    assert watch.see(database, now=moment) is None  # type: ignore[arg-type]
    assert time.monotonic() - begun < 2
    assert database.asked == 1  # the second look waited for the first instead of hanging beside it
    database.go.set()


def test_metrics_count_each_retailers_own(web: Web, web_with: Callable[..., Web]) -> None:
    for order in ("A1", "A2"):
        ident = web.shipment(order)["id"]
    web.api("POST", f"/shipments/{ident}/events", {"status": "shipped"})
    web.shipment("A1", retailer="other")
    with web.database.write() as session:
        beat(session, web, ago_s=2)
        inbox.receive(session, InboundMessage("sms", "SM1", "+14155550100", MAIN, "hi"), now=web.clock.now)
    web.client.post("/hooks/twilio/message", data={"a": "b"})

    def scrape(retailer: str) -> str:
        answer = web.client.get("/metrics", headers={"Authorization": f"Bearer {web.keys[retailer]}"})
        assert answer.status_code == 200 and answer.content_type.startswith("text/plain")
        return answer.text

    everything, others = scrape("default"), scrape("other")
    assert 'doorline_messages{category="",direction="in",status="received"} 1.0' in everything
    assert 'doorline_messages{category="milestone",direction="out",status="queued"} 1.0' in everything
    assert 'doorline_shipments{state="created"} 2.0' in everything
    assert 'doorline_heartbeat_age_seconds{nlu="keywords",worker="w"} 2.0' in everything
    assert 'doorline_signature_failures_total{source="twilio"}' in everything
    assert 'doorline_shipments{state="created"} 1.0' in others and "heartbeat" not in others
    assert 'direction="in"' not in others
