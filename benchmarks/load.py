"""A bounded load on 127.0.0.1 from one process: at a fixed rate, or as fast as the answers come."""

import base64
import hashlib
import hmac
import json
import socket
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass

MOST_REQUESTS = 20_000


def signed_texts(url: str, token: str, count: int, prefix: str) -> list[bytes]:
    """Build `count` requests of Twilio's inbound webhook, each signed and each with an id of its own."""
    parts = urllib.parse.urlsplit(url)
    found = []
    for place in range(min(count, MOST_REQUESTS)):
        sid = "SM" + hashlib.md5(f"{prefix}{place}".encode()).hexdigest()
        form = {
            "MessageSid": sid,
            "AccountSid": "AC" + "0" * 32,
            "From": f"+1415555{place % 1000:04d}",
            "To": "+15005550006",
            "Body": "where is my order?",
            "NumMedia": "0",
        }
        signed = url + "".join(key + form[key] for key in sorted(form))
        signature = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
        body = urllib.parse.urlencode(form).encode()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


@dataclass
class Result:
    """Seconds per answer, how long the whole took, and how many answers were not 200."""

    latencies: list[float]
    seconds: float
    bad: int

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else 0.0


def run(port: int, requests: list[bytes], *, connections: int, rate: float | None) -> Result:
    """Send the requests over keep-alive connections. `rate`: requests a second in all, open loop; None: closed loop."""
    lock, place = threading.Lock(), [0]
    latencies: list[float] = []
    bad = [0]
    begin = time.perf_counter()

    def work() -> None:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            with lock:
                mine = place[0]
                place[0] += 1
            if mine >= len(requests):
                connection.close()
                return
            due = begin + mine / rate if rate else time.perf_counter()
            if (early := due - time.perf_counter()) > 0:
                time.sleep(early)
            connection.sendall(requests[mine])
            status, closing = _answer(connection)
            took = time.perf_counter() - due
            with lock:
                latencies.append(took)
                bad[0] += status != 200
            if closing:
                connection.close()
                connection = socket.create_connection(("127.0.0.1", port), timeout=30)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(latencies, time.perf_counter() - begin, bad[0])


def _answer(connection: socket.socket) -> tuple[int, bool]:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return 0, True
        data += chunk
    head, _, rest = data.partition(b"\r\n\r\n")
    lower = head.lower()
    length = 0
    for line in lower.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(rest) < length:
        rest += connection.recv(65536)
    return int(head.split(b" ", 2)[1]), b"connection: close" in lower


def main() -> None:
    """`python -m benchmarks.load PORT URL TOKEN COUNT CONNECTIONS RATE|0 PREFIX` prints one JSON line."""
    port, url, token, count, connections, rate, prefix = sys.argv[1:8]
    requests = signed_texts(url, token, int(count), prefix)
    found = run(int(port), requests, connections=int(connections), rate=float(rate) or None)
    line = {
        "per_s": round(len(found.latencies) / found.seconds, 1),
        "p50_ms": found.percentile(0.5),
        "p99_ms": found.percentile(0.99),
        "max_ms": found.percentile(1),
        "bad": found.bad,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
