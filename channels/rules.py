"""How long a text is of use, who goes first, and what an unknown outcome means: one rule per category. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from channels.messages import Category


@dataclass(frozen=True, slots=True)
class Rule:
    """What a category decides."""

    #: After this a text is stale and is not sent, unless the caller knows better.
    validity: timedelta
    #: Smaller goes first.
    priority: int
    #: After an unknown outcome that nobody could settle: sent once more, flagged; else dropped.
    resend_on_unknown: bool


RULES: dict[Category, Rule] = {
    # A confirmation of STOP is presumed welcome for five minutes; later than ten it is one text too many.
    Category.CONSENT: Rule(timedelta(minutes=10), 0, resend_on_unknown=True),
    Category.PIN: Rule(timedelta(hours=4), 1, resend_on_unknown=True),
    Category.REPLY: Rule(timedelta(hours=1), 1, resend_on_unknown=True),
    Category.RELAY: Rule(timedelta(hours=1), 1, resend_on_unknown=True),
    Category.CASE: Rule(timedelta(hours=24), 1, resend_on_unknown=True),
    Category.PROOF: Rule(timedelta(hours=24), 2, resend_on_unknown=True),
    Category.DELAY: Rule(timedelta(hours=2), 2, resend_on_unknown=True),
    Category.MILESTONE: Rule(timedelta(hours=24), 3, resend_on_unknown=True),
    Category.SURVEY: Rule(timedelta(hours=24), 4, resend_on_unknown=False),
}
#: Milestones that age faster than their category: give `valid_until` as now plus this.
MILESTONE_VALIDITY: dict[str, timedelta] = {
    "arriving": timedelta(minutes=10),
    "at_address": timedelta(minutes=10),
    "out_for_delivery": timedelta(hours=4),
}
