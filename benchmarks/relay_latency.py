"""How long a relayed text takes: posted by the provider's webhook to handed over for the other party.

Alone (one text after the other), and busy (many lines at once at a steady rate). Beside it stands the least a worker
could do: the time from one commit to another process having seen it.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.answers import Provider, least, percentiles, post
from benchmarks.serving import ACCOUNT, ROOT, TOKEN, environment, free_port, fresh_database, gunicorn, process
from db import Database, utc_now
from flows import lines
from flows.house import House
from flows.tracking import create_shipment, take_events
from settings import Settings
from tracking_core.facts import CarrierEvent
from tracking_core.shipments import NewShipment

LINES, ALONE, BUSY, PER_SECOND = 20, 60, 150, 10
POOL = tuple(f"+1500555{number:04}" for number in range(2001, 2006))
WORDS = "I am at the blue door, gate code 4412, order B1. Call me on 415 555 0100?"


def joined(url: str) -> list[tuple[str, str, str]]:
    """Open the lines: (customer, driver, number) of each."""
    database = Database(url, pool_size=2)
    house = House.build(Settings(twilio_number="+15005550006", relay_numbers=POOL, secret_key="bench"))
    found = []
    for place in range(LINES):
        customer, driver = f"+1415555{1000 + place}", f"+1415555{2000 + place}"
        now = utc_now()
        with database.write() as session:
            new = NewShipment(
                order_number=f"B{place}",
                customer_phone=customer,
                customer_name="Ana",
                driver_name="Dee",
                driver_phone=driver,
                destination={"country": "US"},
            )
            shipment, _ = create_shipment(session, house, new, retailer="default", now=now)
            event = CarrierEvent("bench", "e1", "", "out_for_delivery", now, silent=True)
            take_events(session, house, [event], retailer="default", now=now, shipment=shipment)
            line = lines.open_line(session, house, shipment, opened_by=lines.DRIVER, now=now)
        if not isinstance(line, lines.Line) or line.proxy is None:
            raise RuntimeError("a line could not be opened")
        found.append((customer, driver, line.proxy))
    database.close()
    return found


def serving(base: str) -> None:
    """Wait until web and worker serve: by then our numbers are in the database."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{base}/health", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError("the installation does not serve")


def text_in(base: str, sender: str, proxy: str) -> float:
    """Text a proxy as Twilio would, signed; answers the moment it was posted."""
    url = f"{base}/hooks/twilio/message"
    form = {"MessageSid": "SM" + os.urandom(16).hex(), "AccountSid": ACCOUNT, "NumMedia": "0"}
    form |= {"From": sender, "To": proxy, "Body": WORDS}
    signed = url + "".join(key + form[key] for key in sorted(form))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    begin = time.perf_counter()
    post(url, urllib.parse.urlencode(form).encode(), X_Twilio_Signature=signature)
    return begin


def measure(kind: str) -> dict[str, Any]:
    """One installation with nothing else to do but to pass texts on, and to tell each sender what was hidden."""
    provider = Provider()
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, fresh_database(kind) as url:
        port = free_port()
        api = f"http://127.0.0.1:{provider.server_address[1]}"
        env = environment(url, port, folder, TWILIO_API_URL=api, RELAY_NUMBERS=",".join(POOL))
        subprocess.run([sys.executable, "app.py", "migrate"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        base = f"http://127.0.0.1:{port}"
        with process(gunicorn("app:create_app()"), env, port=port), process([sys.executable, "worker.py"], env):
            serving(base)
            pairs = joined(url)
            for customer, driver, _ in pairs:
                provider.wait_for(customer)
                provider.wait_for(driver)

            def passed(place: int) -> float:
                customer, driver, proxy = pairs[place % LINES]
                begin = text_in(base, driver, proxy)
                return provider.wait_for(customer) - begin

            alone = [passed(place) for place in range(ALONE)]
            with ThreadPoolExecutor(LINES) as people:
                due = time.perf_counter()
                running = []
                for place in range(BUSY):
                    due += 1 / PER_SECOND
                    time.sleep(max(0.0, due - time.perf_counter()))
                    running.append(people.submit(passed, place))
                busy = [one.result() for one in running]
        found = {"least_wakeup": least(url)}
    provider.shutdown()
    return {
        "database": kind,
        "text_to_other_party": percentiles(alone[5:]),
        f"text_to_other_party_at_{PER_SECOND}_per_s": percentiles(busy),
        **found,
        "wanted": "p95 <= 500 ms",
    }


def main() -> None:
    """Print one JSON line per database."""
    for kind in ("sqlite", "postgresql"):
        print(json.dumps({"bench": "relay_latency", **measure(kind)}), flush=True)


if __name__ == "__main__":
    main()
