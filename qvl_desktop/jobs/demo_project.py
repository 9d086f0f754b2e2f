"""Opens the shipped demo project: a copy of its own for the user to work in.

Owns where the copy lies. Does not own the demo's pictures (`resources/demo_project`).
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.resources import resource_path
from qvl_desktop.jobs.session import Session


def demo_data() -> Path | None:
    """The shipped pictures and regions, or None where they were left out."""
    folder = resource_path("demo_project")
    return folder if folder.is_dir() else None


def make_demo_project(session: Session) -> None:
    """Open the user's copy of the demo project, made when there is none."""
