"""The settings of the console, page by page; each file adds its own routes."""

from flask import Blueprint, render_template

from web.console import access, settings_pages
from web.context import Parts


def add_to(routes: Blueprint, parts: Parts) -> None:
    """Add the pages to the console's."""

    @routes.get("/settings")
    def settings() -> str:
        """Show which settings there are for this agent."""
        return render_template("console/settings/index.html", pages=settings_pages.mine(access.current()))
