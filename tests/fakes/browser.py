"""What tests do with a page in a browser."""

import json

from playwright.sync_api import Page

WIDE, NARROW = (1440, 900), (390, 844)
#: As `fakes.installation` sets it up.
LOGIN = ("ada@example.com", "correct horse battery")


def findings(page: Page, axe: str) -> list[str]:
    """What axe finds on the page, in short."""
    # A text that is just arriving is still pale: judge what stands there in the end.
    page.evaluate(
        "Promise.all(document.getAnimations()"
        ".filter(one => Number.isFinite(one.effect.getComputedTiming().endTime))"
        ".map(one => one.finished.catch(() => null)))"
    )
    page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate(f"axe.run({{runOnly: {json.dumps(tags)}}})")
    return [
        f"{one['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def log_in(page: Page) -> None:
    """From the login on into the console."""
    page.get_by_label("E-mail").fill(LOGIN[0])
    page.get_by_label("Password").fill(LOGIN[1])
    page.get_by_role("button", name="Log in").click()
