"""Takes the picture of the web page for the documentation: a real server, a real browser, a real answer.

Called by `screenshots`. Needs a Chromium (`find_browser`) and Playwright, which the tests need too. Owns nothing of the
page.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from find_browser import ADVICE, find_browser
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
KEY = "picture-of-the-page"
SIZE = {"width": 1100, "height": 760}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


def take(language: str, project: Path, out: Path, question: str) -> None:
    """Ask the tuned model on the web page about a held-out picture, in both themes."""
    browser = find_browser()
    if not browser:
        print(ADVICE, file=sys.stderr)
        return
    run = next(project.with_suffix(".runs").iterdir())
    words = ["serve", "--model", "demo", "--adapter", f"{run.name}={run / 'adapter'}", "--web", "--api-key", KEY]
    server = subprocess.Popen([sys.executable, str(ROOT / "main.py"), *words], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"].removesuffix("/v1") + "/"
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser)
            for theme in ("light", "dark"):
                context = chromium.new_context(viewport=SIZE, color_scheme=theme, locale=LOCALES[language])
                page = context.new_page()
                page.goto(url)
                page.fill("#key", KEY)
                page.click("#enter")
                page.wait_for_selector("#question")
                page.select_option("#model", run.name)
                page.set_input_files("#files", sorted((project.parent / "pictures").glob("val-*.jpg"))[0])
                page.wait_for_selector("#attached li")
                page.fill("#question", question.format(ref=run.name))
                page.click("#send")
                page.wait_for_selector("#stop", state="visible")
                page.wait_for_selector("#stop", state="hidden", timeout=120_000)
                page.wait_for_timeout(500)
                page.screenshot(path=str(out / f"web-{theme}-{language}.png"))
                print(f"web-{theme}-{language}.png", flush=True)
                context.close()
            chromium.close()
    finally:
        server.terminate()
        server.wait(30)
