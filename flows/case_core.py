"""What every act on a case needs: the row locked and moved, and the two ways in which that can fail."""

from sqlalchemy.orm import Session

from flows.case_states import CaseAction, CaseState, advance
from flows.models import Case

#: Who acts where no agent does.
SYSTEM = "doorline"
CUSTOMER = "customer"
DRIVER = "driver"
API = "api"
NOBODYS = frozenset({SYSTEM, CUSTOMER, DRIVER, API})


class AlreadyTaken(ValueError):
    """Another agent has this case."""

    def __init__(self, assignee: str | None) -> None:
        super().__init__(f"{assignee} has this case already." if assignee else AlreadyTaken.__doc__)
        #: Who has it.
        self.assignee = assignee


class NotNow(ValueError):
    """The case is not in a state where that can be done."""

    def __init__(self, state: str, action: CaseAction) -> None:
        super().__init__(f"A case that is {state} does not take {action.value.replace('_', ' ')}.")


class Twin(NotNow):
    """Another case of the same subject and reason is open."""

    def __init__(self, case: Case) -> None:
        ValueError.__init__(self, "Another case about the same is open: go on there.")
        self.state = case.state


def lock(session: Session, case: Case) -> None:
    """See the row as it is now, and let nobody else move it meanwhile."""
    session.flush()
    session.refresh(case, with_for_update=True)


def move(session: Session, case: Case, action: CaseAction) -> CaseState:
    """Advance the state, so that two agents never act on what only one of them sees. Answers the one before.

    Raises NotNow.
    """
    lock(session, case)
    before = CaseState(case.state)
    after = advance(before, action, assigned=case.assignee is not None)
    if after is None:
        raise NotNow(case.state, action)
    case.state = after.value
    return before
