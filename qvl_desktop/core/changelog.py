"""The list of changes that is shipped with the program.

Owns finding and reading it. Does not own when it is offered (`gui.shell.start_notes`) or how it is shown
(`gui.shell.news_view`).
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.language import CHINESE
from qvl_desktop.core.resources import resource_path

_NAMES = {CHINESE: "CHANGELOG.zh.md"}
_ENGLISH = "CHANGELOG.md"


def changelog_file(language: str) -> Path:
    """The file in a language's code: among the shipped data, in a checkout at its root. It need not exist."""
    name = _NAMES.get(language, _ENGLISH)
    shipped = resource_path(name)
    return shipped if shipped.is_file() else resource_path().parent / name


def changelog(language: str) -> str:
    """The text as Markdown, from the newest version on; "" when there is none."""
    try:
        text = changelog_file(language).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    start = text.find("\n## ")
    return text[start + 1 :] if start >= 0 else text
