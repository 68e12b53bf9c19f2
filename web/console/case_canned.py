"""The replies kept ready, filled in for one case: what the list beside the reply box puts in."""

from datetime import datetime

from flows import canned
from flows.models import Case
from web.console import access
from web.console.showing import parcel_of
from web.context import Parts


def replies(parts: Parts, case: Case, *, now: datetime) -> list[tuple[str, str, str]]:
    """(name, language, words) of each; those in the shopper's own language come first."""
    who = access.current()
    with parts.database.read() as session:
        found = canned.all_of(session, who.retailer)
        workflow = parts.house.workflows.of(session, who.retailer)
    if not found:
        return []
    own = case.language or workflow.language
    with parts.database.write() as session:  # the address of a tracking page may have to be made
        parcel = parcel_of(session, case)
        known = {
            language: canned.values(
                session,
                parts.house,
                parcel,
                retailer=who.retailer,
                language=language,
                agent_name=who.name,
                now=now,
            )
            for language in {one.language for one in found}
        }
    filled = [(one.name, one.language, canned.render(one.text, known[one.language])) for one in found]
    return sorted(filled, key=lambda one: one[1] != own)
