"""What a person must settle: cases are opened by stories and facts, and settled by agents, each step kept.

Everything others need of cases is named here; the files behind it are `case_*`. `docs/cases.md` tells the rules.
"""

from flows.case_acts import (
    assign,
    claim,
    hand_back,
    note,
    release,
    reopen,
    reply,
    resolve,
    snooze,
    wake_due,
    weigh,
)
from flows.case_assignment import cannot_take
from flows.case_core import API, CUSTOMER, DRIVER, SYSTEM, AlreadyTaken, NotNow
from flows.case_opening import join, open_case, raise_case
from flows.case_reading import entries, evidence_of, get, page
from flows.case_replies import Unreachable, signature

__all__ = [
    "API",
    "CUSTOMER",
    "DRIVER",
    "SYSTEM",
    "AlreadyTaken",
    "NotNow",
    "Unreachable",
    "assign",
    "cannot_take",
    "claim",
    "entries",
    "evidence_of",
    "get",
    "hand_back",
    "join",
    "note",
    "open_case",
    "page",
    "raise_case",
    "release",
    "reopen",
    "reply",
    "resolve",
    "signature",
    "snooze",
    "wake_due",
    "weigh",
]
