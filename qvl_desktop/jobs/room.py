"""What takes room on the disk of a runs folder and can go: trash, checkpoints of finished runs, cached features.

Owns counting and clearing, which is slow and done on a worker. Qt-free. Does not own what is asked of the user.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qvl_desktop.core.feature_files import features_folder, total_bytes, trim
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.run_folder import RunFolder, RunState
from qvl_desktop.jobs.run_summary import list_runs
from qvl_desktop.jobs.run_trash import TRASH, empty, folder_bytes

Part = Literal["trash", "checkpoints", "features"]


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes: free on the disk of the runs, and what each part would give back."""

    free: int
    trash: int
    checkpoints: int
    features: int

    def of(self, part: Part) -> int:
        """What clearing a part gives back."""
        return int(getattr(self, part))


def look_for_room(place: Path, spare: Path) -> Room:
    """Count, on the disk of the runs folder `place`. The run in `spare` keeps its checkpoints: it is to go on."""
    return Room(
        free=shutil.disk_usage(place).free,
        trash=folder_bytes(place / TRASH),
        checkpoints=sum(folder_bytes(folder) for folder in _done_with(place, spare)),
        features=total_bytes(features_folder()),
    )


def make_room(part: Part, place: Path, spare: Path) -> int:
    """Clear one part; the bytes that were freed. Features in use by a living run stay. Raises `RunError`."""
    if part == "trash":
        return empty(place)
    if part == "features":
        return trim(features_folder(), 0)
    freed = 0
    for folder in _done_with(place, spare):
        size = folder_bytes(folder)
        shutil.rmtree(folder, ignore_errors=True)
        freed += size - folder_bytes(folder)
    return freed


def _done_with(place: Path, spare: Path) -> list[Path]:
    """The checkpoint folders of runs that have finished and have their result."""
    found = [run for run in list_runs(place) if run.state is RunState.FINISHED and run.folder.path != spare]
    return [run.folder.checkpoints for run in found if not is_locked(run.folder.lock) and _has_result(run.folder)]


def _has_result(run: RunFolder) -> bool:
    return run.adapter.is_dir() or (run.path / "model").is_dir()
