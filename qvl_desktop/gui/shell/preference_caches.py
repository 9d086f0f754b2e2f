"""Lines of the preferences about what is kept on the disk and can be made again: how much may stay, how much there is,
and emptying it.

Owns this field, and counting beside the window. Does not own what is kept (`widgets.thumbnail_files`,
`core.feature_files`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QWidget

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.feature_files import DEFAULT_LIMIT, features_folder, read_limit, write_limit
from qvl_desktop.gui.shell.preference_rows import NumberField, Value
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.jobs.task import Task

GB = 10**9


class CacheField(NumberField):
    """How much may stay, in `unit`; below it how much there is, and a button that empties it. `held` and `empty` are
    called beside the window; both give bytes."""

    def __init__(
        self,
        limits: tuple[int, int, int],
        unit: str,
        held: Callable[[], int],
        empty: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(*limits, unit, parent)
        self._held, self._empty = held, empty
        self._task: Task[Any] | None = None
        self.says = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        set_role(self.says, "muted")
        self.button = QPushButton(self.tr("Empty now"), self)
        self.button.clicked.connect(self.empty)
        below = QHBoxLayout()
        below.setSpacing(Space.S)
        below.addWidget(self.says, 1)
        below.addWidget(self.button)
        self.row.setDirection(QBoxLayout.Direction.TopToBottom)
        self.row.addLayout(below)
        self.row.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.count()

    def count(self) -> None:
        """Look how much there is."""
        if self._task is None:
            self.says.setText(self.tr("Counting…"))
            self._task = Task(self._held).on_success(self._show).on_end(self._ended).start(self)

    def empty(self) -> None:
        """Delete what can be made again and is not in use."""
        if self._task is None:
            self.button.setEnabled(False)
            self.says.setText(self.tr("Emptying…"))
            held, empty = self._held, self._empty

            def work() -> int:
                empty()
                return held()

            self._task = Task(work).changing().on_success(self._show).on_end(self._ended).start(self)

    def _show(self, size: int) -> None:
        self.says.setText(self.tr("Now: {size}").format(size=file_size(size)))
        self.button.setEnabled(size > 0)

    def _ended(self) -> None:
        self._task = None


def features_value() -> Value:
    """How much of what models saw may stay, in GB, for all runs of this user."""
    root = features_folder()
    return Value(
        "features_limit",
        lambda: round(read_limit(root) / GB),
        lambda limit: write_limit(root, limit * GB),
        DEFAULT_LIMIT // GB,
    )
