"""What the model sees of a conversation: pictures as they are resized, boxes read back, the text with its marks.

Owns showing it, and making it beside the window. Every number is `core.sight`'s, which training and chat share.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QLabel, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import Size
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.sight import Sight, decoded_boxes
from qvl_desktop.gui.colours import HALO
from qvl_desktop.gui.conversations.token_meter import FAMILY_NAMES
from qvl_desktop.gui.theme import Space, TextSize, mono_font, set_role, set_surface, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import to_qimage
from qvl_desktop.gui.widgets.ref_colours import ref_colour, text_on
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.token_counting import Measured

Decoded = tuple[str, Box | Quad]
_SHOWN_PIECES = 4000


@dataclass(frozen=True, slots=True)
class SeenBoxes:
    """A picture as it reaches the model, with the boxes that the rendered text says are on it."""

    image: QImage
    original: Size
    boxes: tuple[Decoded, ...]
    tokens: int


class ModelView(QWidget):
    """Shows one conversation as a family reads it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self._task: Task[SeenBoxes | str] | None = None
        self._asked: object = None
        self.caption = QLabel(self)
        self.caption.setWordWrap(True)
        self.caption.setContentsMargins(Space.M, Space.XS, Space.M, Space.XS)
        set_role(self.caption, "caption")
        self.picture = SeenPicture(self)
        self.text = QTextBrowser(self)
        self.text.setAccessibleName(self.tr("What the model reads"))
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setProperty("bare", True)
        self.text.document().setDocumentMargin(Space.M)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.picture)
        splitter.addWidget(self.text)
        splitter.setSizes([300, 260])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.caption)
        layout.addWidget(splitter, 1)
        theme().changed.connect(self._on_theme)
        self._measured: Measured | None = None
        self._sight: Sight | None = None

    def show_conversation(
        self,
        sight: Sight,
        measured: Measured | None,
        turns: Sequence[Turn],
        files: Sequence[Path],
        sizes: Sequence[Size],
        number: int,
    ) -> None:
        """Show the text, and picture `number` (from 0) of the conversation as the model gets it."""
        self._measured, self._sight = measured, sight
        self._show_text()
        asked = (sight, tuple(turns), tuple(files), tuple(sizes), number)
        if asked == self._asked:
            return
        self._asked = asked
        if self._task is not None:
            self._task.cancel()
        if not 0 <= number < min(len(files), len(sizes)):
            self.picture.show_seen(None)
            self.caption.setText(self.tr("This conversation names no picture of the project."))
            return

        def work() -> SeenBoxes | str:
            try:
                found = decoded_boxes(sight, turns, sizes)
                boxes = tuple((ref, box) for picture, ref, box in found if picture == number)
                image = to_qimage(sight.seen_picture(files[number]))
                return SeenBoxes(image, sizes[number], boxes, sight.picture_tokens(sizes[number]))
            except QvlError as error:
                return str(error)

        def show(seen: SeenBoxes | str) -> None:
            if self._asked == asked:
                self._show_seen(sight, seen, number)

        task: Task[SeenBoxes | str] = Task(work)
        self._task = task.on_success(show).start(self)

    def _show_seen(self, sight: Sight, seen: SeenBoxes | str, number: int) -> None:
        if isinstance(seen, str):
            self.picture.show_seen(None)
            self.caption.setText(seen)
            return
        width, height = seen.image.width(), seen.image.height()
        words = (
            self.tr("{family}, picture {number}: {w} × {h} squashed to {sw} × {sh}, {tokens} tokens")
            if sight.side
            else self.tr("{family}, picture {number}: {w} × {h} resized to {sw} × {sh}, {tokens} tokens")
        )
        self.caption.setText(
            words.format(
                family=FAMILY_NAMES[sight.family],
                number=number + 1,
                w=seen.original[0],
                h=seen.original[1],
                sw=width,
                sh=height,
                tokens=f"{seen.tokens:,}",
            )
        )
        self.picture.show_seen(seen)

    def _on_theme(self) -> None:
        self._show_text()
        self.picture.update()

    def _show_text(self) -> None:
        if self._measured is None or self._sight is None:
            self.text.setPlainText(self.tr("This conversation cannot be written for this family."))
            return
        mark, quiet = theme().colours.accent, theme().colours.muted
        parts = []
        pairs = list(zip(self._measured.pieces, self._measured.counts, strict=True))
        for piece, count in pairs[:_SHOWN_PIECES]:
            if piece.kind == "picture":
                words = self.tr("picture {number}: {count} tokens").format(number=piece.picture + 1, count=count)
                parts.append(f'<span style="color:{mark}">⟦{html.escape(words)}⟧</span>')
            elif piece.kind == "mark":
                parts.append(f'<span style="color:{mark}">{html.escape(piece.text)}</span>')
            else:
                text = html.escape(piece.text).replace("\n", "<br>")
                parts.append(f'<span style="color:{quiet}">{text}</span>' if piece.turn < 0 else text)
        if len(pairs) > _SHOWN_PIECES:
            parts.append("…")
        body = "".join(parts)
        self.text.setFont(sized(mono_font(), TextSize.SMALL))
        self.text.setHtml(f'<div style="white-space:pre-wrap">{body}</div>')


