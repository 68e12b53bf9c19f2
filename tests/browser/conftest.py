"""Pages in a real browser: the distribution's Chromium, over web and worker as processes of their own."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import pytest
from conftest import unavailable
from fakes.browser import WIDE
from fakes.installation import Installation, installation
from playwright.sync_api import Browser, Page, expect, sync_playwright

# Pages ask every few seconds, and a machine may be busy: patience, not luck.
expect.set_options(timeout=20_000)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No connections of its own: what a test shows is between the page and this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        unavailable("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo, running; keywords understand."""
    with installation(tmp_path_factory.mktemp("house")) as found:
        yield found


@dataclass
class Watched:
    """A page, and whatever went wrong on it."""

    page: Page
    wrong: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages; the test fails when a script of theirs failed, or tried what the page's policy forbids."""
    watched: list[Watched] = []

    def open_one(url: str, size: tuple[int, int] = WIDE, scheme: Any = "light") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        one = Watched(context.new_page())
        watched.append(one)
        one.page.set_default_timeout(15_000)
        one.page.on("pageerror", lambda error: one.wrong.append(f"error: {error}"))
        one.page.on("dialog", lambda dialog: (one.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        one.page.on(
            "console",
            lambda said: one.wrong.append(said.text) if "Content Security Policy" in said.text else None,
        )
        one.page.goto(url)
        return one.page

    yield open_one
    for one in watched:
        one.page.context.close()
    assert [one.wrong for one in watched if one.wrong] == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which finds what hinders people who read a page in another way."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
