"""What stands in the log gets into the file beside the work, and the log does not grow without end."""

from __future__ import annotations

import time
from pathlib import Path

from qvl_desktop.core.box import Rect
from qvl_desktop.storage.belonging import log_path
from qvl_desktop.storage.checkpoints import EVERY
from qvl_desktop.storage.project import Project


def test_edits_get_into_the_file_and_the_log_begins_anew(project: Project) -> None:
    (picture, *_) = project.picture_ids()
    sizes = []
    for number in range(6 * EVERY):
        project.add_region(picture, f"bird {number}", Rect(1, 2, 30, 40))
        if (number + 1) % EVERY == 0:
            wait_until_taken_over(project.path)
            sizes.append(log_path(project.path).stat().st_size)
    assert sizes[-1] < 4 * sizes[0], "it is written over, not only continued"
    path = project.path
    project.close()
    assert not log_path(path).exists()
    with Project.open(path) as again:
        assert again.region_count() == 6 * EVERY


def test_closing_while_it_works_and_after_the_file_is_gone(project: Project) -> None:
    (picture, *_) = project.picture_ids()
    for _ in range(EVERY):
        project.add_region(picture, "bird", Rect(1, 2, 30, 40))
    project.close()
    project.close()


def wait_until_taken_over(path: Path) -> None:
    """Until the file has been written to, and then not for a while."""
    until, last, since = time.monotonic() + 10, path.stat().st_mtime_ns, 0.0
    while time.monotonic() < until and (not since or time.monotonic() - since < 0.15):
        time.sleep(0.005)
        if path.stat().st_mtime_ns != last:
            last, since = path.stat().st_mtime_ns, time.monotonic()
