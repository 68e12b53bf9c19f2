"""What the sender of a relayed text still has to hear, and where the text is filed."""

from flows.kit import Kit
from flows.line_models import Line
from flows.line_words import Sides
from flows.relaying import Fate, Passed

#: The story under which "send it, or drop it?" waits for its answer.
LEAK = "relay_leak"


def after(kit: Kit, line: Line, role: str, passed: Passed) -> None:
    """Say to the sender what is left to be said, and file the text under the line's parcel."""
    kit.shipment_id = passed.shipment_id
    if passed.fate is Fate.PASSED and not kit.refused:
        return
    sides, key = Sides.of(kit.session, kit.house, line, now=kit.now), f"relay:{kit.text.id}"
    if passed.fate is Fate.ASKED:
        kit.rule = "relay:ask"
        kit.ask(LEAK, [{"inbox_id": kit.text.id, "line_id": line.id, "role": role}, {}])
        sides.tell(role, "line_ask", key=f"{key}:asked", what=sides.kinds(role, passed.hidden))
    elif passed.fate is Fate.DAMPED:
        kit.rule = "relay:loop"
    elif passed.fate is Fate.EMPTY and not kit.refused:
        kit.rule = "relay:empty"
        sides.tell(role, "line_nothing", key=f"{key}:nothing")
    if kit.refused:
        sides.tell(role, "line_no_picture", key=f"{key}:refused", count=len(kit.refused))
