"""The edits of the Annotate page, sent to the project as they are made.

Owns the regions of the picture that is open, what copying and pasting mean, and the ref for the next region. A failure
is reported through the session and nothing has changed then. Does not own widgets, nor rules of the project
(`storage`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate import clipboard
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import LinkedToken, PictureRow, RegionRow

DIGITS = 9
"""How many refs the digits 1 to 9 reach."""

PASTE_OFFSET = 12.0
"""Picture pixels by which a copy is set off from its original."""


class Editing:
    """One picture and its regions; `rows` is as of the last `open` or `reload`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._digits: list[str] = []
        self.picture: PictureRow | None = None
        self.rows: Sequence[RegionRow] = ()
        self._by_id: dict[int, RegionRow] = {}
        self.next_ref: str | None = None

    def start(self) -> None:
        """Another project: nothing is open, and the digits are given anew."""
        self.open(None)
        self.next_ref = None
        self._digits = []

    def open(self, picture_id: int | None) -> bool:
        """Turn to another picture; False when it is no longer in the project."""
        self.picture, self.rows, self._by_id = None, (), {}
        project = self._session.project
        if project is None or picture_id is None:
            return False
        found = project.pictures([picture_id])
        if not found:
            return False
        self.picture = found[0]
        self.rows = project.regions(picture_id)
        self._by_id = {row.id: row for row in self.rows}
        return True

    def reload(self) -> bool:
        """Read the picture and its regions again."""
        return self.open(self.picture.id if self.picture else None)

    def row(self, region_id: object) -> RegionRow | None:
        """One of the regions at hand."""
        return self._by_id.get(region_id) if isinstance(region_id, int) else None

    def rows_of(self, region_ids: Iterable[int]) -> list[RegionRow]:
        """Those of the regions that are at hand, in the order of the list."""
        wanted = set(region_ids)
        return [row for row in self.rows if row.id in wanted]

    def token(self, shape: Shape) -> str:
        """The token text that a shape on this picture has; "" without a picture."""
        if self.picture is None:
            return ""
        size = self.picture.width, self.picture.height
        return shape.clipped(*size).token(*size)

    # Refs

    def digit_refs(self) -> list[str]:
        """The refs that the digits 1 to 9 give: the pinned ones in their order, then those used last.

        A recent ref keeps its digit as long as it is among the recent ones. "" where a digit gives nothing at present.
        """
        project = self._session.project
        pinned = project.pinned_refs()[:DIGITS] if project else []
        recent = [ref for ref in project.recent_refs(2 * DIGITS) if ref not in pinned] if project else []
        recent = recent[: DIGITS - sum(map(bool, pinned))]
        slots = [*pinned, *[""] * (DIGITS - len(pinned))]
        kept = self._digits + [""] * (DIGITS - len(self._digits))
        fresh = [ref for ref in recent if ref not in kept]
        for place, slot in enumerate(slots):
            if not slot and kept[place] in recent and kept[place] not in slots:
                slots[place] = kept[place]
        fresh += [ref for ref in recent if ref not in fresh and ref not in slots]
        self._digits = [slot or (fresh.pop(0) if fresh else "") for slot in slots]
        while self._digits and not self._digits[-1]:
            self._digits.pop()
        return list(self._digits)

    def complete(self, words: str) -> list[str]:
        """Refs of the project that hold these words."""
        project = self._session.project
        return [ref for ref, _ in project.find_refs(words, DIGITS)] if project else []

    def ref_for_new(self) -> str:
        """The ref that a new region gets until another is typed: the chosen one, else the one used last."""
        if self.next_ref is not None:
            return self.next_ref
        project = self._session.project
        return next(iter(project.recent_refs(1)), "") if project else ""

    # Edits

    def add(self, shape: Shape) -> int | None:
        """Add a region with the ref for new ones; its id, or None when it failed."""
        return next(iter(self._add([(self.ref_for_new(), shape)])), None)

    def reshape(self, shapes: Mapping[int, Shape]) -> bool:
        """Give regions other shapes in one step; False when it failed."""
        return self.attempt(lambda project: project.reshape_regions(shapes))

    def rename(self, region_ids: Sequence[int], ref: str) -> bool:
        """Give regions another ref, which is that of new ones from now on; False when it failed."""
        self.next_ref = None
        return self.attempt(lambda project: project.rename_regions(region_ids, ref))

    def delete(self, region_ids: Sequence[int]) -> list[LinkedToken] | None:
        """Delete regions; the tokens that stay in turns, or None when it failed."""
        left: list[LinkedToken] = []

        def edit(project: Project) -> None:
            left.extend(project.linked_tokens(region_ids))
            project.delete_regions(region_ids)

        return left if self.attempt(edit) else None

    def lock(self, region_ids: Sequence[int], locked: bool) -> bool:
        """Lock regions or free them; False when it failed."""
        return self.attempt(lambda project: project.set_locked(region_ids, locked))

    def attempt(self, edit: Callable[[Project], object]) -> bool:
        """Do any edit on the project; a failure is reported. False when it failed or no project is open."""
        if (project := self._session.project) is None:
            return False
        with self._reported() as failures:
            edit(project)
        return not failures

    # Copies

    def copy(self, region_ids: Sequence[int]) -> int:
        """Put regions on the clipboard; how many."""
        rows = self.rows_of(region_ids)
        if rows and self.picture is not None:
            clipboard.put(self.picture, rows)
        return len(rows)

    def paste(self) -> list[int]:
        """Add what is on the clipboard; the new ids. See `_placed`."""
        if self.picture is None:
            return []
        items = clipboard.get(self.picture.width, self.picture.height)
        return self._add(self._placed(items)) if items else []

    def duplicate(self, region_ids: Sequence[int]) -> list[int]:
        """Add copies of regions beside them; the clipboard stays as it is."""
        items = [(row.ref, row.shape) for row in self.rows_of(region_ids)]
        return self._add(self._placed(items)) if items else []

    def copy_from(self, picture_id: int) -> list[int]:
        """Add the regions of another picture that are not here yet, cut to this one, in one step; the new ids."""
        project, picture = self._session.project, self.picture
        if project is None or picture is None:
            return []
        present = {(row.ref, row.shape) for row in self.rows}
        items = []
        for row in project.regions(picture_id):
            shape = row.shape.clipped(picture.width, picture.height).rounded()
            outside = row.kind == "point" and shape != row.shape
            if (row.ref, shape) not in present and shape.stands and not outside:
                items.append((row.ref, shape))
        return self._add(items, QT_TRANSLATE_NOOP("history", "Copy regions")) if items else []

    def _placed(self, items: clipboard.Items) -> clipboard.Items:
        """Copies inside this picture: in their own place, or where that is taken a little lower and to the right."""
        assert self.picture is not None
        size = self.picture.width, self.picture.height
        taken = {row.shape for row in self.rows}
        shapes = [shape.normalised().kept_inside(*size).rounded() for _, shape in items]
        for _ in range(len(self.rows) + 1):
            if not any(shape in taken for shape in shapes):
                break
            shapes = [shape.translated(PASTE_OFFSET, PASTE_OFFSET).kept_inside(*size).rounded() for shape in shapes]
        return [(ref, shape) for (ref, _), shape in zip(items, shapes, strict=True) if shape.stands]

    def _add(
        self, items: Sequence[tuple[str, Shape]], words: str = QT_TRANSLATE_NOOP("history", "Paste regions")
    ) -> list[int]:
        project, picture = self._session.project, self.picture
        if project is None or picture is None or not items:
            return []
        added: list[int] = []
        with self._reported():
            if len(items) == 1:
                added += project.add_shapes(picture.id, items)
            else:
                with project.step(words):
                    added += project.add_shapes(picture.id, items)
        return added

    @contextmanager
    def _reported(self) -> Iterator[list[QvlError]]:
        """Report a `QvlError` of the block; the list given holds it afterwards."""
        failures: list[QvlError] = []
        try:
            yield failures
        except QvlError as error:
            failures.append(error)
            self._session.report(error)
