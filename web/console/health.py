"""How well texts arrive, how long they take, and what waits: for the desk, with the numbers below each drawing."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for

from flows import delivery_figures
from flows.delivery_figures import PERIODS, ByDay
from flows.local_days import Days
from web.console import access, charts, clocks
from web.console.charts import Series
from web.context import Parts

GROUPS = {
    "delivered": "Delivered",
    "sent": "Sent, no word yet",
    "undelivered": "Not delivered",
    "failed": "Not sent",
}


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the page to the console's."""

    @routes.get("/health", endpoint="health")
    def delivery_health() -> str:
        """Show the last days."""
        count = request.args.get("days", 7, type=int)
        count = count if count in PERIODS else 7
        days = Days.until_today(clocks.zone(), count, now=clocks.now())
        with parts.database.read() as session:
            found = delivery_figures.health(session, access.current().retailer, days, now=clocks.now())
        total = {group: sum(one.counts[group] for one in found.by_day) for group in delivery_figures.GROUPS}
        return render_template(
            "console/health.html",
            found=found,
            total=total,
            arrived=_arrived(total),
            groups=GROUPS,
            chart=_chart(found.by_day),
            share=_share_chart(found.by_day),
            periods=[
                ("Today" if one == 1 else f"{one} days", url_for("console.health", days=one), one == count, None)
                for one in PERIODS
            ],
            lately=f" in {delivery_figures.LATELY.days} days" if count > delivery_figures.LATELY.days else "",
            took=took,
        )


def took(seconds: float | None) -> str:
    """How long something took, in short: `0.4 s`, `12 s`, `3 min`, `2.5 h`, `3 d`."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} d"


def label(one: ByDay) -> str:
    """A day below a drawing."""
    return f"{one.day:%b} {one.day.day}"


def _arrived(total: dict[str, int]) -> float | None:
    """Share of those of which it is known that arrived."""
    known = total["delivered"] + total["undelivered"] + total["failed"]
    return total["delivered"] / known if known else None


def _chart(by_day: Sequence[ByDay]) -> charts.Chart:
    return charts.chart(
        [label(one) for one in by_day],
        [Series(words, [float(one.counts[group]) for one in by_day]) for group, words in GROUPS.items()],
    )


def _share_chart(by_day: Sequence[ByDay]) -> charts.Chart:
    shares = [_arrived(dict(one.counts)) for one in by_day]
    return charts.chart(
        [label(one) for one in by_day],
        [Series("Arrived", [None if one is None else 100 * one for one in shares])],
        unit="%",
        top=100.0,
    )