class SeenPicture(QWidget):
    """A resized picture with boxes drawn where the model's numbers put them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: SeenBoxes | None = None
        self.setMinimumHeight(120)
        set_surface(self, "canvas")

    @property
    def seen_size(self) -> Size | None:
        """Width and height of the picture on show."""
        return (self._seen.image.width(), self._seen.image.height()) if self._seen else None

    @property
    def boxes(self) -> tuple[Decoded, ...]:
        """The boxes on show, in thousandths."""
        return self._seen.boxes if self._seen else ()

    def show_seen(self, seen: SeenBoxes | None) -> None:
        """Show another picture."""
        self._seen = seen
        self.update()

    @guarded(default=lambda: QSize(320, 300))
    def sizeHint(self) -> QSize:
        return QSize(320, 300)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("canvas"))
        if self._seen is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self._paint(painter, self._seen)
        painter.end()

    def _paint(self, painter: QPainter, seen: SeenBoxes) -> None:
        room = QRectF(self.rect()).adjusted(Space.S, Space.S, -Space.S, -Space.S)
        scale = min(room.width() / seen.image.width(), room.height() / seen.image.height())
        area = QRectF(0, 0, seen.image.width() * scale, seen.image.height() * scale)
        area.moveCenter(room.center())
        painter.drawImage(area, seen.image)
        painter.setFont(sized(self.font(), TextSize.SMALL))
        for ref, box in seen.boxes:
            colour = ref_colour(ref, dark=True)
            outline = _outline(box, area)
            for pen in (QPen(QColor(HALO), 4.0), QPen(colour, 2.0)):
                painter.setPen(pen)
                painter.drawPolygon(outline)
            if ref:
                self._paint_label(painter, ref, colour, outline.boundingRect())

    def _paint_label(self, painter: QPainter, ref: str, colour: QColor, bounds: QRectF) -> None:
        metrics = painter.fontMetrics()
        words = metrics.elidedText(ref, Qt.TextElideMode.ElideRight, 160)
        size = metrics.size(0, words)
        top = bounds.top() - size.height() if bounds.top() >= size.height() else bounds.top()
        label = QRectF(bounds.left() - 1, top, size.width() + 8, size.height())
        painter.fillRect(label, colour)
        painter.setPen(text_on(colour))
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), words)


def _outline(box: Box | Quad, area: QRectF) -> QPolygonF:
    """A box or quad on the shown picture."""
    if isinstance(box, Quad):
        points = list(box.points)
    else:
        points = [(box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)]
    return QPolygonF(
        [QPointF(area.x() + x / 1000 * area.width(), area.y() + y / 1000 * area.height()) for x, y in points]
    )
