"""The settings of the console, page by page; each file adds its own routes."""

from flask import Blueprint, render_template

from web.console import (
    access,
    settings_audit,
    settings_canned,
    settings_keys,
    settings_me,
    settings_pages,
    settings_people,
    settings_retailers,
    settings_texts,
    settings_webhooks,
    settings_workflow,
    unmasking,
)
from web.context import Parts

ROOMS = (
    settings_me,
    settings_workflow,
    settings_texts,
    settings_canned,
    settings_people,
    settings_keys,
    settings_webhooks,
    settings_audit,
    settings_retailers,
    unmasking,
)


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the pages to the console's."""
    for page in ROOMS:
        page.add_to(routes, parts)

    @routes.get("/settings")
    def settings() -> str:
        """Show which settings there are for this agent."""
        return render_template("console/settings/index.html", pages=settings_pages.mine(access.current()))
