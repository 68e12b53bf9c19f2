"""One worker process for imports: works off what waits, and says so.

python import_world.py DATABASE_URL WORKFLOW_DIR LEASE_S
"""

import sys
from pathlib import Path

from db import Database, utc_now
from flows import import_work
from flows.house import House
from settings import Settings


def main() -> None:
    """Work until nothing is left that nobody holds."""
    url, folder, lease_s = sys.argv[1:]
    database = Database(url, pool_size=2)
    house = House.build(Settings(secret_key="test", workflow_dir=Path(folder)))
    while import_work.work(database, house, worker="process", clock=utc_now, lease_s=float(lease_s)):
        pass
    database.close()


if __name__ == "__main__":
    main()
