"""The reports as a browser prints them: everything that the page says is on paper, in order, and nothing is torn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.report.report import month_report, report
from tests.functional.endings import E1, ENDINGS, LONG_NAME, MARKUP, NAME, RIGHT_TO_LEFT

pytestmark = [pytest.mark.e2e, pytest.mark.long]
PAPERS = {"A4": (596, 843), "Letter": (612, 792)}
LETTER = {"en": {"for": "customer"}, "de": {"for": "customer", "language": "de"}}
PAGES = (
    *((name, "auditor") for name in ("many", "removed_at_once", "long_name", "markup", "withdrawn_not_restored")),
    *((name, language) for name in ("many", "removed_survivors", "waiting_term", "long_name") for language in LETTER),
    ("fleet", "month"),
)
NUMBER = re.compile(r"^\d+ / \d+\s*")
"""The number of the page, which stands first in the text of each."""
READ = """() => ({
  text: document.body.innerText,
  rows: [...document.querySelectorAll('tbody tr')].map(row => [row.innerText, row.closest('table').tHead.innerText]),
  headings: [...document.querySelectorAll('h2')].map(
      title => [title.innerText, (title.nextElementSibling.rows?.[1] ?? title.nextElementSibling).innerText]),
  links: [...document.querySelectorAll('a[href]')].map(link => link.href),
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


@dataclass(frozen=True)
class Print:
    """What stands on the page in the browser, and the text of each sheet; `light`: how bright a sheet is (0 to 255)."""

    read: dict[str, Any]
    sheets: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    light: float


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page of somebody who likes it dark."""
    context = chromium.new_context(color_scheme="dark", viewport={"width": 718, "height": 1000})
    yield context.new_page()
    context.close()


@cache
def content(name: str, kind: str) -> str:
    if kind == "month":
        names = (NAME, RIGHT_TO_LEFT, LONG_NAME, MARKUP, *(f"Kunde {number} GmbH" for number in range(20)))
        customers = [b.customer(text, E1, domain=f"c{place}.example") for place, text in enumerate(names)]
        world = World(*customers)
        for place, customer in enumerate(customers):
            world.ask(customer, requestId=f"r-{place}", reason="Der Vertrag endet. " * (1 + place))
        world.run(steps=20_000)
        month = f"{world.all()[0].updated_at:%Y-%m}"
        return month_report("", {"month": month}, world.services).content.decode()
    world, identity = ENDINGS[name]()
    found = report(identity, "", LETTER.get(kind, {}), world.services)
    assert found is not None
    return found.content.decode()


def printed(page: Page, name: str, kind: str, paper: str) -> Print:
    """What the screen says, and what stands on paper."""
    page.emulate_media(media="screen", color_scheme="dark")
    page.set_content(content(name, kind))
    read = page.evaluate(READ)
    page.emulate_media(media="print", color_scheme="dark")
    file = pypdfium2.PdfDocument(page.pdf(format=paper, print_background=True))
    sheets = [sheet.get_textpage().get_text_range() for sheet in file]
    bitmap = bytes(file[0].render(scale=0.3).buffer)
    sizes = tuple((round(wide), round(high)) for wide, high in (sheet.get_size() for sheet in file))
    file.close()
    return Print(read, tuple(sheets), sizes, sum(bitmap) / len(bitmap))


def squeezed(text: str) -> str:
    """Only what is read: where a line ends on paper is not what was said."""
    return re.sub(r"[\s\u2022\ufffe\u00ad-]", "", text)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize(("name", "kind"), PAGES)
def test_a_report_prints_whole(page: Page, name: str, kind: str, paper: str) -> None:
    found = printed(page, name, kind, paper)
    wide, high = PAPERS[paper]
    assert set(found.sizes) == {(high, wide) if kind == "month" else (wide, high)}
    numbers = [NUMBER.match(sheet) for sheet in found.sheets]
    assert [number and number[0].strip() for number in numbers] == [
        f"{place} / {len(found.sheets)}" for place in range(1, len(found.sheets) + 1)
    ]
    assert found.light > 225, "no dark background"
    assert found.read["overflow"] <= 0
    sheets = [squeezed(NUMBER.sub("", sheet)) for sheet in found.sheets]
    heads = {squeezed(head) for _, head in found.read["rows"]}
    assert said_in_order(sheets, heads) == squeezed(found.read["text"])
    nothing_is_torn(found.read, sheets)


def said_in_order(sheets: list[str], heads: set[str]) -> str:
    """The text of all sheets, without the head of a table where a sheet only repeats it."""
    text = sheets[0]
    for sheet in sheets[1:]:
        head = next((head for head in heads if sheet.startswith(head) and head in text), "")
        text += sheet.removeprefix(head)
    return text


def nothing_is_torn(read: dict[str, Any], sheets: list[str]) -> None:
    """Each row stands on one sheet, below the head of its table; each heading, with what follows it."""
    assert read["rows"]
    for row, head in read["rows"]:
        assert any(squeezed(row) in sheet and squeezed(head) in sheet for sheet in sheets), row
    for title, next_text in read["headings"]:
        together = squeezed(title), squeezed(next_text)[:20]
        assert any(together[0] in sheet and together[1] in sheet.split(together[0], 1)[1] for sheet in sheets), title
    for address in read["links"]:
        assert any(squeezed(address) in sheet for sheet in sheets)


@pytest.mark.parametrize("kind", ["auditor", *LETTER])
def test_names_of_every_script_survive(page: Page, kind: str) -> None:
    """On paper the words of a name that runs from right to left stand as they are seen."""
    found = printed(page, "right_to_left", kind, "A4")
    text = " ".join(found.sheets)
    for word in RIGHT_TO_LEFT.split():
        assert text.count(word) == found.read["text"].count(word) >= 2, word
    assert "Müller & Söhne GmbH" in " ".join(printed(page, "removed_at_once", kind, "A4").sheets[0].split())


@pytest.mark.parametrize("width", [360, 768])
@pytest.mark.parametrize(("name", "kind"), PAGES)
def test_nothing_runs_out_of_a_narrow_window(page: Page, name: str, kind: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(media="screen", color_scheme="dark")
    page.set_content(content(name, kind))
    assert page.evaluate(READ)["overflow"] <= 0
    page.set_viewport_size({"width": 718, "height": 1000})
