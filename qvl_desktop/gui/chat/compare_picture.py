"""One picture with the boxes of several answers, and the legend that says whose they are.

Owns drawing them in the colours of who answered, hiding and showing, and lighting. Does not own the answers
(`compare_desk`) nor who answers (`compare_sources`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.chat.compare_sources import LETTERS, Source, short_names, source_colour, swatch
from qvl_desktop.gui.chat.thread import Exchange
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.gui.widgets.point_view import PointView
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.waiting import waiter

MOST_BOXES = 600
"""So many boxes are drawn of all answers together; more would hide the picture."""

AT_ONCE = 60
"""Boxes that are put on the picture between two looks at the mouse."""

NAME_LETTERS = 34

Key = tuple[int, int, int]
"""Place of the source, phrase of its answer, box of the phrase, each counted from 0."""


class ComparePicture(QWidget):
    """Signals: `toggled(place, shown)`: the boxes of a source are to be hidden or shown; `sourceHovered(place or
    None)`; `phraseHovered(place, number)`, both None beside the boxes."""

    toggled = Signal(int, bool)
    sourceHovered = Signal(object)
    phraseHovered = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answers: list[Exchange | None] = []
        self._hidden: set[str] = set()
        self._sources: list[Source] = []
        self._lit: tuple[int | None, int | None] = (None, None)
        self._more = waiter(self, 0, self.draw)
        self.view = PointView(self)
        self.view.setAcceptDrops(False)  # the page takes what is dropped anywhere
        self.view.viewport().setAcceptDrops(False)
        self.view.boxHovered.connect(self._box_hovered)
        self.view.pictureShown.connect(lambda _: self.draw())
        self._empty = EmptyState("image", self)
        self._empty.show_words(
            self.tr("No picture yet"), self.tr("Add one to the question: all boxes are drawn on it here.")
        )
        self._empty.words.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        foot = QWidget(self)
        set_surface(foot, "panel")
        self._legend = QWidget(foot)
        self._legend.setAccessibleName(self.tr("Legend: whose boxes are shown"))
        self._flow = FlowLayout(self._legend)
        self.toggles: list[QToolButton] = []
        self._note = QLabel(foot)
        self._note.setWordWrap(True)
        set_role(self._note, "caption")
        self._note.hide()
        column = QVBoxLayout(foot)
        column.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        column.setSpacing(Space.XS)
        column.addWidget(self._legend)
        column.addWidget(self._note)
        set_surface(self, "canvas")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        layout.addWidget(foot)

    # What is shown

    def set_sources(self, sources: Sequence[Source]) -> None:
        """Whose answers are compared, in order; the legend has a button for each."""
        self._sources = list(sources)
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        names = short_names(sources)
        self.toggles = [self._toggle(place, source, names[place]) for place, source in enumerate(sources)]
        for toggle in self.toggles:
            self._flow.addWidget(toggle)
        self._legend.setVisible(bool(sources))

    def _toggle(self, place: int, source: Source, name: str) -> QToolButton:
        shown = source.reference not in self._hidden
        button = QToolButton(self._legend)
        button.setObjectName(f"legend{LETTERS[place]}")
        button.setCheckable(True)
        button.setChecked(shown)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(22, 22))
        button.setIcon(swatch(place, shown=shown))
        button.setText(name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…")
        words = self.tr("Hide or show the boxes of {name} (Alt+{number})").format(name=source.label, number=place + 1)
        button.setToolTip(words)
        button.setAccessibleName(words)
        set_kind(button, "quiet")
        button.toggled.connect(lambda on: self._hide(place, hidden=not on))
        button.installEventFilter(self)
        return button

    def _hide(self, place: int, *, hidden: bool) -> None:
        reference = self._sources[place].reference
        (self._hidden.add if hidden else self._hidden.discard)(reference)
        self.toggles[place].setIcon(swatch(place, shown=not hidden))
        self.draw()
        self.toggled.emit(place, not hidden)

    def is_shown(self, place: int) -> bool:
        """Whether the boxes of a source are drawn."""
        return place < len(self._sources) and self._sources[place].reference not in self._hidden

    def show_picture(self, path: Path | None) -> None:
        """The picture that the boxes are on."""
        self._stack.setCurrentWidget(self._empty if path is None else self.view)
        self.view.set_picture(path)

    def show_answers(self, answers: Sequence[Exchange | None]) -> None:
        """The answers, one for each source; None where there is none."""
        self._answers = list(answers)
        self.draw()

    @property
    def note(self) -> str:
        """What is said under the legend."""
        return self._note.text()

    def draw(self) -> None:
        """Draw the boxes that are certain by now."""
        size = self.view.picture_size
        if self.view.path is None or self.view.waiting or size is None:
            self.view.show_boxes([])
            self._say(0, 0)
            return
        boxes: list[ShownBox] = []
        shown = [place for place in range(len(self._answers)) if self._answers[place] and self.is_shown(place)]
        share = MOST_BOXES // max(1, len(shown))
        total, unread = 0, False
        for place in shown:
            answer = self._answers[place]
            unread = unread or (answer is not None and not answer.read)  # each look below reads a part further
            boxes += self._boxes_of(place, share, size)
            if answer is not None:
                total += answer.reader.boxes
        self._say(len(boxes), total)
        self.view.show_boxes(self._some(boxes))
        self.light(*self._lit)
        if unread:
            self._more.start()

    def _some(self, boxes: list[ShownBox]) -> list[ShownBox]:
        """What is on the picture already, and so many of the others as can be put there without being felt."""
        drawn = {box.key for box in self.view.boxes}
        new = [box for box in boxes if box.key not in drawn]
        if len(new) <= AT_ONCE:
            return boxes
        self._more.start()
        later = {box.key for box in new[AT_ONCE:]}
        return [box for box in boxes if box.key not in later]

    def _boxes_of(self, place: int, most: int, size: tuple[int, int]) -> list[ShownBox]:
        answer = self._answers[place]
        found: list[ShownBox] = []
        for number, phrase in enumerate(answer.reader.phrases if answer is not None else []):
            label = f"{LETTERS[place]} · {phrase.words.strip()}" if phrase.words.strip() else LETTERS[place]
            for index, code in enumerate(phrase.shapes):
                if len(found) >= most:
                    return found
                shape = Shape.decode(code, *size)
                found.append(
                    ShownBox(
                        (place, number, index),
                        shape.bounds,
                        label,
                        source_colour(place),
                        "dashed" if place % 2 else "solid",
                        None if shape.kind == "box" else shape,
                    )
                )
        return found

    def _say(self, drawn: int, total: int) -> None:
        words = self.tr("{drawn} of {total} boxes are drawn.").format(drawn=count_text(drawn), total=count_text(total))
        self._note.setText(words if total > drawn else "")
        self._note.setVisible(total > drawn)

    # Lighting

    def light(self, place: int | None, number: int | None) -> None:
        """Light the boxes of a phrase, or all of a source, or none."""
        self._lit = (place, number)
        keys = [box.key for box in self.view.boxes if isinstance(box.key, tuple)]
        self.view.light_all([key for key in keys if key[0] == place and number in (None, key[1])])

    def _box_hovered(self, key: object) -> None:
        place, number = (key[0], key[1]) if isinstance(key, tuple) else (None, None)
        self.light(place, number)
        self.phraseHovered.emit(place, number)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn, QEvent.Type.Leave, QEvent.Type.FocusOut):
            inside = event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn)
            place = next((at for at, toggle in enumerate(self.toggles) if toggle is watched), None)
            self.light(place if inside else None, None)
            self.sourceHovered.emit(place if inside else None)
        return super().eventFilter(watched, event)
