"""Where the shipped data lies: in a checkout, in an installed wheel, in a frozen app.

Owns the search for `resources/` and the list of what must be in it. Does not own user data (`storage.settings`).
"""

from __future__ import annotations

import sys
from pathlib import Path

SHIPPED = (
    "demo_model/config.json",
    "demo_model/model.safetensors",
    "demo_model/preprocessor_config.json",
    "demo_model/qwen.tiktoken",
    "demo_model/tokenizer_config.json",
    "demo_project/annotations.json",
    "demo_project/pictures/*.jpg",
    "icons/*.svg",
    "icons/qvl-desktop.svg",
    "translations/qvl_en.qm",
    "translations/qvl_zh_CN.qm",
    "web/index.html",
    "web/*.js",
    "web/style.css",
)
"""What the program opens, as patterns below `resources/`; of each at least one file must be there."""

SHIPPED_FROM_ELSEWHERE = {
    "CHANGELOG.md": "CHANGELOG.md",
    "CHANGELOG.zh.md": "CHANGELOG.zh.md",
    "help/index.md": "docs/index.md",
    "help/index.zh.md": "docs/index.zh.md",
    "help/images/*-light-en.png": "docs/images/*-light-en.png",
    "help/mkdocs.yml": "mkdocs.yml",
}
"""The same for what lies elsewhere in a checkout, with its place there."""


def resource_path(*parts: str) -> Path:
    """The path of a shipped file or folder; it need not exist."""
    package = Path(__file__).resolve().parent.parent
    frozen = Path(getattr(sys, "_MEIPASS", package)) / "resources"
    for root in (frozen, package / "resources", package.parent / "resources"):
        if root.is_dir():
            return root.joinpath(*parts)
    return (package.parent / "resources").joinpath(*parts)


def missing_resources() -> list[str]:
    """The patterns of `SHIPPED` that no file answers: an installation that is not whole."""
    root = resource_path()
    missing = [pattern for pattern in SHIPPED if not any(root.glob(pattern))]
    for pattern, place in SHIPPED_FROM_ELSEWHERE.items():
        if not any(root.glob(pattern)) and not any(root.parent.glob(place)):
            missing.append(pattern)
    return missing


def help_path(*parts: str) -> Path:
    """The path of a page or picture of the documentation: `resources/help` where it is installed, else `docs`."""
    shipped = resource_path("help")
    root = shipped if shipped.is_dir() else Path(__file__).resolve().parent.parent.parent / "docs"
    return root.joinpath(*parts)
