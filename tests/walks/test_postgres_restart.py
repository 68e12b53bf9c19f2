"""PostgreSQL is restarted, and killed, under load: nothing that was accepted is lost, nothing is doubled."""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import unavailable
from fakes.installation import Installation, free_port, until
from fakes.twilio import FakeTwilio


class Cluster:
    """A PostgreSQL server of this test alone, run as `postgres` when we are root (it refuses to run as root)."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder, self.port = binaries, folder, free_port()
        self.data, self.log = folder / "data", folder / "log"
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.run("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def ctl(self, *what: str) -> None:
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-o", options, *what)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(path) for path in (shutil.which("initdb"),) if path
    ]
    if not found:
        unavailable("no PostgreSQL server programs: install the package `postgresql`")
    # Not below pytest's own folder: that is closed to other users, and `postgres` is one.
    folder = Path(tempfile.mkdtemp(prefix="doorline-cluster-"))
    one = Cluster(found[-1].parent, folder)
    one.ctl("start")
    try:
        yield one
    finally:
        one.ctl("stop", "-m", "immediate")
        shutil.rmtree(folder)


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_restart_under_load(how: str, cluster: Cluster, live: Callable[..., Installation], twilio: FakeTwilio) -> None:
    house = live(cluster.url, LEASE_SECONDS="3", UNKNOWN_LOOK_SECONDS="1,2")
    accepted: list[str] = []
    unavailable_answers = Counter[int]()
    stop = threading.Event()

    def load() -> None:
        """Create a shipment and scan it, one after the other, and note what was accepted."""
        place = 0
        while not stop.is_set() and place < 400:
            place += 1
            phone = f"+1415557{place:04d}"
            body = {"order_number": f"R{place}", "customer": {"phone": phone}}
            created = house.api("POST", "/shipments", body)
            while created.status == 503 and not stop.wait(0.05):
                unavailable_answers[503] += 1
                created = house.api("POST", "/shipments", body)
            if created.status not in {200, 201}:
                unavailable_answers[created.status] += 1
                continue
            scanned = house.api("POST", f"/shipments/{created.json['id']}/events", {"status": "shipped"})
            if scanned.status == 202:
                accepted.append(phone)
            else:
                unavailable_answers[scanned.status] += 1

    thread = threading.Thread(target=load)
    thread.start()
    try:
        until(lambda: len(accepted) > 20, seconds=30, what="load before the restart")
        cluster.ctl("restart", "-m", how)
        before = len(accepted)
        until(lambda: len(accepted) > before + 20, seconds=30, what="load after the restart")
    finally:
        stop.set()
        thread.join(30)

    assert set(unavailable_answers) <= {503}, unavailable_answers
    until(lambda: set(accepted) <= {t["to"] for t in twilio.state.ledger(None)}, seconds=40, what="every text owed")
    got = Counter(text["to"] for text in twilio.state.ledger(None))
    assert [phone for phone, times in got.items() if times > 1] == []
