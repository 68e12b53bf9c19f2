"""Which settings there are, and what each is for."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from flows.accounts import DEFAULT
from web.console import access
from web.console.sessions import Who


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the settings."""

    label: str
    #: Of the view, without `console.`.
    endpoint: str
    about: str
    #: For the house itself: agents of other retailers do not see it.
    of_house: bool = False


PAGES: Sequence[Page] = (
    Page("You", "me", "Your name, clock and password, where you are logged in, and whether you take new cases."),
    Page("Workflow", "workflow", "The rules: which milestones, quiet hours, support hours, survey, times to answer."),
    Page("Texts", "texts", "Your own words for what shoppers and drivers read, with their length in segments."),
    Page("Canned replies", "canned", "Replies kept ready, in each language."),
    Page("People", "people", "Who works here, and what each may do."),
    Page("API keys", "api_keys", "Keys of the programs that create parcels and read cases."),
    Page("Webhooks", "webhooks", "Which systems are told what happens, and what became of it."),
    Page("Audit log", "audit_log", "Who did what, and when."),
    Page("Retailers", "retailers", "Whose parcels this installation speaks about.", of_house=True),
)


def mine(who: Who) -> list[Page]:
    """The pages the agent may use."""
    return [
        one
        for one in PAGES
        if f"console.{one.endpoint}" in current_app.view_functions
        and access.may(one.endpoint, who)
        and (not one.of_house or who.retailer == DEFAULT)
    ]
