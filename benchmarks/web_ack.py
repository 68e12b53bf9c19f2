"""How quickly a webhook is acknowledged, beside a bare view that checks the signature and inserts one row."""

import json
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.serving import ROOT, TOKEN, environment, free_port, fresh_database, gunicorn, process, pss_mb

ROUNDS, FLOOD, STEADY_RATE, STEADY_S = 3, 1500, 100, 10


def load(port: int, count: int, connections: int, rate: float, prefix: str) -> dict[str, Any]:
    """Load the webhook from a process of its own."""
    url = f"http://127.0.0.1:{port}/hooks/twilio/message"
    arguments = [str(port), url, TOKEN, str(count), str(connections), str(rate), prefix]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["bad"]:
        raise RuntimeError(f"{found['bad']} answers were not 200")
    return found


def measure(kind: str) -> dict[str, Any]:
    """Alternate the two on one database, so that a noisy machine is noisy for both."""
    with tempfile.TemporaryDirectory() as folder, fresh_database(kind) as url:
        ours, bare = free_port(), free_port()
        env, bare_env = environment(url, ours, folder), environment(url, bare, folder)
        subprocess.run([sys.executable, "app.py", "migrate"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        with (
            process(gunicorn("app:create_app()"), env, port=ours) as web,
            process(gunicorn("benchmarks.bare:create_app()"), bare_env, port=bare) as baseline,
        ):
            load(ours, 200, 8, 0, "warm")
            load(bare, 200, 8, 0, "warm")
            floods = [
                (load(ours, FLOOD, 8, 0, f"o{n}")["per_s"], load(bare, FLOOD, 8, 0, f"b{n}")["per_s"])
                for n in range(ROUNDS)
            ]
            steady = load(ours, STEADY_RATE * STEADY_S, 16, STEADY_RATE, "steady")
            steady_bare = load(bare, STEADY_RATE * STEADY_S, 16, STEADY_RATE, "steady")
            memory = {"web_mb": pss_mb(web.pid), "bare_mb": pss_mb(baseline.pid)}
    return {
        "database": kind,
        "per_s": statistics.median(one for one, _ in floods),
        "bare_per_s": statistics.median(two for _, two in floods),
        "ratio": round(statistics.median(one / two for one, two in floods), 2),
        "at_100_per_s": {"p50_ms": steady["p50_ms"], "p99_ms": steady["p99_ms"], "max_ms": steady["max_ms"]},
        "bare_at_100_per_s": {"p50_ms": steady_bare["p50_ms"], "p99_ms": steady_bare["p99_ms"]},
        **memory,
        "wanted": "p99 <= 200 ms at 100/s; ratio >= 0.7",
    }


def main() -> None:
    """Print one JSON line per database."""
    for kind in ("sqlite", "postgresql"):
        print(json.dumps({"bench": "webhook", **measure(kind)}), flush=True)


if __name__ == "__main__":
    main()
