"""Where the shipped data lies: in a checkout, in an installed wheel, in a frozen app.

Owns the search for `resources/`. Does not own user data (`storage.settings`).
"""

from __future__ import annotations

import sys
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """The path of a shipped file or folder; it need not exist."""
    package = Path(__file__).resolve().parent.parent
    frozen = Path(getattr(sys, "_MEIPASS", package)) / "resources"
    for root in (frozen, package / "resources", package.parent / "resources"):
        if root.is_dir():
            return root.joinpath(*parts)
    return (package.parent / "resources").joinpath(*parts)
