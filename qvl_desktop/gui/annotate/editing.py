"""The edits of the Annotate page, sent to the project as they are made.

Owns the regions of the picture that is open, the clipboard of regions and the ref for the next box. A failure is
reported through the session and nothing has changed then. Does not own widgets, nor rules of the project (`storage`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import format_box
from qvl_desktop.gui.annotate import interaction
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow, RegionRow

RECENT = 9
"""How many refs the digits 1 to 9 reach."""

PASTE_OFFSET = 12.0
"""Picture pixels by which a copy is set off from its original."""


class Editing:
    """One picture and its regions; `rows` is as of the last `open` or `reload`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._clipboard: tuple[str, Rect] | None = None
        self._digits: list[str] = []
        self.picture: PictureRow | None = None
        self.rows: Sequence[RegionRow] = ()
        self.next_ref: str | None = None

    def start(self) -> None:
        """Another project: nothing is open, and the digits are given anew."""
        self.open(None)
        self.next_ref = None
        self._digits = []

    def open(self, picture_id: int | None) -> bool:
        """Turn to another picture; False when it is no longer in the project."""
        self.picture, self.rows = None, ()
        project = self._session.project
        if project is None or picture_id is None:
            return False
        found = project.pictures([picture_id])
        if not found:
            return False
        self.picture = found[0]
        self.rows = project.regions(picture_id)
        return True

    def reload(self) -> bool:
        """Read the picture and its regions again."""
        return self.open(self.picture.id if self.picture else None)

    def row(self, region_id: object) -> RegionRow | None:
        """One of the regions at hand."""
        return next((row for row in self.rows if row.id == region_id), None)

    def token(self, rect: Rect) -> str:
        """The token text that a rectangle on this picture has; "" without a picture."""
        if self.picture is None:
            return ""
        size = self.picture.width, self.picture.height
        return format_box(Box.encode(rect.clipped(*size), *size))

    # Refs

    def recent_refs(self) -> list[str]:
        """The refs that the digits 1 to 9 give: those used last, each keeping its digit as long as it is among them.

        "" where a digit gives nothing at present.
        """
        project = self._session.project
        recent = project.recent_refs(RECENT) if project else []
        fresh = [ref for ref in recent if ref not in self._digits]
        kept = [ref if ref in recent else "" for ref in self._digits] + [""] * (RECENT - len(self._digits))
        self._digits = [ref or (fresh.pop(0) if fresh else "") for ref in kept]
        while self._digits and not self._digits[-1]:
            self._digits.pop()
        return list(self._digits)

    def complete(self, prefix: str) -> list[str]:
        """The project's refs that begin with `prefix`."""
        project = self._session.project
        return project.all_refs(prefix, RECENT) if project else []

    def ref_for_new(self) -> str:
        """The ref that a new box gets until another is typed: the chosen one, else the one used last."""
        if self.next_ref is not None:
            return self.next_ref
        project = self._session.project
        return next(iter(project.recent_refs(1)), "") if project else ""

    # Edits

    def add(self, rect: Rect) -> int | None:
        """Add a region with the ref for new ones; its id, or None when it failed."""
        return self._add(self.ref_for_new(), rect)

    def move(self, region_id: int, rect: Rect) -> bool:
        """Give a region another place; False when it failed."""
        return self.attempt(lambda project: project.move_region(region_id, rect))

    def rename(self, region_id: int, ref: str) -> bool:
        """Give a region another ref, which is that of new boxes from now on; False when it failed."""
        self.next_ref = None
        return self.attempt(lambda project: project.rename_region(region_id, ref))

    def delete(self, region_id: int) -> bool:
        """Delete a region; False when it failed."""
        return self.attempt(lambda project: project.delete_regions([region_id]))

    def attempt(self, edit: Callable[[Project], object]) -> bool:
        """Do any edit on the project; a failure is reported. False when it failed or no project is open."""
        if (project := self._session.project) is None:
            return False
        with self._reported() as failures:
            edit(project)
        return not failures

    def copy(self, region_id: int) -> bool:
        """Put a region on the clipboard."""
        row = self.row(region_id)
        if row is not None:
            self._clipboard = (row.ref, row.rect)
        return row is not None

    def paste(self) -> int | None:
        """Add the copied region: in its own place where that is free, else a little lower and to the right."""
        if self._clipboard is None or self.picture is None:
            return None
        ref, rect = self._clipboard
        size = self.picture.width, self.picture.height
        taken = {row.rect for row in self.rows}
        rect = interaction.pasted(rect, 0.0, size)
        while rect in taken:
            shifted = interaction.pasted(rect, PASTE_OFFSET, size)
            if shifted == rect:
                break
            rect = shifted
        return self._add(ref, rect)

    def duplicate(self, region_id: int) -> int | None:
        """Add a copy of a region beside it; the clipboard stays as it is."""
        kept = self._clipboard
        try:
            return self.paste() if self.copy(region_id) else None
        finally:
            self._clipboard = kept

    def copy_from(self, picture_id: int) -> int:
        """Add the regions of another picture that are not here yet, in one step; how many."""
        project, picture = self._session.project, self.picture
        if project is None or picture is None:
            return 0
        present = {(row.ref, row.rect) for row in self.rows}
        added = 0
        with self._reported(), project.step(QT_TRANSLATE_NOOP("history", "Copy regions")):
            for row in project.regions(picture_id):
                rect = row.rect.clipped(picture.width, picture.height)
                if (row.ref, rect) not in present and interaction.is_box(rect):
                    project.add_region(picture.id, row.ref, rect)
                    added += 1
        return added

    def _add(self, ref: str, rect: Rect) -> int | None:
        project = self._session.project
        if project is None or self.picture is None:
            return None
        added: list[int] = []
        with self._reported():
            added.append(project.add_region(self.picture.id, ref, rect))
        return added[0] if added else None

    @contextmanager
    def _reported(self) -> Iterator[list[QvlError]]:
        """Report a `QvlError` of the block; the list given holds it afterwards."""
        failures: list[QvlError] = []
        try:
            yield failures
        except QvlError as error:
            failures.append(error)
            self._session.report(error)
