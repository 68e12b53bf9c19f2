"""A sender that is killed between the post and the note: the event goes out again, under the same id."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

from fakes.listener import listening
from sqlalchemy import select

from channels.webhook_post import Reach, WebhookPost
from db import utc_now
from flows.outbound_models import WebhookDelivery
from flows.outbound_sending import LEASE, WebhookSender

ROOT = Path(__file__).resolve().parents[2]
SENDER = """
import sys, threading
from pathlib import Path
from db import Database, utc_now
from flows.house import House
from flows.outbound_sending import WebhookSender
from settings import Settings
database = Database(sys.argv[1])
settings = Settings(secret_key="a secret for tests", database_url=sys.argv[1], data_dir=Path(sys.argv[2]), nlu_url=None,
                    webhook_private_hosts=True, workflow_dir=Path(sys.argv[2]) / "workflows")
teller = WebhookSender.over(database, House.build(settings), clock=utc_now)
for lease in teller.claim(5):
    teller.serve(lease, threading.Event())
"""


def test_killed_between_post_and_note(web_with, tmp_path):
    shop = web_with(webhook_private_hosts=True)
    shop.clock.now = utc_now()
    with listening() as ear:
        made = shop.api("POST", "/webhooks", {"url": ear.url, "events": ["shipment.created"]}).json
        shop.shipment()
        ended = subprocess.run(
            [sys.executable, "-c", SENDER, shop.database.url, str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "FAILPOINTS": "webhook_posted", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert len(ear.heard) == 1

        later = utc_now() + LEASE + timedelta(seconds=60)
        again = WebhookSender(shop.database, shop.house, WebhookPost(Reach.ANY), clock=lambda: later)
        [lease] = again.claim(5)
        assert again.serve(lease, threading.Event()) == 1
        first, second = ear.heard
        assert first.headers["webhook-id"] == second.headers["webhook-id"] and first.body == second.body
        with shop.database.read() as session:
            assert session.scalars(select(WebhookDelivery)).one().state == "delivered"
        assert made["id"] == lease.endpoint_id
