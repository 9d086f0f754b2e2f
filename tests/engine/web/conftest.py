"""One browser for all tests of the web page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.serving import Served, serving

pytest.importorskip("playwright", reason="the web page is tested in a browser: pip install playwright")

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.engine.web.browsing import DESKTOP, chromium_path
from tests.engine.web.played import Played, playing

Contexts = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path())
        yield chromium
        chromium.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Makes browser windows with nothing kept from before."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        made.append(browser.new_context(**{"locale": "en-US", **DESKTOP, **options}))
        made[-1].set_default_timeout(10_000)
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture(scope="package")
def served(taught_folder: Path, adapter_folder: Path) -> Iterator[Served]:
    """`serve --web` with a model that has learnt its answers and an adapter that answers otherwise."""
    arguments = ("--model", str(taught_folder), "--adapter", f"blue={adapter_folder}", "--web", "--api-key", "the-key")
    with serving(*arguments) as server:
        yield server


@pytest.fixture
def played() -> Iterator[Played]:
    with playing(Played()) as server:
        yield server
