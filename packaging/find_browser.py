"""Is there a browser for the tests of the web page? Prints its path, or says how to get one; exit code 1 without one.

Owns where a Chromium is looked for; the tests ask the same function (`tests/engine/web/browsing.py`).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ADVICE = (
    "The tests of the web page need a Chromium and are skipped without one. On Debian: apt-get install "
    "chromium-headless-shell. Elsewhere: .venv/bin/playwright install --only-shell chromium, or set QVL_CHROMIUM."
)


def find_browser() -> str:
    """The path of $QVL_CHROMIUM, of a Chromium on the path, or of one that Playwright fetched; "" without any."""
    named = os.environ.get("QVL_CHROMIUM", "")
    if named:
        return named if Path(named).exists() else ""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    homes = (
        Path.home() / ".cache",
        Path.home() / "Library" / "Caches",
        Path(os.environ.get("LOCALAPPDATA") or Path.home()),
    )
    programs = ("chrome-headless-shell", "chrome-headless-shell.exe", "headless_shell", "headless_shell.exe")
    for home in homes:
        for program in programs:
            if kept := sorted(home.glob(f"ms-playwright/chromium_headless_shell-*/*/{program}")):
                return str(kept[-1])
    return ""


if __name__ == "__main__":
    browser = find_browser()
    print(browser or ADVICE, file=sys.stdout if browser else sys.stderr)
    sys.exit(0 if browser else 1)
