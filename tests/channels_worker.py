"""A worker process for the tests that kill it: `channels_worker.py outbox|lone_outbox|inbox URL LEDGER LEASE_S`.

The provider is a file: a line per text a phone got. It ends when its standard input does. A lone outbox only sends: no
other thread of it can be inside a transaction at the moment a test freezes the whole process, which on SQLite would
hold every other writer until it thaws.
"""

import os
import sys
import threading
from pathlib import Path

from channels import inbox, outbox
from channels.dispatch import Dispatcher
from channels.messages import Category, OutboundMessage
from channels.unknown import settle_unknown
from db import Database, utc_now


class FileLedger:
    name = "sms"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: OutboundMessage) -> str:
        with self._path.open("a") as file:
            file.write(f"{message.reference}\t{message.recipient}\t{message.text}\n")
            file.flush()
            os.fsync(file.fileno())
        return "SM" + message.reference

    def find(self, message: OutboundMessage) -> str | None:
        references = {line.partition("\t")[0] for line in self._path.read_text().splitlines()}
        return "SM" + message.reference if message.reference in references else None


def send(database: Database, ledger: Path, alone: bool, lease_s: float, stop: threading.Event) -> None:
    channels = {"sms": FileLedger(ledger)}
    looks_s = (lease_s * 1.2, lease_s * 1.5)
    sender = Dispatcher(database, channels, worker="test", threads=4, lease_s=lease_s, unknown_looks_s=looks_s)
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    while not alone and not stop.wait(0.1):
        settle_unknown(database, channels, now=utc_now(), looks_s=looks_s)
    thread.join()


def answer(database: Database, lease_s: float, stop: threading.Event) -> None:
    while not stop.is_set():
        with database.write() as session:
            texts = inbox.claim(session, worker="test", now=utc_now(), limit=4, lease_s=lease_s)
        for text in texts:
            with database.write() as session:
                if inbox.still_mine(session, text):
                    now = utc_now()
                    words = f"re: {text.text}"
                    reply = OutboundMessage("sms", text.ours, text.sender, words, Category.REPLY, text.retailer)
                    # A key per attempt: that there is one answer must follow from the inbox, not from this key.
                    outbox.enqueue(session, reply, key=f"{text.id}:{text.epoch}", now=now)
                    inbox.settle_handled(session, text, by="test", now=now)
        if not texts:
            stop.wait(0.05)


def main() -> None:
    role, url, ledger, lease_s = sys.argv[1:]
    database = Database(url, pool_size=4)
    stop = threading.Event()
    work = answer if role == "inbox" else send
    more = () if role == "inbox" else (Path(ledger), role == "lone_outbox")
    thread = threading.Thread(target=work, args=(database, *more, float(lease_s), stop))
    thread.start()
    sys.stdin.read()
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
