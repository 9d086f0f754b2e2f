"""What is said to people who do not see the window: announcements, and a picture's boxes in words.

Owns the sentences and sending them to the screen reader, if one runs. Does not own names of widgets, which they
give themselves, nor when something is worth saying.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.widgets.box_item import ShownBox

_MOST = 3
"""Selected boxes that are named; of more, their number is said."""


def announce(widget: QWidget, words: str, *, urgent: bool = False) -> None:
    """Have a screen reader say something now; `urgent` words cut off what it says."""
    if not words:
        return
    event = QAccessibleAnnouncementEvent(widget, words)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


class Speaker(QObject):
    """Says in words what is seen on a picture."""

    def boxes(self, number: int, selected: Sequence[ShownBox]) -> str:
        """How many boxes there are, and which are selected: "3 boxes; selected: red circle, (12, 40) to (200, 300)".

        Coordinates are whole pixels of the upright picture.
        """
        count = self.tr("%n box(es)", "", number)
        if not selected:
            return count
        if len(selected) > _MOST:
            return self.tr("{count}; selected: {number}").format(count=count, number=len(selected))
        return self.tr("{count}; selected: {names}").format(count=count, names="; ".join(map(self.box, selected)))

    def box(self, box: ShownBox) -> str:
        """A box's label and where it is."""
        words = [box.label or self.tr("without a ref"), self.place(box.outline)]
        if box.locked:
            words.append(self.tr("locked"))
        return ", ".join(words)

    def place(self, shape: Shape) -> str:
        """Where a shape is: its corners as "(x, y)"."""
        corners = [f"({round(x)}, {round(y)})" for x, y in shape.points]
        if shape.kind == "box":
            return self.tr("{first} to {second}").format(first=corners[0], second=corners[1])
        return ", ".join(corners)
