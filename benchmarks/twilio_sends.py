"""How many texts a second the Twilio adapter hands over by HTTP, beside a bare connection posting the same bytes.

    .venv/bin/python -m benchmarks.twilio_sends [--workers 4] [--threads 8] [--texts 1000]

Everything runs on this machine, the fake Twilio too, in a process of its own. Prints one JSON object.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from channels.messages import Category, OutboundMessage
from channels.twilio_sms import TwilioSms
from db import utc_now

TESTS = Path(__file__).resolve().parent.parent / "tests"
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "fake-auth-token"
OURS, ANA, WORDS = "+15005550006", "+14155550100", "Demo Store: your lamp is out for delivery, 2-4 pm."
CALLBACK = "http://127.0.0.1:9"


def through_the_adapter(url: str) -> Callable[[int], object]:
    channel = TwilioSms(ACCOUNT, (TOKEN,), api_url=url, status_callback_base=CALLBACK)
    until = utc_now() + timedelta(hours=1)
    message = OutboundMessage("sms", OURS, ANA, WORDS, Category.MILESTONE, "default", valid_until=until)
    return lambda number: channel.send(replace(message, reference=f"r{number}"))


def by_hand(url: str) -> Callable[[int], object]:
    mine = threading.local()
    signed_in = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {signed_in}", "Content-Type": "application/x-www-form-urlencoded"}

    def send(number: int) -> object:
        if not hasattr(mine, "connection"):
            mine.connection = http.client.HTTPConnection(urlsplit(url).netloc)
        form = {"To": ANA, "From": OURS, "Body": WORDS, "StatusCallback": f"{CALLBACK}/?oid=r{number}"}
        mine.connection.request("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", urlencode(form), headers)
        return json.loads(mine.connection.getresponse().read())["sid"]

    return send


def _work(url: str, way: str, threads: int, texts: int) -> None:
    send = (through_the_adapter if way == "adapter" else by_hand)(url)
    with ThreadPoolExecutor(threads) as pool:
        assert all(pool.map(send, range(texts)))


def measure(url: str, way: str, *, workers: int, threads: int, texts: int) -> float:
    """Answer texts a second of all workers together, their start included."""
    spawn = multiprocessing.get_context("fork")
    processes = [spawn.Process(target=_work, args=(url, way, threads, texts)) for _ in range(workers)]
    began = time.perf_counter()
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    if any(process.exitcode for process in processes):
        raise SystemExit("a worker failed")
    return round(workers * texts / (time.perf_counter() - began), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("workers", 4), ("threads", 8), ("texts", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = vars(parser.parse_args())
    fake = subprocess.Popen(
        [sys.executable, "-m", "fakes.twilio", "--policy", "none"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    try:
        assert fake.stdout is not None
        url = fake.stdout.readline().strip()
        told = {f"{way}_per_s": measure(url, way, **given) for way in ("by_hand", "adapter")}
    finally:
        fake.terminate()
        fake.wait(10)
    print(json.dumps({**given, **told, "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
