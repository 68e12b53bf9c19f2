"""The console's view of sources: how each is, and what shadow mode has kept back."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request

from flows import connection_health, shadow_report
from web.console import access, charts
from web.context import Parts

PERIODS = (1, 7, 30)
LINES = 200


def _in_json(sample: Mapping[str, Any]) -> str:
    return json.dumps(sample, indent=2, ensure_ascii=False)


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the routes of connections to the console's."""

    @routes.get("/connections")
    def connections() -> str:
        """Show every source: last seen, events a day, lag, unknown codes, signature failures."""
        now, retailer = parts.clock(), access.current().retailer
        with parts.database.read() as session:
            found = connection_health.report(session, retailer, now=now)
            rules = parts.house.workflows.of(session, retailer).shadow
        return render_template(
            "console/connections.html",
            found=found,
            # Without today, which is not over.
            sparks={one.source: charts.spark([float(events) for _, events in one.days[:-1]]) for one in found},
            in_json=_in_json,
            sources=parts.house.mappings.names(retailer),
            shadow=rules,
            now=now,
        )

    @routes.get("/shadow")
    def shadow() -> str:
        """Show what would have been said."""
        now, retailer = parts.clock(), access.current().retailer
        days = request.args.get("days", 7, type=int)
        days = days if days in PERIODS else 7
        with parts.database.read() as session:
            workflow = parts.house.workflows.of(session, retailer)
            since = now - timedelta(days=days)
            found = shadow_report.report(session, retailer, workflow.prices, since=since, limit=LINES)
        return render_template(
            "console/shadow.html", report=found, rules=workflow.shadow, days=days, periods=PERIODS, now=now
        )
