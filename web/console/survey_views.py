"""What shoppers say, for the support staff: `/console/surveys`."""

from flask import Blueprint, Response, g, make_response, render_template, request

from surveys.figures import FEWEST
from web.console import showing, survey_charts
from web.console.survey_report import PERIODS, report
from web.context import Parts

#: What is not in the list of intents reads so.
REASONS = {
    "wrong_place": "Left in a bad place",
    "driver": "The driver",
    "other": "Something else",
    "late": "Late",
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the page to the console's."""

    @routes.get("/surveys")
    def surveys() -> Response:
        """Show the figures of the last days; an unchanged page is not sent again."""
        days = request.args.get("days", 90, type=int)
        if days not in PERIODS:
            days = 90
        with parts.database.read() as session:
            found = report(session, g.who.retailer, days=days, now=parts.clock())
        page = render_template(
            "console/surveys.html",
            who=g.who,
            report=found,
            chart=survey_charts.over_time(found.weeks),
            percent=survey_charts.percent,
            size=survey_charts,
            periods=PERIODS,
            fewest=FEWEST,
            reason=lambda name: REASONS.get(name) or showing.in_words(name),
        )
        answer = make_response(page)
        answer.set_etag(showing.etag(page))
        answer.make_conditional(request)
        return answer
