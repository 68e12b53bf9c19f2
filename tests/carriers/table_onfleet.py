"""Onfleet: payloads as they come (names and values made up), and what each must mean."""

import hashlib
import hmac
from typing import Any

NAME = "onfleet"
#: Where recorded or longer samples lie, beside the project.
SHARED = "onfleet"
SECRET = "6f6e666c6565742d736563726574"


def sign(secret: str, body: bytes) -> dict[str, str]:
    return {"X-Onfleet-Signature": hmac.new(bytes.fromhex(secret), body, hashlib.sha512).hexdigest()}


WORKER = {"id": "wrk~1", "name": "Dee Driver", "phone": "+14155550233", "location": [-122.27, 37.8]}


def task(trigger: str, *, time: int, worker: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    top = {key: said.pop(key) for key in ("distance", "etaSeconds", "delay") if key in said}
    done = said.pop("done", {})
    details = {"failureReason": "NONE", "failureNotes": "", "lastLocation": [], "photoUploadIds": None, **done}
    body = {
        "id": "tskOne",
        "shortId": "ab12cd",
        "worker": "wrk~1",
        "pickupTask": False,
        "notes": "",
        "eta": 1796058000000,
        "metadata": [{"name": "order", "type": "string", "value": "A1001"}],
        "recipients": [{"name": "Casey", "phone": "+14155550100"}],
        "completionDetails": details,
        **said,
    }
    data = {"task": body, **({"worker": worker} if worker else {})}
    return {"triggerName": trigger, "time": time, "taskId": body["id"], "workerId": "wrk~1", "data": data, **top}


START = 1796057000000
PAYLOADS: dict[str, dict[str, Any]] = {
    "assigned": task("taskAssigned", time=START, worker=WORKER),
    "started": task("taskStarted", time=START + 60_000, worker=WORKER),
    "eta": task("taskEta", time=START + 120_000, etaSeconds=600),
    "near": task("taskArrival", time=START + 180_000, distance=142),
    "there": task("taskArrival", time=START + 240_000, distance=40),
    "failed": task(
        "taskFailed",
        time=START + 300_000,
        done={"failureReason": "CUSTOMER_UNAVAILABLE", "failureNotes": "No answer at the door"},
    ),
    "own_reason": task("taskFailed", time=START + 300_000, done={"failureReason": "DRAGON_AT_THE_GATE"}),
    "completed": task(
        "taskCompleted",
        time=START + 360_000,
        done={"success": True, "photoUploadIds": ["pho~1"], "signatureUploadId": "sig*1", "lastLocation": [-122, 37]},
    ),
    "late": task("taskDelayed", time=START + 90_000, delay=900),
    "taken_away": task("taskUnassigned", time=START + 30_000),
    "deleted": task("taskDeleted", time=START + 400_000),
    "pickup_done": task("taskCompleted", time=START + 10_000, id="tskZero", pickupTask=True),
    "new_trigger": task("taskTeleported", time=START + 500_000),
    "worker_only": {"triggerName": "workerDuty", "time": START, "workerId": "wrk~1", "data": {"worker": WORKER}},
}
#: Payload -> (status, reason) of each event it brings.
MEANS: dict[str, list[tuple[str, str | None]]] = {
    "assigned": [("processed", None)],
    "started": [("out_for_delivery", None)],
    "eta": [("update", None)],
    "near": [("arriving", None)],
    "there": [("at_address", None)],
    "failed": [("attempt_failed", "recipient_unavailable")],
    "own_reason": [("attempt_failed", "other")],
    "completed": [("delivered", None)],
    "late": [("update", None)],
    "taken_away": [("update", None)],
    "deleted": [("cancelled", "cancelled_in_flight")],
    "pickup_done": [("shipped", None)],
    "new_trigger": [("unknown", None)],
    "worker_only": [],
}
#: The parcel's number in a row of payloads that end in a delivery, whatever their order.
NUMBER = "TSKONE"
JOURNEY = ("assigned", "started", "eta", "near", "there", "completed")
DRIVER = ("Dee Driver", "33")
PROOFS = {"photo", "signature"}
#: Samples beside the project: name -> what they mean.
SAMPLES: dict[str, list[tuple[str, str | None]]] = {
    "task_started": [("out_for_delivery", None)],
    "task_eta": [("update", None)],
    "task_arrival": [("arriving", None)],
    "task_completed": [("delivered", None)],
    "task_failed": [("attempt_failed", "recipient_unavailable")],
}
