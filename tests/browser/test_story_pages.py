"""Stories played on the demo's phones in a real browser, up to the page for another address."""

import itertools
import re

import pytest
from fakes.browser import NARROW, findings
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

_numbers = itertools.count(10)


def order(page: Page) -> None:
    page.get_by_label("Customer", exact=True).fill("Ana")
    page.get_by_label("Her phone").fill(f"+141555502{next(_numbers)}")
    page.get_by_role("button", name="Create the order").click()
    expect(page.locator("#parcel")).to_be_visible()


def says(page: Page, text: str) -> None:
    page.locator("#customer").get_by_label("Text", exact=True).fill(text)
    page.keyboard.press("Enter")


def answers(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#customer .bubble.in").last).to_contain_text(words)


def test_another_time_is_chosen_interrupted_and_corrected(house, open_page) -> None:
    page = open_page(f"{house.url}/phone")
    order(page)
    says(page, "can you deliver another day")
    answers(page, re.compile(r"when should we bring A\d+\?"))
    says(page, "whats the ETA?")
    answers(page, re.compile(r"when should we bring A\d+\?"))
    says(page, "2")
    answers(page, re.compile(r"We will bring A\d+"))
    says(page, "no, tomorrow morning")
    answers(page, "tomorrow between 8 AM and 12 PM")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_another_address_can_be_given_by_everybody(house, open_page, axe, scheme) -> None:
    page = open_page(f"{house.url}/phone")
    order(page)
    says(page, "quiero cambiar la dirección de entrega")
    answers(page, "para cambiar la direccion")
    said = page.locator("#customer .bubble.in").last.inner_text()
    link = re.search(r"http\S+/a/\S+", said)
    assert link is not None
    form = open_page(link[0], size=NARROW, scheme=scheme)
    expect(form.locator("html")).to_have_attribute("lang", "es")
    assert findings(form, axe) == []
    form.get_by_label("Código postal del pedido").fill("10001")
    form.get_by_role("button", name="Seguir").click()
    expect(form.get_by_role("alert")).to_contain_text("Intentos que quedan: 4.")
    assert findings(form, axe) == []
    form.get_by_label("Código postal del pedido").fill("94607")
    form.get_by_role("button", name="Seguir").click()
    form.get_by_label("Calle y número").fill("2 Oak St")
    form.get_by_role("button", name="Cambiar la dirección").click()
    expect(form.get_by_role("alert")).to_contain_text("Ciudad: falta")
    assert findings(form, axe) == []
    form.get_by_label("Ciudad").fill("Oakland")
    form.get_by_label("Código postal").fill("94610")
    form.get_by_role("button", name="Cambiar la dirección").click()
    expect(form.get_by_role("status")).to_contain_text("va ahora a la nueva dirección")
    answers(page, "va ahora a 2 Oak St, Oakland")
