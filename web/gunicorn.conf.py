# ruff: noqa: N999  the name gunicorn looks for
"""How gunicorn serves the web. Read by gunicorn itself; the settings come from the environment and `.env`."""

import os
from pathlib import Path

from settings import Settings

_settings = Settings.load()

bind = [f"{_settings.host}:{_settings.port}"]
# One process keeps the memory small and SQLite's single writer in one place; threads wait well for a database.
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
worker_class = "gthread"
threads = 8
# Every process opens its own connections after the fork: neither SQLite nor psycopg survives being forked.
preload_app = False

# A thread that hangs for half a minute is lost anyway: Twilio has hung up after 15 s.
timeout = 30
# Below the supervisor's 20 s, so that requests in flight are answered and nothing has to be killed.
graceful_timeout = 10
keepalive = 5

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# No access log: request lines carry phone numbers and the tokens of people's pages.
accesslog = None
errorlog = "-"
loglevel = _settings.log_level.lower()
# URLs are built from PUBLIC_BASE_URL; what a proxy or a stranger says in headers changes nothing.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
# Memory rather than a disk: the heartbeat of a worker must not wait for one.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  gunicorn makes its own file there
# The socket for gunicorn's own control tool lies in the home directory, where two installations would meet.
control_socket_disable = True
