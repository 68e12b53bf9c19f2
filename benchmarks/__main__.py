"""All measurements, one after the other. Each line of the answer stands beside its baseline of the same run.

make bench            all of them; the lines are kept in DATA_DIR/bench/
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.serving import POSTGRES_URL, ROOT


def commands(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Name and arguments of each measurement."""
    yield "outbox drain, SQLite", ["benchmarks.outbox_drain", "--url", f"sqlite:///{folder}/drain.db"]
    yield "outbox drain, PostgreSQL", ["benchmarks.outbox_drain", "--url", POSTGRES_URL]
    through = ["benchmarks.outbox_drain", "--provider", "twilio", "--rows", "3000", "--url"]
    yield "outbox drain through Twilio's adapter, SQLite", [*through, f"sqlite:///{folder}/drain.db"]
    yield "outbox drain through Twilio's adapter, PostgreSQL", [*through, POSTGRES_URL]
    yield "Twilio adapter alone, over HTTP", ["benchmarks.twilio_sends"]
    yield "webhook acknowledged", ["benchmarks.web_ack"]
    yield "answers and memory", ["benchmarks.answers"]
    yield "relayed text", ["benchmarks.relay_latency"]
    yield "watchers' tick over a million open shipments, PostgreSQL", ["benchmarks.watchers"]
    yield "scorecards over a year of a million finished parcels, PostgreSQL", ["benchmarks.scorecards"]
    yield "estimates", ["benchmarks.eta"]
    yield "pictures of proofs", ["benchmarks.proof_pictures"]
    yield "import of 10,000 lines", ["benchmarks.imports"]
    yield "the desk's other pages over a million messages", ["benchmarks.desk_pages"]
    yield "the desk over a long history", ["benchmarks.desk"]


def main() -> int:
    """Run them; answers the number of those that failed."""
    kept = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    target = kept / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.jsonl"
    failed = 0
    with tempfile.TemporaryDirectory() as folder, target.open("w") as file:
        for name, arguments in commands(folder):
            print(f"-- {name}", file=sys.stderr, flush=True)
            done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            failed += done.returncode != 0
            for line in done.stdout.splitlines():
                if line.startswith("{"):
                    file.write(json.dumps({"name": name, **json.loads(line)}) + "\n")
                print(line, flush=True)
    print(f"kept in {target}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
