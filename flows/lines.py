"""The masked line between customer and driver: what the other stories may ask of it.

`open_line` on first contact, `pass_on` for what one side says, `driver_changed` when a parcel changes hands, `leave`
when somebody wants no more texts, `settle` because time passed. How a text finds its line stands in `flows.relay`.
"""

from flows.line_choice import CUSTOMER, DRIVER
from flows.line_models import Line, LineEnd
from flows.line_opening import Refusal, driver_changed, open_line
from flows.line_states import close, end_of, leave, line_of, number_of, open_lines_of, reopen
from flows.line_upkeep import settle
from flows.relaying import Fate, Passed, pass_on

__all__ = [
    "CUSTOMER", "DRIVER", "Fate", "Line", "LineEnd", "Passed", "Refusal", "close", "driver_changed", "end_of", "leave",
    "line_of", "number_of", "open_line", "open_lines_of", "pass_on", "reopen", "settle",
]  # fmt: skip
