"""Where a case is and what moves it. Pure and total: an action that has no place answers None, it never raises."""

from enum import StrEnum


class CaseState(StrEnum):
    """Where a case is."""

    OPEN = "open"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class CaseAction(StrEnum):
    """What somebody does to a case."""

    #: An agent takes it.
    CLAIM = "claim"
    #: An agent writes to the customer.
    REPLY = "reply"
    #: An agent writes to colleagues.
    NOTE = "note"
    #: Set aside until a moment.
    SNOOZE = "snooze"
    #: That moment has come.
    WAKE = "wake"
    #: A further fact of the same subject and reason.
    JOIN = "join"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    #: A lead, or the turn, gives it to an agent.
    ASSIGN = "assign"
    #: It is taken from the agent who had it; nobody has it then.
    RELEASE = "release"
    #: The thread goes back to the bot; the agent keeps the case.
    HAND_BACK = "hand_back"
    #: It burns more, or less.
    WEIGH = "weigh"


class Priority(StrEnum):
    """How much a case burns, from the least."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """0 for low to 3 for urgent."""
        return list(Priority).index(self)


S, A = CaseState, CaseAction

#: (state, action) -> state. A pair that is not here means: not now. JOIN, WAKE and REOPEN give the case back to the
#: agent who had it, if any (`advance`).
TABLE: dict[tuple[CaseState, CaseAction], CaseState] = {
    (S.OPEN, A.CLAIM): S.CLAIMED,
    (S.OPEN, A.REPLY): S.OPEN,
    (S.OPEN, A.NOTE): S.OPEN,
    (S.OPEN, A.SNOOZE): S.SNOOZED,
    (S.OPEN, A.JOIN): S.OPEN,
    (S.OPEN, A.RESOLVE): S.RESOLVED,
    (S.CLAIMED, A.REPLY): S.CLAIMED,
    (S.CLAIMED, A.NOTE): S.CLAIMED,
    (S.CLAIMED, A.SNOOZE): S.SNOOZED,
    (S.CLAIMED, A.JOIN): S.CLAIMED,
    (S.CLAIMED, A.RESOLVE): S.RESOLVED,
    (S.SNOOZED, A.CLAIM): S.CLAIMED,
    (S.SNOOZED, A.REPLY): S.SNOOZED,
    (S.SNOOZED, A.NOTE): S.SNOOZED,
    (S.SNOOZED, A.SNOOZE): S.SNOOZED,
    (S.SNOOZED, A.WAKE): S.OPEN,
    (S.SNOOZED, A.JOIN): S.OPEN,
    (S.SNOOZED, A.RESOLVE): S.RESOLVED,
    **{(state, A.HAND_BACK): state for state in (S.OPEN, S.CLAIMED, S.SNOOZED)},
    **{(state, A.WEIGH): state for state in (S.OPEN, S.CLAIMED, S.SNOOZED)},
    (S.OPEN, A.ASSIGN): S.CLAIMED,
    (S.CLAIMED, A.ASSIGN): S.CLAIMED,
    (S.SNOOZED, A.ASSIGN): S.SNOOZED,
    (S.OPEN, A.RELEASE): S.OPEN,
    (S.CLAIMED, A.RELEASE): S.OPEN,
    (S.SNOOZED, A.RELEASE): S.SNOOZED,
    (S.RESOLVED, A.NOTE): S.RESOLVED,
    (S.RESOLVED, A.REOPEN): S.OPEN,
}


def advance(state: CaseState, action: CaseAction, *, assigned: bool = False) -> CaseState | None:
    """Answer the state after the action, None when the action has no place in that state.

    assigned: an agent has the case and keeps it; what would open it gives it back to that agent instead.
    """
    after = TABLE.get((state, action))
    if after is S.OPEN and assigned:
        return S.CLAIMED
    return after
