"""How long a shopper waits: text in to answer handed over, scan in to text handed over; and what web and worker weigh.

The provider is a double on loopback that notes when it was called. Beside it stands the least a worker could do: the
time from one commit to another process having seen it.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from typing import Any

from benchmarks.serving import (
    ACCOUNT,
    NUMBER,
    ROOT,
    TOKEN,
    environment,
    free_port,
    fresh_database,
    gunicorn,
    process,
    pss_mb,
)
from channels.models import Heartbeat
from db import Database, utc_now, wake

TEXTS, SCANS = 60, 60


class Provider(http.server.ThreadingHTTPServer):
    """Accepts every text at once and notes the moment it arrived, by the recipient."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived: dict[str, float] = {}
        self.news = threading.Condition()

    def wait_for(self, recipient: str, seconds: float = 20) -> float:
        """The moment (perf_counter) at which the text for the recipient arrived."""
        with self.news:
            if not self.news.wait_for(lambda: recipient in self.arrived, seconds):
                raise RuntimeError("a text did not arrive")
            return self.arrived.pop(recipient)


class Handler(http.server.BaseHTTPRequestHandler):
    """Twilio's create message, as little of it as a client needs."""

    protocol_version = "HTTP/1.1"
    server: Provider

    def do_POST(self) -> None:
        """Note the moment and answer 201."""
        at = time.perf_counter()
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        sid = "SM" + hashlib.md5(f"{at}{form['To']}".encode()).hexdigest()
        body = json.dumps({"sid": sid, "status": "queued", "account_sid": ACCOUNT, "to": form["To"]}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with self.server.news:
            self.server.arrived[form["To"]] = at
            self.server.news.notify_all()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def post(url: str, body: bytes, **headers: str) -> Any:
    """POST and answer the JSON, if any."""
    request = urllib.request.Request(url, data=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text.startswith(b"{") else None


def text_in(base: str, sender: str, body: str) -> float:
    """Text us as Twilio would, signed; answers the moment it was posted."""
    url = f"{base}/hooks/twilio/message"
    form = {"MessageSid": "SM" + os.urandom(16).hex(), "AccountSid": ACCOUNT, "NumMedia": "0"}
    form |= {"From": sender, "To": NUMBER, "Body": body}
    signed = url + "".join(key + form[key] for key in sorted(form))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    begin = time.perf_counter()
    post(url, urllib.parse.urlencode(form).encode(), X_Twilio_Signature=signature)
    return begin


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and the longest, in ms."""
    ordered = sorted(seconds)
    at = lambda share: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))])  # noqa: E731
    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "max_ms": at(1)}


def least(url: str) -> dict[str, float]:
    """From one commit to another connection having been woken by it and having read."""
    database, took, stop = Database(url, pool_size=2), [], threading.Event()
    waiter = database.waiter("outbox")
    waiter.wait(0.2, stop)
    for _ in range(20):
        seen: list[float] = []

        def watch(into: list[float]) -> None:
            waiter.wait(5, stop)
            into.append(time.perf_counter())

        thread = threading.Thread(target=watch, args=(seen,))
        thread.start()
        time.sleep(0.05)
        begin = time.perf_counter()
        with database.write() as session:
            session.merge(Heartbeat(worker="bench", at=utc_now(), nlu="off"))
            wake(session, "outbox")
        thread.join()
        took.append(seen[0] - begin)
    waiter.close()
    database.close()
    return percentiles(took)


def measure(kind: str, nlu_url: str) -> dict[str, Any]:
    """One installation, idle but for us: ask and scan, one after the other."""
    provider = Provider()
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, fresh_database(kind) as url:
        port = free_port()
        env = environment(
            url, port, folder, NLU_URL=nlu_url, TWILIO_API_URL=f"http://127.0.0.1:{provider.server_address[1]}"
        )
        base, key = f"http://127.0.0.1:{port}", "Bearer bench-key"
        subprocess.run([sys.executable, "app.py", "migrate"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        with (
            process(gunicorn("app:create_app()"), env, port=port) as web,
            process([sys.executable, "worker.py"], env) as worker,
        ):
            asked, scanned = [], []
            for place in range(max(TEXTS, SCANS)):
                phone = f"+1415555{1000 + place}"
                shipment = post(
                    f"{base}/api/v1/shipments",
                    json.dumps({"order_number": f"B{place}", "customer": {"phone": phone}}).encode(),
                    Authorization=key,
                    Content_Type="application/json",
                )
                begin = time.perf_counter()
                post(
                    f"{base}/api/v1/shipments/{shipment['id']}/events",
                    json.dumps({"status": "out_for_delivery"}).encode(),
                    Authorization=key,
                    Content_Type="application/json",
                )
                scanned.append(provider.wait_for(phone) - begin)
                begin = text_in(base, phone, "wheres my stuff??")
                asked.append(provider.wait_for(phone) - begin)
            memory = {"web_mb": pss_mb(web.pid), "worker_mb": pss_mb(worker.pid)}
        found = {"least_wakeup": least(url)}
    provider.shutdown()
    warm = 5  # the first of everything also pays for imports and connections
    return {
        "database": kind,
        "nlu": "keywords" if nlu_url == "off" else "rasa",
        "text_to_answer": percentiles(asked[warm:]),
        "scan_to_text": percentiles(scanned[warm:]),
        **found,
        **memory,
        "web_and_worker_mb": round(memory["web_mb"] + memory["worker_mb"], 1),
        "wanted": "answer p50 <= 300 ms, p95 <= 1 s with Rasa; scan p95 <= 500 ms; web + worker <= 300 MB",
    }


def main() -> None:
    """Print one JSON line per database and per way to understand."""
    rasa = os.environ.get("BENCH_NLU_URL", "http://127.0.0.1:5005")
    ways = ["off"]
    try:
        urllib.request.urlopen(rasa, timeout=2).close()
        ways.append(rasa)
    except OSError:
        print(f"no NLU answers at {re.sub('//.*@', '//', rasa)}: measured with keywords only", file=sys.stderr)
    for kind in ("sqlite", "postgresql"):
        for way in ways:
            print(json.dumps({"bench": "answers", **measure(kind, way)}), flush=True)


if __name__ == "__main__":
    main()
