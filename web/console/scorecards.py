"""How carriers, lanes, services and drivers do, drawn and as CSV: `/console/scorecards`."""

from datetime import timedelta

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from sqlalchemy.orm import Session

from flows import scorecard_lanes, scorecards
from flows.scorecard_files import as_csv, changes_as_csv
from flows.scorecards import FEWEST, Card
from tracking_core.reasons import Party
from tracking_core.scorecards import By
from web.console import access, showing
from web.context import Parts

PERIODS = (30, 90, 365)
TABS: tuple[tuple[By, str], ...] = (
    ("carrier", "Carriers"),
    ("service", "Services"),
    ("lane", "Lanes"),
    ("driver", "Drivers"),
)
#: Rows a drawing shows; the table has all.
DRAWN = 12
PARTIES = {Party.CONSIGNEE.value: "the recipient", Party.NONE.value: "nobody", "unknown": "not said"}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the page to the console's."""

    @routes.get("/scorecards", endpoint="scorecards")
    def page() -> str:
        """Show the figures of the last days."""
        by, days = _asked()
        now = parts.clock()
        since = now - timedelta(days=days)
        with parts.database.read() as session:
            found = scorecards.cards(session, g.who.retailer, by, since=since, until=now)
            lanes = scorecard_lanes.changes(session, g.who.retailer, since=since, until=now) if by == "lane" else []
            names = _names(session, by, found)
        enough = [one for one in found if one.is_enough]
        return render_template(
            "console/scorecards.html",
            by=by,
            title=dict(TABS)[by],
            cards=enough,
            few=[one for one in found if not one.is_enough],
            name=lambda one: _name(one, by, names),
            drawn_most=DRAWN,
            changes=scorecard_lanes.clearest(lanes),
            compared=len(lanes),
            fewest=FEWEST,
            took=_took,
            reason=showing.in_words,
            party=lambda name: PARTIES.get(name, f"the {name}"),
            csv_url=url_for("console.scorecards_csv", by=by, days=days),
            changes_url=url_for("console.scorecards_csv", by="lane", days=days, changes=1),
            tabs=[(words, url_for("console.scorecards", by=key, days=days), key == by, None) for key, words in _tabs()],
            periods=[
                (f"{one} days", url_for("console.scorecards", by=by, days=one), one == days, None) for one in PERIODS
            ],
        )

    @routes.get("/scorecards.csv", endpoint="scorecards_csv")
    def file() -> Response:
        """Answer the same as a file, a line a row."""
        by, days = _asked()
        now = parts.clock()
        since, what = now - timedelta(days=days), f"scorecards-{by}"
        with parts.database.read() as session:
            if by == "lane" and "changes" in request.args:
                what = "carriers-compared"
                told = changes_as_csv(scorecard_lanes.changes(session, g.who.retailer, since=since, until=now))
            else:
                found = scorecards.cards(session, g.who.retailer, by, since=since, until=now)
                told = as_csv(found, by, _names(session, by, found))
        answer = Response(told, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{what}-{now.date()}.csv"'
        return answer


def _asked() -> tuple[By, int]:
    by, days = request.args.get("by", "carrier"), request.args.get("days", 90, type=int)
    if by not in dict(_tabs()):
        abort(403 if by == "driver" else 404)
    return by, days if days in PERIODS else 90


def _tabs() -> list[tuple[By, str]]:
    """Drivers are people: how each of them does is for leads."""
    leads = access.at_least(g.who.role, access.LEAD)
    return [tab for tab in TABS if tab[0] != "driver" or leads]


def _names(session: Session, by: By, found: list[Card]) -> dict[int, str]:
    return scorecards.driver_names(session, g.who.retailer, [one.key[0] for one in found]) if by == "driver" else {}


def _name(one: Card, by: By, names: dict[int, str]) -> str:
    if by == "driver":
        return names.get(one.key[0], "A driver")
    return " · ".join(str(part) for part in one.key if part) or "Not named"


def _took(seconds: float) -> str:
    """How long parcels are under way, in short: `50 min`, `41 h`, `4.2 d`."""
    if abs(seconds) < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if abs(seconds) < 72 * 3600 else f"{seconds / 86400:.1f} d"
