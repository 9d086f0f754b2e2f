"""The projects that were opened lately, newest first, and when.

Owns these two settings and their rules. Does not own opening projects, nor whether the files are still there: that may
take long where a drive does not answer, and is not for the window's thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.storage.settings import Settings

MOST = 12


@dataclass(frozen=True, slots=True)
class Recent:
    """One project: its file, and when it was opened last (seconds since the epoch; 0.0 = not known)."""

    path: Path
    opened: float = 0.0


def recent_projects(settings: Settings) -> list[Recent]:
    """All, newest first."""
    opened = settings.recent_opened
    return [Recent(Path(text), _seconds(opened.get(text, ""))) for text in settings.recent_projects]


def remember(settings: Settings, path: Path, now: float) -> None:
    """A project was opened: it becomes the first."""
    others = [one for one in recent_projects(settings) if one.path != path]
    restore(settings, [Recent(path, now), *others][:MOST])


def forget(settings: Settings, path: Path) -> list[Recent]:
    """Take a project out of the list; its file stays. What was listed before, for `restore`."""
    before = recent_projects(settings)
    restore(settings, [one for one in before if one.path != path])
    return before


def moved(settings: Settings, path: Path, to: Path) -> None:
    """A project lies somewhere else now: its place in the list stays."""
    kept = [one for one in recent_projects(settings) if one.path != to]
    restore(settings, [Recent(to, one.opened) if one.path == path else one for one in kept])


def restore(settings: Settings, listed: Iterable[Recent]) -> None:
    """List exactly these."""
    rows = list(listed)
    settings.recent_opened = {str(one.path): f"{one.opened:.0f}" for one in rows if one.opened}
    settings.recent_projects = [str(one.path) for one in rows]


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
