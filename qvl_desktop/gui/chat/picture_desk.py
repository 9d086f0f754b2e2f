"""The pictures of a chat and the boxes on them.

Owns which answer's boxes are shown, lighting both ends of a phrase, pointing at a place, and putting wrong boxes right.
Does not own the views (`picture_panel`, `transcript`) nor the chat's data (`thread`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakKeyDictionary, WeakSet

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, QuadToken, format_box, spans
from qvl_desktop.gui.chat.answer_reader import Phrase
from qvl_desktop.gui.chat.composer import Composer
from qvl_desktop.gui.chat.picture_panel import PicturePanel
from qvl_desktop.gui.chat.thread import READ_AT_ONCE, ChatThread, Exchange, State
from qvl_desktop.gui.chat.transcript import Transcript
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage import linking

BoxKey = tuple[int, int]
"""Exchange, and box or quad token of its answer, each counted from 0."""

MOST_BOXES = 500
"""So many boxes of one answer are drawn by themselves, as more hide the picture; all when they are asked for."""


SOON_MS = 60


class PictureDesk(QObject):
    """Signals: `corrected(index, text)`: the answer of an exchange is to read so from now on, by hand."""

    corrected = Signal(int, str)

    def __init__(
        self, session: Session, panel: PicturePanel, transcript: Transcript, composer: Composer, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._panel = panel
        self._transcript = transcript
        self._composer = composer
        self._thread = ChatThread()
        self._shown = -1
        self._lit: int | None = None
        self._adding: BoxKey | None = None
        self._made: dict[tuple[BoxKey, str], tuple[Box | Quad, ShownBox]] = {}
        self._made_for: tuple[Exchange | None, tuple[int, int]] | None = None
        self._whole: WeakSet[Exchange] = WeakSet()
        self._changes: WeakKeyDictionary[Exchange, tuple[list[str], list[str]]] = WeakKeyDictionary()
        self._soon = waiter(self, SOON_MS, self.show_boxes)
        view = panel.view
        view.boxHovered.connect(self._box_hovered)
        view.selectionChanged.connect(self._box_selected)
        view.stepRequested.connect(self.step)
        view.shapesChanged.connect(self._reshaped)
        view.shapeDrawn.connect(self._drawn)
        view.deleteRequested.connect(self.remove_boxes)
        view.pointingLeft.connect(self.leave_pointing)
        view.addAsked.connect(self.add_box)
        view.undoAsked.connect(lambda: self.step_back(-1))
        view.redoAsked.connect(lambda: self.step_back(1))
        view.boxClicked.connect(lambda key: self._box_selected(key) if key is None else None)
        view.pictureShown.connect(lambda _: self.show_boxes())
        panel.pictureChosen.connect(self.choose_picture)
        panel.addBoxAsked.connect(self.add_box)
        panel.removeBoxAsked.connect(self.remove_boxes)
        panel.allBoxesAsked.connect(self.show_all_boxes)
        transcript.phraseHovered.connect(self._phrase_hovered)
        transcript.answerSelected.connect(self.select_answer)
        transcript.pictureClicked.connect(self.choose_picture)
        transcript.rowsMade.connect(lambda: self._light(self._lit))
        composer.picturesChanged.connect(self._attached)
        composer.pictureClicked.connect(self.choose_picture)
        composer.pointAsked.connect(self._point)

    # Which answer and picture

    @property
    def shown(self) -> int:
        """The answer whose boxes are shown, counted from 0; -1 for none."""
        return self._shown

    def show_thread(self, thread: ChatThread) -> None:
        """Show the pictures of a chat, and the boxes of its last answer."""
        self._thread = thread
        self._shown, self._lit, self._adding = -1, None, None
        self.show_pictures()
        if thread.exchanges:
            self.select_answer(len(thread.exchanges) - 1)
        else:
            self._panel.show_picture(self._composer.pictures[-1] if self._composer.pictures else None)
            self.show_boxes()

    def select_answer(self, index: int) -> None:
        """Show the boxes of answer `index`, on their picture."""
        self._shown = index
        path = self._thread.picture_of(index)
        if path is not None:
            self._panel.show_picture(path)
        if self.exchange is not None and len(self.exchange.answer) > READ_AT_ONCE:
            self._panel.view.show_boxes(())
            self._soon.start()
        else:
            self.show_boxes()

    def choose_picture(self, path: Path) -> None:
        """Show a picture, with the last answer about it."""
        self._panel.show_picture(path)
        about = [at for at in range(len(self._thread.exchanges)) if self._thread.picture_of(at) == path]
        if about and self._shown not in about:
            self._shown = about[-1]
        self.show_boxes()

    def show_pictures(self) -> None:
        """List the pictures of the chat and of the next question."""
        paths = list(dict.fromkeys([*self._thread.pictures, *self._composer.pictures]))
        self._panel.set_pictures(paths)
        if self._panel.path not in paths:
            self._panel.show_picture(paths[-1] if paths else None)
        self._composer.set_pointing_possible(bool(paths))

    def _attached(self, paths: list[Path]) -> None:
        for path in paths:
            if not self._readable(path):
                self._composer.detach(path)
                return
        self.show_pictures()
        if paths:
            self._panel.show_picture(paths[-1])
            self.show_boxes()
            self._composer.field.setFocus()

    def _readable(self, path: Path) -> bool:
        try:
            picture_size(path)
        except PictureError as error:
            self._session.report(error)
            return False
        return True

    # Boxes

    @property
    def exchange(self) -> Exchange | None:
        """The exchange whose boxes are shown."""
        return self._thread.exchanges[self._shown] if 0 <= self._shown < len(self._thread.exchanges) else None

    def phrases(self) -> list[Phrase]:
        """The phrases of the shown answer, as far as they are certain."""
        exchange = self.exchange
        return exchange.reader.phrases if exchange is not None else []

    def show_boxes(self) -> None:
        """Draw the boxes of the shown answer, if its picture is the one on show."""
        more = self.exchange is not None and not self.exchange.read  # each look below reads a part further
        boxes, total = self._boxes()
        self._panel.view.show_boxes(boxes)
        self._light(self._lit)
        self._show_note(len(boxes), total)
        if more:
            self._soon.start()

    def show_all_boxes(self) -> None:
        """Draw all boxes of the shown answer, however many, as long as its chat is open."""
        if self.exchange is not None:
            self._whole.add(self.exchange)
            self.show_boxes()

    @property
    def _most(self) -> int:
        """So many boxes of the shown answer are drawn."""
        whole = self.exchange is not None and self.exchange in self._whole
        return sys.maxsize if whole else MOST_BOXES

    def show_soon(self) -> None:
        """The same for an answer that grows: gathered, so that its cost does not grow with every piece."""
        if not self._soon.isActive():
            self._soon.start()

    def _boxes(self) -> tuple[list[ShownBox], int]:
        view, size = self._panel.view, self._panel.view.picture_size
        path = self._panel.path
        if path is None or path != self._thread.picture_of(self._shown) or view.waiting or not size:
            return [], 0
        phrases = self.phrases()
        total = self.exchange.reader.boxes if self.exchange is not None else 0
        made_for = (self.exchange, size)
        if made_for != self._made_for:
            self._made.clear()
            self._made_for = made_for
        lit = self._lit if self._lit is not None and self._lit < len(phrases) else None
        found: dict[BoxKey, ShownBox] = {}
        order = phrases if lit is None or total <= self._most else [phrases[lit], *phrases]
        for phrase in order:
            label = phrase.words.strip()
            for place, code in enumerate(phrase.shapes):
                if len(found) >= self._most:
                    return list(found.values()), total
                key = (self._shown, phrase.first + place)
                if key not in found:
                    found[key] = self._box(key, code, label, size)
        return list(found.values()), total

    def _box(self, key: BoxKey, code: Box | Quad, label: str, size: tuple[int, int]) -> ShownBox:
        """The box as it is drawn: the very same as before, unless it changed."""
        made = self._made.get((key, label))
        if made is None or made[0] != code:
            made = self._made[key, label] = (code, ShownBox.of(key, Shape.decode(code, *size), label))
        return made[1]

    def _show_note(self, drawn: int, total: int) -> None:
        exchange = self.exchange
        selected = self._panel.view.selected
        correcting = selected is not None and exchange is not None and not exchange.running
        words = ""
        if self._adding is not None:
            words = self.tr("Drag the box that is missing. Esc gives it up.")
        elif correcting:
            words = self.tr("Drag the box or its handles to put it right; the answer stays as a version.")
        elif total > drawn:
            words = self.tr("{drawn} of {total} boxes are drawn. Point at words to see theirs.")
            words = words.format(drawn=count_text(drawn), total=count_text(total))
        more = total > drawn and self._adding is None and not correcting
        self._panel.show_note(words, correcting=correcting and self._adding is None, more=more)

    # Both ends of a phrase

    def _phrase_hovered(self, index: int, number: int | None) -> None:
        if number is not None and index != self._shown:
            self.select_answer(index)
        self._light(number, index)

    def _box_hovered(self, key: object) -> None:
        self._light(self._phrase_of(key))

    def _phrase_of(self, key: object) -> int | None:
        if not isinstance(key, tuple) or len(key) != 2 or key[0] != self._shown:
            return None
        for phrase in self.phrases():
            if phrase.first <= key[1] < phrase.first + len(phrase.shapes):
                return phrase.number
        return None

    def _light(self, number: int | None, index: int | None = None) -> None:
        """Light up one phrase and all its boxes, or none."""
        fresh, self._lit = number != self._lit, number
        phrases = self.phrases()
        boxes: list[BoxKey] = []
        if number is not None and number < len(phrases):
            first = phrases[number].first
            boxes = [(self._shown, first + place) for place in range(len(phrases[number].shapes))]
        exchange = self.exchange
        if fresh and exchange is not None and exchange.reader.boxes > self._most and boxes:
            self._panel.view.show_boxes(self._boxes()[0])
        self._panel.view.light_all(boxes[: self._most])
        self._transcript.light(self._shown if index is None else index, number)

    # Putting boxes right

    def step(self, by: int) -> None:
        """Select the next or former box of the shown answer."""
        view = self._panel.view
        keys = sorted(box.key for box in view.boxes)  # type: ignore[type-var]
        if not keys:
            return
        at = keys.index(view.selected) if view.selected in keys else (-1 if by > 0 else 0)
        view.select(keys[(at + by) % len(keys)])
        self._box_selected(view.selected)

    def _box_selected(self, key: object) -> None:
        self._light(self._phrase_of(key))
        boxes, total = self._boxes()
        self._show_note(len(boxes), total)

    def _reshaped(self, shapes: Mapping[object, Shape]) -> None:
        exchange, size = self.exchange, self._panel.view.picture_size
        changed = {key: shape for key, shape in shapes.items() if isinstance(key, tuple) and key[0] == self._shown}
        if exchange is None or exchange.running or size is None or not changed:
            self.show_boxes()
            return
        text = exchange.answer
        for (_, ordinal), shape in changed.items():
            text = linking.with_token(text, ordinal, shape.token(*size))
        self._say_corrected(text)

    def remove_boxes(self) -> None:
        """Take the selected boxes out of the answer."""
        exchange = self.exchange
        if exchange is None or exchange.running:
            return
        chosen = sorted((key for key in self._panel.view.selection if isinstance(key, tuple)), reverse=True)
        text = exchange.answer
        for _, ordinal in chosen:
            text = linking.without_token(text, ordinal)
        if chosen:
            self._say_corrected(text)

    def add_box(self) -> None:
        """Let the next drag draw another box for the words of the selected one."""
        key = self._panel.view.selected
        number = self._phrase_of(key)
        if self.exchange is None or self.exchange.running or number is None:
            return
        phrase = self.phrases()[number]
        self._adding = (self._shown, phrase.first + len(phrase.shapes) - 1)
        self._panel.view.set_pointing(True, phrase.words.strip())
        self._panel.view.setFocus()
        self._show_note(0, 0)

    def step_back(self, by: int) -> None:
        """Take the last change of the boxes of this answer back (-1), or do it again (1)."""
        exchange = self.exchange
        if exchange is None or exchange.running:
            return
        past, future = self._changes.setdefault(exchange, ([], []))
        source, target = (past, future) if by < 0 else (future, past)
        if source:
            target.append(exchange.answer)
            self._tell(source.pop())

    def _say_corrected(self, text: str) -> None:
        before = self.exchange.answer if self.exchange is not None else ""
        self._tell(text)
        if self.exchange is not None and text != before:
            past, future = self._changes.setdefault(self.exchange, ([], []))
            past.append(before)
            future.clear()

    def _tell(self, text: str) -> None:
        selected = self._panel.view.selection
        self.corrected.emit(self._shown, text)
        self.show_boxes()
        self._panel.view.set_selection(selected)
        self._box_selected(self._panel.view.selected)

    # Pointing

    def _point(self, pointing: bool) -> None:
        """Let the next drag put a box into the question. It belongs to the chat's last picture: that one is shown."""
        self._adding = None
        paths = [*self._thread.pictures, *self._composer.pictures]
        if pointing and paths:
            last = self._thread.picture_of(len(self._thread.exchanges) - 1)
            self._panel.show_picture(self._composer.pictures[-1] if self._composer.pictures else last)
            self.show_boxes()
            self._panel.view.setFocus()
        self._panel.view.set_pointing(pointing and bool(paths))

    def leave_pointing(self) -> None:
        """Dragging moves the picture again."""
        self._adding = None
        self._panel.view.set_pointing(False)
        self._composer.point_button.setChecked(False)
        self.show_boxes()

    def _drawn(self, shape: Shape) -> None:
        size, adding = self._panel.view.picture_size, self._adding
        self.leave_pointing()
        if size is None:
            return
        if adding is None:
            self._composer.insert(format_box(Box.encode(shape.bounds, *size)))
        elif self.exchange is not None and adding[0] == self._shown:
            self._say_corrected(_with_box_behind(self.exchange.answer, adding[1], shape.token(*size)))
            self._panel.view.select((self._shown, adding[1] + 1))
            self._box_selected(self._panel.view.selected)


def _with_box_behind(text: str, ordinal: int, token: str) -> str:
    """The text with another token right behind its box or quad token number `ordinal`."""
    seen = -1
    for span in spans(text):
        seen += isinstance(span.segment, BoxToken | QuadToken)
        if seen == ordinal:
            return text[: span.end] + token + text[span.end :]
    return text


def corrected_version(exchange: Exchange, text: str) -> Exchange:
    """The same exchange with another answer, put right by hand."""
    return Exchange(
        exchange.question,
        exchange.pictures,
        model=exchange.model,
        answer=text,
        state=State.DONE,
        corrected=True,
    )
