"""The desk at a glance: what is open, how soon people answer, how much is settled without one. Drawn, and as CSV."""

import csv
import io
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, render_template, request, url_for

from flows import desk_days, desk_figures
from flows.desk_figures import AGES, PERIODS, Day, Report
from flows.import_jobs import plain
from flows.local_days import Days
from web.console import access, charts, clocks, showing
from web.console.charts import Series
from web.console.health import took
from web.context import Parts

#: Columns of the file -> what stands in them.
COLUMNS: dict[str, Callable[[Day], object]] = {
    "day": lambda one: one.day.isoformat() if one.day else "",
    "parcels": lambda one: one.parcels,
    "texts_in": lambda one: one.texts,
    "texts_per_100_parcels": lambda one: _rounded(one.contact_rate, 1),
    "talks": lambda one: one.talks,
    "talks_with_a_person": lambda one: one.with_person,
    "share_without_a_person": lambda one: _rounded(one.alone, 4),
    "cases_opened": lambda one: one.cases,
    "first_replies_in_time": lambda one: one.replies_met,
    "first_replies_late": lambda one: one.replies_missed,
    "first_reply_p50_s": lambda one: _rounded(one.reply_p50_s, 0),
    "first_reply_p90_s": lambda one: _rounded(one.reply_p90_s, 0),
    "resolutions_in_time": lambda one: one.resolutions_met,
    "resolutions_late": lambda one: one.resolutions_missed,
    "survey_answers": lambda one: one.answers,
    "survey_satisfied": lambda one: one.satisfied,
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes of the overview to the console's."""

    @routes.get("/overview", endpoint="overview")
    def desk_overview() -> str:
        """Show the last days."""
        found = _report(parts)
        count = len(found.by_day)
        return render_template(
            "console/overview.html",
            found=found,
            total=found.total,
            ages=[words for _, words in AGES],
            reason=showing.in_words,
            took=took,
            contact=_drawn(found.by_day, "Texts per 100 parcels", lambda one: one.contact_rate),
            alone=_drawn(found.by_day, "Without a person", lambda one: _percent(one.alone), unit="%", top=100.0),
            replies=_sla(found.by_day),
            first=_first_reply(found.by_day),
            csat=_drawn(found.by_day, "Satisfied", lambda one: _percent(one.csat), unit="%", top=100.0),
            cases=_drawn(found.by_day, "Cases opened", lambda one: float(one.cases)),
            open_total=sum(one.total for one in found.open_cases),
            csv_url=url_for("console.overview_csv", days=count),
            periods=[(f"{one} days", url_for("console.overview", days=one), one == count, None) for one in PERIODS],
        )

    @routes.get("/overview.csv")
    def overview_csv() -> Response:
        """Answer the same days as a file, a line a day."""
        found, text = _report(parts), io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for one in found.by_day:
            writer.writerow([plain(str(value(one))) for value in COLUMNS.values()])
        answer = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
        name = f"overview-{found.days.first}-{found.days.last}.csv"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _report(parts: Parts) -> Report:
    """The days are those of the retailer's support hours, the same for all who look."""
    retailer, count = access.current().retailer, request.args.get("days", 30, type=int)
    with parts.database.read() as session:
        zone = parts.house.workflows.of(session, retailer).support_hours.timezone
    days = Days.until_today(clocks.zone_named(zone), count if count in PERIODS else 30, now=clocks.now())
    desk_days.keep(parts.database, retailer, days, now=clocks.now())
    with parts.database.read() as session:
        return desk_figures.report(session, retailer, days, now=clocks.now())


def _drawn(
    days: Sequence[Day], name: str, value: Callable[[Day], float | None], *, unit: str = "", top: float | None = None
) -> charts.Chart:
    return charts.chart(_labels(days), [Series(name, [value(one) for one in days])], unit=unit, top=top)


def _sla(days: Sequence[Day]) -> charts.Chart:
    series = [
        Series("First reply", [_percent(one.reply_met) for one in days]),
        Series("Resolution", [_percent(one.resolution_met) for one in days]),
    ]
    return charts.chart(_labels(days), series, unit="%", top=100.0)


def _first_reply(days: Sequence[Day]) -> charts.Chart:
    series = [
        Series("Half within", [_minutes(one.reply_p50_s) for one in days]),
        Series("90% within", [_minutes(one.reply_p90_s) for one in days]),
    ]
    return charts.chart(_labels(days), series, unit=" min")


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _labels(days: Sequence[Day]) -> list[str]:
    return [f"{one.day:%b} {one.day.day}" if one.day else "" for one in days]


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _rounded(value: float | None, digits: int) -> float | str:
    return "" if value is None else round(value, digits)
