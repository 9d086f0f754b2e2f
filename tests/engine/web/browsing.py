"""A real browser for tests of the web page, and what tests do with it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

ROOT = Path(__file__).resolve().parents[3]

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
OWN_DOING = ("Failed to load resource", "Canvas2D: Multiple readback")
"""What the browser says of refusals that a test asks for, and of the test's own looking at pixels."""

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def chromium_path() -> str:
    """Where a Chromium is. Skips the test, visibly, where there is none."""
    place = importlib.util.spec_from_file_location("find_browser", ROOT / "packaging" / "find_browser.py")
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    found: str = module.find_browser()
    if not found:
        pytest.skip(module.ADVICE)
    return found


class Watched:
    """A page, and all it complained about or asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(OWN_DOING):
            self.troubles.append(text)


@contextmanager
def opened(context: BrowserContext, url: str, key: str = "") -> Iterator[Watched]:
    """The page at `url`, past the key when one is given; nothing may have gone wrong on it in the end."""
    watched = Watched(context.new_page())
    watched.page.goto(url)
    if key:
        enter(watched.page, key)
    yield watched
    assert watched.troubles == [], watched.troubles
    watched.page.close()


def enter(page: Page, key: str) -> None:
    page.fill("#key", key)
    page.click("#enter")
    page.wait_for_selector("#app:not([hidden])")


def ask(page: Page, question: str, *, wait: bool = True) -> None:
    page.fill("#question", question)
    page.click("#send")
    if wait:
        settled(page)


def settled(page: Page) -> None:
    """Until no answer is on its way."""
    page.wait_for_selector("#stop", state="hidden", timeout=30_000)


def attach(page: Page, *files: Path) -> None:
    before = page.locator("#attached li").count()
    page.set_input_files("#files", [str(file) for file in files])
    expect(page.locator("#attached li")).to_have_count(before + len(files))


def last(page: Page, selector: str) -> Any:
    return page.locator(".exchange").last.locator(selector)


DRAWN = """
([nth, points]) => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const canvas = [...document.querySelectorAll(".exchange")].at(nth).querySelector("canvas");
  const context = canvas.getContext("2d");
  resolve(points.map(([x, y]) => {
    const [left, top] = [x * canvas.width, y * canvas.height].map((v) => Math.max(Math.round(v) - 1, 0));
    return context.getImageData(left, top, 3, 3).data.some((v, i) => i % 4 === 3 && v > 0);
  }));
})))
"""


def drawn_at(page: Page, points: list[tuple[float, float]], exchange: int = -1) -> list[bool]:
    """Whether the drawing over the picture of an exchange has ink at these places (shares of width and height)."""
    found: list[bool] = page.evaluate(DRAWN, [exchange, points])
    return found


def on_the_edges(box: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    """The middles of the left, right and lower edge of a box of thousandths (a label may hide the upper one)."""
    x1, y1, x2, y2 = (value / 1000 for value in box)
    return [(x1, (y1 + y2) / 2), (x2, (y1 + y2) / 2), ((x1 + x2) / 2, y2)]


def inside_and_outside(box: tuple[int, int, int, int]) -> list[tuple[float, float]]:
    """A box's middle, and a place left and right of it, where nothing is drawn."""
    x1, y1, x2, y2 = (value / 1000 for value in box)
    return [((x1 + x2) / 2, (y1 + y2) / 2), (x1 / 2, (y1 + y2) / 2), ((x2 + 1) / 2, (y1 + y2) / 2)]
